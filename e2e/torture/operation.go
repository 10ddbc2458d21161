package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// The things that clients do.
const (
	place       = "place"
	confirm     = "confirm"
	cancel      = "cancel"
	undo        = "undo"
	note        = "note"
	orchestrate = "create and confirm"
	adjust      = "adjust stock"
	rename      = "rename product"
	update      = "rename customer"
	readOrder   = "read order"
	readProduct = "read product"
	expire      = "expire" // the services' own doing
)

// mix is how often each is done, in a hundred.
var mix = []struct {
	kind   string
	weight int
}{
	{place, 30}, {confirm, 13}, {cancel, 12}, {undo, 9}, {note, 4}, {orchestrate, 13}, {adjust, 6}, {rename, 3}, {update, 3}, {readOrder, 4}, {readProduct, 3},
}

// refusals are the codes that each may be refused with, when nothing is wrong.
var refusals = map[string][]string{
	place: {"INSUFFICIENT_STOCK"}, orchestrate: {"INSUFFICIENT_STOCK"}, confirm: {"ORDER_NOT_CONFIRMABLE"},
	undo: {"ORDER_NOT_UNDOABLE", "INSUFFICIENT_STOCK"},
}

// refusedRightly says whether an operation may be refused as it was. The orchestrator finds its order cancelled only where
// that has waited for too long.
func (o *operation) refusedRightly() bool {
	if o.kind == orchestrate && o.answer.Code == "ORDER_CANCELED" {
		return o.ended-o.began >= orderTTL
	}
	return slices.Contains(refusals[o.kind], o.answer.Code)
}

// operation is something that a client wants, from its first request to the final answer; and what came of it.
type operation struct {
	number int
	kind   string
	calm   bool // begun when all faults were over
	actor  string
	caller string // whose the key is
	target int64  // an order, a product or a customer
	lines  map[int64]int64
	delta  int64
	word   string // a name or a note that only this one gives
	sending
	path  string
	wires []string // by which it may be sent
	twice bool     // each request is sent by both at once

	began, last, ended time.Duration // of the operation, of its last request, of its final answer; since the campaign's start
	requests           int
	unheard            bool // a request before the last one had no final answer: its effect may come later
	reply              reply
	answer             answer
	finished           bool
	late               bool // its answer may tell of a later time: the one that there was has been swept
}

// writes says whether it changes anything.
func (o *operation) writes() bool { return o.method != "GET" }

func (o *operation) String() string {
	return fmt.Sprintf("operation %d, %s by %s of %d: %d %s after %d requests", o.number, o.kind, o.actor, o.target, o.reply.status, o.answer.Code, o.requests)
}

// keys are those under which the operation has its effects: its own, or those that the orchestrator makes of it.
func (o *operation) keys() []string {
	if o.kind != orchestrate {
		return []string{o.caller + " " + o.key}
	}
	sum := sha256.Sum256([]byte(o.caller + "\x00" + o.key))
	job := "service:lambda " + hex.EncodeToString(sum[:])
	return []string{job + ":create", job + ":confirm", job + ":cancel"}
}

// draw decides what a client does next.
func (c *campaign) draw(random *rand.Rand, number int) *operation {
	o := &operation{number: number, kind: drawn(random), word: fmt.Sprintf("op-%d-%d", c.seed, number), calm: c.calm.Load()}
	if c.house.hot.Load() > 0 && o.kind != undo {
		o.kind = []string{place, place, cancel, orchestrate, adjust}[random.IntN(5)]
	}
	o.key, o.method, o.twice = o.word, "POST", random.IntN(10) == 0
	who := c.house.operators[random.IntN(len(c.house.operators))]
	o.actor, o.token = who.caller(), who.token
	if slices.Contains([]string{confirm, cancel, undo, note, readOrder}, o.kind) && !c.choose(random, o) {
		o.kind = place
	}
	c.describe(random, o)
	o.caller = o.actor
	return o
}

// choose gives the operation an order that it is about, and says whether there was one.
func (c *campaign) choose(random *rand.Rand, o *operation) bool {
	if o.kind != undo {
		o.target = c.placed.pick(random).target
		return o.target != 0
	}
	theirs := c.moved.take(random) // mostly by whoever did it, so that it is allowed
	if o.target = theirs.target; o.target != 0 && random.IntN(4) > 0 {
		o.actor, o.token = theirs.actor, theirs.token
	}
	return o.target != 0
}

func drawn(random *rand.Rand) string {
	n := random.IntN(100)
	for _, one := range mix {
		if n -= one.weight; n < 0 {
			return one.kind
		}
	}
	return place
}

