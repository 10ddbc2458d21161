// Command bench sets the product beside the database itself, in one run: the same work through the HTTP API of the real
// services, and as the fewest statements that do it, sent by a bare loop to the same MySQL: for what is only read, one indexed
// SELECT. The orchestrator's whole flow is set beside the three calls that it makes. A speed is the ratio of both.
//
//	TEST_DATABASE_URL=mysql://user:password@host:port/ go run ./e2e/bench
//
// The server must flush at every commit, as it does unless told otherwise; the user must be allowed to create a database.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"
)

func main() {
	if err := measureAll(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll() error {
	seconds := flag.Float64("seconds", 4, "length of one measurement")
	rounds := flag.Int("rounds", 5, "measurements of each; the median counts")
	only := flag.String("only", "", "the one work to measure, by its first word")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, time.Duration(*seconds*float64(time.Second)), *rounds, *only)
}

func run(ctx context.Context, length time.Duration, rounds int, only string) error {
	b, err := prepare(ctx, os.Getenv("TEST_DATABASE_URL"))
	if err != nil {
		return err
	}
	defer b.close()
	table := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	defer func() { _ = table.Flush() }()
	_, _ = fmt.Fprintln(table, "work\tclients\tfloor/s\tours/s\tratio\tlowest\thighest\t")
	for _, w := range b.works() {
		if only != "" && w.name != only {
			continue
		}
		if err := compare(ctx, table, w, length, rounds); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf("memory of orders-api at its highest: %d MB\n", b.orders.peakMB())
	return b.check(ctx)
}

// work is one job, done by the bare loop and by the product. Before each measurement there may be something to get ready.
type work struct {
	name        string
	clients     int
	before      func(ctx context.Context, length time.Duration) error
	floor, ours func(ctx context.Context) error
}

// compare measures both sides in turns, so that whatever else the machine does meets both.
func compare(ctx context.Context, table *tabwriter.Writer, w work, length time.Duration, rounds int) error {
	// A statement is prepared at its first use, which needs a connection to spare: there is one while one client works.
	if _, err := w.measure(ctx, 1, 0, w.floor); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	var floors, ours, ratios []float64
	for round := range rounds + 1 {
		floor, err := w.measure(ctx, w.clients, length, w.floor)
		if err != nil {
			return fmt.Errorf("floor: %w", err)
		}
		our, err := w.measure(ctx, w.clients, length, w.ours)
		if err != nil {
			return fmt.Errorf("ours: %w", err)
		}
		if round > 0 { // the first round warms up
			floors, ours, ratios = append(floors, floor), append(ours, our), append(ratios, our/floor)
		}
	}
	slices.Sort(ratios)
	_, _ = fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t\n",
		w.name, w.clients, median(floors), median(ours), median(ratios), ratios[0], ratios[len(ratios)-1])
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func (w work) measure(ctx context.Context, clients int, length time.Duration, do func(context.Context) error) (float64, error) {
	if w.before != nil {
		if err := w.before(ctx, length); err != nil {
			return 0, err
		}
	}
	return measure(ctx, clients, length, do)
}

// measure lets the clients work for a while, each at least once, and gives what they have done in a second.
func measure(ctx context.Context, clients int, length time.Duration, do func(context.Context) error) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, length+20*time.Second)
	defer cancel()
	type result struct {
		done int
		err  error
	}
	results := make(chan result)
	start := time.Now()
	for range clients {
		go func() {
			r := result{}
			for r == (result{}) || time.Since(start) < length && r.err == nil {
				if r.err = do(ctx); r.err == nil {
					r.done++
				}
			}
			results <- r
		}()
	}
	total := 0
	var err error
	for range clients {
		r := <-results
		total += r.done
		if r.err != nil {
			err = r.err
		}
	}
	return float64(total) / time.Since(start).Seconds(), err
}
