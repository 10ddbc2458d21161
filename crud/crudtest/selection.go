package crudtest

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/screens"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// columns: those that are ticked are those that the list shows, wherever in it its reader goes, and after a change of one.
func (w *world[T]) columns() {
	made := w.add(w.values())
	w.add(w.values())
	all := w.open(w.all()).html
	var names []string
	for _, found := range regexp.MustCompile(`name="column" value="([^"]+)" checked`).FindAllStringSubmatch(all, -1) {
		names = append(names, found[1])
	}
	heads := func(page string) int { return strings.Count(page, `role="columnheader"`) - 1 } // one is that of the check boxes
	require.Equal(w.T, heads(all), len(names)+1, "all are shown, and all but the first can be left out")
	require.Equal(w.T, "created_at", names[len(names)-1])

	sent := w.all() + "?search=x&column=&column=created_at"
	require.Equal(w.T, w.all()+"?columns=created_at&search=x", w.browse(w.Read, sent, nil).location)
	every := url.Values{screens.ByColumn: append([]string{""}, names...)}
	for _, form := range []url.Values{every, {screens.ByColumn: {""}}} {
		require.Equal(w.T, w.all(), w.browse(kit.Manager, w.all()+"?"+form.Encode(), nil).location, "all is what is shown where nothing is said")
	}
	for _, unknown := range []string{"nope", "", "created_at,nope", "id", "created_at&columns=created_at"} {
		require.Equal(w.T, http.StatusBadRequest, w.browse(kit.Manager, w.all()+"?columns="+unknown, nil).status, unknown)
	}
	for _, name := range names {
		page := w.open(w.all() + "?limit=1&columns=" + name)
		require.Equal(w.T, 2, heads(page.html), name)
		require.Contains(w.T, page.html, `name="columns" value="`+name+`"`, "a search keeps it")
		require.Regexp(w.T, `href="[^"]*columns=`+name+`[^"]*cursor=[^"]*"[^>]* rel="next"`, html.UnescapeString(page.html))
	}
	w.comesBack(made, w.all()+"?columns=created_at")
}

// comesBack: what is reached from a list leads back to it as it was, also after a change.
func (w *world[T]) comesBack(made entity, list string) {
	w.Helper()
	behind := "?" + url.Values{"list": {strings.TrimPrefix(list, w.all()+"?")}}.Encode()
	require.Contains(w.T, w.open(list).html, `href="`+screens.Home+w.one(made.id)+behind+`"`)
	back := `class="back" href="` + screens.Home + list + `"`
	require.Contains(w.T, w.open(w.one(made.id)+behind).html, back)
	require.Contains(w.T, w.open(w.one(made.id)+"/edit"+behind).html, `action="`+screens.Home+w.one(made.id)+"/edit"+behind+`"`)
	saved := w.browse(kit.Manager, w.one(made.id)+"/edit"+behind, w.formOf(w.values(), made.values, 1))
	require.Equal(w.T, w.one(made.id)+behind, saved.location, saved.html)
	require.Contains(w.T, w.open(saved.location).html, back)
}

// deed is what can be done with several: make makes one that it can be done with.
type deed[T any] struct {
	name, action string // in addresses, and as an event tells it
	make         func() entity
}

func (w *world[T]) deeds() (deeds []deed[T]) {
	w.Helper()
	for _, look := range w.settable() {
		if look.Retires {
			for _, to := range []bool{true, false} {
				name := look.Name + "." + strconv.FormatBool(to)
				deeds = append(deeds, deed[T]{name, "updated", func() entity { return w.add(with(w.values(), look.Name, !to)) }})
			}
		}
	}
	if w.Deletion != crud.Kept {
		deeds = append(deeds, deed[T]{"delete", "deleted", func() entity { return w.add(w.values()) }})
	}
	if w.Deletion == crud.Soft {
		deeds = append(deeds, deed[T]{"restore", "restored", func() entity {
			made := w.add(w.values())
			w.remove(made.id)
			made.version++
			return made
		}})
	}
	return deeds
}

