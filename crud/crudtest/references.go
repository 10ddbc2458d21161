package crudtest

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/crud/remote"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// Other is a kind of entities that the resource refers to.
type Other struct {
	crud.Outline
	kind   func(d *db.DB) screens.Kind
	remote func(owner *kit.Client) screens.Kind
	add    func(s *service) (id int64, title, search string) // makes one up
}

// With is a kind that the resource refers to.
func With[U any](r crud.Resource[U], options ...Options[U]) Other {
	w := &world[U]{Description: crud.NewTable(nil, r).Describe()}
	if len(options) > 0 {
		w.options = options[0]
	}
	add := func(s *service) (id int64, title, search string) {
		w.service = s
		made := w.add(w.values())
		row, err := w.Decode([]byte(made.body))
		require.NoError(w.T, err)
		for _, field := range w.FieldsOf(row) {
			if field.Look().Search {
				return made.id, w.Title(row), field.Text()
			}
		}
		require.FailNow(w.T, "nobody can search for a "+r.Name)
		return 0, "", ""
	}
	return Other{
		Outline: r.Outline(), add: add,
		kind:   func(d *db.DB) screens.Kind { return screens.Of(crud.NewTable(d, r)) },
		remote: func(owner *kit.Client) screens.Kind { return screens.Of(remote.New(owner, r)) },
	}
}

// path is where one of them is.
func (o Other) path(id int64) string { return fmt.Sprintf("/%s/%d", o.Plural, id) }

// links are the fields that refer to others.
func (w *world[T]) links() []crud.Look {
	var looks []crud.Look
	for _, look := range w.settable() {
		if look.Kind == crud.KindRef {
			looks = append(looks, look)
		}
	}
	return looks
}

func (w *world[T]) otherOf(look crud.Look) Other {
	w.Helper()
	for _, other := range w.options.Others {
		if other.Name == look.To {
			return other
		}
	}
	require.FailNow(w.T, look.To+" is not among Options.Others")
	return Other{}
}

// references: pages say what another is called; a form finds it by what it is called, without scripts; one that was deleted
// cannot be chosen any more, and stays where it has been chosen.
func (w *world[T]) references() {
	for _, look := range w.links() {
		other, values := w.otherOf(look), w.values()
		id, title, search := other.add(w.service)
		w.found(look, id, title, search)
		values[look.Name] = id
		made := w.add(values)
		shows := func() {
			w.Helper()
			for _, path := range []string{w.all(), w.one(made.id)} {
				require.Contains(w.T, w.open(path).html, fmt.Sprintf(`href="%s%s">%s</a>`, screens.Home, other.path(id), title), path)
			}
		}
		shows()
		report := w.take(fmt.Sprintf("id,%s\n%d,123456789\n", look.Name, made.id))
		require.Equal(w.T, []int64{0, 0, 0, 1}, counts(report))
		require.Equal(w.T, imports.RowFault{
			Line: 2, Column: look.Name, Value: "123456789", Code: "REFERENCE_NOT_FOUND", Detail: report.Faults[0].Detail,
		}, report.Faults[0])
		shows()
		if other.Deletion != crud.Soft {
			continue
		}
		w.Do(w.T, kittest.Case{Method: "DELETE", Path: other.path(id), As: w.writer, Header: ifMatch("*"), Status: 204})
		shows()
		w.Do(w.T, kittest.Case{
			Path: w.all(), As: w.writer, Status: 422, Fields: []string{look.Name + ":REFERENCE_NOT_FOUND"}, Body: bodyOf(w.T, with(w.values(), look.Name, id)),
		})
		plain := w.plainField().Name
		w.Do(w.T, kittest.Case{
			Method: "PATCH", Path: w.one(made.id), As: w.writer, Header: ifMatch("*"), Status: 200,
			Body: bodyOf(w.T, map[string]any{look.Name: id, plain: w.values()[plain]}),
		})
		w.raced(look, other)
	}
}

// found: the form's buttons search for another and choose it; Enter in the search searches as long as none is chosen; what
// was typed elsewhere is kept all the while.
func (w *world[T]) found(look crud.Look, id int64, title, search string) {
	w.Helper()
	rows, form := w.rows(), w.formOf(w.values(), nil, 0)
	choose := fmt.Sprintf("choose:%s:%d", look.Name, id)
	form.Set(look.Name, "")
	form.Set(look.Name+"_search", strings.ToUpper(search))
	kept := quoted(form.Get("key"))
	for _, button := range []string{"find:" + look.Name, "save"} {
		form.Set("do", button)
		p := w.browse(kit.Manager, w.all()+"/new", form)
		require.Equal(w.T, http.StatusOK, p.status, "%s: %s", button, p.html)
		require.Contains(w.T, p.html, quoted(choose))
		require.Contains(w.T, p.html, kept)
	}
	form.Set("do", choose)
	p := w.browse(kit.Manager, w.all()+"/new", form)
	require.Contains(w.T, p.html, fmt.Sprintf(`name="%s" value="%d"`, look.Name, id))
	require.Contains(w.T, p.html, html.EscapeString(title))
	require.Equal(w.T, rows, w.rows(), "nothing is made of it yet")
	form.Set("do", "save")
	form.Set(look.Name, strconv.FormatInt(id, 10))
	form.Del(look.Name + "_search")
	require.Equal(w.T, http.StatusSeeOther, w.browse(kit.Manager, w.all()+"/new", form).status)
	form.Set("key", uuid.NewString())
	form.Set(look.Name, "123456789")
	p = w.browse(kit.Manager, w.all()+"/new", form)
	require.Equal(w.T, http.StatusUnprocessableEntity, p.status, p.html)
	require.Contains(w.T, p.html, `href="#`+look.Name+`"`, "the field is to blame")
}

