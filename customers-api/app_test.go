package customers

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// TestWhoMayDoWhat tries every route with every credential. A route without a row here fails it.
func TestWhoMayDoWhat(t *testing.T) {
	rows := map[string]string{ // route -> who is let in: a(nyone), v(iewer), o(perator), m(anager), s(ervice)
		"GET /health": "a", "GET /health/live": "a", "GET /health/ready": "a",
		"GET /openapi.yaml": "a", "GET /docs": "a", "GET /docs/:file": "a",
		"GET /customers": "vom", "POST /customers": "om", "GET /customers/:id": "vom", "PATCH /customers/:id": "om", "PUT /customers/:id": "om",
		"DELETE /customers/:id": "om", "POST /customers/:id/restore": "om", "GET /customers/:id/events": "vom",
		"GET /operators": "m", "POST /operators": "m", "GET /operators/:id": "m", "PATCH /operators/:id": "m", "GET /operators/:id/events": "m",
		"GET /customers/imports": "m", "POST /customers/imports": "m", "GET /customers/imports/:id": "m", "POST /customers/imports/:id/run": "m",
		"GET /operators/imports": "m", "POST /operators/imports": "m", "GET /operators/imports/:id": "m", "POST /operators/imports/:id/run": "m",
		"POST /auth/token": "a", "POST /auth/logout": "vom", "POST /auth/password": "vom",
		"POST /internal/sessions": "s", "GET /internal/sessions/:id": "s", "DELETE /internal/sessions/:id": "s",
		"GET /internal/customers": "s", "GET /internal/customers/:id": "s",
	}
	each(t, func(w *world) {
		var routes []string
		for route := range rows {
			routes = append(routes, route)
		}
		require.Empty(w.t, kittest.Uncovered(w.App, routes))
		credentials := map[string]string{
			"v": w.viewer, "o": w.operator, "m": w.manager, "s": kittest.ServiceToken,
			"nobody": "", "garbage": "garbage", "expired": w.sign(kit.Manager, -time.Minute), "of no session": w.token(999),
		}
		for route, allowed := range rows {
			for who, credential := range credentials {
				w.tryRoute(route, who, credential, strings.Contains(allowed, "a") || strings.Contains(allowed, who))
			}
		}
	})
}

// tryRoute sends an empty request, which is refused for something else when its sender is let in.
func (w *world) tryRoute(route, who, credential string, allowed bool) {
	if allowed && route == "POST /auth/logout" {
		return // it would end the session
	}
	method, path, _ := strings.Cut(route, " ")
	path = strings.NewReplacer(":id", "12345", ":file", "index.html").Replace(path)
	r := w.request(method, path, "", headers("Authorization", "Bearer "+credential))
	if credential == "" {
		r.Header.Del("Authorization")
	}
	status, body, err := send(r)
	require.NoError(w.t, err)
	require.Equal(w.t, allowed, status != 401 && status != 403, "%s as %s: %d %s", route, who, status, body)
}

func (w *world) sign(role kit.Role, valid time.Duration) string {
	token, err := kit.Sign(kittest.JWTSecret, kit.Identity{Operator: w.staff[string(role)], Session: 3, Role: role}, time.Now(), valid)
	require.NoError(w.t, err)
	return token
}

func (w *world) token(session int64) string {
	return kittest.Token(w.t, kit.Identity{Operator: w.staff["manager"], Session: session, Role: kit.Manager})
}

func TestInternalCustomers(t *testing.T) {
	each(t, func(w *world) {
		for _, name := range []string{"One", "Two", "Three"} {
			w.add(name)
		}
		w.Do(w.t, kittest.Case{Method: "DELETE", Path: "/customers/2", As: w.operator, Header: headers("If-Match", "*"), Status: 204})
		asked := func(ids string, status int, code string) kittest.Case {
			return kittest.Case{Name: ids, Path: "/internal/customers?ids=" + ids, As: kittest.ServiceToken, Status: status, Code: code}
		}
		var page listed[entity]
		w.Do(w.t, asked("3,1,2,1,99", 200, "")).JSON(w.t, &page)
		require.Equal(w.t, []string{"One", "Three"}, []string{page.Data[0].Name, page.Data[1].Name})
		w.Run(w.t, []kittest.Case{
			asked("", 400, "PARAMETER_INVALID"), asked("x", 400, "PARAMETER_INVALID"), asked("1,", 400, "PARAMETER_INVALID"),
			asked("01", 400, "PARAMETER_INVALID"), asked("0", 400, "PARAMETER_INVALID"),
			asked(strings.TrimSuffix(strings.Repeat("1,", 101), ","), 400, "PARAMETER_INVALID"),
			asked(strings.TrimSuffix(strings.Repeat("1,", 100), ","), 200, ""),
			{Name: "all of them", Path: "/internal/customers", As: kittest.ServiceToken, Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "one", Path: "/internal/customers/1", As: kittest.ServiceToken, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, `"1"`, r.Header.Get("ETag"))
			}},
		})
	})
}

