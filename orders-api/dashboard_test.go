package orders

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counted is a number of the front page, with the list that it leads to.
type counted struct {
	n   int
	url string
}

var (
	figure   = regexp.MustCompile(`(?s)<p class="figure">(\d+)</p>(.*?)</section>`)
	seeAll   = regexp.MustCompile(`<p class="see-all"><a href="([^"]+)">\s*See all (\d+)`)
	allDays  = regexp.MustCompile(`<a class="push" href="([^"]+)">(\d+)</a>`)
	barRow   = regexp.MustCompile(`(?s)<th scope="row" class="cut"><a href="(/backoffice/orders\?[^"]+)">[^<]*</a></th>.*?<b>(\d+)</b>`)
	listRow  = regexp.MustCompile(`<tr[^>]* data-entity="`)
	olderURL = regexp.MustCompile(`class="button older" href="([^"]+)"`)
)

// counts are all numbers of the front page that count something, except for units and money.
func (w *world) counts(page *browser) (all []counted) {
	w.t.Helper()
	charts, s := w.charts(page), page.get(home)
	add := func(n, url string) {
		number, err := strconv.Atoi(n)
		require.NoError(w.t, err)
		all = append(all, counted{number, html.UnescapeString(url)})
	}
	tiles := figure.FindAllStringSubmatch(s.html, -1)
	require.Len(w.t, tiles, 3)
	for _, tile := range tiles {
		link := seeAll.FindStringSubmatch(tile[2])
		require.Equal(w.t, tile[1] == "0", link == nil, "a tile leads to what it counts, unless there is nothing")
		if link != nil {
			require.Equal(w.t, tile[1], link[2])
			add(link[2], link[1])
		}
	}
	for _, days := range dayRow.FindAllStringSubmatch(charts.html, -1) {
		add(days[3], days[1])
	}
	for _, row := range slices.Concat(allDays.FindAllStringSubmatch(charts.html, -1), barRow.FindAllStringSubmatch(charts.html, -1)) {
		add(row[2], row[1])
	}
	return all
}

// listed is how many rows a list has, on all its pages.
func (w *world) listed(page *browser, url string) (n int) {
	w.t.Helper()
	for url != "" {
		s := page.get(url)
		require.Equal(w.t, 200, s.status, url)
		n += len(listRow.FindAllString(s.html, -1))
		url = ""
		if older := olderURL.FindStringSubmatch(s.html); older != nil {
			url = html.UnescapeString(older[1])
		}
	}
	return n
}

// holdCounts holds every number to its list, once the days before today are counted anew.
func (w *world) holdCounts(page *browser) (all []counted) {
	w.t.Helper()
	var wrong []string
	isRight := func() bool {
		all, wrong = w.counts(page), nil
		for _, one := range all {
			if n := w.listed(page, one.url); n != one.n {
				wrong = append(wrong, fmt.Sprintf("%d, and the list has %d: %s", one.n, n, one.url))
			}
		}
		return len(wrong) == 0
	}
	for range 100 {
		if isRight() {
			return all
		}
	}
	require.Fail(w.t, "a number is not that of its list", "%q", wrong)
	return nil
}

// TestEveryNumberOfTheDashboard: each leads to a list that has exactly so many rows; when there is nothing, when there is more
// than a page, and after changes.
func TestEveryNumberOfTheDashboard(t *testing.T) {
	eachSet(t, func(s *Settings) { s.TimeZone = "America/Guayaquil" }, func(w *world) {
		page := w.browse(2)
		require.Empty(w.t, w.counts(page))

		w.clock.Pass(time.Until(time.Now().Truncate(24 * time.Hour).Add(36 * time.Hour))) // no midnight comes in between
		w.stock("NUT-8", 100, 1000)
		for i := range 23 {
			w.stock("BOLT-"+strconv.Itoa(i), 250, 5) // which is low
		}
		w.editProduct(3, `{"archived":true}`)
		for i, id := range w.placeMany(90, 1) {
			age := time.Duration(i-25) * 30 * time.Minute
			switch {
			case i < 25: // about to expire
				age = 67*time.Hour + time.Duration(i)*time.Minute
			case i >= 75:
				w.cancel(id)
				age *= 20
			case i >= 50:
				w.confirm(id)
				age *= 20
			}
			w.backdate(id, w.db.Now().Add(-age))
		}
		page.url = w.replica().URL // which has not counted yet
		require.GreaterOrEqual(w.t, len(w.holdCounts(page)), 3+figuredDays+1+1, "the tiles, the days, all of them, and a reason")

		w.undo(w.confirm(w.place(item(1, 1)).ID).ID)
		w.cancel(w.place(item(1, 1)).ID)
		w.confirm(1)
		w.confirm(30)
		w.editProduct(4, `{"archived":true}`)
		w.clock.Pass(figuresFresh + time.Second)
		w.holdCounts(page)
	})
}
