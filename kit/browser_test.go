package kit_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// aSecret is what the cookie of session 7 proves it by.
var aSecret = strings.Repeat("s", 43)

// pages is an app with two pages: one that tells who asks, and one that tells it after something was changed.
func pages(t *testing.T, set func(*kit.Settings), customersAPI http.HandlerFunc) (*kit.App, *kit.Browsers) {
	t.Helper()
	server := httptest.NewServer(customersAPI)
	t.Cleanup(server.Close)
	settings := kittest.Settings()
	set(&settings)
	app := kit.New(kit.Options{Name: "pages", Settings: settings})
	customers := kit.NewClient(kit.ClientOptions{BaseURL: server.URL, Away: "CUSTOMERS_UNAVAILABLE", Token: settings.ServiceTokens[0]})
	browsers := app.Browsers(customers)
	who := func(c *fiber.Ctx) error {
		if err := browsers.Enter(c); err != nil {
			return err
		}
		reply, err := customers.Do(kit.Context(c), kit.Call{Path: "/mine", Acting: true})
		if err != nil {
			return err
		}
		return c.SendString(fmt.Sprint(kit.Who(c).Name, " ", kit.Who(c).Role, " ", string(reply.Body)))
	}
	app.Get("/page", who)
	app.Post("/page", app.SameOrigin, who)
	app.Post("/login", func(c *fiber.Ctx) error { return browsers.LogIn(c, "ana@example.test", "secret") })
	app.Post("/logout", browsers.LogOut)
	return app, browsers
}

