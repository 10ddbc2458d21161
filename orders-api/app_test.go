package orders

import (
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// TestWhoMayDoWhat tries every route with every credential. A route without a row here fails it, unless it is of an entity
// that has nothing but its description: that is held to what it says.
func TestWhoMayDoWhat(t *testing.T) {
	rows := map[string]string{ // route -> who is let in: v(iewer), o(perator), m(anager), s(ervice); * is anyone
		"GET /health": "*", "GET /health/live": "*", "GET /health/ready": "*", "GET /openapi.yaml": "*", "GET /docs": "*", "GET /docs/:file": "*",
		"GET /products": "vom", "POST /products": "m", "GET /products/:id": "vom", "PATCH /products/:id": "m",
		"GET /products/:id/events": "vom", "POST /products/:id/stock-adjustments": "m",
		"GET /products/imports": "m", "POST /products/imports": "m", "GET /products/imports/:id": "m", "POST /products/imports/:id/run": "m",
		"GET /orders": "voms", "POST /orders": "oms", "GET /orders/:id": "voms", "PATCH /orders/:id": "oms",
		"POST /orders/:id/confirm": "oms", "POST /orders/:id/cancel": "oms",
		"POST /orders/:id/undo": "om", "GET /orders/:id/events": "voms",
	}
	each(t, func(w *world) {
		described := describedRoutes()
		for _, route := range kittest.Uncovered(w.App, slices.Collect(maps.Keys(rows))) {
			require.Contains(w.t, described, route, "a route without a row")
			rows[route] = described[route]
		}
		credentials := w.credentials()
		for route, allowed := range rows {
			for _, one := range credentials {
				w.tryRoute(route, one, allowed == "*" || one.is != "" && strings.Contains(allowed, one.is))
			}
		}
	})
}

// describedRoutes are the routes that the descriptions promise, with who is let in.
func describedRoutes() map[string]string {
	rows, least := map[string]string{}, map[kit.Role]string{kit.Viewer: "vom", kit.Operator: "om", kit.Manager: "m"}
	for _, kind := range (&service{products: products(nil)}).kinds() {
		r := kind.Outline()
		all, one := "/"+r.Plural, "/"+r.Plural+"/:id"
		for _, route := range []string{"GET " + all, "GET " + one, "GET " + one + "/events"} {
			rows[route] = least[r.Read]
		}
		for _, route := range []string{"POST " + all, "PATCH " + one, "PUT " + one, "DELETE " + one, "POST " + one + "/restore"} {
			rows[route] = least[r.Write]
		}
		for _, route := range []string{"GET " + all + "/imports", "POST " + all + "/imports", "GET " + all + "/imports/:id", "POST " + all + "/imports/:id/run"} {
			rows[route] = "m"
		}
	}
	return rows
}

// credential is a token and whom it is taken for; one that is nobody's is 401 wherever not just anyone is let in.
type credential struct{ name, is, token string }

func (w *world) credentials() []credential {
	w.customers.logIn(kit.SessionAnswer{ID: 4, OperatorID: 4, Name: "Eve", Role: "owner"})
	w.customers.logIn(kit.SessionAnswer{ID: 5, OperatorID: 3, Name: "Ana", Role: kit.Manager})
	boss, ours := kit.Identity{Operator: 3, Session: 3, Role: kit.Manager}, []byte(kittest.JWTSecret)
	return []credential{
		{"viewer", "v", w.viewer}, {"operator", "o", w.operator}, {"manager", "m", w.manager}, {"service", "s", kittest.ServiceToken},
		{"another service", "s", "other-" + kittest.ServiceToken},
		{"a viewer whose token says manager", "v", kittest.Token(w.t, kit.Identity{Operator: 1, Session: 1, Role: kit.Manager})},
		{"a role that there is not", "-", kittest.Token(w.t, kit.Identity{Operator: 4, Session: 4, Role: kit.Manager})},
		{"none", "", ""},
		{"garbage", "", "garbage"},
		{"half a service token", "", kittest.ServiceToken[1:]},
		{"another's session", "", kittest.Token(w.t, kit.Identity{Operator: 2, Session: 5, Role: kit.Manager})},
		{"a session that has ended", "", kittest.Token(w.t, kit.Identity{Operator: 3, Session: 99, Role: kit.Manager})},
		{"expired", "", w.sign(boss, -time.Minute)},
		{"another secret", "", forged(w.t, jwt.SigningMethodHS256, []byte("another-"+kittest.JWTSecret), nil)},
		{"another algorithm", "", forged(w.t, jwt.SigningMethodHS512, ours, nil)},
		{"no algorithm", "", forged(w.t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil)},
		{"another audience", "", forged(w.t, jwt.SigningMethodHS256, ours, jwt.MapClaims{"aud": "shop"})},
		{"another issuer", "", forged(w.t, jwt.SigningMethodHS256, ours, jwt.MapClaims{"iss": "shop"})},
		{"no end", "", forged(w.t, jwt.SigningMethodHS256, ours, jwt.MapClaims{"exp": nil})},
	}
}

func (w *world) sign(who kit.Identity, valid time.Duration) string {
	token, err := kit.Sign(kittest.JWTSecret, who, time.Now(), valid)
	require.NoError(w.t, err)
	return token
}

// forged is a manager's token with other claims, key or algorithm than ours.
func forged(t *testing.T, method jwt.SigningMethod, key any, other jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{"iss": "b2b", "aud": "b2b", "sub": "3", "role": "manager", "sid": 3, "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(claims, other)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	require.NoError(t, err)
	return token
}

// tryRoute sends a request that is refused for something else when its sender is let in.
func (w *world) tryRoute(route string, who credential, allowed bool) {
	w.t.Helper()
	method, path, _ := strings.Cut(route, " ")
	one := kittest.Case{Method: method, Path: strings.NewReplacer(":id", "12345", ":file", "index.html").Replace(path), As: who.token}
	if one.As == "" {
		one.Header = headers("Authorization", "")
	}
	got, err := send(w.URL, one)
	require.NoError(w.t, err)
	refusal := http.StatusForbidden
	if who.is == "" {
		refusal = http.StatusUnauthorized
	}
	if allowed {
		require.NotContains(w.t, []int{401, 403}, got.status, "%s as %s: %s", route, who.name, got.body)
		return
	}
	require.Equal(w.t, refusal, got.status, "%s as %s: %s", route, who.name, got.body)
}

// TestCustomersAPIAwayForSessions: a log-in that was asked about a moment ago goes on; one that nobody can tell of is
// refused as that, and not as wrong.
func TestCustomersAPIAwayForSessions(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.place(item(1, 1))
		w.customers.away()
		w.Run(w.t, []kittest.Case{
			{Name: "known for 30 s", Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200},
			{Name: "not asked about yet", Path: "/orders/1", As: w.viewer, Status: 503, Code: "CUSTOMERS_UNAVAILABLE"},
			{Name: "services need no session", Path: "/orders/1", As: kittest.ServiceToken, Status: 200},
		})
		w.clock.Pass(time.Minute)
		w.Run(w.t, []kittest.Case{
			{Name: "reads go on", Path: "/orders/1", As: w.operator, Status: 200},
			{Name: "writes do not", Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{"note":"y"}`, Header: headers("If-Match", "*"),
				Status: 503, Code: "CUSTOMERS_UNAVAILABLE"},
		})
		w.clock.Pass(5 * time.Minute)
		w.Do(w.t, kittest.Case{Path: "/orders/1", As: w.operator, Status: 503, Code: "CUSTOMERS_UNAVAILABLE"})
		w.customers.back()
		w.Do(w.t, kittest.Case{Path: "/orders/1", As: w.operator, Status: 200})
	})
}

func TestHealthAndDocument(t *testing.T) {
	each(t, func(w *world) {
		w.customers.away()
		for _, path := range []string{"/health", "/health/live", "/health/ready"} {
			w.Do(w.t, kittest.Case{Path: path, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.JSONEq(t, `{"status":"ok","service":"orders-api","version":"test"}`, string(r.Body))
			}})
		}
		w.Do(w.t, kittest.Case{Path: "/openapi.yaml", Status: 200})
	})
}

// TestDocumentIsUpToDate: openapi.yaml tells of this very version; `make generate` writes it anew.
func TestDocumentIsUpToDate(t *testing.T) {
	written, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	now, err := Document()
	require.NoError(t, err)
	require.Equal(t, string(now), string(written))
}

// TestDocumentTellsOfVersions: whatever heeds If-Match says so.
func TestDocumentTellsOfVersions(t *testing.T) {
	app, err := New(t.Context(), Options{})
	require.NoError(t, err)
	for path, method := range map[string]string{
		"/products/{id}": "PATCH", "/products/{id}/stock-adjustments": "POST", "/orders/{id}": "PATCH",
		"/orders/{id}/confirm": "POST", "/orders/{id}/cancel": "POST", "/orders/{id}/undo": "POST",
	} {
		operation := app.Document().Paths.Value(path).GetOperation(method)
		require.NotNil(t, operation.Parameters.GetByInAndName("header", "If-Match"), "%s %s", method, path)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	require.Empty(t, Settings{}.Check())
	require.Equal(t, []string{"CANCEL_WINDOW must not be negative", "UNDO_WINDOW must not be negative", "ORDER_TTL must not be negative"},
		Settings{CancelWindow: -time.Second, UndoWindow: -time.Second, OrderTTL: -time.Second}.Check())
}
