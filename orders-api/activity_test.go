package orders

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

var tableRow = regexp.MustCompile(`(?s)<tr role="row">(.*?)</tr>`)

// happenings are what a page of activity tells, row by row, without its times.
func (s screen) happenings() (rows []string) {
	body, _, _ := strings.Cut(s.html, "</tbody>")
	_, body, _ = strings.Cut(body, "<tbody")
	for _, row := range tableRow.FindAllStringSubmatch(body, -1) {
		_, row, _ := strings.Cut(row[1], "</time>")
		rows = append(rows, strings.TrimSpace(screen{html: row}.text()))
	}
	return rows
}

// record writes an event as the other service does.
func (w *world) record(entity string, id, version int64, action string, changes db.Changes, by db.Call) {
	w.t.Helper()
	require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		return tx.As(by).Record(db.Event{EntityType: entity, EntityID: id, EntityVersion: version, Action: action, Changes: changes})
	}))
	w.clock.Pass(time.Second)
}

// past is what has happened: to a product, a customer, an operator and an order, each a second after the other.
func (w *world) past() {
	w.t.Helper()
	w.stock("BOLT-8", 250, 100)
	w.clock.Pass(time.Second)
	key := "import-7"
	erp := db.Call{Actor: "operator:4", ActorName: "=ERP", Channel: "API", RequestID: "r-1", Caller: "operator:4", Key: key}
	w.record("customer", 1, 2, "updated", db.Changes{"name": {Old: "Acme", New: "ACME <b>Ltd</b>"}}, erp)
	w.record("operator", 2, 2, "updated", db.Changes{"password": {Secret: true}}, db.Call{Actor: "operator:3", ActorName: "Boss", Channel: "UI", RequestID: "r-1"})
	w.record("shelf", 7, 1, "moved", db.Changes{}, db.Call{Actor: "system:mover", Channel: "SYSTEM"})
	w.place(item(1, 5))
	w.clock.Pass(time.Second)
	w.confirm(1)
	w.clock.Pass(time.Second)
}

func TestActivity(t *testing.T) {
	each(t, func(w *world) {
		w.past()
		const (
			confirmed = `Ana operator confirmed the order Order 1 Status Created → Confirmed API`
			placed    = `Ana operator placed the order Order 1 Total $12.50 Units taken from stock 5 API`
			moved     = `The system changed it shelf 7 System`
			secret    = `Boss changed it Operator 2 Password ••• Browser`
			customer  = `=ERP changed it Customer ACME Ltd Name Acme → ACME <b>Ltd</b> API`
			stocked   = `Ana manager created it Product BOLT-8`
		)
		all := []string{confirmed, placed, moved, secret, customer, stocked}
		at := w.db.Now().Add(-3 * time.Second).Format(time.RFC3339Nano) // since the order was placed
		for query, want := range map[string][]string{
			"":                               all,
			"?actor=operator%3A4":            {customer},
			"?actor=system%3Amover":          {moved},
			"?actor=nobody":                  {},
			"?entity=order":                  {confirmed, placed},
			"?entity=order&action=confirmed": {confirmed},
			"?entity=customer&action=made":   {},
			"?request_id=r-1":                {secret, customer},
			"?from=" + at:                    {confirmed, placed},
			"?entity=order&to=" + at:         {},
			"?actor=operator%3A2&from=" + at + "&to=9999-01-01T00:00:00Z": {confirmed, placed},
		} {
			for session, sees := range map[int64]bool{1: false, 2: false, 3: true} {
				page := w.browse(session).get(activityURL + query)
				require.Equal(t, http.StatusOK, page.status, query)
				seen := slices.DeleteFunc(slices.Clone(want), func(one string) bool { return one == secret && !sees })
				require.Len(t, page.happenings(), len(seen), "%s: %q", query, page.happenings())
				for i, row := range page.happenings() {
					require.True(t, strings.HasPrefix(row, seen[i]), "%s of %d: %q, not %q", query, session, row, seen[i])
				}
			}
		}
		w.refusesInActivity()
		w.leadsOnFromActivity()
	})
}