// ana is a customers-api in which session 7 is Ana's, and counts what it is asked.
func ana(asked *atomic.Int64, alive *atomic.Bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mine" { // answers with the credential that it was asked with
			_, _ = fmt.Fprint(w, r.Header.Get("Authorization")+r.Header.Get("X-On-Behalf-Of"))
			return
		}
		asked.Add(1)
		switch {
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, `{"id":7,"secret":%q}`, aSecret)
		case r.Method == http.MethodDelete:
			alive.Store(false)
			w.WriteHeader(http.StatusNoContent)
		case alive.Load() && r.Header.Get("X-Session-Secret") == aSecret && r.URL.Path == "/internal/sessions/7":
			_, _ = fmt.Fprint(w, `{"id":7,"operator_id":3,"name":"Ana","email":"a@b.test","role":"operator","access_token":"token"}`)
		default:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"code":"NOT_FOUND","status":404}`)
		}
	}
}

func browse(t *testing.T, app *kit.App, method, path, cookie string, header ...string) (answered, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	request.Host = "orders.test"
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := app.Test(request, 5000)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answered{response.StatusCode, response.Header}, string(body)
}

// answered is an answer whose body has been read.
type answered struct {
	StatusCode int
	Header     http.Header
}

// A browser is let in by its cookie and nothing else; a credential that was made up is never asked about twice for nothing,
// and nobody's session is remembered for it.
func TestBrowserIsLetInByItsCookie(t *testing.T) {
	var asked atomic.Int64
	var alive atomic.Bool
	alive.Store(true)
	app, _ := pages(t, func(*kit.Settings) {}, ana(&asked, &alive))
	for cookie, want := range map[string]int{
		"b2b_session=7." + aSecret:                       200,
		"b2b_session=7." + strings.Repeat("x", 43):       401,
		"b2b_session=8." + aSecret:                       401,
		"b2b_session=07." + aSecret:                      401,
		"b2b_session=7." + aSecret + "x":                 401,
		"b2b_session=7/../../customers/1." + aSecret[1:]: 401,
		"__Host-b2b_session=7." + aSecret:                401,
		"":                                               401,
	} {
		response, body := browse(t, app, "GET", "/page", cookie)
		require.Equal(t, want, response.StatusCode, cookie)
		if want == 200 {
			require.Equal(t, "Ana operator Bearer token", body)
		}
	}
	before := asked.Load()
	for range 5 {
		_, _ = browse(t, app, "GET", "/page", "b2b_session=7."+aSecret)
	}
	require.Equal(t, before, asked.Load(), "it is known for a while")
	_, _ = browse(t, app, "GET", "/page", "b2b_session=7."+aSecret, "Authorization", "Bearer x")

	response, _ := browse(t, app, "POST", "/login", "")
	cookie := response.Header.Get("Set-Cookie")
	require.Equal(t, "b2b_session=7."+aSecret+"; max-age=43200; path=/; HttpOnly; SameSite=Lax", cookie)
	response, _ = browse(t, app, "POST", "/logout", "b2b_session=7."+aSecret)
	require.Contains(t, response.Header.Get("Set-Cookie"), "b2b_session=; expires=Thu, 01 Jan 1970")
	require.False(t, alive.Load())
	response, _ = browse(t, app, "GET", "/page", "b2b_session=7."+aSecret)
	require.Equal(t, 401, response.StatusCode, "at once")
}

// Whoever has no secret ends nobody's session.
func TestLogOutNeedsTheSecret(t *testing.T) {
	var asked atomic.Int64
	var alive atomic.Bool
	alive.Store(true)
	app, _ := pages(t, func(*kit.Settings) {}, ana(&asked, &alive))
	_, _ = browse(t, app, "POST", "/logout", "b2b_session=7."+strings.Repeat("x", 43))
	require.True(t, alive.Load())
}

func TestUnsafeRequestsComeFromTheSameOrigin(t *testing.T) {
	var asked atomic.Int64
	var alive atomic.Bool
	alive.Store(true)
	app, _ := pages(t, func(s *kit.Settings) { s.PublicURL = "https://shop.example/path" }, ana(&asked, &alive))
	for _, one := range []struct {
		method, site, origin string
		want                 int
	}{
		{"POST", "same-origin", "", 200},
		{"POST", "", "http://orders.test", 200},
		{"POST", "", "https://shop.example", 200},
		{"POST", "cross-site", "https://shop.example", 200}, // the one that PUBLIC_URL names
		{"POST", "none", "", 200},
		{"POST", "same-site", "", 403},
		{"POST", "cross-site", "https://evil.test", 403},
		{"POST", "", "https://evil.test", 403},
		{"POST", "", "null", 403},
		{"POST", "", "", 403},
		{"GET", "cross-site", "https://evil.test", 200},
	} {
		header := []string{}
		for name, value := range map[string]string{"Sec-Fetch-Site": one.site, "Origin": one.origin} {
			if value != "" {
				header = append(header, name, value)
			}
		}
		response, body := browse(t, app, one.method, "/page", "__Host-b2b_session=7."+aSecret, header...)
		require.Equal(t, one.want, response.StatusCode, "%+v: %s", one, body)
	}
	response, _ := browse(t, app, "POST", "/login", "")
	require.Equal(t, "__Host-b2b_session=7."+aSecret+"; max-age=43200; path=/; HttpOnly; secure; SameSite=Lax", response.Header.Get("Set-Cookie"))
}

// A form's key is held to what a header's is.
func TestCarriedKey(t *testing.T) {
	app := fiber.New()
	app.Post("/", func(c *fiber.Ctx) error {
		kit.Page(c, "es")
		err := kit.CarryKey(c, c.Query("key"))
		if err == nil {
			r, _ := kit.RequestOf(c)
			return c.SendString(r.Key + " " + r.Channel + " " + r.Language)
		}
		return c.SendString(fault.Of(err).Code)
	})
	for query, want := range map[string]string{
		"key=k-1": "k-1 UI es", "": "IDEMPOTENCY_KEY_REQUIRED", "key=a%0Ab": "IDEMPOTENCY_KEY_INVALID",
		"key=" + strings.Repeat("x", 256): "IDEMPOTENCY_KEY_INVALID",
	} {
		response, err := app.Test(httptest.NewRequestWithContext(context.Background(), "POST", "/?"+query, nil))
		require.NoError(t, err)
		body := make([]byte, 512)
		n, _ := response.Body.Read(body)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, string(body[:n]), query)
	}
}
