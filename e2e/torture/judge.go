package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	customersapi "b2b.example/customers-api"
	"b2b.example/db"
	ordersapi "b2b.example/orders-api"
)

// movement is a change of a stock, as the database has it.
type movement struct {
	ID         int64
	ProductID  int64
	OrderID    *int64
	Delta      int64
	StockAfter int64
	Reason     string
	Note       string
}

// evidence is what the database says in the end, past all wires.
type evidence struct {
	events    []db.EventRow         // by id
	movements []movement            // by id
	byKey     map[string]*operation // the operations by the keys of their effects
	effects   map[string]*db.EventRow
	expiries  map[int64]*operation // what the services did by themselves, by the ids of its events
	histories map[thing]*history
}

func newEvidence() *evidence {
	return &evidence{
		byKey: map[string]*operation{}, effects: map[string]*db.EventRow{}, expiries: map[int64]*operation{}, histories: map[thing]*history{},
	}
}

// thing is what a history is of.
type thing struct {
	what string
	id   int64
}

func (t thing) String() string { return fmt.Sprintf("%s %d", t.what, t.id) }

// The things that have histories, each with the model of what may happen to it.
const (
	anOrder   = "order"
	aStock    = "stock of product"
	aProduct  = "product"
	aCustomer = "customer"
)

var models = map[string]porcupine.Model{anOrder: orders, aStock: stocks, aProduct: records, aCustomer: records}

// judge compares what clients were told with what is in the database.
func (c *campaign) judge(ctx context.Context) error {
	d := c.house.database
	report := func(f db.Finding) { c.violation("b2b check: %s %d: %s (%s)", f.Entity, f.ID, f.Found, f.Invariant) }
	if err := customersapi.Check(ctx, d, report); err != nil {
		return err
	}
	if err := ordersapi.Check(ctx, d, report); err != nil {
		return err
	}
	e := newEvidence()
	if err := d.Read(ctx).Order("id").Find(&e.events).Error; err != nil {
		return err
	}
	if err := d.Read(ctx).Table("stock_movements").Order("id").Find(&e.movements).Error; err != nil {
		return err
	}
	c.tally.events, c.tally.movements = len(e.events), len(e.movements)
	c.match(e)
	for _, o := range c.done {
		c.acknowledged(e, o)
		e.remember(o)
	}
	c.expiries(e)
	c.stocks(e)
	c.linearize(e)
	c.feltDisk()
	for _, name := range c.house.services {
		if n := c.house.parts[name].panics(); n > 0 {
			c.violation("%s broke down %d times by itself: %s", name, n, c.house.parts[name].tail())
		}
	}
	return nil
}

// match finds the operation behind each event. One key has one effect, and nothing happens that nobody asked for.
func (c *campaign) match(e *evidence) {
	for _, o := range c.done {
		if o.writes() {
			for _, key := range o.keys() {
				e.byKey[key] = o
			}
		}
	}
	for i := range e.events {
		event := &e.events[i]
		if event.ID <= c.house.furnished {
			continue
		}
		if event.Actor == sweeper && event.Action == "canceled" {
			continue // the expiries have it
		}
		key := keyOf(event)
		o := e.byKey[key]
		switch {
		case o == nil:
			c.violation("event %d, %s of %s %d, was asked for by nobody", event.ID, event.Action, event.EntityType, event.EntityID)
		case e.effects[key] != nil:
			c.violation("%s had two effects: events %d and %d", o, e.effects[key].ID, event.ID)
		}
		e.effects[key] = event
	}
}

// keyOf is the key that an event was made under, as operations have it.
func keyOf(event *db.EventRow) string {
	if event.IdempotencyCaller == nil || event.IdempotencyKey == nil {
		return ""
	}
	return *event.IdempotencyCaller + " " + *event.IdempotencyKey
}

// effect is the event that an operation made under its i-th key, nil for none.
func (e *evidence) effect(o *operation, i int) *db.EventRow { return e.effects[o.keys()[i]] }

// acknowledged makes sure that what a client was told is so: nothing acknowledged is lost, nothing refused was done.
func (c *campaign) acknowledged(e *evidence, o *operation) {
	if !o.writes() {
		return
	}
	event := e.effect(o, 0)
	always := !slices.Contains([]string{confirm, cancel, undo}, o.kind) // those have none where it is so already
	switch {
	case o.reply.done() && event == nil && always:
		c.violation("%s was acknowledged and is lost", o)
	case o.reply.done() && o.kind == orchestrate && e.effect(o, 1) == nil:
		c.violation("%s was acknowledged, and its order was not confirmed", o)
	case o.kind == orchestrate && e.effect(o, 2) != nil:
		c.violation("%s cancelled its order, and nothing was against confirming it", o)
	case o.reply.done() && o.kind != orchestrate && event != nil && !o.toldOf(event):
		c.violation("%s was told of version %d of %d, and made version %d of %d", o, o.answer.Version, o.answer.ID, event.EntityVersion, event.EntityID)
	case o.finished && !o.reply.done() && event != nil && !o.unheard:
		c.violation("%s was refused, and done all the same", o)
	}
}

// toldOf says whether the answer fits the event that the operation made: a late one may tell of a later version.
func (o *operation) toldOf(event *db.EventRow) bool {
	return event.EntityID == o.answer.ID && (event.EntityVersion == o.answer.Version || o.late && event.EntityVersion < o.answer.Version)
}

// remember adds an operation to the histories of what it was about.
func (e *evidence) remember(o *operation) {
	switch o.kind {
	case place, orchestrate:
		e.placed(o)
	case confirm, cancel, undo, note, readOrder:
		e.acted(o)
	case readProduct:
		e.of(aStock, o.target).add(o.asked(), step{what: seen, stock: o.answer.Stock})
		e.edited(aProduct, o)
	case adjust, rename:
		e.edited(aProduct, o)
	case update:
		e.edited(aCustomer, o)
	}
}