// refusesInActivity: what no index serves is not offered, and refused.
func (w *world) refusesInActivity() {
	w.t.Helper()
	for _, query := range []string{
		"actor=", "entity=", "action=confirmed", "actor=operator%3A2&action=confirmed", "actor=operator%3A2&entity=order", "request_id=r&entity=order",
		"request_id=r&actor=operator%3A2", "request_id=r&entity=order&action=created", "from=yesterday", "to=", "x=1", "actor=a&actor=b", "limit=0",
		"cursor=x", "first_day=x", "sort=created_at", "entity=%00",
	} {
		require.Equal(w.t, http.StatusBadRequest, w.browse(3).get(activityURL+"?"+query).status, query)
	}
	viewer := w.browse(1).get(activityURL)
	require.NotContains(w.t, viewer.html, "entity=operator")
	require.Contains(w.t, w.browse(3).get(activityURL).html, "entity=operator")
	of := w.browse(1).get(activityURL + "?actor=operator%3A2")
	require.NotContains(w.t, of.html, "entity=", "not together with an actor")
	require.NotContains(w.t, of.html, "&amp;action=")
	require.Contains(w.t, w.browse(1).get(activityURL+"?entity=product").html, "action=stock_adjusted")
	require.Equal(w.t, http.StatusSeeOther, w.browse(0).get(activityURL).status)
}

// leadsOnFromActivity: a page leads to what things happened to, to all that somebody did, and to a file of it.
func (w *world) leadsOnFromActivity() {
	w.t.Helper()
	page := html.UnescapeString(w.browse(3).get(activityURL).html)
	for _, link := range []string{
		orderURL(1), productURL(1), home + "/customers/1", home + "/operators/2", activityURL + "?actor=operator%3A4", activityURL + "?request_id=r-1",
		activityURL + "?format=csv", activityURL + "?entity=order",
	} {
		require.Contains(w.t, page, `href="`+link+`"`)
	}
	require.Contains(w.t, page, "import-7", "the client's own key")
	require.Regexp(w.t, `aria-current="page"[^>]*>\s*<svg[^>]*>.*?</svg><span>Activity</span>`, page)
	day := w.db.Now().Format(time.DateOnly)
	led := w.browse(2).get(activityURL + "?entity=order&first_day=" + day + "&last_day=" + day)
	require.Contains(w.t, led.header.Get("Location"), "entity=order&from=")
	file := w.browse(1).get(activityURL + "?format=csv&actor=operator%3A4")
	require.Regexp(w.t, `attachment; filename="?activity-`, file.header.Get("Content-Disposition"))
	require.Regexp(w.t, `^\x{FEFF}created_at,actor,actor_name,.*\r\n[^,]*,operator:4,'=ERP,customer,1,2,updated,API,r-1,import-7,"\{""name""`, file.html)
	require.NotContains(w.t, w.browse(2).get(activityURL+"?format=csv").html, "operator,2,2", "a file hides what the page does")
	require.Contains(w.t, w.browse(3).get(activityURL+"?format=csv").html, "operator,2,2")
	es := w.browse(1)
	es.header = headers("Accept-Language", "es")
	require.Contains(w.t, es.get(activityURL).text(), "confirmó el pedido Pedido 1")
}

// Nothing is shown twice or left out while more happens, and many events of one microsecond are told apart.
func TestActivityIsStableUnderInserts(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		w.placeMany(45, 1)
		boss, seen := w.browse(3), []string{}
		older := regexp.MustCompile(`<a class="button older" href="([^"]+)"`)
		for path := activityURL; path != ""; {
			page := boss.get(path)
			seen = append(seen, page.happenings()...)
			w.place(item(1, 1))
			link := older.FindStringSubmatch(page.html)
			if path = ""; link != nil {
				path = html.UnescapeString(link[1])
			}
		}
		require.Len(t, seen, 46)
		for i, row := range seen[:45] {
			require.Contains(t, row, fmt.Sprintf("Order %d ", 45-i))
		}
		require.Contains(t, seen[45], "Product BOLT-8")
		require.Equal(t, 50, strings.Count(boss.get(activityURL+"?format=csv").html, "\r\n"), "a head, and 49 events")
	})
}

