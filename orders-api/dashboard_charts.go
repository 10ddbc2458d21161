package orders

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"b2b.example/entities"
	"b2b.example/web"
)

// topProducts is how many of the products that sell most are shown.
const topProducts = 5

// charts are what was ordered in the last days: today as it is now, the days before as they were last counted.
func (b *backoffice) charts(ctx context.Context, now time.Time) (web.Charts, error) {
	charts := web.Charts{Zone: b.figures.zone}
	today, err := b.figures.today(ctx, now)
	if err != nil {
		return charts, err
	}
	days, complete := b.figures.last(now)
	if !complete {
		charts.Counting = true
		return charts, nil
	}
	days = append(days, today)
	earlier, shown := days[:figuredDays], days[figuredDays:]
	b.fillDays(&charts, shown, now)
	for i, day := range earlier[1:] { // as many days as are over among those shown
		charts.OrdersBefore += day.placed
		charts.RevenueBefore += day.revenueCents
		charts.OrdersOver += shown[i].placed
		charts.RevenueOver += shown[i].revenueCents
	}
	charts.Canceled = reasons(shown, charts.Days[0].Begin, b.figures.midnight(now, -1))
	charts.Products, err = b.bestSold(ctx, shown)
	return charts, err
}

// fillDays puts in the days themselves, each with the list that has exactly its orders.
func (b *backoffice) fillDays(charts *web.Charts, shown []dayFigures, now time.Time) {
	for i, day := range shown {
		begin := b.figures.midnight(now, len(shown)-1-i)
		end := b.figures.midnight(now, len(shown)-2-i)
		charts.Days = append(charts.Days, web.ChartDay{Begin: begin, Orders: day.placed, RevenueCents: day.revenueCents, URL: placedBetween(begin, end)})
		charts.Orders += day.placed
		charts.RevenueCents += day.revenueCents
	}
	charts.OrdersURL = placedBetween(charts.Days[0].Begin, b.figures.midnight(now, -1))
}

// placedBetween is the list of the orders that were placed between two moments.
func placedBetween(from, to time.Time) string {
	return home + "/orders?" + url.Values{byFrom: {from.UTC().Format(time.RFC3339)}, byTo: {to.UTC().Format(time.RFC3339)}}.Encode()
}

// reasons are why orders of these days were canceled, the most frequent first, each with the list that has exactly these.
func reasons(days []dayFigures, from, to time.Time) []web.ChartBar {
	canceled := map[string]int64{}
	for _, day := range days {
		for reason, n := range day.canceled {
			canceled[reason] += n
		}
	}
	var bars []web.ChartBar
	for _, reason := range slices.Sorted(maps.Keys(canceled)) {
		bars = append(bars, web.ChartBar{
			Label: reason, N: canceled[reason], URL: placedBetween(from, to) + "&" + url.Values{byReason: {reason}, byStatus: {string(Canceled)}}.Encode(),
		})
	}
	slices.SortStableFunc(bars, func(a, b web.ChartBar) int { return cmp.Compare(b.N, a.N) })
	return bars
}

// bestSold are the products of which most units were sold on these days.
func (b *backoffice) bestSold(ctx context.Context, days []dayFigures) ([]web.ChartBar, error) {
	all := map[int64]sold{}
	for _, day := range days {
		for id, one := range day.sold {
			all[id] = sold{all[id].units + one.units, all[id].cents + one.cents}
		}
	}
	best := slices.SortedFunc(maps.Keys(all), func(x, y int64) int { return cmp.Or(cmp.Compare(all[y].units, all[x].units), cmp.Compare(x, y)) })
	best = best[:min(len(best), topProducts)]
	var products []entities.Product
	if err := b.db.Read(ctx).Where("id IN ?", best).Find(&products).Error; err != nil {
		return nil, fmt.Errorf("products that sell most: %w", err)
	}
	var bars []web.ChartBar
	for _, id := range best {
		at := slices.IndexFunc(products, func(p entities.Product) bool { return p.ID == id })
		if at >= 0 {
			bars = append(bars, web.ChartBar{Label: products[at].Name, URL: productURL(id), N: all[id].units, Cents: all[id].cents})
		}
	}
	return bars, nil
}
