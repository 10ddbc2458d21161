package crudtest

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
)

// settable are the fields that a request may set.
func (w *world[T]) settable() []crud.Look {
	var looks []crud.Look
	for _, look := range w.Looks() {
		if !look.Flag && !look.ReadOnly && look.Name != "created_at" {
			looks = append(looks, look)
		}
	}
	return looks
}

// texts are the fields of free text that are shown.
func (w *world[T]) texts() []crud.Look {
	var looks []crud.Look
	for _, look := range w.settable() {
		if look.Kind == crud.KindText {
			looks = append(looks, look)
		}
	}
	return looks
}

// plainField is one that can be changed by itself: no other entity and nobody's log-in depends on it.
func (w *world[T]) plainField() crud.Look {
	w.Helper()
	for _, look := range w.settable() {
		if !look.Unique && !look.Secret && look.Kind != crud.KindRef {
			return look
		}
	}
	require.FailNow(w.T, "no field can be changed by itself")
	return crud.Look{}
}

// values makes up an entity: every field is given, and unlike that of the entity before.
func (w *world[T]) values() map[string]any {
	w.made++
	values := map[string]any{}
	for _, look := range w.settable() {
		values[look.Name] = w.valueOf(look, int64(w.made))
	}
	if w.options.Valid != nil {
		w.options.Valid(values)
	}
	return values
}

// valueOf is the n-th value of a field, as JSON has it.
func (w *world[T]) valueOf(look crud.Look, n int64) any {
	switch look.Kind {
	case crud.KindEmail:
		return fmt.Sprintf("Someone%d@crud.test", n)
	case crud.KindChoice:
		return look.Choices[n%int64(len(look.Choices))]
	case crud.KindRef:
		ids := w.ids[look.To]
		if len(ids) == 0 && !look.Required { // of the first of its own kind
			return nil
		}
		require.NotEmpty(w.T, ids, "%s refers to a kind that is not among Options.Others", look.Name)
		return ids[n%int64(len(ids))]
	case crud.KindInt, crud.KindMoney:
		least := max(look.Least, 0)
		return least + n%min(look.Most-least+1, 1_000_000)
	case crud.KindBool:
		return n%2 == 0
	case crud.KindTime:
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute).Format(crud.TimeFormat)
	case crud.KindText, crud.KindSecret:
	}
	text := fmt.Sprintf("%c%d of grey herons", 'A'+n*7%26, n)
	if look.Secret {
		text = "secret " + text
	}
	for int64(utf8.RuneCountInString(text)) < look.Least {
		text += "x"
	}
	return strings.TrimSpace(text[:min(int64(len(text)), look.Most)])
}

// with is a copy of values in which one is another.
func with(values map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(values)
	changed[name] = value
	return changed
}

func without(values map[string]any, name string) map[string]any {
	changed := with(values, name, nil)
	delete(changed, name)
	return changed
}

func bodyOf(t *testing.T, values map[string]any) string {
	t.Helper()
	body, err := json.Marshal(values, json.Deterministic(true))
	require.NoError(t, err)
	return string(body)
}

// typed is a value as people type it into a form, in English.
func typed(look crud.Look, value any) string {
	switch v := value.(type) {
	case int64:
		if look.Kind == crud.KindMoney {
			return fmt.Sprintf("%d.%02d", v/100, v%100)
		}
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case string:
		if at, err := time.Parse(crud.TimeFormat, v); err == nil && look.Kind == crud.KindTime {
			return at.Format("2006-01-02T15:04")
		}
		return v
	}
	return ""
}