// TestActivityIsServedByAnIndex: whatever the list is narrowed to, its rows are found in their order, and are not sorted.
func TestActivityIsServedByAnIndex(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(*Settings) {})
		w.stock("BOLT-8", 250, 100_000)
		w.placeMany(30, 1)
		for i := range 10 {
			w.confirm(int64(i + 1))
		}
		for i := range 8 { // copies of all, with other versions
			w.exec(fmt.Sprintf("INSERT INTO events (entity_type, entity_id, entity_version, action, actor, actor_name, channel, request_id, changes, created_at)"+
				" SELECT entity_type, entity_id, entity_version + %d, action, actor, actor_name, channel, request_id, changes, created_at FROM events", 100<<i))
		}
		w.analyze("events")
		w.seeksActors()
		last := w.lastQuery()
		from := w.db.Now().Add(-time.Hour).Format(time.RFC3339)
		for _, filter := range []string{"", "actor=operator%3A2", "entity=order", "entity=order&action=confirmed", "request_id=nothing"} {
			for _, days := range []string{"", "from=" + from, "to=" + from, "from=" + from + "&to=2100-01-01T00:00:00Z"} {
				w.servedInOrder(last, filter+"&"+days)
			}
		}
	})
}

// servedInOrder looks at the plans of a list's first pages, as a viewer and as a manager.
func (w *world) servedInOrder(last func() (string, []any), query string) {
	w.t.Helper()
	for _, hidden := range [][]string{nil, {"operator"}} {
		params, err := url.ParseQuery(query)
		require.NoError(w.t, err)
		for range 2 {
			wanted, err := parseActivity(params, hidden)
			require.NoError(w.t, err)
			found, err := readPage(w.t.Context(), w.db, &wanted.list, wanted.edge)
			require.NoError(w.t, err)
			sql, args := last()
			require.Empty(w.t, w.scans(sql, args), "%s: %s", query, sql)
			require.Empty(w.t, w.sorts(sql, args), "%s: %s", query, sql)
			if !strings.HasPrefix(query, "&") {
				require.NotRegexp(w.t, `SCAN|type:index`, fmt.Sprint(w.plan(sql, args)), "%s: %s", query, sql)
			}
			if found.Next == "" {
				break
			}
			params.Set(byCursor, found.Next)
		}
	}
}

// sorts are the steps of a statement in which the engine sorts rows that it has found in another order.
func (w *world) sorts(sql string, args []any) (sorted []string) {
	w.t.Helper()
	for _, step := range w.plan(sql, args) {
		if text := fmt.Sprint(step); strings.Contains(text, "filesort") || strings.Contains(text, "TEMP B-TREE") {
			sorted = append(sorted, text)
		}
	}
	return sorted
}

// seeksActors: whoever has ever done something is found by seeking, and not by reading all events.
func (w *world) seeksActors() {
	w.t.Helper()
	plan := fmt.Sprint(w.plan(everyActor[w.db.Dialect()], []any{mostActors}))
	if w.db.Dialect() == db.SQLite {
		require.Contains(w.t, plan, "(actor>?)")
		return
	}
	require.Contains(w.t, plan, "Using index for group-by")
}

func TestActorsOfActivity(t *testing.T) {
	each(t, func(w *world) {
		w.past()
		b := &backoffice{service: &service{db: w.db}}
		found, err := b.actors(t.Context())
		require.NoError(t, err)
		var told []string
		for _, one := range found {
			told = append(told, one.Actor+" "+one.ActorName)
		}
		require.Equal(t, []string{"operator:2 Ana operator", "operator:3 Boss", "operator:4 =ERP", "system:mover "}, told)
	})
}