func TestDocumentIsUpToDate(t *testing.T) {
	committed, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	document, err := Document()
	require.NoError(t, err)
	require.Equal(t, string(document), string(committed), "openapi.yaml is stale: run make generate")
}

// TestCheckFinds breaks each invariant, and sees it found.
func TestCheckFinds(t *testing.T) {
	each(t, func(w *world) {
		w.add("ACME")
		for _, broken := range []struct{ name, wrong, right string }{
			{"a version without its event", "UPDATE customers SET version = 2", "UPDATE customers SET version = 1"},
			{"an operator's too", "UPDATE operators SET version = version + 1", "UPDATE operators SET version = version - 1"},
			{"an address without its copy", "UPDATE customers SET email_key = NULL", "UPDATE customers SET email_key = LOWER(email)"},
			{"another copy of the address", "UPDATE customers SET email_key = 'x'", "UPDATE customers SET email_key = LOWER(email)"},
			{"another copy of the name", "UPDATE customers SET name_key = 'x'", "UPDATE customers SET name_key = 'acme'"},
			{"a disabled operator with a session", "UPDATE operators SET disabled = 1", "UPDATE operators SET disabled = 0"},
			{"no hash", "UPDATE operators SET password_hash = CONCAT('x', password_hash)", "UPDATE operators SET password_hash = SUBSTR(password_hash, 2)"},
			{"no role", "UPDATE operators SET role = CONCAT('x', role)", "UPDATE operators SET role = SUBSTR(role, 2)"},
		} {
			w.exec(broken.wrong)
			found := 0
			require.NoError(w.t, Check(context.Background(), w.db, func(db.Finding) { found++ }))
			require.NotZero(w.t, found, broken.name)
			w.exec(broken.right)
		}
	})
}

func (w *world) exec(sql string) {
	w.t.Helper()
	require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec(sql).Error }))
}

// TestACustomerIsAnsweredAsItWas: also one that has been deleted since; while it was deleted there was none.
func TestACustomerIsAnsweredAsItWas(t *testing.T) {
	each(t, func(w *world) {
		at := func() string { return "/customers/1?as_of=" + url.QueryEscape(w.clock.Now().Format(time.RFC3339Nano)) }
		w.add("ACME")
		w.clock.Pass(time.Second)
		first, fresh := at(), w.Do(w.t, kittest.Case{Path: "/customers/1", As: w.viewer, Status: 200})
		w.clock.Pass(time.Second)
		w.runAs(w.operator,
			kittest.Case{Method: "DELETE", Path: "/customers/1?dry_run=true", Header: map[string]string{"If-Match": "*"}, Status: 204},
			kittest.Case{Path: "/customers/1", Status: 200},
			kittest.Case{Method: "PATCH", Path: "/customers/1", Body: `{"name":"Other"}`, Header: map[string]string{"If-Match": "*"}, Status: 200},
			kittest.Case{Method: "DELETE", Path: "/customers/1", Header: map[string]string{"If-Match": "*"}, Status: 204},
		)
		w.clock.Pass(time.Second)
		deleted := at()
		w.clock.Pass(time.Second)
		w.runAs(w.viewer,
			kittest.Case{Path: "/customers/1", Status: 404, Code: "NOT_FOUND"},
			kittest.Case{Path: deleted, Status: 404, Code: "NOT_FOUND"},
		)
		require.Equal(w.t, string(fresh.Body), string(w.Do(w.t, kittest.Case{Path: first, As: w.viewer, Status: 200}).Body))
	})
}
