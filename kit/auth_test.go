package kit_test

import (
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

type who struct {
	Caller string `json:"caller"`
	Role   string `json:"role"`
	Name   string `json:"name"`
}

// guards are the routes of the matrix, one for each kind of guard.
var guards = map[string]kit.Guard{
	"anyone":   kit.Anyone,
	"viewer":   kit.Operators(kit.Viewer),
	"operator": kit.Operators(kit.Operator),
	"manager":  kit.Operators(kit.Manager),
	"both":     kit.OperatorsAndServices(kit.Operator),
	"services": kit.ServicesOnly,
}

func newGuardedApp(sessions kit.Sessions, now func() time.Time, settings kit.Settings) *kit.App {
	app := kit.New(kit.Options{Name: "guarded", Log: slog.New(slog.DiscardHandler), Settings: settings, Sessions: sessions, Now: now})
	tell := func(c *fiber.Ctx, _ *kit.Nothing) (*who, error) {
		i := kit.Who(c)
		return &who{Caller: i.Caller(), Role: string(i.Role), Name: i.Name}, nil
	}
	for name, guard := range guards {
		kit.Handle(app, "GET", "/"+name, kit.Op{ID: "read" + name, Guard: guard}, tell)
		kit.Handle(app, "POST", "/"+name, kit.Op{ID: "write" + name, Guard: guard}, tell)
	}
	return app
}

// claims are those of a good token, to be spoiled one by one.
func claims() jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "b2b", "aud": "b2b", "sub": "3", "sid": 3, "role": "manager",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
}

func sign(t *testing.T, method jwt.SigningMethod, key any, spoil func(jwt.MapClaims)) string {
	t.Helper()
	c := claims()
	if spoil != nil {
		spoil(c)
	}
	token, err := jwt.NewWithClaims(method, c).SignedString(key)
	require.NoError(t, err)
	return token
}

func spoiled(t *testing.T, claim string, value any) string {
	t.Helper()
	return sign(t, jwt.SigningMethodHS256, []byte(kittest.JWTSecret), func(c jwt.MapClaims) {
		c[claim] = value
		if value == nil {
			delete(c, claim)
		}
	})
}

