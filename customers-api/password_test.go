package customers

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

const another = "short orange ferries 7"

// changing asks for another password of one's own.
func changing(token, current, fresh string, status int, code string, fields ...string) kittest.Case {
	return kittest.Case{
		Path: "/auth/password", As: token, Status: status, Code: code, Fields: fields,
		Body: fmt.Sprintf(`{"current_password":%q,"new_password":%q}`, current, fresh),
	}
}

// Everybody changes their own password, who knows it; all their sessions end, and nobody else's.
func TestOwnPassword(t *testing.T) {
	each(t, func(w *world) {
		var second Token
		w.Do(w.t, logIn("viewer@example.test", password, 200, "")).JSON(w.t, &second)
		w.Run(w.t, []kittest.Case{
			changing(w.viewer, "wrong", another, 422, "VALIDATION_FAILED", "current_password:WRONG_PASSWORD"),
			changing(w.viewer, "", "", 422, "VALIDATION_FAILED", "current_password:REQUIRED", "new_password:REQUIRED"),
			changing(w.viewer, password, "too short", 422, "VALIDATION_FAILED", "new_password:TOO_SHORT"),
			changing(w.viewer, password, "Password2026!", 422, "VALIDATION_FAILED", "new_password:TOO_COMMON"),
			{Name: "somebody else's", Path: "/auth/password", As: w.viewer, Status: 400, Code: "UNKNOWN_FIELD", Body: `{"id":1,"current_password":"x","new_password":"y"}`},
		})
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.viewer, Status: 200})
		w.Do(w.t, changing(w.viewer, password, another, 204, ""))
		w.Run(w.t, []kittest.Case{
			{Name: "this session", Path: "/customers", As: w.viewer, Status: 401, Code: "SESSION_ENDED"},
			{Name: "somebody else's", Path: "/customers", As: w.operator, Status: 200},
			logIn("viewer@example.test", password, 401, "WRONG_CREDENTIALS"),
			logIn("viewer@example.test", another, 200, ""),
		})
		w.clock.Pass(31 * time.Second) // until then the answer about another session is taken for good
		w.Do(w.t, kittest.Case{Path: "/customers", As: second.AccessToken, Status: 401, Code: "SESSION_ENDED"})
		events := w.events(fmt.Sprintf("/operators/%d", w.staff["viewer"]))
		require.Equal(w.t, "updated", events[0].Action)
		require.Equal(w.t, map[string]any{"password": map[string]any{"secret": true}}, events[0].Changes)
	})
}

// Whoever guesses waits, as at the log-in, and there too.
func TestOwnPasswordIsNotGuessed(t *testing.T) {
	each(t, func(w *world) {
		for range freeFailures {
			w.Do(w.t, changing(w.viewer, "wrong", another, 422, "VALIDATION_FAILED", "current_password:WRONG_PASSWORD"))
		}
		w.Do(w.t, changing(w.viewer, password, another, 429, "TOO_MANY_REQUESTS"))
		w.Do(w.t, logIn("viewer@example.test", password, 429, "TOO_MANY_REQUESTS"))
		w.Do(w.t, logIn("operator@example.test", password, 200, ""))
		w.clock.Pass(2 * time.Second)
		w.Do(w.t, changing(w.viewer, password, another, 204, ""))
	})
}