// raced: one that is deleted while it is referred to is either deleted afterwards, or not referred to.
func (w *world[T]) raced(look crud.Look, other Other) {
	w.Helper()
	both := 0
	for range 20 {
		id, _, _ := other.add(w.service)
		body := bodyOf(w.T, with(w.values(), look.Name, id))
		var created, deleted int
		var location string
		var together sync.WaitGroup
		together.Go(func() { created, location = w.send("POST", w.all(), body) })
		together.Go(func() { deleted, _ = w.send("DELETE", other.path(id), "") })
		together.Wait()
		require.Equal(w.T, http.StatusNoContent, deleted)
		if created != http.StatusCreated {
			require.Equal(w.T, http.StatusUnprocessableEntity, created)
			continue
		}
		both++
		made, err := strconv.ParseInt(location[strings.LastIndexByte(location, '/')+1:], 10, 64)
		require.NoError(w.T, err)
		require.Less(w.T, w.eventOf(w.Name, made, "created"), w.eventOf(other.Name, id, "deleted"), "%s refers to what was deleted before", location)
	}
	w.Logf("%d of 20 were referred to first", both)
}

// eventOf is the id of an event.
func (w *world[T]) eventOf(name string, id int64, action string) (event int64) {
	w.Helper()
	q := w.d.Read(w.Context()).Table("events").Where("entity_type = ? AND entity_id = ? AND action = ?", name, id, action)
	require.NoError(w.T, q.Select("id").Take(&event).Error)
	return event
}

// send sends a request without looking at what comes of it.
func (w *world[T]) send(method, path, body string) (status int, location string) {
	request, err := http.NewRequestWithContext(context.Background(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+w.writer)
	request.Header.Set("If-Match", "*")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, cmp.Or(answer.Header.Get("Location"), fmt.Sprint(answer.Body.Close()))
}

// restoring: what was deleted softly is on a page of its own and in a list of its own, which say so; a button brings it back.
func (w *world[T]) restoring() {
	if w.Deletion != crud.Soft {
		require.NotContains(w.T, w.open(w.all()).html, "deleted=true")
		w.Do(w.T, kittest.Case{Path: w.all() + "?deleted=true", As: w.writer, Status: 400, Code: "PARAMETER_UNKNOWN"})
		return
	}
	made, gone := w.add(w.values()), w.add(w.values())
	page, deleted := w.one(gone.id), w.all()+"?deleted=true"
	require.Contains(w.T, w.open(w.all()).html, `href="`+screens.Home+deleted)
	button := `action="` + screens.Home + page + `/restore"`
	require.NotContains(w.T, w.open(page).html, button)
	form := w.formOf(w.values(), nil, 1)
	require.Equal(w.T, page, w.browse(kit.Manager, page+"/delete", form).location)
	require.Contains(w.T, w.open(page).html, button)
	require.Contains(w.T, w.open(page).html, "Ana Ruiz deleted this at ")
	require.Equal(w.T, w.Write == kit.Viewer, strings.Contains(w.browse(kit.Viewer, page, nil).html, button))
	require.Equal(w.T, 404, w.browse(kit.Manager, page+"/edit", nil).status)
	link := `href="` + screens.Home + page + `"`
	ofDeleted := func(path string) string { return `href="` + screens.Home + path + `?list=deleted%3Dtrue"` }
	require.Contains(w.T, w.open(deleted).html, ofDeleted(page))
	require.NotContains(w.T, w.open(deleted).html, ofDeleted(w.one(made.id)))
	require.NotContains(w.T, w.open(w.all()).html, link)
	again := w.add(w.values())
	w.Do(w.T, kittest.Case{Method: "DELETE", Path: w.one(again.id), As: w.writer, Header: ifMatch("*"), Status: 204})
	ids := w.list(url.Values{"deleted": {"true"}})
	require.Equal(w.T, []int64{again.id, gone.id}, ids[:2], "the last that was deleted comes first")
	slices.Reverse(ids)
	require.Equal(w.T, ids, w.list(url.Values{"deleted": {"true"}, "sort": {"deleted_at"}}))
	require.Equal(w.T, []int64{made.id}, w.list(url.Values{"ids": {fmt.Sprintf("%d,%d", made.id, gone.id)}}))
	require.Equal(w.T, []int64{gone.id}, w.list(url.Values{"ids": {fmt.Sprintf("%d,%d", made.id, gone.id)}, "deleted": {"true"}}))
	w.broughtBack(gone, page)
}

// broughtBack: the button restores it, once however often it is pressed, unless what was unique about it is taken.
func (w *world[T]) broughtBack(gone entity, page string) {
	w.Helper()
	form := url.Values{"key": {uuid.NewString()}}
	if w.hasUnique() {
		second := w.add(w.allValues(gone))
		refused := w.browse(kit.Manager, page+"/restore", form)
		require.Equal(w.T, http.StatusConflict, refused.status, refused.html)
		require.Contains(w.T, refused.html, quoted(form.Get("key")), "it can be tried again")
		w.Do(w.T, kittest.Case{Method: "DELETE", Path: w.one(second.id), As: w.writer, Header: ifMatch("*"), Status: 204})
	}
	for range 2 {
		require.Equal(w.T, page, w.browse(kit.Manager, page+"/restore", form).location)
	}
	require.Equal(w.T, int64(3), w.get(gone.id).version)
	require.NotContains(w.T, w.list(url.Values{"deleted": {"true"}}), gone.id)
}

// allValues are those of an entity, to make another of them.
func (w *world[T]) allValues(of entity) map[string]any {
	values := w.values()
	for _, look := range w.settable() {
		if value, shown := of.values[look.Name]; shown {
			values[look.Name] = value
		}
	}
	return values
}