func (e *evidence) of(what string, id int64) *history {
	t := thing{what, id}
	if e.histories[t] == nil {
		e.histories[t] = &history{}
	}
	return e.histories[t]
}

// whole is when an operation's effect happened: after its first request, before its answer; or at any time after that,
// where the answer says nothing of it.
func (o *operation) whole() span {
	if !o.finished || !o.reply.done() {
		return span{o.began, forever}
	}
	return span{o.began, o.ended}
}

// asked is when an operation's last request was on its way: what that was answered with was so then.
func (o *operation) asked() span { return span{o.last, o.ended} }

// placed adds a new order, and its confirmation where the orchestrator made it.
func (e *evidence) placed(o *operation) {
	event := e.effect(o, 0)
	if event == nil {
		return
	}
	h := e.of(anOrder, event.EntityID)
	h.add(o.whole(), step{what: place, known: true, actor: o.actor, status: statusCreated, version: 1})
	if o.kind != orchestrate {
		return
	}
	for i, what := range []string{confirm, cancel} {
		if e.effect(o, i+1) != nil {
			h.add(o.whole(), step{what: what, actor: o.actor})
		}
	}
}

// acted adds what was done to an order, or seen of it.
func (e *evidence) acted(o *operation) {
	h := e.of(anOrder, o.target)
	if o.late {
		e.actedLate(h, o)
		return
	}
	if o.reply.done() {
		at := o.whole()
		if !o.writes() {
			at = o.asked()
		}
		h.add(at, step{what: o.kind, known: true, actor: o.actor, status: o.answer.state(), version: o.answer.Version})
		return
	}
	if o.writes() && e.effect(o, 0) != nil {
		h.add(o.whole(), step{what: o.kind, actor: o.actor})
	}
	if o.finished && !o.twice {
		h.add(o.asked(), step{what: o.kind, actor: o.actor, refusal: o.answer.Code, reason: o.answer.Reason})
	}
}

// actedLate adds what was done to an order, and how that was seen later.
func (e *evidence) actedLate(h *history, o *operation) {
	if e.effect(o, 0) != nil {
		h.add(o.whole(), step{what: o.kind, actor: o.actor})
	}
	h.add(o.asked(), step{what: readOrder, known: true, status: o.answer.state(), version: o.answer.Version})
}

// edited adds what was done to a product or a customer, or seen of it.
func (e *evidence) edited(what string, o *operation) {
	h := e.of(what, o.target)
	s := step{what: o.kind, known: o.reply.done(), version: o.answer.Version, word: o.answer.Name}
	switch {
	case !o.writes():
		h.add(o.asked(), s)
	case o.late:
		h.add(o.whole(), step{what: o.kind, word: o.word})
		h.add(o.asked(), step{what: readProduct, known: true, version: s.version, word: s.word})
	case o.reply.done() || e.effect(o, 0) != nil:
		if o.kind != adjust {
			s.word = o.word
		}
		h.add(o.whole(), s)
	}
}

// stocks adds every movement to the history of its stock, at the time of the operation that made it.
func (c *campaign) stocks(e *evidence) {
	moves := e.moves()
	notes := map[string]*operation{}
	for _, o := range c.done {
		if o.kind == adjust {
			notes[o.word] = o
		}
		if o.finished && !o.reply.done() && o.answer.Code == "INSUFFICIENT_STOCK" && !o.twice {
			e.lacked(o)
		}
	}
	turn := map[[2]int64]int{}
	for _, m := range e.movements {
		var o *operation
		if m.OrderID == nil {
			o = notes[m.Note]
		} else if pair := [2]int64{*m.OrderID, m.ProductID}; turn[pair] < len(moves[*m.OrderID]) {
			o = moves[*m.OrderID][turn[pair]]
			turn[pair]++
		}
		switch {
		case o != nil:
			e.of(aStock, m.ProductID).add(o.whole(), step{what: moved, delta: m.Delta, stock: m.StockAfter})
		case m.Reason != "INITIAL":
			c.violation("movement %d of product %d was asked for by nobody", m.ID, m.ProductID)
		}
	}
}

// moves are the operations that moved an order's stock, in the order in which they did.
func (e *evidence) moves() map[int64][]*operation {
	moves := map[int64][]*operation{}
	for i := range e.events {
		event := &e.events[i]
		if event.EntityType != "order" {
			continue
		}
		switch event.Action {
		case "created", "canceled", "cancellation_undone":
			moves[event.EntityID] = append(moves[event.EntityID], cmp.Or(e.expiries[event.ID], e.byKey[keyOf(event)]))
		}
	}
	return moves
}

// lacked adds what a refusal tells of stocks: what there was of the short ones, and that there was enough of the others.
func (e *evidence) lacked(o *operation) {
	short := map[int64]bool{}
	for _, one := range o.answer.Short {
		short[one.Product] = true
		e.of(aStock, one.Product).add(o.asked(), step{what: seen, stock: one.Available})
	}
	for product, qty := range o.lines {
		if !short[product] {
			e.of(aStock, product).add(o.asked(), step{what: enough, stock: qty})
		}
	}
}

// linearize looks for an order in which each history makes sense, one thing after the other.
func (c *campaign) linearize(e *evidence) {
	c.tally.histories = len(e.histories)
	for t, h := range e.histories {
		switch h.linearizable(models[t.what]) {
		case porcupine.Ok:
		case porcupine.Illegal:
			c.violation("%s: its history makes no sense in any order", t)
		case porcupine.Unknown:
			c.violation("%s: no order in which its history makes sense was found in time", t)
		}
	}
}