func (w *world[T]) remove(id int64) {
	w.Helper()
	w.Do(w.T, kittest.Case{Method: "DELETE", Path: w.one(id), As: w.writer, Header: ifMatch("*"), Status: 204})
}

// asking is the address of the question about some.
func (w *world[T]) asking(d deed[T], rows ...entity) string {
	params := url.Values{"action": {d.name}, "list": {"columns=created_at"}}
	for _, row := range rows {
		params.Add("id", strconv.FormatInt(row.id, 10))
	}
	return w.all() + "/selected?" + params.Encode()
}

// mainOf is what a page says, without what stands around it: the time at which it was made, for one.
func mainOf(p page) string {
	_, rest, _ := strings.Cut(p.html, "<main")
	said, _, _ := strings.Cut(rest, "</main>")
	return said
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// fieldsOf is the form of a question, as a browser sends it.
func fieldsOf(p page) url.Values {
	form := url.Values{"do": {"save"}}
	_, main, _ := strings.Cut(p.html, "<main")
	for _, found := range hidden.FindAllStringSubmatch(main, -1) {
		form.Add(found[1], html.UnescapeString(found[2]))
	}
	return form
}

// acted is how often something has happened to one.
func (w *world[T]) acted(id int64, action string) (n int64) {
	w.Helper()
	q := w.d.Read(w.Context()).Table("events").Where("entity_type = ? AND entity_id = ? AND action = ?", w.Name, id, action)
	require.NoError(w.T, q.Count(&n).Error)
	return n
}

// selection: several are exported, retired, deleted, restored at once: each by itself and once, however often the form is
// sent; what would become of each is told before, and what has become of it after.
func (w *world[T]) selection() {
	w.exported()
	w.wrongSelections()
	for _, d := range w.deeds() {
		w.selectionOfEach(d)
		w.selectionAtOnce(d)
		w.isForWhoMayWrite(d)
	}
	if w.Deletion == crud.Soft && w.hasUnique() {
		w.selectionOfTaken()
	}
}

func (w *world[T]) exported() {
	one, _, other := w.add(w.values()), w.add(w.values()), w.add(w.values())
	export := deed[T]{name: "export"}
	for _, role := range roles {
		file := w.browse(role, w.asking(export, one, other), nil)
		if !role.Includes(w.Read) {
			require.Equal(w.T, http.StatusForbidden, file.status)
			continue
		}
		lines := strings.Split(strings.TrimSpace(file.html), "\r\n")
		require.Len(w.T, lines, 3, "%s: %s", role, file.html)
		require.Regexp(w.T, fmt.Sprintf(`^%d,`, other.id), lines[1])
		require.Regexp(w.T, fmt.Sprintf(`^%d,`, one.id), lines[2])
		require.Contains(w.T, w.browse(role, w.all(), nil).html, `value="export"`)
	}
	if w.Deletion == crud.Soft {
		w.remove(one.id)
		deleted := strings.Replace(w.asking(export, one, other), "columns%3Dcreated_at", "deleted%3Dtrue", 1)
		require.Regexp(w.T, fmt.Sprintf(`^\x{feff}[^\r]*\r\n%d,[^\r]*\r\n$`, one.id), w.open(deleted).html, "those that the list has")
	}
}

// wrongSelections are refused as a whole, before anything is done.
func (w *world[T]) wrongSelections() {
	made := w.add(w.values())
	many := url.Values{}
	for id := range 101 {
		many.Add("id", strconv.Itoa(id+1))
	}
	for _, query := range []string{"", "id=x", "id=0", "id=1%2C2", many.Encode()} {
		require.Equal(w.T, http.StatusBadRequest, w.browse(kit.Manager, w.all()+"/selected?action=export&"+query, nil).status, query)
	}
	none := deed[T]{name: "nope"}
	require.Equal(w.T, http.StatusBadRequest, w.browse(kit.Manager, w.asking(none, made), nil).status)
	for _, d := range w.deeds() {
		good := d.make()
		row := fmt.Sprintf("%d:%d:x", good.id, good.version)
		for _, rows := range [][]string{nil, {row, "x"}, {row, "1:2"}, {row, "0:1:x"}, {row, "1:x:x"}, slices.Repeat([]string{row}, 101)} {
			form := url.Values{"key": {uuid.NewString()}, "action": {d.name}, "row": rows}
			require.Equal(w.T, http.StatusBadRequest, w.browse(kit.Manager, w.all()+"/selected", form).status, rows)
		}
		form := url.Values{"action": {d.name}, "row": {row}}
		require.Equal(w.T, http.StatusBadRequest, w.browse(kit.Manager, w.all()+"/selected", form).status, "without a key")
		require.Zero(w.T, w.acted(good.id, d.action))
	}
}

// selectionOfEach: one is done already before the question, one is changed after it, one is done by somebody else after it.
func (w *world[T]) selectionOfEach(d deed[T]) {
	w.Helper()
	one, other, before, changed, meanwhile := d.make(), d.make(), d.make(), d.make(), d.make()
	w.single(d, before)
	asked := w.open(w.asking(d, one, other, before, changed, meanwhile))
	form := fieldsOf(asked)
	require.Len(w.T, form["row"], 4, asked.html)
	require.Contains(w.T, asked.html, "Already so")
	require.Contains(w.T, asked.html, "4 of 5 will be changed.")
	require.Contains(w.T, asked.html, `href="`+screens.Home+w.all()+`?columns=created_at"`, "the way back")
	for _, row := range []entity{one, other} {
		require.Zero(w.T, w.acted(row.id, d.action), "a question changes nothing")
	}
	w.touch(d, changed)
	w.single(d, meanwhile)
	counted := w.acted(changed.id, d.action)
	done := w.browse(kit.Manager, w.all()+"/selected?list=columns%3Dcreated_at", form)
	require.Equal(w.T, http.StatusOK, done.status, done.html)
	back := `class="back" href="` + screens.Home + w.all() + `?columns=created_at"`
	for _, text := range []string{": 2 of 4 done", "Done", "Changed meanwhile", "Already so", back} {
		require.Contains(w.T, done.html, text)
	}
	for range 2 {
		again := w.browse(kit.Manager, w.all()+"/selected?list=columns%3Dcreated_at", form)
		require.Equal(w.T, mainOf(done), mainOf(again), "sent again")
	}
	for _, row := range []entity{one, other, before, meanwhile} {
		require.EqualValues(w.T, 1, w.acted(row.id, d.action))
	}
	require.Equal(w.T, counted, w.acted(changed.id, d.action))
	require.Contains(w.T, w.open(w.asking(d, one, other)).html, "there is nothing to do")
	w.asksAgain(d)
	w.reads = "es"
	require.Contains(w.T, w.open(w.asking(d, d.make(), d.make())).html, "¿")
	w.reads = ""
}

// asksAgain: a form that was held back while its sender logged in is the same one again, and has no effect.
func (w *world[T]) asksAgain(d deed[T]) {
	w.Helper()
	one := d.make()
	form := fieldsOf(w.open(w.asking(d, one)))
	form.Set("do", "resume")
	again := w.browse(kit.Manager, w.all()+"/selected", form)
	require.Equal(w.T, http.StatusOK, again.status)
	require.Zero(w.T, w.acted(one.id, d.action))
	form.Set("do", "save")
	require.Equal(w.T, form, fieldsOf(again))
}

// single does to one what a deed does to several.
func (w *world[T]) single(d deed[T], row entity) {
	w.Helper()
	field, value, _ := strings.Cut(d.name, ".")
	switch d.name {
	case "delete":
		w.remove(row.id)
	case "restore":
		w.Do(w.T, kittest.Case{Method: "POST", Path: w.one(row.id) + "/restore", As: w.writer, Status: 200})
	default:
		w.Do(w.T, kittest.Case{
			Method: "PATCH", Path: w.one(row.id), As: w.writer, Header: ifMatch("*"), Body: fmt.Sprintf(`{%q: %s}`, field, value), Status: 200,
		})
	}
}

// touch changes one in another way.
func (w *world[T]) touch(d deed[T], row entity) {
	w.Helper()
	if d.name == "restore" {
		w.single(d, row)
		w.remove(row.id)
		return
	}
	look := w.plainField()
	w.Do(w.T, kittest.Case{
		Method: "PATCH", Path: w.one(row.id), As: w.writer, Header: ifMatch("*"), Status: 200,
		Body: bodyOf(w.T, map[string]any{look.Name: w.other(look, row.values[look.Name])}),
	})
}

// selectionAtOnce: a double click is one effect for each.
func (w *world[T]) selectionAtOnce(d deed[T]) {
	w.Helper()
	rows := []entity{d.make(), d.make(), d.make()}
	form := fieldsOf(w.open(w.asking(d, rows...)))
	var together sync.WaitGroup
	for range 3 {
		together.Go(func() {
			if p := w.browse(kit.Manager, w.all()+"/selected", form); p.status >= http.StatusInternalServerError && p.status != http.StatusServiceUnavailable {
				w.Errorf("%d: %s", p.status, p.html)
			}
		})
	}
	together.Wait()
	require.Contains(w.T, w.browse(kit.Manager, w.all()+"/selected", form).html, ": 3 of 3 done")
	for _, row := range rows {
		require.EqualValues(w.T, 1, w.acted(row.id, d.action))
	}
}

func (w *world[T]) isForWhoMayWrite(d deed[T]) {
	w.Helper()
	row := d.make()
	form := fieldsOf(w.open(w.asking(d, row)))
	for _, role := range roles {
		if role.Includes(w.Write) {
			continue
		}
		require.Equal(w.T, http.StatusForbidden, w.browse(role, w.asking(d, row), nil).status, role)
		require.Equal(w.T, http.StatusForbidden, w.browse(role, w.all()+"/selected", form).status, role)
		require.NotContains(w.T, w.browse(role, w.all(), nil).html, `name="action" value="`+d.name+`"`, role)
	}
	require.Zero(w.T, w.acted(row.id, d.action))
}

// selectionOfTaken: one that cannot come back is told of before, with the reason, and is not tried.
func (w *world[T]) selectionOfTaken() {
	gone := w.add(w.values())
	w.remove(gone.id)
	w.add(w.allValues(gone))
	asked := w.open(w.asking(deed[T]{name: "restore"}, gone))
	require.Contains(w.T, asked.html, "Not possible")
	require.NotContains(w.T, fieldsOf(asked), "row")
}

// selectionThroughFaults: whichever call to the database fails, and however, the same form sent again ends with one effect for each.
func (w *world[T]) selectionThroughFaults() {
	deeds := w.deeds()
	if len(deeds) == 0 {
		return
	}
	runs := w.faults.Enumerate(w.T, "selected", func(string) dbtest.Trial {
		rows := []entity{deeds[0].make(), deeds[0].make()}
		form := fieldsOf(w.open(w.asking(deeds[0], rows...)))
		return dbtest.Trial{
			Attempt: func() bool {
				done := w.browse(kit.Manager, w.all()+"/selected", form)
				require.Contains(w.T, []int{http.StatusOK, http.StatusConflict, http.StatusServiceUnavailable}, done.status, done.html)
				return strings.Contains(done.html, ": 2 of 2 done")
			},
			Effects: func() int64 {
				one, other := w.acted(rows[0].id, deeds[0].action), w.acted(rows[1].id, deeds[0].action)
				require.Equal(w.T, one, other)
				return one
			},
		}
	})
	w.Logf("%d runs", runs)
}
