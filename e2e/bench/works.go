package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// works are what is measured.
func (b *bench) works() []work {
	var all []work
	for _, clients := range []int{1, 16, clientsMost} {
		all = append(all, b.placing("place", clients, spread))
	}
	return append(all,
		b.placing("hot", clientsMost, hot),
		b.confirming(1, 2000),
		b.confirming(clientsMost, 10_000),
		work{name: "replay", clients: 16, before: b.placeOnce, floor: b.findKey, ours: b.replay},
		work{name: "get", clients: 16, before: b.placeOnce, floor: b.findOrder, ours: b.getOrder},
		work{name: "list", clients: 16, before: b.placeOnce, floor: b.findOrders, ours: b.listOrders},
		work{name: "whole", clients: 1, floor: b.threeCalls, ours: b.oneCall},
	)
}

// placing is placing orders of the products that pick picks.
func (b *bench) placing(name string, clients int, pick func() []int64) work {
	return work{
		name: name, clients: clients,
		floor: func(ctx context.Context) error { return b.placeBare(ctx, pick()) },
		ours:  func(ctx context.Context) error { return b.place(ctx, pick(), uuid.NewString(), nil) },
	}
}

// confirming is confirming orders, each once; there are at most so many of them for a second.
func (b *bench) confirming(clients, aSecond int) work {
	return work{
		name: "confirm", clients: clients,
		before: func(ctx context.Context, length time.Duration) error {
			return b.waiting.fill(ctx, b, max(1, int(length.Seconds()*float64(aSecond))))
		},
		floor: b.waiting.each(b.confirmBare),
		ours:  b.waiting.each(b.confirm),
	}
}

// hot is the one product that everybody wants.
func hot() []int64 { return []int64{1} }

// spread picks three products, in the order of their ids.
func spread() []int64 {
	picked := map[int64]bool{}
	for len(picked) < 3 {
		picked[rand.Int64N(products)+1] = true
	}
	var ids []int64
	for id := range picked {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// linesOf are the lines of an order of two of each product, as JSON.
func linesOf(products []int64) string {
	var items []string
	for _, id := range products {
		items = append(items, fmt.Sprintf(`{"product_id": %d, "qty": 2}`, id))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// place places an order over HTTP.
func (b *bench) place(ctx context.Context, products []int64, key string, answer any) error {
	body := fmt.Sprintf(`{"customer_id": %d, "items": %s}`, b.customer, linesOf(products))
	return b.post(ctx, b.orders.url+"/orders", body, key, answer)
}

func (b *bench) confirm(ctx context.Context, order int64) error {
	return b.post(ctx, fmt.Sprintf("%s/orders/%d/confirm", b.orders.url, order), "", uuid.NewString(), nil)
}

// onceKey and onceProducts are the request that is sent again and again.
const onceKey = "the-same-every-time"

var onceProducts = []int64{1, 2, 3}

// placeOnce places the one order that is then asked for.
func (b *bench) placeOnce(ctx context.Context, _ time.Duration) error {
	var placed struct{ ID int64 }
	if err := b.place(ctx, onceProducts, onceKey, &placed); err != nil {
		return err
	}
	b.once = placed.ID
	return nil
}

func (b *bench) replay(ctx context.Context) error { return b.place(ctx, onceProducts, onceKey, nil) }

func (b *bench) getOrder(ctx context.Context) error {
	return b.get(ctx, fmt.Sprintf("%s/orders/%d", b.orders.url, b.once), b.token)
}

func (b *bench) listOrders(ctx context.Context) error {
	return b.get(ctx, b.orders.url+"/orders?limit=20", b.token)
}

// oneCall has the orchestrator create and confirm an order.
func (b *bench) oneCall(ctx context.Context) error {
	body := fmt.Sprintf(`{"customer_id": %d, "items": %s, "idempotency_key": %q}`, b.customer, linesOf(spread()), uuid.NewString())
	return b.post(ctx, b.orchestrator.url+"/orchestrator/create-and-confirm-order", body, "", nil)
}

// threeCalls are those that the orchestrator makes.
func (b *bench) threeCalls(ctx context.Context) error {
	if err := b.askForCustomer(ctx); err != nil {
		return err
	}
	var placed struct{ ID int64 }
	if err := b.place(ctx, spread(), uuid.NewString(), &placed); err != nil {
		return err
	}
	return b.confirm(ctx, placed.ID)
}
