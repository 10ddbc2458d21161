package crudtest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/kit"
)

// formsInBoth: what is typed as people of a language write it is kept as it was typed while anything is refused, and then
// understood.
func (w *world[T]) formsInBoth() {
	defer func() { w.reads = "" }()
	for _, w.reads = range []string{"en", "es"} {
		values := w.values()
		form := w.formOf(values, nil, 0)
		for _, look := range w.settable() {
			if look.Kind == crud.KindMoney && look.Least <= 123_450 && look.Most >= 123_450 {
				values[look.Name] = int64(123_450)
				form.Set(look.Name, map[string]string{"en": "1,234.50", "es": "1.234,50"}[w.reads])
			} else if look.Kind == crud.KindMoney {
				form.Set(look.Name, w.divided(form.Get(look.Name)))
			}
		}
		for _, look := range w.settable() {
			w.refusedAt(form, look)
		}
		saved := w.browse(kit.Manager, w.all()+"/new", form)
		require.Equal(w.T, http.StatusSeeOther, saved.status, saved.html)
		id, err := strconv.ParseInt(saved.location[strings.LastIndexByte(saved.location, '/')+1:], 10, 64)
		require.NoError(w.T, err)
		made := w.get(id)
		for _, look := range w.settable() {
			if !look.Secret {
				require.EqualValues(w.T, values[look.Name], made.values[look.Name], "%s in %s", look.Name, w.reads)
			}
		}
		for _, look := range w.settable() { // as it is edited, so it is kept
			if look.Kind == crud.KindMoney {
				require.Contains(w.T, w.open(saved.location+"/edit").html, quoted(w.divided(typed(look, values[look.Name]))))
			}
		}
	}
}

// divided is an amount with the decimal sign of the language.
func (w *world[T]) divided(amount string) string {
	if w.reads == "es" {
		return strings.ReplaceAll(amount, ".", ",")
	}
	return amount
}

// unreadable is what cannot be read as a field's kind; "" where everything can.
var unreadable = map[crud.Kind]string{
	crud.KindInt: "1.2.3", crud.KindMoney: "12x", crud.KindTime: "yesterday", crud.KindEmail: "nobody", crud.KindChoice: "no such choice", crud.KindRef: "12x",
}

// refusedAt: a form with one field that cannot be read is refused at that field, and keeps all that was typed.
func (w *world[T]) refusedAt(form url.Values, wrong crud.Look) {
	w.Helper()
	text, can := unreadable[wrong.Kind]
	if !can {
		return
	}
	sent, _ := url.ParseQuery(form.Encode())
	sent.Set("key", uuid.NewString())
	sent.Set(wrong.Name, text)
	refused := w.browse(kit.Manager, w.all()+"/new", sent)
	require.Equal(w.T, http.StatusUnprocessableEntity, refused.status, "%s: %s", wrong.Name, refused.html)
	require.Contains(w.T, refused.html, `href="#`+wrong.Name+`"`, "the field is to blame")
	for _, look := range w.settable() {
		if !look.Secret && look.Kind != crud.KindBool && sent.Get(look.Name) != "" {
			require.Contains(w.T, refused.html, quoted(sent.Get(look.Name)), "%s is kept", look.Name)
		}
	}
}