// describe says what the operation's request is.
func (c *campaign) describe(random *rand.Rand, o *operation) {
	o.wires = []string{"clients to orders-api 1", "clients to orders-api 2"}
	if random.IntN(4) == 0 && slices.Contains([]string{place, confirm, cancel, orchestrate}, o.kind) {
		o.actor, o.token = shop, shopToken
	}
	switch o.kind {
	case place, orchestrate:
		c.order(random, o)
	case confirm, undo:
		o.path = fmt.Sprintf("/orders/%d/%s", o.target, o.kind)
	case cancel:
		o.path, o.body = fmt.Sprintf("/orders/%d/cancel", o.target), `{"reason": "OTHER"}`
	case note:
		o.method, o.ifMatch = "PATCH", "*"
		o.path, o.body = fmt.Sprintf("/orders/%d", o.target), fmt.Sprintf(`{"note": %q}`, o.word)
	case readOrder:
		o.method, o.key, o.path = "GET", "", fmt.Sprintf("/orders/%d", o.target)
	case update:
		o.wires, o.method, o.ifMatch, o.target = []string{"clients to customers-api"}, "PATCH", "*", 1+random.Int64N(customers)
		o.path, o.body = fmt.Sprintf("/customers/%d", o.target), fmt.Sprintf(`{"name": %q}`, o.word)
	default:
		c.onProduct(random, o)
	}
}

// order asks for some pieces of some products, in any order: mostly the first one, which everybody wants.
func (c *campaign) order(random *rand.Rand, o *operation) {
	hot := c.house.hot.Load() > 0
	o.lines = map[int64]int64{}
	var items []string
	for _, i := range random.Perm(products)[:1+random.IntN(4)] {
		o.lines[int64(i+1)] = 1 + random.Int64N(3)
		items = append(items, fmt.Sprintf(`{"product_id": %d, "qty": %d}`, i+1, o.lines[int64(i+1)]))
	}
	if (hot || random.IntN(3) == 0) && o.lines[1] == 0 {
		o.lines[1] = 1
		items = append(items, `{"product_id": 1, "qty": 1}`)
	}
	body := fmt.Sprintf(`{"customer_id": %d, "items": [%s]`, 1+random.Int64N(customers), strings.Join(items, ", "))
	o.path, o.body = "/orders", body+fmt.Sprintf(`, "reference": %q}`, o.word)
	if o.kind == orchestrate {
		o.wires, o.path = []string{"clients to orchestrator"}, "/orchestrator/create-and-confirm-order"
		o.key, o.body = o.word, body+fmt.Sprintf(`, "idempotency_key": %q, "correlation_id": %q}`, o.word, o.word)
	}
}

func (c *campaign) onProduct(random *rand.Rand, o *operation) {
	o.actor, o.token = c.house.manager.caller(), c.house.manager.token
	o.target = 1 + random.Int64N(products)
	if c.house.hot.Load() > 0 {
		o.target = 1
	}
	o.path = fmt.Sprintf("/products/%d", o.target)
	switch o.kind {
	case adjust:
		o.delta = 1 + random.Int64N(25)
		o.path, o.body = o.path+"/stock-adjustments", fmt.Sprintf(`{"delta": %d, "note": %q}`, o.delta, o.word)
	case rename:
		o.method, o.ifMatch, o.body = "PATCH", "*", fmt.Sprintf(`{"name": %q}`, o.word)
	case readProduct:
		o.method, o.key = "GET", ""
	}
}

const (
	firstPause = 20 * time.Millisecond
	lastPause  = time.Second
	patience   = 2 * time.Minute // after which an operation counts as never answered
)

// finish sends the operation's request until it has a final answer, as clients do: at the other instance next time, after
// a pause that doubles.
func (c *campaign) finish(ctx context.Context, o *operation) {
	o.began = c.since()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		o.last = c.since()
		o.requests++
		o.reply = c.send(ctx, o)
		if o.reply.final() || o.reply.broken() || c.since()-o.began > patience || ctx.Err() != nil {
			break
		}
		o.unheard = true
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + time.Duration(rand.Int64N(int64(pause)))):
		}
	}
	o.ended, o.finished, o.answer = c.since(), o.reply.final(), o.reply.answer()
	o.late = o.reply.replayed && o.ended-o.began > answersTTL
}

// send sends the operation's request once, or by two ways at once.
func (c *campaign) send(ctx context.Context, o *operation) reply {
	first := c.by(ctx, o, o.requests)
	if !o.twice || !o.writes() {
		return <-first
	}
	a, b := <-first, <-c.by(ctx, o, o.requests+1)
	if a.done() && b.done() && !bytes.Equal(a.body, b.body) && c.since()-o.began < answersTTL {
		c.violation("%s: the same request was answered in two ways: %s and %s", o, a.body, b.body)
	}
	if b.done() || !a.final() {
		a, b = b, a
	}
	if !b.final() {
		o.unheard = true
	}
	return a
}

// by sends the request by one of its wires, and counts the answer.
func (c *campaign) by(ctx context.Context, o *operation, turn int) <-chan reply {
	answered := make(chan reply, 1)
	go func() {
		s := o.sending
		s.address = c.house.at(o.wires[(o.number+turn)%len(o.wires)]) + o.path
		if o.kind == orchestrate {
			s.key = ""
		}
		got, err := attempt(ctx, s)
		if err != nil {
			got = reply{}
		}
		c.count(o, got)
		answered <- got
	}()
	return answered
}