// Every kind of guard, tried with every kind of credential.
func TestGuards(t *testing.T) {
	sessions := &kittest.Sessions{}
	server := kittest.Serve(t, newGuardedApp(sessions, nil, kittest.Settings()))
	const all = "anyone viewer operator manager both services"
	key := []byte(kittest.JWTSecret)
	viewer, operator, manager := sessions.Add(t, 1, kit.Viewer), sessions.Add(t, 2, kit.Operator), sessions.Add(t, 3, kit.Manager)
	odd := sessions.Add(t, 4, "owner")
	for _, one := range []struct {
		name, token     string
		lets, forbidden string // the guards that let it in, and those that answer 403; the others answer 401
		code            string // of the 401
	}{
		{"none", "", "anyone", "", "UNAUTHENTICATED"},
		{"viewer", viewer, "anyone viewer", "operator manager both services", ""},
		{"operator", operator, "anyone viewer operator both", "manager services", ""},
		{"manager", manager, "anyone viewer operator manager both", "services", ""},
		{"service", kittest.ServiceToken, "anyone both services", "viewer operator manager", ""},
		{"other service", "other-" + kittest.ServiceToken, "anyone both services", "viewer operator manager", ""},
		{"almost a service", kittest.ServiceToken + "x", "anyone", "", "UNAUTHENTICATED"},
		{"garbage", "garbage", "anyone", "", "UNAUTHENTICATED"},
		{"expired", spoiled(t, "exp", time.Now().Add(-time.Minute).Unix()), "anyone", "", "TOKEN_EXPIRED"},
		{"not yet", spoiled(t, "nbf", time.Now().Add(time.Hour).Unix()), "anyone", "", "UNAUTHENTICATED"},
		{"no exp", spoiled(t, "exp", nil), "anyone", "", "UNAUTHENTICATED"},
		{"no aud", spoiled(t, "aud", nil), "anyone", "", "UNAUTHENTICATED"},
		{"other aud", spoiled(t, "aud", "shop"), "anyone", "", "UNAUTHENTICATED"},
		{"our aud among others", spoiled(t, "aud", []string{"b2b", "shop"}), "anyone", "", "UNAUTHENTICATED"},
		{"no iss", spoiled(t, "iss", nil), "anyone", "", "UNAUTHENTICATED"},
		{"other iss", spoiled(t, "iss", "shop"), "anyone", "", "UNAUTHENTICATED"},
		{"no sub", spoiled(t, "sub", nil), "anyone", "", "UNAUTHENTICATED"},
		{"odd sub", spoiled(t, "sub", "3 "), "anyone", "", "UNAUTHENTICATED"},
		{"another's session", spoiled(t, "sub", "2"), "anyone", "services", "UNAUTHENTICATED"},
		{"no sid", spoiled(t, "sid", nil), "anyone", "", "UNAUTHENTICATED"},
		{"odd sid", spoiled(t, "sid", "3"), "anyone", "", "UNAUTHENTICATED"},
		{"no role", spoiled(t, "role", nil), "anyone", "", "UNAUTHENTICATED"},
		{"odd role", spoiled(t, "role", "owner"), "anyone", "", "UNAUTHENTICATED"},
		{"session's role is none", odd, "anyone", "", "UNAUTHENTICATED"},
		{"session ended", spoiled(t, "sid", 99), "anyone", "services", "SESSION_ENDED"},
		{"wrong secret", sign(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), nil), "anyone", "", "UNAUTHENTICATED"},
		{"wrong algorithm", sign(t, jwt.SigningMethodHS512, key, nil), "anyone", "", "UNAUTHENTICATED"},
		{"no algorithm", sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), "anyone", "", "UNAUTHENTICATED"},
		{"unsigned", strings.TrimSuffix(manager, manager[strings.LastIndex(manager, "."):]) + ".", "anyone", "", "UNAUTHENTICATED"},
		{"changed", changed(manager), "anyone", "", "UNAUTHENTICATED"},
	} {
		t.Run(one.name, func(t *testing.T) {
			for guard := range strings.FieldsSeq(all) {
				for _, method := range []string{"GET", "POST"} {
					status, code := 401, one.code
					switch {
					case includes(one.lets, guard):
						status, code = 200, ""
					case includes(one.forbidden, guard):
						status, code = 403, "FORBIDDEN"
					}
					r := server.Do(t, kittest.Case{Method: method, Path: "/" + guard, As: one.token, Status: status, Code: code})
					require.Equal(t, status == 401, r.Header.Get("WWW-Authenticate") != "")
				}
			}
		})
	}
}

func includes(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }

// changed is a token whose claims were changed after it was signed.
func changed(token string) string {
	parts := strings.Split(token, ".")
	plain, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(plain), `"sid":3`, `"sid":2`, 1)))
	return strings.Join(parts, ".")
}

// The session's role decides, not the token's.
func TestSessionsRoleDecides(t *testing.T) {
	sessions := &kittest.Sessions{}
	server := kittest.Serve(t, newGuardedApp(sessions, nil, kittest.Settings()))
	sessions.Add(t, 3, kit.Viewer)
	server.Do(t, kittest.Case{Path: "/manager", As: spoiled(t, "role", "manager"), Status: 403, Code: "FORBIDDEN"})
	r := server.Do(t, kittest.Case{Path: "/viewer", As: spoiled(t, "role", "manager"), Status: 200})
	require.JSONEq(t, `{"caller":"operator:3","role":"viewer","name":"Ana Ruiz"}`, string(r.Body))
	r = server.Do(t, kittest.Case{Path: "/services", As: kittest.ServiceToken, Status: 200})
	require.JSONEq(t, `{"caller":"service:shop","role":"","name":""}`, string(r.Body))
}

// During a rotation both secrets are good; afterwards the new one alone.
func TestSecretRotation(t *testing.T) {
	sessions := &kittest.Sessions{}
	token := sessions.Add(t, 3, kit.Viewer)
	settings := kittest.Settings()
	settings.JWTSecret, settings.JWTSecretPrevious = "N"+kittest.JWTSecret, kittest.JWTSecret
	server := kittest.Serve(t, newGuardedApp(sessions, nil, settings))
	server.Do(t, kittest.Case{Path: "/viewer", As: token, Status: 200})
	fresh, err := kit.Sign(settings.JWTSecret, kit.Identity{Operator: 3, Session: 3, Role: kit.Viewer}, time.Now(), time.Hour)
	require.NoError(t, err)
	server.Do(t, kittest.Case{Path: "/viewer", As: fresh, Status: 200})

	settings.JWTSecretPrevious = ""
	server = kittest.Serve(t, newGuardedApp(sessions, nil, settings))
	server.Do(t, kittest.Case{Path: "/viewer", As: token, Status: 401, Code: "UNAUTHENTICATED"})
}

