package crud_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"b2b.example/db"
	"b2b.example/kit/kittest"
)

// manySuppliers are more than are looked up and sorted for one page.
const manySuppliers = 12_000

// fillSuppliers makes them: each is found by its name, every second one by its e-mail too.
func (w *world) fillSuppliers() {
	w.t.Helper()
	rows := make([]map[string]any, 0, manySuppliers)
	for id := 1; id <= manySuppliers; id++ {
		name, email := fmt.Sprintf("Firm %d", id), fmt.Sprintf("%s%d@x.test", []string{"even", "odd"}[id%2], id)
		made := time.Date(2026, 1, 1, 0, 0, id, 0, time.UTC)
		rows = append(rows, map[string]any{
			"id": id, "name": name, "name_key": strings.ToLower(name), "email": email, "email_key": email, "tax_id": "", "terms": "prepaid",
			"lead_days": id % 300, "credit_cents": 0, "parent_id": 1, "preferred": false, "rating": 0, "version": 1, "created_at": made, "updated_at": made,
		})
	}
	require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error { return tx.Table("suppliers").CreateInBatches(rows, 50).Error }))
}

// A search finds the same rows in the list's order, whether they are looked up, for they are few, or read in that order.
func TestSearchOfFewAndOfMany(t *testing.T) {
	byName := func(a, b int) int { return strings.Compare(fmt.Sprintf("firm %d", a), fmt.Sprintf("firm %d", b)) }
	newest := func(a, b int) int { return b - a }
	isEven := func(id int) bool { return id%2 == 0 }
	each(t, suppliers, func(w *world) {
		w.fillSuppliers()
		for _, one := range []struct {
			query string
			has   func(id int) bool
			order func(a, b int) int
		}{
			{"search=firm", func(int) bool { return true }, newest},
			{"search=FIRM&sort=name", func(int) bool { return true }, byName},
			{"search=firm+77", func(id int) bool { return strings.HasPrefix(strconv.Itoa(id), "77") }, newest},
			{"search=even", isEven, newest},
			{"search=even&sort=-name", isEven, func(a, b int) int { return byName(b, a) }},
			{"search=firm+9&sort=name", func(id int) bool { return strings.HasPrefix(strconv.Itoa(id), "9") }, byName},
			{"search=firm+9&sort=-name", func(id int) bool { return strings.HasPrefix(strconv.Itoa(id), "9") }, func(a, b int) int { return byName(b, a) }},
			{"search=firm&sort=lead_days", func(int) bool { return true }, func(a, b int) int { return 1_000_000*(a%300-b%300) + a - b }},
			{"search=firm&sort=-lead_days", func(int) bool { return true }, func(a, b int) int { return 1_000_000*(b%300-a%300) + b - a }},
			{"search=nothing", func(int) bool { return false }, newest},
		} {
			var want []int
			for id := 1; id <= manySuppliers; id++ {
				if one.has(id) {
					want = append(want, id)
				}
			}
			slices.SortFunc(want, one.order)
			require.Equal(w.t, want[:min(len(want), 250)], w.found(one.query, 250), one.query)
			file := w.Do(w.t, kittest.Case{Path: "/suppliers?" + one.query, As: w.viewer, Header: map[string]string{"Accept": "text/csv"}, Status: 200}).Body
			require.Equal(w.t, len(want), strings.Count(string(file), "\r\n")-1, one.query)
		}
	})
}

// A page in the order of the very text that is searched is read in that order where its rows are near, and is looked up where
// they are not: then only their part of the index is read. Filters count among what makes rows few.
func TestSearchInTheOrderOfWhatIsSearched(t *testing.T) {
	each(t, suppliers, func(w *world) {
		w.fillSuppliers()
		w.exec("UPDATE suppliers SET preferred = ? WHERE id <= 5", true)
		var last atomic.Value
		require.NoError(w.t, w.db.Read(w.t.Context()).Callback().Query().After("gorm:query").Register("test:last", func(tx *gorm.DB) {
			last.Store(tx.Statement.SQL.String())
		}))
		for query, looksUp := range map[string]bool{
			"search=firm&sort=name": false, "search=firm&sort=-name": false, "search=even&sort=name": false, "search=firm+9&sort=-name": false,
			"search=firm+9&sort=name": true, "search=nothing&sort=name": true, "search=firm&sort=name&preferred=true": true,
		} {
			w.Do(w.t, kittest.Case{Path: "/suppliers?" + query, As: w.viewer, Status: 200})
			require.Equal(w.t, looksUp, strings.Contains(last.Load().(string), "UNION"), "%s: %s", query, last.Load())
		}
	})
}

// found are the first ids of a list, page after page; each page leads back to the one before it.
func (w *world) found(query string, most int) (ids []int) {
	w.t.Helper()
	type row struct {
		ID int `json:"id"`
	}
	type page struct {
		Data []row   `json:"data"`
		Next *string `json:"next_cursor"`
		Prev *string `json:"prev_cursor"`
	}
	read := func(path string) (p page) {
		w.t.Helper()
		w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200}).JSON(w.t, &p)
		return p
	}
	var last []row
	for path := "/suppliers?limit=100&" + query; len(ids) < most; {
		p := read(path)
		for _, row := range p.Data {
			ids = append(ids, row.ID)
		}
		if last != nil {
			require.Equal(w.t, last, read("/suppliers?limit=100&cursor="+*p.Prev).Data, "%s: back", query)
		}
		if p.Next == nil {
			break
		}
		path, last = "/suppliers?limit=100&cursor="+*p.Next, p.Data
	}
	return ids[:min(len(ids), most)]
}
