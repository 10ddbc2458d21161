package orders

import (
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	chartsOf = regexp.MustCompile(`(?s)<div\s+id="charts".*</main>`)
	dayRow   = regexp.MustCompile(`<th scope="row"><a href="([^"]+)">([^<]+)</a></th>\s*<td class="number">(\d+)</td>`)
	whyRow   = regexp.MustCompile(`<th scope="row" class="cut"><a href="([^"]+)">Customer request</a>`)
	anOrder  = regexp.MustCompile(`href="/backoffice/orders/\d+(\?list=[^"]*)?"`)
)

// charts are those of the front page, once everything is counted.
func (w *world) charts(page *browser) (s screen) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		s = page.get(home)
		require.Equal(w.t, http.StatusOK, s.status, s.html)
		s.html = chartsOf.FindString(s.html)
		require.NotEmpty(w.t, s.html)
		return !strings.Contains(s.html, "aria-busy")
	}, 20*time.Second, 50*time.Millisecond)
	return s
}

// backdate makes an order one that was placed at another time.
func (w *world) backdate(id int64, at time.Time) {
	at = at.UTC().Truncate(time.Microsecond)
	w.exec("UPDATE orders SET updated_at = ? WHERE id = ? AND version = 1", at, id)
	w.exec("UPDATE orders SET created_at = ? WHERE id = ?", at, id)
	w.exec("UPDATE events SET created_at = ? WHERE entity_type = 'order' AND entity_id = ? AND entity_version = 1", at, id)
}

// TestCharts: each number is that of the list it leads to; days are those of the operator's time zone; what changes on an
// earlier day is told within a minute, and what happens today at once.
func TestCharts(t *testing.T) {
	eachSet(t, func(s *Settings) { s.TimeZone = "America/Guayaquil" }, func(w *world) {
		t := w.t
		bolt, nut := w.stock("BOLT-8", 250, 100).ID, w.stock("NUT-8", 100, 100).ID
		page := w.browse(2)
		require.Contains(t, w.charts(page).text(), "No order was placed in the last 30 days")

		zone, err := time.LoadLocation("America/Guayaquil")
		require.NoError(t, err)
		w.clock.Pass(time.Until(time.Now().Truncate(24 * time.Hour).Add(36 * time.Hour))) // no midnight comes in between
		year, month, day := w.db.Now().In(zone).Date()
		midnight := func(ago int) time.Time { return time.Date(year, month, day-ago, 0, 0, 0, 0, zone) }
		for _, one := range []struct {
			product, qty int64
			placed       time.Time
			then         string
		}{
			{bolt, 5, midnight(0), "confirm"}, {bolt, 1, midnight(0), "cancel"},
			{bolt, 3, midnight(1), "confirm"}, {nut, 7, midnight(0).Add(-time.Microsecond), ""}, {nut, 2, midnight(1), "cancel"},
			{nut, 1, midnight(29), "confirm"},
			{bolt, 4, midnight(29).Add(-time.Microsecond), "cancel"}, // too long ago
		} {
			id := w.place(item(one.product, one.qty)).ID
			switch one.then {
			case "confirm":
				w.confirm(id)
			case "cancel":
				w.cancel(id)
			}
			w.backdate(id, one.placed)
		}

		page.url = w.replica().URL // which has not counted yet
		charts := w.charts(page)
		rows := dayRow.FindAllStringSubmatch(charts.html, -1)
		require.Len(t, rows, figuredDays)
		var all int
		for i, row := range rows {
			n, err := strconv.Atoi(row[3])
			require.NoError(t, err)
			all += n
			want := map[int]int{0: 1, 28: 3, 29: 2}[i]
			require.Equal(t, want, n, row[2])
			require.Len(t, anOrder.FindAllString(page.get(html.UnescapeString(row[1])).html, -1), want, row[2])
		}
		require.Equal(t, 6, all)
		for _, part := range []string{
			"Orders by day 30 days 6", "$21.00", "Top products units, 30 days",
			"BOLT-8 $20.00 8", "NUT-8 $8.00 8", "Customer request 100% 2",
		} {
			require.Contains(t, charts.text(), part)
		}
		why := whyRow.FindStringSubmatch(charts.html)
		require.NotNil(t, why)
		list := page.get(html.UnescapeString(why[1]))
		require.Len(t, anOrder.FindAllString(list.html, -1), 2, "as many as the chart says")
		require.Contains(t, list.text(), "Reason Customer request")

		w.confirm(w.place(item(bolt, 8)).ID)
		require.Contains(t, w.charts(page).text(), "Highest: $32.50", "of today, at once")
		w.confirm(4) // of yesterday
		require.Contains(t, w.charts(page).text(), "Highest: $32.50")
		w.clock.Pass(figuresFresh + time.Second)
		require.Eventually(t, func() bool { return strings.Contains(w.charts(page).text(), "$48.00") }, 20*time.Second, 50*time.Millisecond)
	})
}

// TestSettledDaysAreCountedOnce: a day whose orders can't change any more is not read again.
func TestSettledDaysAreCountedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		for ago := range 70 {
			w.backdate(w.place(item(1, 1)).ID, w.db.Now().Add(-time.Duration(ago)*24*time.Hour))
		}
		now := w.db.Now()
		noon := time.FixedZone("noon", int(12*time.Hour-now.Sub(now.Truncate(24*time.Hour)))/int(time.Second))
		var f *figures
		cost := func(count func() error) int {
			w.prepared(func() { require.NoError(w.t, count()) })
			return w.statements()
		}
		require.Equal(w.t, 2*(2*figuredDays-1), cost(func() error {
			f = newFigures(w.db, nil, Rules{OrderTTL: 72 * time.Hour, CancelWindow: 10 * time.Minute}, noon)
			return f.count(w.t.Context())
		}))
		require.Equal(w.t, 2*4, cost(func() error { return f.count(w.t.Context()) }), "the days of the last 72 hours and one more")
	})
}
