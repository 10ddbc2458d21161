package customers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

func TestOperators(t *testing.T) {
	eva := func(fields string) string {
		return `{"name":"Eva","email":"eva@example.test","role":"viewer"` + fields + `}`
	}
	invalid := func(name, body string, fields ...string) kittest.Case {
		return kittest.Case{Name: name, Path: "/operators", Body: body, Status: 422, Code: "VALIDATION_FAILED", Fields: fields}
	}
	each(t, func(w *world) {
		cases := []kittest.Case{
			invalid("nothing", `{}`, "name:REQUIRED", "email:REQUIRED", "role:REQUIRED", "password:REQUIRED"),
			invalid("no such role", `{"name":"Eva","email":"eva@example.test","role":"boss","password":"`+password+`"}`, "role:NOT_A_CHOICE"),
			invalid("short", eva(`,"password":"tall herons"`), "password:TOO_SHORT"),
			invalid("well known", eva(`,"password":"Password2026!"`), "password:TOO_COMMON"),
			invalid("well known, twice", eva(`,"password":"qwertyqwerty"`), "password:TOO_COMMON"),
			invalid("digits", eva(`,"password":"123456789012"`), "password:TOO_COMMON"),
			invalid("one over and over", eva(`,"password":"xyxyxyxyxyxy"`), "password:TOO_COMMON"),
			{Name: "the hash is no field", Path: "/operators", Body: eva(`,"password_hash":"x"`), Status: 400, Code: "UNKNOWN_FIELD"},
			{Name: "made", Path: "/operators", Body: eva(`,"password":"` + password + `"`), Status: 201, Check: func(t *testing.T, r *kittest.Response) {
				require.Regexp(t, `^{"id":\d+,"name":"Eva","email":"eva@example.test","role":"viewer","disabled":false,"version":1,`, string(r.Body))
			}},
			{Name: "taken", Path: "/operators", Body: strings.Replace(eva(`,"password":"`+password+`"`), "eva@", "EVA@", 1),
				Status: 409, Code: "DUPLICATE", Fields: []string{"email:TAKEN"}},
			{Name: "by role", Path: "/operators?role=viewer&disabled=false&search=eva", Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), `"name":"Eva"`)
				require.NotContains(t, string(r.Body), `"name":"Ana viewer"`)
			}},
			{Name: "no such role to filter by", Path: "/operators?role=boss", Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "no such answer", Path: "/operators?disabled=maybe", Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "never replaced", Method: "PUT", Path: "/operators/1", Body: `{}`, Status: 405},
			{Name: "never deleted", Method: "DELETE", Path: "/operators/1", Status: 405},
		}
		w.runAs(w.manager, cases...)
		w.Do(w.t, logIn("eva@example.test", password, 200, ""))
	})
}

func TestPasswordsAreNamedAndNeverShown(t *testing.T) {
	each(t, func(w *world) {
		path := fmt.Sprintf("/operators/%d", w.staff["viewer"])
		change := kittest.Case{
			Method: "PATCH", Path: path, As: w.manager, Body: `{"password":"` + password + `","name":"Ana V"}`,
			Header: headers("If-Match", "*", "Idempotency-Key", "k"), Status: 200,
		}
		first := w.Do(w.t, change)
		require.NotContains(w.t, string(first.Body), "password")
		require.Equal(w.t, string(first.Body), string(w.Do(w.t, change).Body), "a salt of its own makes no other request of it")
		events := w.events(path)
		require.Len(w.t, events, 2)
		require.Equal(w.t, map[string]any{
			"password": map[string]any{"secret": true}, "name": map[string]any{"old": "Ana viewer", "new": "Ana V"},
		}, events[0].Changes)
		var rows []string
		require.NoError(w.t, w.db.Read(context.Background()).Table("idempotency_keys").Pluck("response_body", &rows).Error)
		for _, row := range rows {
			require.NotContains(w.t, row, "argon2id")
		}
	})
}
