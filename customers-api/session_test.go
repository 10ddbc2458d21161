package customers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// logIn asks for a token by what a person types.
func logIn(email, password string, status int, code string) kittest.Case {
	return kittest.Case{Path: "/auth/token", Body: fmt.Sprintf(`{"email":%q,"password":%q}`, email, password), Status: status, Code: code}
}

func TestTokens(t *testing.T) {
	each(t, func(w *world) {
		var token Token
		w.Do(w.t, logIn("VIEWER@example.test", password, 200, "")).JSON(w.t, &token)
		require.Equal(w.t, "Bearer", token.TokenType)
		require.Equal(w.t, int64(3600), token.ExpiresIn)
		w.Do(w.t, kittest.Case{Path: "/customers", As: token.AccessToken, Status: 200})

		known, unknown := logIn("viewer@example.test", "wrong", 401, "WRONG_CREDENTIALS"), logIn("nobody@example.test", "wrong", 401, "WRONG_CREDENTIALS")
		require.Equal(w.t, w.Do(w.t, known).Problem(w.t).Detail, w.Do(w.t, unknown).Problem(w.t).Detail, "nobody learns which accounts there are")
		w.Run(w.t, []kittest.Case{
			logIn("viewer@example.test", "", 422, "VALIDATION_FAILED"),
			logIn("", password, 422, "VALIDATION_FAILED"),
			logIn("viewer@example.test", strings.Repeat("x", 257), 422, "VALIDATION_FAILED"),
			{Name: "no JSON", Path: "/auth/token", Body: `x`, Status: 400, Code: "MALFORMED_JSON"},
			{Name: "more than asked for", Path: "/auth/token", Body: `{"email":"a","password":"b","role":"manager"}`, Status: 400, Code: "UNKNOWN_FIELD"},
		})

		w.Do(w.t, kittest.Case{Method: "POST", Path: "/auth/logout", As: token.AccessToken, Status: 204})
		w.Do(w.t, kittest.Case{Path: "/customers", As: token.AccessToken, Status: 401, Code: "SESSION_ENDED"})
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.viewer, Status: 200})
	})
}

// TestUnknownAccountsCostTheSameTime takes turns with bare looks at a hash, and compares the fastest of each: whatever
// else the machine does, it slows down both.
// TestUnknownAccountsCostTheSameTime: the time goes into comparing one hash, so that is what is counted.
func TestUnknownAccountsCostTheSameTime(t *testing.T) {
	each(t, func(w *world) {
		var compared []string
		w.service.matches = func(ctx context.Context, password, hash string) (bool, error) {
			compared = append(compared, hash)
			return entities.PasswordMatches(ctx, password, hash)
		}
		for _, email := range []string{"viewer@example.test", "nobody@example.test"} {
			w.Do(w.t, logIn(email, "not the password", 401, "WRONG_CREDENTIALS"))
		}
		require.Len(w.t, compared, 2)
		cost := func(hash string) string { return strings.Join(strings.Split(hash, "$")[:4], "$") }
		require.Equal(w.t, cost(compared[0]), cost(compared[1]), "of the same cost")
	})
}

func TestFailedLogInsWait(t *testing.T) {
	each(t, func(w *world) {
		wrong := logIn("viewer@example.test", "wrong", 401, "WRONG_CREDENTIALS")
		waits := func() time.Duration {
			r := w.Do(w.t, logIn("Viewer@example.test", password, 429, "TOO_MANY_REQUESTS"))
			seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
			require.NoError(w.t, err)
			return time.Duration(seconds) * time.Second
		}
		for range 5 {
			w.Do(w.t, wrong)
		}
		for _, want := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
			require.InDelta(w.t, want, waits().Seconds(), 1, "the wait doubles, up to a quarter of an hour")
			w.Do(w.t, logIn("manager@example.test", password, 200, "")) // another account does not wait
			w.clock.Pass(time.Duration(want) * time.Second)
			w.Do(w.t, wrong)
		}
		w.clock.Pass(15 * time.Minute)
		w.Do(w.t, logIn("viewer@example.test", password, 200, ""))
		w.Do(w.t, wrong)
		w.Do(w.t, logIn("viewer@example.test", password, 200, "")) // one that succeeds forgets those before it
	})
}

