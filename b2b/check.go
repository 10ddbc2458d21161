package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/orders-api"
)

// mostPrinted bounds what is printed of one invariant: a thing that went wrong a million times is told a hundred times,
// and counted.
const mostPrinted = 100

// check verifies every invariant of both services on a database that may be in use, and prints what breaks one.
func check(ctx context.Context, s *settings, args []string) error {
	if len(args) > 0 {
		return usageError{"check takes no arguments"}
	}
	d, err := s.openExisting(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	weak, err := d.Weaknesses(ctx)
	if err != nil {
		return err
	}
	for _, weakness := range weak {
		fmt.Println("careful:", weakness)
	}
	debug.SetGCPercent(200) // what is read is soon forgotten: a few MB more spare many collections
	report := &findings{w: os.Stdout, byInvariant: map[string]int{}}
	bar := newBar(os.Stderr)
	evidence := orders.Evidence()
	maps.Copy(evidence, customers.Evidence())
	all := slices.Concat(customers.Invariants(), orders.Invariants())
	err = db.Check{Invariants: all, Evidence: evidence, Report: report.add, Progress: bar.of}.Run(ctx, d)
	bar.end()
	if err != nil {
		return err
	}
	return report.end(len(all))
}

// findings prints what was found.
type findings struct {
	w           io.Writer
	byInvariant map[string]int
	total       int
}

func (f *findings) add(one db.Finding) {
	f.total++
	f.byInvariant[one.Invariant]++
	n := f.byInvariant[one.Invariant]
	if n > mostPrinted {
		return
	}
	lines := []string{fmt.Sprintf("%s %d: %s (%s)", one.Entity, one.ID, one.Found, one.Invariant)}
	if n == 1 {
		lines = append(lines, "  what it means: "+one.Means)
	}
	for _, row := range one.Rows {
		lines = append(lines, "    "+row)
	}
	_, _ = io.WriteString(f.w, strings.Join(lines, "\n")+"\n")
}

// end sums up.
func (f *findings) end(invariants int) error {
	for _, name := range slices.Sorted(maps.Keys(f.byInvariant)) {
		if n := f.byInvariant[name]; n > mostPrinted {
			_, _ = fmt.Fprintf(f.w, "and %d more (%s)\n", n-mostPrinted, name)
		}
	}
	_, _ = fmt.Fprintf(f.w, "checked %d invariants: %d findings\n", invariants, f.total)
	if f.total > 0 {
		return errFound
	}
	return nil
}

// migrate brings the tables up to date.
func migrate(ctx context.Context, s *settings, args []string) error {
	if len(args) > 0 {
		return usageError{"migrate takes no arguments"}
	}
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := db.Migrate(ctx, d); err != nil {
		return err
	}
	fmt.Println("the tables are up to date")
	return nil
}
