package crudtest

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/screens"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// page is what a browser got.
type page struct {
	status   int
	location string
	html     string
}

// browse asks for a page as an operator of a role; a form is sent where there is one.
func (w *world[T]) browse(role kit.Role, path string, form url.Values) page {
	w.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(context.Background(), method, w.pages+screens.Home+path, strings.NewReader(form.Encode()))
	require.NoError(w.T, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.ask(role, request)
}

// ask sends a page's request as an operator of a role.
func (w *world[T]) ask(role kit.Role, request *http.Request) page {
	w.Helper()
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set(headerRole, string(role))
	request.Header.Set("Accept-Language", w.reads)
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(w.T, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(w.T, err)
	return page{status: answer.StatusCode, location: strings.TrimPrefix(answer.Header.Get("Location"), screens.Home), html: string(body)}
}

// open asks for a page that is there for who may do everything.
func (w *world[T]) open(path string) page {
	w.Helper()
	p := w.browse(kit.Manager, path, nil)
	require.Equal(w.T, http.StatusOK, p.status, "%s: %s", path, p.html)
	return p
}

// formOf is a form with these values, as a browser sends it; before are those that it was opened with.
func (w *world[T]) formOf(values, before map[string]any, version int64) url.Values {
	form := url.Values{"key": {uuid.NewString()}, "version": {strconv.FormatInt(version, 10)}, "do": {"save"}}
	for _, look := range w.settable() {
		text := typed(look, values[look.Name])
		if look.Kind == crud.KindBool {
			form.Set("sent."+look.Name, "1")
		}
		if look.Kind != crud.KindBool || text == "true" {
			form.Set(look.Name, text)
		}
		if !look.Secret && before != nil {
			form.Set("before."+look.Name, typed(look, before[look.Name]))
		}
	}
	return form
}

func quoted(text string) string { return `value="` + html.EscapeString(text) + `"` }

// screens: the pages show what there is, and offer what the reader may do.
func (w *world[T]) screens() {
	made := w.add(w.values())
	row, err := w.Decode([]byte(made.body))
	require.NoError(w.T, err)
	title, detail := html.EscapeString(w.Title(row)), w.one(made.id)
	create, edit := `href="`+screens.Home+w.all()+`/new"`, `href="`+screens.Home+detail+`/edit"`
	for _, role := range roles {
		list, one := w.browse(role, w.all(), nil), w.browse(role, detail, nil)
		if !role.Includes(w.Read) {
			require.Equal(w.T, []int{403, 403}, []int{list.status, one.status}, role)
			continue
		}
		require.Equal(w.T, []int{200, 200}, []int{list.status, one.status}, role)
		require.Contains(w.T, list.html, `href="`+screens.Home+detail+`"`)
		require.Contains(w.T, one.html, title)
		may := role.Includes(w.Write)
		require.Equal(w.T, may, strings.Contains(list.html, create), "%s: a new one", role)
		require.Equal(w.T, may, strings.Contains(one.html, edit), "%s: an edit", role)
		status := map[bool]int{true: 200, false: 403}[may]
		paths := []string{w.all() + "/new", detail + "/edit"}
		if w.Deletion != crud.Kept {
			require.Equal(w.T, may, strings.Contains(one.html, detail+"/delete"), "%s: a deletion", role)
			paths = append(paths, detail+"/delete")
		}
		for _, path := range paths {
			require.Equal(w.T, status, w.browse(role, path, nil).status, "%s: %s", role, path)
			if !may {
				require.Equal(w.T, 403, w.browse(role, path, w.formOf(w.values(), nil, 1)).status, "%s: %s", role, path)
			}
		}
	}
	require.Equal(w.T, made.body, w.get(made.id).body)
	require.Equal(w.T, 404, w.browse(kit.Manager, w.one(1<<40), nil).status)
	if w.Deletion != crud.Kept {
		gone := w.browse(kit.Manager, detail+"/delete", w.formOf(w.values(), nil, 1))
		require.Equal(w.T, http.StatusSeeOther, gone.status, gone.html)
		w.Do(w.T, kittest.Case{Path: detail, As: w.writer, Status: 404})
	}
}

// forms: one that is sent twice makes one; one that is refused keeps what was typed; one that is saved changes what was
// changed in it.
func (w *world[T]) forms() {
	rows, form := w.rows(), w.formOf(w.values(), nil, 0)
	first, again := w.browse(kit.Manager, w.all()+"/new", form), w.browse(kit.Manager, w.all()+"/new", form)
	require.Equal(w.T, http.StatusSeeOther, first.status, first.html)
	require.Equal(w.T, first.location, again.location, "a form that is sent twice makes one")
	require.Equal(w.T, rows+1, w.rows())
	w.open(first.location)
	w.open(first.location + "/edit")

	for _, look := range w.settable() {
		if !look.Required {
			continue
		}
		form := w.formOf(w.values(), nil, 0)
		form.Set(look.Name, "")
		refused := w.browse(kit.Manager, w.all()+"/new", form)
		require.Equal(w.T, http.StatusUnprocessableEntity, refused.status, look.Name)
		require.Contains(w.T, refused.html, quoted(form.Get("key")), "the form is the same one")
		for _, other := range w.settable() {
			if kept := form.Get(other.Name); other.Kind == crud.KindText && kept != "" {
				require.Contains(w.T, refused.html, quoted(kept), "%s is kept", other.Name)
			}
		}
		form.Set(look.Name, typed(look, w.values()[look.Name]))
		require.Equal(w.T, http.StatusSeeOther, w.browse(kit.Manager, w.all()+"/new", form).status, "the same form, put right")
	}
	require.Equal(w.T, http.StatusForbidden, w.foreign(w.formOf(w.values(), nil, 0)), "a form of another site")
	w.edited()
}

// foreign sends a form from another site.
func (w *world[T]) foreign(form url.Values) int {
	w.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.pages+screens.Home+w.all()+"/new", strings.NewReader(form.Encode()))
	require.NoError(w.T, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	request.Header.Set(headerRole, string(kit.Manager))
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(w.T, err)
	require.NoError(w.T, answer.Body.Close())
	return answer.StatusCode
}

func (w *world[T]) edited() {
	values, look := w.values(), w.plainField()
	made := w.add(values)
	changed := with(values, look.Name, w.values()[look.Name])
	saved := w.browse(kit.Manager, w.one(made.id)+"/edit", w.formOf(changed, values, 1))
	require.Equal(w.T, http.StatusSeeOther, saved.status, saved.html)
	require.Equal(w.T, int64(2), w.get(made.id).version)
	require.EqualValues(w.T, changed[look.Name], w.get(made.id).values[look.Name])
	for _, other := range w.settable() {
		if !other.Secret {
			require.EqualValues(w.T, changed[other.Name], w.get(made.id).values[other.Name], other.Name)
		}
	}
}

// conflicts: what two have made of one field is shown to the second, who decides; nothing is overwritten by itself.
func (w *world[T]) conflicts() {
	values, look := w.values(), w.plainField()
	made := w.add(values)
	theirs, mine := w.values()[look.Name], w.other(look, values[look.Name])
	w.Do(w.T, kittest.Case{
		Method: "PATCH", Path: w.one(made.id), As: w.writer, Header: ifMatch(`"1"`), Body: bodyOf(w.T, map[string]any{look.Name: theirs}), Status: 200,
	})
	form := w.formOf(with(values, look.Name, mine), values, 1)
	shown := w.browse(kit.Manager, w.one(made.id)+"/edit", form)
	require.Equal(w.T, http.StatusPreconditionFailed, shown.status, shown.html)
	require.EqualValues(w.T, theirs, w.get(made.id).values[look.Name])
	for _, side := range []any{theirs, mine} {
		require.Contains(w.T, shown.html, quoted(typed(look, side)))
	}
	form.Set("version", "2")
	form.Set("other."+look.Name, typed(look, theirs))
	form.Set("take."+look.Name, "yours")
	form.Set("key", uuid.NewString())
	saved := w.browse(kit.Manager, w.one(made.id)+"/edit", form)
	require.Equal(w.T, http.StatusSeeOther, saved.status, saved.html)
	require.EqualValues(w.T, mine, w.get(made.id).values[look.Name])
}

// other is a value of a field that is neither this one nor the next one that is made up.
func (w *world[T]) other(look crud.Look, value any) any {
	for {
		if next := w.values()[look.Name]; next != value && next != w.valueOf(look, int64(w.made-1)) {
			return next
		}
	}
}

// statements: a page of the list costs as many of them for one row as for many.
func (w *world[T]) statements() {
	count := func(limit int) int {
		path := fmt.Sprintf("%s?limit=%d", w.all(), limit)
		for range 3 { // at first they are prepared
			w.faults.Arm(nil)
			w.open(path)
		}
		n := 0
		for _, call := range w.faults.Calls() {
			if call.Kind == dbtest.Query || call.Kind == dbtest.Exec {
				n++
			}
		}
		return n
	}
	for len(w.list(nil)) < 8 {
		w.add(w.values())
	}
	kinds := map[string]bool{} // whose titles are read, each by one more
	for _, look := range w.links() {
		kinds[look.To] = true
	}
	want := 1 + len(kinds)
	require.Equal(w.T, want, count(1), "%v", w.faults.Calls())
	require.Equal(w.T, want, count(8), "%v", w.faults.Calls())
}

// hostileTexts are shown as they are, or refused.
var hostileTexts = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}} ${7*7} %s`, "\u202etxt.exe", "👩\u200d👧 ñandú",
	`javascript:alert(1)`, `' OR 1=1 --`,
}

