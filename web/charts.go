package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	chartHeight = 120 // units of a drawing's own, as are the widths below
	dayWidth    = 10
	barWidth    = 7
	chartSteps  = 3 // lines above the zero
)

// scale is a chart's axis: the value of its highest line. A cent is none, so that it has whole steps.
type scale struct{ top int64 }

// scaleOf is the axis with round steps that holds a value.
func scaleOf(highest int64) scale {
	power := int64(1)
	for {
		for _, round := range []int64{1, 2, 3, 4, 5} {
			if step := round * power; step*chartSteps >= highest {
				return scale{step * chartSteps}
			}
		}
		if power > math.MaxInt64/100/chartSteps {
			return scale{math.MaxInt64}
		}
		power *= 10
	}
}

// lines are the values of its lines, the highest first.
func (s scale) lines() []int64 {
	return []int64{s.top, s.top / chartSteps * 2, s.top / chartSteps, 0}
}

// height is how high a value stands.
func (s scale) height(value int64) float64 { return float64(value) / float64(s.top) * chartHeight }

func (c Charts) ordersScale() scale {
	highest := int64(0)
	for _, day := range c.Days {
		highest = max(highest, day.Orders)
	}
	return scaleOf(highest)
}

// revenueScale is in units of the currency.
func (c Charts) revenueScale() scale {
	return scaleOf((c.best().RevenueCents + 99) / 100)
}

// best is the day with the highest revenue.
func (c Charts) best() ChartDay {
	best := c.Days[0]
	for _, day := range c.Days {
		if day.RevenueCents > best.RevenueCents {
			best = day
		}
	}
	return best
}

func (c Charts) width() string { return strconv.Itoa(len(c.Days) * dayWidth) }

func (c Charts) viewBox() string { return fmt.Sprintf("0 0 %s %d", c.width(), chartHeight) }

// barAt is where a day's bar is.
func barAt(i int) string { return number(float64(i*dayWidth) + (dayWidth-barWidth)/2.) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// curve is the line of the revenue; closed, it is the area below it.
func (c Charts) curve(closed bool) string {
	axis := c.revenueScale()
	var points []string
	for i, day := range c.Days {
		points = append(points, middle(i)+" "+number(chartHeight-axis.height(day.RevenueCents/100)))
	}
	if !closed {
		return "M" + strings.Join(points, "L")
	}
	return fmt.Sprintf("M%s %dL%sL%s %dZ", middle(0), chartHeight, strings.Join(points, "L"), middle(len(c.Days)-1), chartHeight)
}

func middle(i int) string { return number(float64(i)*dayWidth + dayWidth/2.) }

// ofFirm is the dashboard as who is where the firm is reads it: its days are the firm's.
func (d Dashboard) ofFirm() Dashboard {
	if d.Charts.Zone != nil {
		d.Zone = d.Charts.Zone
	}
	return d
}

// hasOtherDays says whether the reader's own days are others.
func (d Dashboard) hasOtherDays() bool { return d.ZoneName() != d.ofFirm().ZoneName() }

// barKind is what sets a day apart: one of the weekend is outlined, and today, which is not over, hatched.
func (d Dashboard) barKind(i int) string {
	switch weekday := d.local(d.Charts.Days[i].Begin).Weekday(); {
	case i == len(d.Charts.Days)-1:
		return "today"
	case weekday == time.Saturday, weekday == time.Sunday:
		return "weekend"
	}
	return "day"
}

// dates are what stands below a chart: every seventh day, and today.
func (d Dashboard) dates() []string {
	var dates []string
	for i := 0; i+7 < len(d.Charts.Days); i += 7 {
		dates = append(dates, d.ShortDate(d.Charts.Days[i].Begin))
	}
	return append(dates, d.T("page.dashboard.today"))
}

// trend is how much more or less that is than before, in whole percent; false when there is nothing to compare with.
func trend(over, before int64) (percent int64, known bool) {
	if before == 0 {
		return 0, false
	}
	return int64(math.Round(float64(over-before) / float64(before) * 100)), true
}

// inThousands says whether an axis is labelled in thousands.
func (s scale) inThousands() bool { return s.top%(1000*chartSteps) == 0 }

// label is how a line of an axis is told.
func (r Reader) label(s scale, value int64) string {
	if s.inThousands() {
		value /= 1000
	}
	return r.Number(value)
}

// share is a part of the longest bar, as wide as it is drawn.
func share(n int64, bars []ChartBar) string {
	return number(float64(n)/float64(max(1, bars[0].N))*100) + "%"
}

// percentOf is a part of all bars.
func (r Reader) percentOf(n int64, bars []ChartBar) string {
	var all int64
	for _, bar := range bars {
		all += bar.N
	}
	return r.T("page.dashboard.percent", "n", r.Number(int64(math.Round(float64(n)/float64(max(1, all))*100))))
}
