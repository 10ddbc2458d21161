package crudtest

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit/kittest"
)

// walk reads a list from its beginning to its end.
func (w *world[T]) walk(params url.Values, limit int, see func(page []map[string]jsontext.Value)) {
	w.Helper()
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	maps.Copy(query, params)
	for {
		var page struct {
			Data []map[string]jsontext.Value `json:"data"`
			Next *string                     `json:"next_cursor"`
		}
		w.Do(w.T, kittest.Case{Path: w.all() + "?" + query.Encode(), As: w.writer, Status: 200}).JSON(w.T, &page)
		see(page.Data)
		if page.Next == nil {
			return
		}
		query = url.Values{"limit": query["limit"], "cursor": {*page.Next}}
	}
}

func number(t *testing.T, value jsontext.Value) int64 {
	t.Helper()
	n, err := strconv.ParseInt(string(value), 10, 64)
	require.NoError(t, err)
	return n
}

// filters: each narrows the list to those with the value, and to all of them; what is no value is refused.
func (w *world[T]) filters() {
	for range 3 {
		w.add(w.values())
	}
	for _, look := range w.Looks() {
		if !look.Filter {
			w.Do(w.T, kittest.Case{Path: w.all() + "?" + look.Name + "=1", As: w.writer, Status: 400, Code: "PARAMETER_UNKNOWN"})
			continue
		}
		if look.Kind != crud.KindText {
			w.Do(w.T, kittest.Case{Path: w.all() + "?" + look.Name + "=", As: w.writer, Status: 400, Code: "PARAMETER_INVALID"})
		}
		if look.Flag { // its value is not shown: it is enough that its two halves are the whole
			halves := append(w.list(url.Values{look.Name: {"true"}}), w.list(url.Values{look.Name: {"false"}})...)
			require.ElementsMatch(w.T, w.list(nil), halves, look.Name)
			continue
		}
		having := map[string][]int64{}
		w.walk(nil, 100, func(page []map[string]jsontext.Value) {
			for _, row := range page {
				value := plain(w.T, row[look.Name])
				having[value] = append(having[value], number(w.T, row["id"]))
			}
		})
		delete(having, "null") // none is no value to filter by
		for value, ids := range having {
			require.Equal(w.T, ids, w.list(url.Values{look.Name: {value}}), "%s=%s", look.Name, value)
		}
	}
}

// plain is a JSON value as an address has it.
func plain(t *testing.T, value jsontext.Value) string {
	t.Helper()
	if value.Kind() != jsontext.KindString {
		return string(value)
	}
	var text string
	require.NoError(t, json.Unmarshal(value, &text))
	return text
}

// searches find an entity by how a text begins, whatever the case, and no other.
func (w *world[T]) searches() {
	for _, look := range w.settable() {
		if !look.Search {
			continue
		}
		values := w.values()
		made := w.add(values)
		w.add(w.values())
		text := values[look.Name].(string)
		require.Equal(w.T, []int64{made.id}, w.list(url.Values{"search": {strings.ToUpper(text)}}), look.Name)
		require.Contains(w.T, w.list(url.Values{"search": {text[:2]}}), made.id, look.Name)
		require.Empty(w.T, w.list(url.Values{"search": {text + " and no more"}}))
	}
}

// sortedBy are the orders that the list offers.
func (w *world[T]) sortedBy() (sorts []crud.Look) {
	for _, look := range w.Looks() {
		if look.Sort {
			sorts = append(sorts, look)
		} else {
			w.Do(w.T, kittest.Case{Path: w.all() + "?sort=" + look.Name, As: w.writer, Status: 400, Code: "PARAMETER_INVALID"})
		}
	}
	return sorts
}

// sorts: each orders the whole list, and its opposite is the same backwards.
func (w *world[T]) sorts() {
	for range 3 {
		w.add(w.values())
	}
	for _, look := range w.sortedBy() {
		var values []string
		w.walk(url.Values{"sort": {look.Name}}, 100, func(page []map[string]jsontext.Value) {
			for _, row := range page {
				values = append(values, plain(w.T, row[look.Name]))
			}
		})
		require.True(w.T, slices.IsSortedFunc(values, func(a, b string) int { return compare(look, a, b) }), "%s: %q", look.Name, values)
		backwards := w.list(url.Values{"sort": {"-" + look.Name}})
		slices.Reverse(backwards)
		require.Equal(w.T, w.list(url.Values{"sort": {look.Name}}), backwards, look.Name)
	}
}

// compare compares as people do: texts whatever their case.
func compare(look crud.Look, a, b string) int {
	if look.Kind == crud.KindInt || look.Kind == crud.KindMoney || look.Kind == crud.KindRef {
		x, _ := strconv.ParseInt(a, 10, 64) // both come from numbers
		y, _ := strconv.ParseInt(b, 10, 64)
		return cmp.Compare(x, y)
	}
	if look.Search {
		return cmp.Compare(db.Fold(a), db.Fold(b))
	}
	return cmp.Compare(a, b)
}

// cursors: whoever reads page by page sees all that was there from the first page on, once each, whatever is added
// meanwhile.
func (w *world[T]) cursors() {
	for len(w.list(nil)) < 9 {
		w.add(w.values())
	}
	for _, look := range w.sortedBy() {
		for _, sort := range []string{look.Name, "-" + look.Name} {
			there, seen, added := w.list(nil), map[int64]int{}, 0
			w.walk(url.Values{"sort": {sort}}, 4, func(page []map[string]jsontext.Value) {
				for _, row := range page {
					seen[number(w.T, row["id"])]++
				}
				if added++; added <= 2 {
					w.add(w.values())
				}
			})
			for _, id := range there {
				require.Equal(w.T, 1, seen[id], "%s was seen so often by %s", w.one(id), sort)
			}
			for id, times := range seen {
				require.Equal(w.T, 1, times, "%s was seen so often by %s", w.one(id), sort)
			}
		}
	}
	w.Do(w.T, kittest.Case{Path: w.all() + "?cursor=made-up", As: w.writer, Status: 400, Code: "CURSOR_INVALID"})
}

// indexes: what the list offers is served by an index, and what is unique is held so by one.
func (w *world[T]) indexes() {
	require.NoError(w.T, w.d.Tx(w.Context(), func(tx *db.Tx) error {
		found, err := tx.Migrator().GetIndexes(w.Table())
		require.NoError(w.T, err)
		has := func(unique bool, columns ...string) bool {
			for _, index := range found {
				is, _ := index.Unique()
				if have := index.Columns(); len(have) >= len(columns) && slices.Equal(columns, have[:len(columns)]) && (is || !unique) {
					return true
				}
			}
			return false
		}
		require.True(w.T, has(false, "created_at", "id"), "no index on (created_at, id)")
		for _, c := range w.Columns() {
			require.True(w.T, !c.Unique || has(true, c.Name), "no unique index on (%s)", c.Name)
			require.True(w.T, !c.Ordered || has(false, c.Name, "id"), "no index on (%s, id)", c.Name)
			require.True(w.T, !c.Filter || has(false, c.Name), "no index that begins with %s", c.Name)
		}
		for _, flag := range w.Flags {
			require.True(w.T, has(false, flag), "no index that begins with %s", flag)
		}
		return nil
	}))
}
