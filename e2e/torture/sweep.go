package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// sweeper is who the events of orders name that have expired.
const sweeper = "system:sweeper"

// mostReplayed is how many requests are sent once more, of those whose answers are kept, and of those whose are not.
const mostReplayed = 150

// answered says whether the operation is a change that was made, under a key.
func (o *operation) answered() bool { return o.reply.done() && o.writes() && o.key != "" }

// replay sends the last requests again, while their answers are kept: the answer is the same, byte for byte.
func (c *campaign) replay(ctx context.Context) {
	for _, o := range slices.Backward(c.done) {
		if !o.answered() {
			continue
		}
		got := <-c.by(ctx, o, 0)
		if c.since()-o.began >= answersTTL || c.tally.replayed == mostReplayed {
			return
		}
		c.tally.replayed++
		if !got.is(o.reply.status, o.reply.body) {
			c.violation("%s, sent again: %d %s, and at first %s", o, got.status, got.body, o.reply.body)
		}
	}
}

func (r reply) is(status int, body []byte) bool {
	return r.status == status && bytes.Equal(r.body, body)
}

// awaitSweepers waits until no order waits to be confirmed, and no answer is kept. The services do that by themselves.
func (c *campaign) awaitSweepers(ctx context.Context) error {
	const left = "SELECT (SELECT COUNT(*) FROM orders WHERE status = 'CREATED') + (SELECT COUNT(*) FROM idempotency_keys WHERE answered_at IS NOT NULL)"
	for start := time.Now(); !c.over(); time.Sleep(100 * time.Millisecond) {
		var n int
		if err := c.house.database.Read(ctx).Raw(left).Scan(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		if time.Since(start) > answersTTL+10*time.Second {
			c.violation("%d orders or answers have been kept for too long", n)
			return nil
		}
	}
	return nil
}

// replayLate sends requests again whose answers have been swept. Nothing happens, and the answer is what the request was
// about, as it is now. The orchestrator answers an order as it was placed, so its answer is the same for ever.
func (c *campaign) replayLate(ctx context.Context) error {
	for _, i := range rand.New(rand.NewPCG(c.seed, 1)).Perm(len(c.done)) {
		o := c.done[i]
		if !o.answered() {
			continue
		}
		now := o.reply
		if o.kind != orchestrate {
			var err error
			if now, err = attempt(ctx, sending{method: "GET", address: c.house.at(o.wires[0]) + o.about(), token: o.token}); err != nil {
				return err
			}
		}
		if got := <-c.by(ctx, o, 0); !got.is(o.reply.status, now.body) {
			c.violation("%s, sent again long after: %d %s, and now there is %s", o, got.status, got.body, now.body)
		}
		if c.tally.replayedLate++; c.tally.replayedLate == mostReplayed {
			return nil
		}
	}
	return nil
}

// about is where to read what the operation was about.
func (o *operation) about() string {
	switch o.kind {
	case adjust, rename:
		return fmt.Sprintf("/products/%d", o.answer.ID)
	case update:
		return fmt.Sprintf("/customers/%d", o.answer.ID)
	}
	return fmt.Sprintf("/orders/%d", o.answer.ID)
}

// expiries finds the orders that the services cancelled because nobody confirmed them, none of them too soon.
func (c *campaign) expiries(e *evidence) {
	placed := map[int64]time.Time{}
	for i := range e.events {
		event := &e.events[i]
		switch {
		case event.EntityType != anOrder:
		case event.Action == "created":
			placed[event.EntityID] = event.CreatedAt
		case event.Actor == sweeper && event.Action == "canceled":
			if waited := event.CreatedAt.Sub(placed[event.EntityID]); waited < orderTTL {
				c.violation("order %d expired after %s", event.EntityID, waited)
			}
			c.tally.expired++
			o := &operation{kind: expire, actor: event.Actor, target: event.EntityID, began: event.CreatedAt.Sub(c.start)}
			e.expiries[event.ID] = o
			e.of(anOrder, o.target).add(o.whole(), step{what: expire, known: true, actor: o.actor, status: statusCanceled, version: event.EntityVersion})
		}
	}
}
