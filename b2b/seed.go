package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"b2b.example/db"
)

// The size of a run's transactions. Each holds SQLite's one writer for about a second; smaller ones write more pages
// more often.
const (
	ordersAtOnce    = 4000
	customersAtOnce = 4000
)

// breath is how long a run leaves SQLite's one writer to others after each of its transactions: as long as a connection
// that waits for it sleeps between two looks.
const breath = 100 * time.Millisecond

// mostOrders is what one run makes at most.
const mostOrders = 100_000_000

// seeder is who a run's orders name.
var seeder = actor{"system:seed", "seed", "SYSTEM"}

// seedRun is one run of seed: its own customers and products, a customer for ten orders and a product for a hundred, and
// orders among them. Each transaction is whole in itself, so a run that is interrupted leaves fewer orders and nothing
// wrong; the next one adds to them.
type seedRun struct {
	d      *db.DB
	market *market
	total  int
	bar    *progress
}

// seed adds made-up orders to a database, which may be in use.
func seed(ctx context.Context, s *settings, args []string) error {
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	total := flags.Int("orders", 0, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *total < 1 || *total > mostOrders {
		return usageError{fmt.Sprintf("seed needs --orders N, 1 to %d", mostOrders)}
	}
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := db.Migrate(ctx, d); err != nil {
		return err
	}
	run := &seedRun{d: d, total: *total, bar: newProgress(os.Stderr)}
	made, err := run.all(ctx)
	run.bar.end()
	fmt.Printf("%d orders made\n", made)
	return err
}

func (r *seedRun) all(ctx context.Context) (made int, err error) {
	if err := r.open(ctx); err != nil {
		return 0, err
	}
	for made < r.total {
		to := min(made+ordersAtOnce, r.total)
		err := r.d.Tx(ctx, func(tx *db.Tx) error {
			r.market.r = random(r.market.seed, int64(to)) // the same orders again when the transaction is run again
			return write(tx, r.market.stories(made, to, r.total))
		})
		if err != nil {
			return made, fmt.Errorf("orders %d to %d: %w", made+1, to, err)
		}
		made = to
		r.bar.of(int64(made), int64(r.total))
		if r.d.Dialect() == db.SQLite {
			time.Sleep(breath)
		}
	}
	return made, nil
}

// open makes the run's customers and products. Their numbers follow those that are there, so that runs do not meet.
func (r *seedRun) open(ctx context.Context) error {
	first, err := firstFree(ctx, r.d)
	if err != nil {
		return err
	}
	r.market = newMarket(first, r.d.Now(), []actor{seeder})
	customers, products := int64(max(r.total/10, 20)), int64(max(r.total/100, 20))
	if err := r.inParts(ctx, first, customers, openCustomers); err != nil {
		return err
	}
	return r.inParts(ctx, first, products, openProducts)
}

// firstFree is a number above those of all customers and products that there are.
func firstFree(ctx context.Context, d *db.DB) (int64, error) {
	var first int64
	err := d.Read(ctx).Raw("SELECT MAX(id) FROM (SELECT 0 AS id UNION ALL SELECT MAX(id) FROM customers UNION ALL SELECT MAX(id) FROM products) AS ids").
		Find(&first).Error
	if err != nil {
		return 0, fmt.Errorf("look for what is there: %w", err)
	}
	return first + 1, nil
}

// inParts has a number of rows made some at a time.
func (r *seedRun) inParts(ctx context.Context, first, n int64, fill func(*db.Tx, *market, int64, int64, actor) error) error {
	for end := first + n; first < end; first += customersAtOnce {
		before := *r.market
		err := r.d.Tx(ctx, func(tx *db.Tx) error {
			*r.market = before
			r.market.r = random(before.seed, first)
			return fill(tx, r.market, first, min(customersAtOnce, end-first), seeder)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
