package main

import (
	"context"
	"errors"
	"fmt"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/orders-api"
)

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
	found := 0
	report := func(f db.Finding) {
		found++
		fmt.Printf("%s %d: %s (%s)\n", f.Entity, f.ID, f.Found, f.Invariant)
	}
	if err := errors.Join(customers.Check(ctx, d, report), orders.Check(ctx, d, report)); err != nil {
		return err
	}
	fmt.Printf("checked: %d findings\n", found)
	if found > 0 {
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