func TestAnAddressThatFailsOftenWaits(t *testing.T) {
	each(t, func(w *world) {
		for i := range 19 {
			w.Do(w.t, logIn(fmt.Sprintf("nobody%d@example.test", i), "wrong", 401, ""))
		}
		w.Do(w.t, logIn("viewer@example.test", password, 200, ""))
		w.Do(w.t, logIn("nobody@example.test", "wrong", 401, ""))
		w.Do(w.t, logIn("viewer@example.test", password, 429, "TOO_MANY_REQUESTS"))
		w.Do(w.t, w.browser("viewer@example.test", password, "192.0.2.7", 201)) // another address does not wait
		w.clock.Pass(time.Minute)
		w.Do(w.t, logIn("viewer@example.test", password, 200, ""))
	})
}

func TestManyGuessesAtOnceAreCounted(t *testing.T) {
	each(t, func(w *world) {
		statuses, _ := w.together(15, func(i int) *http.Request {
			return w.request("POST", "/auth/token", fmt.Sprintf(`{"email":"viewer@example.test","password":"wrong %d"}`, i), nil)
		})
		require.LessOrEqual(w.t, statuses[401], 6, "%v", statuses)
		require.Equal(w.t, 15, statuses[401]+statuses[429], "%v", statuses)
	})
}

// browser is a browser's log-in.
func (w *world) browser(email, password, address string, status int) kittest.Case {
	return kittest.Case{
		Path: "/internal/sessions", As: kittest.ServiceToken, Status: status,
		Body: fmt.Sprintf(`{"email":%q,"password":%q,"address":%q}`, email, password, address),
	}
}

func TestBrowserSessions(t *testing.T) {
	each(t, func(w *world) {
		var opened BrowserSession
		w.Do(w.t, w.browser("operator@example.test", password, "192.0.2.7", 201)).JSON(w.t, &opened)
		who := kit.SessionAnswer{
			ID: opened.ID, OperatorID: w.staff["operator"], Name: "Ana operator", Email: "operator@example.test", Role: kit.Operator,
		}
		require.Equal(w.t, who, opened.SessionAnswer)
		secret, err := base64.RawURLEncoding.DecodeString(opened.Secret)
		require.NoError(w.t, err)
		require.Len(w.t, secret, 32)

		path := fmt.Sprintf("/internal/sessions/%d", opened.ID)
		var view SessionView
		w.Do(w.t, kittest.Case{Path: path, As: kittest.ServiceToken, Status: 200}).JSON(w.t, &view)
		require.Equal(w.t, SessionView{SessionAnswer: who}, view, "a token to act for them is for their browser only")
		w.Do(w.t, kittest.Case{Path: path, As: kittest.ServiceToken, Header: headers("X-Session-Secret", opened.Secret), Status: 200}).JSON(w.t, &view)
		require.Equal(w.t, int64(300), view.ExpiresIn)
		w.Do(w.t, kittest.Case{Path: "/customers", As: view.AccessToken, Status: 200})

		w.Run(w.t, []kittest.Case{
			w.browser("operator@example.test", "wrong", "192.0.2.7", 401),
			w.browser("operator@example.test", password, "nowhere", 422),
			w.browser("operator@example.test", password, "", 422),
			{Name: "another secret", Path: path, As: kittest.ServiceToken, Header: headers("X-Session-Secret", opened.Secret+"x"), Status: 404, Code: "NOT_FOUND"},
			{Name: "nobody's session", Path: "/internal/sessions/999", As: kittest.ServiceToken, Status: 404, Code: "NOT_FOUND"},
			{Name: "touched by nothing", Path: path + "?touch=0", As: kittest.ServiceToken, Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "log out", Method: "DELETE", Path: path, As: kittest.ServiceToken, Status: 204},
			{Name: "twice", Method: "DELETE", Path: path, As: kittest.ServiceToken, Status: 204},
			{Name: "over", Path: path, As: kittest.ServiceToken, Header: headers("X-Session-Secret", opened.Secret), Status: 404},
			{Name: "its tokens too", Path: "/customers", As: view.AccessToken, Status: 401, Code: "SESSION_ENDED"},
		})
	})
}

