package orders

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"b2b.example/db"
)

const (
	figuredDays  = 30          // days of the charts, with today
	figuresFresh = time.Minute // after which days that may still change are counted anew
	settledAfter = 24 * time.Hour
)

// figures are what was ordered day by day, kept in memory: a day is a scan of its orders, and one whose orders can't change
// any more is scanned once. Nothing is counted until somebody looks. The days are the firm's, whoever looks: in each
// reader's own zone they would have to be counted for each zone, and two who compare them would see different sums.
type figures struct {
	db     *db.DB
	log    *slog.Logger
	rules  Rules
	zone   *time.Location // whose days they are
	wanted chan struct{}

	mu      sync.Mutex
	days    map[time.Time]dayFigures // by the midnight that they begin with; a new map for each count
	counted time.Time                // when all of them were last looked at
}

// dayFigures are the orders that were placed on a day, and what has become of them since.
type dayFigures struct {
	placed, revenueCents int64 // revenue is that of the confirmed ones
	canceled             map[string]int64
	sold                 map[int64]sold // by product, in orders that are not canceled
}

// sold is how much of a product was ordered.
type sold struct{ units, cents int64 }

func newFigures(d *db.DB, log *slog.Logger, rules Rules, zone *time.Location) *figures {
	return &figures{db: d, log: log, rules: rules, zone: zone, wanted: make(chan struct{}, 1), days: map[time.Time]dayFigures{}}
}

// serve counts, beside the requests, what a request has found missing or old.
func (f *figures) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wanted:
			if err := f.count(ctx); err != nil && ctx.Err() == nil {
				f.log.Error("figures", "error", err)
			}
		}
	}
}

// last are the figures of the days before today, oldest first, twice as many as are shown: the earlier half is to compare
// with. They are false when some are still to be counted.
func (f *figures) last(now time.Time) (days []dayFigures, complete bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	complete = true
	for ago := 2*figuredDays - 1; ago > 0; ago-- {
		day, found := f.days[f.midnight(now, ago)]
		days, complete = append(days, day), complete && found
	}
	if !complete || now.Sub(f.counted) > figuresFresh {
		select {
		case f.wanted <- struct{}{}:
		default: // it is asked for already
		}
	}
	return days, complete
}

// count counts the days before today that are not known yet, or may have changed; it forgets those that are over.
func (f *figures) count(ctx context.Context) error {
	f.mu.Lock()
	known := f.days
	f.mu.Unlock()
	now, days := f.db.Now(), map[time.Time]dayFigures{}
	for ago := 1; ago < 2*figuredDays; ago++ {
		begin := f.midnight(now, ago)
		day, found := known[begin]
		if !found || !f.isSettled(ago, now) {
			var err error
			if day, err = f.day(ctx, begin, f.midnight(now, ago-1)); err != nil {
				return err
			}
		}
		days[begin] = day
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.days, f.counted = days, now
	return nil
}

// isSettled says whether all orders of a day are confirmed for good or canceled.
func (f *figures) isSettled(ago int, now time.Time) bool {
	end := f.midnight(now, ago-1)
	return f.rules.OrderTTL > 0 && now.Sub(end) > f.rules.OrderTTL+f.rules.CancelWindow+settledAfter
}

// midnight is the beginning of the day so many days ago.
func (f *figures) midnight(now time.Time, ago int) time.Time {
	year, month, day := now.In(f.zone).Date()
	return time.Date(year, month, day-ago, 0, 0, 0, 0, f.zone)
}

// today is what was ordered since midnight: as it is now.
func (f *figures) today(ctx context.Context, now time.Time) (dayFigures, error) {
	return f.day(ctx, f.midnight(now, 0), f.midnight(now, -1))
}

// day counts the orders that were placed between two midnights.
func (f *figures) day(ctx context.Context, begin, end time.Time) (dayFigures, error) {
	day := dayFigures{canceled: map[string]int64{}, sold: map[int64]sold{}}
	var groups []struct {
		Status        Status
		CancelReason  *string
		Orders, Cents int64
	}
	err := f.db.Read(ctx).Raw("SELECT status, cancel_reason, COUNT(*) AS orders, SUM(total_cents) AS cents FROM orders"+
		" WHERE created_at >= ? AND created_at < ? GROUP BY status, cancel_reason", begin.UTC(), end.UTC()).Find(&groups).Error
	if err != nil {
		return day, fmt.Errorf("count the orders of a day: %w", err)
	}
	for _, group := range groups {
		day.placed += group.Orders
		if group.Status == Confirmed {
			day.revenueCents += group.Cents
		}
		if group.CancelReason != nil {
			day.canceled[*group.CancelReason] += group.Orders
		}
	}
	if day.placed == 0 {
		return day, nil
	}
	var products []struct {
		ProductID, Units, Cents int64
	}
	err = f.db.Read(ctx).Raw("SELECT product_id, SUM(qty) AS units, SUM(subtotal_cents) AS cents FROM orders JOIN order_items ON order_id = orders.id"+
		" WHERE orders.created_at >= ? AND orders.created_at < ? AND status <> ? GROUP BY product_id", begin.UTC(), end.UTC(), Canceled).Find(&products).Error
	if err != nil {
		return day, fmt.Errorf("count the products of a day: %w", err)
	}
	for _, product := range products {
		day.sold[product.ProductID] = sold{product.Units, product.Cents}
	}
	return day, nil
}