func TestAuthenticate(t *testing.T) {
	server := kittest.Serve(t, newGuardedApp(nil, nil, kittest.Settings()))
	challenge := func(authorization string) string {
		r := server.Do(t, kittest.Case{Path: "/both", Header: map[string]string{"Authorization": authorization}, Status: 401})
		return r.Header.Get("WWW-Authenticate")
	}
	require.Equal(t, `Bearer realm="b2b"`, challenge(""))
	require.Equal(t, `Bearer realm="b2b", error="invalid_token"`, challenge("Bearer x"))
	require.Equal(t, `Bearer realm="b2b", error="invalid_token"`, challenge("Basic "+kittest.ServiceToken))
	require.Equal(t, `Bearer realm="b2b", error="invalid_token"`, challenge(kittest.ServiceToken))
	server.Do(t, kittest.Case{Path: "/both", Header: map[string]string{"Authorization": "bearer " + kittest.ServiceToken}, Status: 200})
}

// A route is not forgotten by the matrix of a service.
func TestRoutesAndUncovered(t *testing.T) {
	app := newGuardedApp(nil, nil, kittest.Settings())
	rows := []string{"GET /health", "GET /health/live", "GET /health/ready", "GET /openapi.yaml", "GET /docs", "GET /docs/:file"}
	for name := range guards {
		rows = append(rows, "GET /"+name, "POST /"+name)
	}
	require.Empty(t, kittest.Uncovered(app, rows))
	require.Equal(t, []string{"GET /health", "GET /gone"}, kittest.Uncovered(app, append(rows[1:], "GET /gone")))
	require.Contains(t, app.Routes(), kit.Route{Method: "POST", Path: "/both", ID: "writeboth", Guard: kit.OperatorsAndServices(kit.Operator)})
	require.Contains(t, app.Routes(), kit.Route{Method: "GET", Path: "/health", ID: "health", Guard: kit.Anyone})
}

// A clock that is moved by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// An answer is good for 30 s; with the source away, for reading up to 5 minutes and for writing no longer.
func TestSessionCache(t *testing.T) {
	sessions, at := &kittest.Sessions{}, &clock{at: time.Now()}
	app := newGuardedApp(sessions, at.now, kittest.Settings())
	server := kittest.Serve(t, app)
	token := sessions.Add(t, 3, kit.Manager)
	try := func(method string, status int, code string, asked int) {
		t.Helper()
		before := sessions.Asked()
		server.Do(t, kittest.Case{Method: method, Path: "/manager", As: token, Status: status, Code: code})
		require.Equal(t, asked, sessions.Asked()-before, "questions to the source")
	}
	away := fault.New(fault.Unavailable, "CUSTOMERS_UNAVAILABLE")

	try("GET", 200, "", 1)
	try("POST", 200, "", 0)
	at.advance(29 * time.Second)
	try("POST", 200, "", 0)
	at.advance(2 * time.Second)
	try("POST", 200, "", 1)

	sessions.Away(away)
	at.advance(29 * time.Second)
	try("POST", 200, "", 0)
	at.advance(2 * time.Second)
	try("POST", 503, "CUSTOMERS_UNAVAILABLE", 1)
	try("GET", 200, "", 0) // a source that has just failed is left alone
	at.advance(3 * time.Second)
	try("GET", 200, "", 1)
	at.advance(4 * time.Minute)
	try("GET", 200, "", 1)
	at.advance(time.Minute)
	try("GET", 503, "CUSTOMERS_UNAVAILABLE", 1)

	sessions.Away(nil)
	try("POST", 200, "", 1)
	sessions.End(3)
	try("GET", 200, "", 0)
	at.advance(31 * time.Second)
	try("GET", 401, "SESSION_ENDED", 1)
	try("GET", 401, "SESSION_ENDED", 0)
}

func TestForgottenSessionEndsAtOnce(t *testing.T) {
	sessions := &kittest.Sessions{}
	app := newGuardedApp(sessions, nil, kittest.Settings())
	server := kittest.Serve(t, app)
	token := sessions.Add(t, 3, kit.Manager)
	server.Do(t, kittest.Case{Path: "/viewer", As: token, Status: 200})
	app.Sessions.Forget(3)
	server.Do(t, kittest.Case{Path: "/viewer", As: token, Status: 401, Code: "SESSION_ENDED"})
}
