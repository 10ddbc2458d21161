package crudtest

import (
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// readBack: what was given is what is answered, by POST, GET and the list.
func (w *world[T]) readBack() {
	values := w.values()
	answer := w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Body: bodyOf(w.T, values), Status: 201})
	made := w.entityOf(answer)
	require.Equal(w.T, w.one(made.id), answer.Header.Get(fiber.HeaderLocation))
	require.Equal(w.T, `"1"`, answer.Header.Get(fiber.HeaderETag))
	require.Equal(w.T, made.body, w.get(made.id).body, "what POST answers is what GET answers")
	require.Contains(w.T, string(w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Status: 200}).Body), made.body)
	for _, look := range w.settable() {
		if look.Secret {
			require.NotContains(w.T, made.values, look.Name, "a secret is never shown")
			continue
		}
		require.EqualValues(w.T, values[look.Name], made.values[look.Name], look.Name)
	}
	required := map[string]any{}
	fresh := w.values()
	for _, look := range w.settable() {
		if look.Required {
			required[look.Name] = fresh[look.Name]
		}
	}
	w.add(required)
}

// strictInput: what cannot be read as it is meant is refused, with the field to blame, and nothing is made.
func (w *world[T]) strictInput() {
	before, values := w.rows(), w.values()
	refuse := func(body, code string, fields ...string) {
		w.Helper()
		w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Body: body, Status: 400, Code: code, Fields: fields})
	}
	valid := bodyOf(w.T, values)
	refuse(bodyOf(w.T, with(values, "no_such_field", 1)), "UNKNOWN_FIELD", "no_such_field:UNKNOWN_FIELD")
	refuse(valid[:len(valid)-1], "MALFORMED_JSON")
	refuse(valid+"1", "MALFORMED_JSON")
	refuse("["+valid+"]", "WRONG_TYPE")
	for _, look := range w.settable() {
		refuse(bodyOf(w.T, with(values, look.Name, []any{})), "WRONG_TYPE", look.Name+":WRONG_TYPE")
		one := bodyOf(w.T, map[string]any{look.Name: values[look.Name]})
		refuse(valid[:len(valid)-1]+","+one[1:], "DUPLICATE_FIELD", look.Name+":DUPLICATE_FIELD")
		other := bodyOf(w.T, map[string]any{strings.ToUpper(look.Name): values[look.Name]})
		refuse(other, "UNKNOWN_FIELD", strings.ToUpper(look.Name)+":UNKNOWN_FIELD")
		if text, ok := values[look.Name].(string); ok {
			refuse(bodyOf(w.T, with(values, look.Name, text+"\x00")), "MALFORMED_JSON")
		}
	}
	w.Do(w.T, kittest.Case{Method: "POST", Path: w.all(), As: w.writer, Status: 400, Code: "BODY_REQUIRED"})
	w.Do(w.T, kittest.Case{
		Path: w.all(), As: w.writer, Body: bodyOf(w.T, with(values, "x", strings.Repeat("x", 1<<20))), Status: 413, Code: "BODY_TOO_LARGE",
	})
	require.Equal(w.T, before, w.rows(), "nothing was made")
}

// rules: what breaks the rules of a field is refused at that field.
func (w *world[T]) rules() {
	before, values := w.rows(), w.values()
	refuse := func(values map[string]any, field, code string) {
		w.Helper()
		r := w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Body: bodyOf(w.T, values), Status: 422, Code: "VALIDATION_FAILED"})
		var found []string
		for _, one := range r.Problem(w.T).Errors {
			found = append(found, one.Field+":"+one.Code)
		}
		require.Contains(w.T, found, field+":"+code, "%s", r.Body)
	}
	for _, look := range w.Looks() {
		if look.ReadOnly && !look.Flag {
			refuse(with(values, look.Name, nil), look.Name, "READ_ONLY")
		}
	}
	for _, look := range w.settable() {
		if look.Required {
			refuse(without(values, look.Name), look.Name, "REQUIRED")
			refuse(with(values, look.Name, nil), look.Name, "REQUIRED")
		}
		switch look.Kind {
		case crud.KindText, crud.KindSecret:
			refuse(with(values, look.Name, strings.Repeat("x", int(look.Most)+1)), look.Name, "TOO_LONG")
		case crud.KindEmail:
			refuse(with(values, look.Name, strings.Repeat("x", int(look.Most))+"@crud.test"), look.Name, "TOO_LONG")
			refuse(with(values, look.Name, "nobody"), look.Name, "NOT_AN_EMAIL")
		case crud.KindChoice:
			refuse(with(values, look.Name, "no such choice"), look.Name, "NOT_A_CHOICE")
		case crud.KindRef:
			refuse(with(values, look.Name, -1), look.Name, "TOO_SMALL")
			refuse(with(values, look.Name, look.Most), look.Name, "REFERENCE_NOT_FOUND")
		case crud.KindInt, crud.KindMoney:
			refuse(with(values, look.Name, look.Least-1), look.Name, "TOO_SMALL")
			refuse(with(values, look.Name, look.Most+1), look.Name, "TOO_LARGE")
		case crud.KindBool, crud.KindTime:
		}
	}
	require.Equal(w.T, before, w.rows(), "nothing was made")
}