func TestOnlyTheHashOfASecretIsStored(t *testing.T) {
	each(t, func(w *world) {
		var opened BrowserSession
		w.Do(w.t, w.browser("operator@example.test", password, "192.0.2.7", 201)).JSON(w.t, &opened)
		var stored [][]byte
		query := w.db.Read(context.Background()).Table("sessions").Where("id = ?", opened.ID)
		require.NoError(w.t, query.Pluck("secret_hash", &stored).Error)
		hash := sha256.Sum256([]byte(opened.Secret))
		require.Equal(w.t, [][]byte{hash[:]}, stored)
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(w *world) {
		open := func() string {
			var opened BrowserSession
			w.Do(w.t, w.browser("operator@example.test", password, "192.0.2.7", 201)).JSON(w.t, &opened)
			return fmt.Sprintf("/internal/sessions/%d", opened.ID)
		}
		ask := func(path string, status int) {
			w.t.Helper()
			w.Do(w.t, kittest.Case{Path: path, As: kittest.ServiceToken, Status: status})
		}
		idle, busy := open(), open()
		w.clock.Pass(50 * time.Minute)
		ask(idle, 200) // a look is no activity
		ask(busy+"?touch=1", 200)
		w.clock.Pass(10 * time.Minute)
		ask(idle, 404)
		for range 13 {
			ask(busy+"?touch=1", 200)
			w.clock.Pass(50 * time.Minute)
		}
		ask(busy+"?touch=1", 200)
		w.clock.Pass(11 * time.Minute)
		ask(busy, 404) // 12 hours at most, however busy
		done, err := w.service.sweep(w.t.Context())
		require.NoError(w.t, err)
		require.Positive(w.t, done["sessions"])
		var left int64
		require.NoError(w.t, w.db.Read(context.Background()).Table("sessions").Count(&left).Error)
		require.Zero(w.t, left)
	})
}

func TestSessionsEndWithTheirOperator(t *testing.T) {
	change := func(w *world, body string) {
		w.Do(w.t, kittest.Case{
			Method: "PATCH", Path: fmt.Sprintf("/operators/%d", w.staff["operator"]), As: w.manager, Body: body, Header: headers("If-Match", "*"), Status: 200,
		})
	}
	works := func(w *world, status int) {
		w.t.Helper()
		w.clock.Pass(31 * time.Second) // what the guard remembers
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Status: status})
	}
	each(t, func(w *world) {
		works(w, 200)
		change(w, `{"name":"Ana María"}`)
		works(w, 200)
		change(w, `{"role":"viewer"}`)
		works(w, 200)
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Status: 403, Code: "FORBIDDEN"})
		change(w, `{"password":"other grey herons 42"}`)
		works(w, 401)
		w.Do(w.t, logIn("operator@example.test", password, 401, "WRONG_CREDENTIALS"))
		var token Token
		w.Do(w.t, logIn("operator@example.test", "other grey herons 42", 200, "")).JSON(w.t, &token)
		w.operator = token.AccessToken
		works(w, 200)
		change(w, `{"disabled":true}`)
		works(w, 401)
		w.Do(w.t, logIn("operator@example.test", "other grey herons 42", 401, "WRONG_CREDENTIALS"))
	})
}

func TestNobodyLogsInWhileBeingDisabled(t *testing.T) {
	each(t, func(w *world) {
		stale, err := w.service.operatorByEmail(context.Background(), "operator@example.test")
		require.NoError(w.t, err)
		w.Do(w.t, kittest.Case{
			Method: "PATCH", Path: fmt.Sprintf("/operators/%d", stale.ID), As: w.manager, Body: `{"disabled":true}`, Header: headers("If-Match", "*"), Status: 200,
		})
		_, err = w.service.openSession(context.Background(), stale, nil)
		require.ErrorContains(w.t, err, "WRONG_CREDENTIALS")
	})
}

func TestSweeperAndRequestsTogether(t *testing.T) {
	each(t, func(w *world) {
		var sweeping sync.WaitGroup
		for range 3 {
			sweeping.Go(func() {
				for range 5 {
					if _, err := w.service.sweep(context.Background()); err != nil {
						w.t.Errorf("sweep: %v", err)
					}
				}
			})
		}
		for i := range 10 {
			w.add(fmt.Sprintf("Customer %d", i))
		}
		sweeping.Wait()
	})
}
