package web

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestScale(t *testing.T) {
	for highest, top := range map[int64]int64{
		0: 3, 1: 3, 3: 3, 4: 6, 77: 90, 104: 120, 120: 120, 121: 150, 151: 300, 385_000: 600_000, math.MaxInt64: math.MaxInt64,
	} {
		s := scaleOf(highest)
		require.Equal(t, top, s.top, "%d", highest)
		require.LessOrEqual(t, s.height(highest), float64(chartHeight))
		require.Len(t, s.lines(), chartSteps+1)
	}
}

func TestTrend(t *testing.T) {
	for _, one := range []struct {
		over, before, percent int64
		known                 bool
	}{{0, 0, 0, false}, {5, 0, 0, false}, {112, 100, 12, true}, {92, 100, -8, true}, {0, 7, -100, true}} {
		percent, known := trend(one.over, one.before)
		require.Equal(t, one.percent, percent)
		require.Equal(t, one.known, known)
	}
}

// TestCharts: what a drawing tells without words is in a table, too; while they are counted, the page asks again by itself.
func TestCharts(t *testing.T) {
	d := Dashboard{Frame: english()}
	d.Charts = Charts{Counting: true}
	require.Contains(t, render(t, d.Page()), `hx-trigger="load delay:1s"`)

	d.Charts = Charts{Orders: 3, OrdersURL: "/all", RevenueCents: 1250_00, OrdersOver: 2, OrdersBefore: 4, Canceled: []ChartBar{{Label: "FRAUD", N: 1}}}
	for ago := 29; ago >= 0; ago-- {
		d.Charts.Days = append(d.Charts.Days, ChartDay{Begin: d.Now.Add(-time.Duration(ago) * 24 * time.Hour), URL: "/day"})
	}
	d.Charts.Days[29].Orders, d.Charts.Days[29].RevenueCents = 3, 1250_00
	page := render(t, d.Page())
	for _, part := range []string{
		`href="/all"`, `<td class="number">3</td>`, `<td class="number">1,250.00</td>`, "$1,250.00", "-50%", "Fraud", "100%", `class="today"`, `class="weekend"`,
	} {
		require.Contains(t, page, part)
	}
}
