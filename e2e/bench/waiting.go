package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// waiting are orders that nobody has confirmed: each is given to one client only.
type waiting struct {
	mu   sync.Mutex
	ids  []int64
	last int64 // the highest id that was ever here
}

// fill sees to it that there are n, and places those that are missing, the first one alone: see compare.
func (w *waiting) fill(ctx context.Context, b *bench, n int) error {
	for clients := 1; ; clients = 16 {
		if err := w.find(ctx, b, n); err != nil || len(w.ids) >= n {
			return err
		}
		if _, err := measure(ctx, clients, time.Second, func(ctx context.Context) error { return b.placeBare(ctx, spread()) }); err != nil {
			return err
		}
	}
}

func (w *waiting) find(ctx context.Context, b *bench, n int) error {
	missing := n - len(w.ids)
	if missing <= 0 {
		return nil
	}
	var found []int64
	err := b.db.Read(ctx).Table("orders").Where("status = 'CREATED' AND id > ?", w.last).Order("id").Limit(missing).Pluck("id", &found).Error
	if err != nil || len(found) == 0 {
		return err
	}
	w.ids, w.last = append(w.ids, found...), found[len(found)-1]
	return nil
}

// each does something with an order that it is the only one to get.
func (w *waiting) each(do func(ctx context.Context, order int64) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		order, err := w.one()
		if err != nil {
			return err
		}
		return do(ctx, order)
	}
}

// one takes an order.
func (w *waiting) one() (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ids) == 0 {
		return 0, errors.New("every order has been confirmed: measure fewer seconds")
	}
	id := w.ids[0]
	w.ids = w.ids[1:]
	return id, nil
}