// unique: who would be the second is told which field is taken; addresses that differ in case are the same.
func (w *world[T]) unique() {
	for _, look := range w.settable() {
		if !look.Unique {
			continue
		}
		first, taken := w.add(w.values()), fmt.Sprint(look.Name, ":TAKEN")
		same := first.values[look.Name]
		if text, ok := same.(string); ok && look.Kind == crud.KindEmail {
			same = strings.ToUpper(text)
		}
		w.Do(w.T, kittest.Case{
			Path: w.all(), As: w.writer, Body: bodyOf(w.T, with(w.values(), look.Name, same)), Status: 409, Code: "DUPLICATE", Fields: []string{taken},
		})
		w.Do(w.T, kittest.Case{
			Method: "PATCH", Path: w.one(w.add(w.values()).id), As: w.writer, Header: ifMatch("*"), Status: 409, Code: "DUPLICATE",
			Body: bodyOf(w.T, map[string]any{look.Name: same}), Fields: []string{taken},
		})
	}
}

// versions: a change names the version that it was made for, and is refused for another with the entity as it is now.
func (w *world[T]) versions() {
	made, look := w.add(w.values()), w.plainField()
	patch := bodyOf(w.T, map[string]any{look.Name: w.values()[look.Name]})
	methods := map[string]string{"PATCH": patch}
	if w.Replace {
		methods["PUT"] = bodyOf(w.T, w.values())
	}
	if w.Deletion != crud.Kept {
		methods["DELETE"] = ""
	}
	for method, body := range methods {
		refuse := func(tag string, status int, code string) *kittest.Response {
			w.Helper()
			one := kittest.Case{Method: method, Path: w.one(made.id), As: w.writer, Body: body, Status: status, Code: code}
			if tag != "" {
				one.Header = ifMatch(tag)
			}
			return w.Do(w.T, one)
		}
		refuse("", 428, "VERSION_REQUIRED")
		refuse("1", 400, "IF_MATCH_INVALID")
		refuse(`W/"1"`, 400, "IF_MATCH_INVALID")
		require.Contains(w.T, string(refuse(`"2"`, 412, "VERSION_MISMATCH").Body), `"current":`+made.body)
		w.Do(w.T, kittest.Case{Method: method, Path: w.one(1 << 40), As: w.writer, Body: body, Header: ifMatch(`"1"`), Status: 404})
	}
	change := kittest.Case{Method: "PATCH", Path: w.one(made.id), As: w.writer, Body: patch, Header: ifMatch(`"1"`), Status: 200}
	changed := w.entityOf(w.Do(w.T, change))
	require.Equal(w.T, int64(2), changed.version)
	require.NotEqual(w.T, made.values[look.Name], changed.values[look.Name])
	change.Status, change.Code = 412, "VERSION_MISMATCH"
	w.Do(w.T, change)
	change.Header, change.Status, change.Code = ifMatch(`"2"`), 200, ""
	require.Equal(w.T, changed.body, w.entityOf(w.Do(w.T, change)).body, "what changes nothing makes no version")
}

// idempotency: a request that is sent again is answered again, and done once.
func (w *world[T]) idempotency() {
	key := map[string]string{"Idempotency-Key": fmt.Sprint("crudtest ", w.made), fiber.HeaderIfMatch: `"1"`}
	create := kittest.Case{Path: w.all(), As: w.writer, Body: bodyOf(w.T, w.values()), Header: key, Status: 201}
	first := w.Do(w.T, create)
	rows := w.rows()
	again := w.Do(w.T, create)
	require.Equal(w.T, string(first.Body), string(again.Body))
	require.Equal(w.T, "true", again.Header.Get("Idempotent-Replayed"))
	create.Body, create.Status, create.Code = bodyOf(w.T, w.values()), 422, "IDEMPOTENCY_KEY_REUSED"
	w.Do(w.T, create)
	require.Equal(w.T, rows, w.rows())

	look, made := w.plainField(), w.entityOf(first)
	key["Idempotency-Key"] += " change"
	change := kittest.Case{
		Method: "PATCH", Path: w.one(made.id), As: w.writer, Header: key, Status: 200, Body: bodyOf(w.T, map[string]any{look.Name: w.values()[look.Name]}),
	}
	changed := string(w.Do(w.T, change).Body)
	require.Equal(w.T, changed, string(w.Do(w.T, change).Body), "the version of a retry is that of its first time")
	require.Equal(w.T, int64(2), w.get(made.id).version)
}

// roles: who may not read or write is refused, whatever is sent; nobody at all is asked who it is.
func (w *world[T]) roles() {
	made := w.add(w.values())
	patch := bodyOf(w.T, map[string]any{w.plainField().Name: nil})
	reads := []kittest.Case{{Path: w.all()}, {Path: w.one(made.id)}, {Path: w.one(made.id) + "/events"}}
	writes := []kittest.Case{
		{Path: w.all(), Body: "{}"}, {Method: "PATCH", Path: w.one(made.id), Body: patch, Header: ifMatch("*")},
	}
	if w.Deletion != crud.Kept {
		writes = append(writes, kittest.Case{Method: "DELETE", Path: w.one(made.id), Header: ifMatch("*")})
	}
	if w.Deletion == crud.Soft {
		writes = append(writes, kittest.Case{Method: "POST", Path: w.one(made.id) + "/restore"})
	}
	refuse := func(cases []kittest.Case, as string, status int) {
		w.Helper()
		for _, one := range cases {
			one.As, one.Status = as, status
			w.Do(w.T, one)
		}
	}
	for _, role := range roles {
		token := w.tokens[role]
		if role.Includes(w.Read) {
			for _, one := range reads {
				one.As, one.Status = token, 200
				w.Do(w.T, one)
			}
		} else {
			refuse(reads, token, 403)
		}
		if !role.Includes(w.Write) {
			refuse(writes, token, 403)
		}
	}
	refuse(reads, "", 401)
	refuse(writes, "", 401)
	refuse(writes, kittest.ServiceToken, 403)
	require.Equal(w.T, made.body, w.get(made.id).body, "nothing was changed")
	require.True(w.T, kit.Manager.Includes(w.Write), "nobody may write")
}