// hostile values of every text are shown as text, or refused, on every page; no page breaks.
func (w *world[T]) hostile() {
	for _, look := range w.texts() {
		for _, text := range hostileTexts {
			form := w.formOf(w.values(), nil, 0)
			text += " " + strconv.Itoa(w.made) // which may have to be unique
			form.Set(look.Name, text)
			p := w.browse(kit.Manager, w.all()+"/new", form)
			require.Contains(w.T, []int{http.StatusSeeOther, http.StatusUnprocessableEntity}, p.status, "%s: %s", text, p.html)
			w.harmless(p, text)
			if p.status == http.StatusSeeOther {
				for _, path := range []string{p.location, p.location + "/edit", w.all()} {
					page := w.open(path)
					require.Contains(w.T, page.html, html.EscapeString(text), "%s shows %q", path, text)
					w.harmless(page, text)
				}
			}
			query := url.Values{"search": {text}}.Encode()
			w.harmless(w.open(w.all()+"?"+query), text)
		}
		for text, status := range map[string]int{"a\x00b": 400, "\xff": 400, strings.Repeat("x", 1<<20): 413, strings.Repeat("x", 1<<18): 422} {
			form := w.formOf(w.values(), nil, 0)
			form.Set(look.Name, text)
			require.Equal(w.T, status, w.browse(kit.Manager, w.all()+"/new", form).status, "%s: %.10q", look.Name, text)
		}
	}
}

// harmless: what was typed is nowhere markup.
func (w *world[T]) harmless(p page, text string) {
	w.Helper()
	if strings.ContainsAny(text, "<>") {
		require.NotContains(w.T, p.html, text)
	}
}
