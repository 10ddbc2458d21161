package crudtest

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/kit/kittest"
)

// event is what the timeline tells.
type event struct {
	Version int64                     `json:"version"`
	Action  string                    `json:"action"`
	Actor   string                    `json:"actor"`
	Changes map[string]map[string]any `json:"changes"`
}

// happened gives the events of one, oldest first, and their text.
func (w *world[T]) happened(id int64) (events []event, text string) {
	w.Helper()
	var page struct {
		Data []event `json:"data"`
	}
	r := w.Do(w.T, kittest.Case{Path: w.one(id) + "/events", As: w.writer, Status: 200})
	r.JSON(w.T, &page)
	for i := range page.Data {
		events = append(events, page.Data[len(page.Data)-1-i])
	}
	return events, string(r.Body)
}

// events: every change has one, with the values before and after; secrets are named and never shown.
func (w *world[T]) events() {
	values := w.values()
	made, look := w.add(values), w.plainField()
	change := map[string]any{look.Name: w.values()[look.Name]}
	var secrets []string
	for _, one := range w.settable() {
		if one.Secret {
			change[one.Name] = w.values()[one.Name]
			secrets = append(secrets, fmt.Sprint(values[one.Name]), fmt.Sprint(change[one.Name]))
		}
	}
	after := w.entityOf(w.Do(w.T, kittest.Case{
		Method: "PATCH", Path: w.one(made.id), As: w.writer, Body: bodyOf(w.T, change), Header: ifMatch(`"1"`), Status: 200,
	}))
	events, text := w.happened(made.id)
	require.Len(w.T, events, 2)
	require.Equal(w.T, event{1, "created", "operator:3", events[0].Changes}, events[0])
	require.Equal(w.T, event{2, "updated", "operator:3", events[1].Changes}, events[1])
	for _, one := range w.settable() {
		require.Contains(w.T, events[0].Changes, one.Name)
	}
	require.Len(w.T, events[1].Changes, len(change), "what has not changed is not told")
	require.Equal(w.T, map[string]any{"old": made.values[look.Name], "new": after.values[look.Name]}, events[1].Changes[look.Name])
	for _, secret := range secrets {
		require.NotContains(w.T, text, secret)
	}
}

// deletion is of the kind that the description says.
func (w *world[T]) deletion() {
	values := w.values()
	made := w.add(values)
	remove := kittest.Case{Method: "DELETE", Path: w.one(made.id), As: w.writer, Header: ifMatch(`"1"`), Status: 204}
	if w.Deletion == crud.Kept {
		remove.Status = 405
		w.Do(w.T, remove)
		w.get(made.id)
		return
	}
	w.Do(w.T, remove)
	for _, method := range []string{"GET", "DELETE", "PATCH"} {
		gone := kittest.Case{Method: method, Path: w.one(made.id), As: w.writer, Header: ifMatch("*"), Status: 404}
		if method == "PATCH" {
			gone.Body = "{}"
		}
		w.Do(w.T, gone)
	}
	require.NotContains(w.T, w.list(nil), made.id)
	restore := kittest.Case{Method: "POST", Path: w.one(made.id) + "/restore", As: w.writer, Status: 404}
	if w.Deletion == crud.Hard {
		w.Do(w.T, restore)
		w.add(values) // what was unique about it is free
		return
	}
	w.restored(made, values, restore)
}

// restored: a row that was deleted softly comes back, unless what was unique about it has been taken.
func (w *world[T]) restored(made entity, values map[string]any, restore kittest.Case) {
	restore.Status = 200
	if w.hasUnique() {
		second := w.add(values)
		restore.Status, restore.Code = 409, "DUPLICATE"
		w.Do(w.T, restore)
		w.Do(w.T, kittest.Case{Method: "DELETE", Path: w.one(second.id), As: w.writer, Header: ifMatch(`"1"`), Status: 204})
		restore.Status, restore.Code = 200, ""
	}
	back := w.entityOf(w.Do(w.T, restore))
	require.Equal(w.T, int64(3), back.version)
	for _, look := range w.settable() {
		require.Equal(w.T, made.values[look.Name], back.values[look.Name], look.Name)
	}
	require.Contains(w.T, w.list(nil), made.id)
	events, _ := w.happened(made.id)
	require.Len(w.T, events, 3)
	require.Equal(w.T, []string{"created", "deleted", "restored"}, []string{events[0].Action, events[1].Action, events[2].Action})
	w.Do(w.T, restore) // again: it is there
}

func (w *world[T]) hasUnique() bool {
	for _, look := range w.settable() {
		if look.Unique {
			return true
		}
	}
	return false
}

// formula is what a spreadsheet would calculate.
const formula = "=1+1"

// file: the list as a file is all of it, in the reader's language; nothing in it is taken for a formula.
func (w *world[T]) file() {
	made := w.add(w.guardedValues())
	for language, comma := range map[string]rune{"en": ',', "es": ';'} {
		r := w.Do(w.T, kittest.Case{
			Path: w.all(), As: w.writer, Header: map[string]string{"Accept": "text/csv", "Accept-Language": language}, Status: 200,
		})
		text, marked := strings.CutPrefix(string(r.Body), "\ufeff")
		require.True(w.T, marked, "spreadsheets are told that it is UTF-8")
		reader := csv.NewReader(strings.NewReader(text))
		reader.Comma = comma
		rows, err := reader.ReadAll()
		require.NoError(w.T, err)
		require.Len(w.T, rows, 1+len(w.list(nil)))
		require.Equal(w.T, strconv.FormatInt(made.id, 10), rows[1][0], "the newest comes first")
		for _, look := range w.settable() {
			require.Equal(w.T, !look.Secret, strings.Contains(","+strings.Join(rows[0], ",")+",", ","+strings.TrimSuffix(look.Name, "_cents")+","), look.Name)
		}
		for _, row := range rows[1:] {
			for _, cell := range row {
				require.False(w.T, strings.HasPrefix(cell, "="), cell)
			}
		}
	}
}

// guardedValues are values with a formula in every text that takes one.
func (w *world[T]) guardedValues() map[string]any {
	values := w.values()
	for _, look := range w.texts() {
		if text := formula + strconv.Itoa(w.made); look.Most >= int64(len(text)) {
			values[look.Name] = text + strings.Repeat("0", int(max(look.Least-int64(len(text)), 0)))
		}
	}
	return values
}

// list gives the ids of the whole list that the parameters ask for, page by page.
func (w *world[T]) list(params url.Values) []int64 {
	w.Helper()
	ids := []int64{}
	w.walk(params, 100, func(page []map[string]jsontext.Value) {
		for _, row := range page {
			ids = append(ids, number(w.T, row["id"]))
		}
	})
	return ids
}
