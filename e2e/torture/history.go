package main

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// step is one thing that happened, or was seen, to an order, to a stock or to a name.
type step struct {
	what    string
	actor   string
	known   bool   // the answer is known, so what it says must be so
	refusal string // the code of a refusal, "" for none
	reason  string
	status  string
	version int64
	word    string
	delta   int64
	stock   int64
}

// span is when it happened: at some moment between the two.
type span struct{ from, to time.Duration }

// forever is the end of what may still happen.
const forever = time.Duration(math.MaxInt64)

// history is all that happened to one thing.
type history struct {
	operations []porcupine.Operation
}

func (h *history) add(at span, s step) {
	h.operations = append(h.operations, porcupine.Operation{
		ClientId: len(h.operations), Input: s, Call: int64(at.from), Output: s, Return: int64(at.to),
	})
}

// linearizable says whether there is an order in which all of it makes sense, one thing after the other.
func (h *history) linearizable(model porcupine.Model) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(model, h.operations, 20*time.Second)
}

// model makes a porcupine.Model of a state and what a step makes of it.
func model[S any](first S, next func(S, step) (bool, S)) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, input, _ any) (bool, any) {
			ok, after := next(state.(S), input.(step))
			return ok, after
		},
	}
}

// orderState is an order as its rules see it.
type orderState struct {
	version   int64
	status    string
	confirmed bool   // has been, and was not undone
	last      string // the last change
	actor     string // who made it
}

// The statuses of an order.
const (
	statusCreated   = "CREATED"
	statusConfirmed = "CONFIRMED"
	statusCanceled  = "CANCELED"
)

// orders is an order's life: written down anew, so that it is not the product's own code which is asked about itself.
var orders = model(orderState{}, func(o orderState, s step) (bool, orderState) {
	after, refusal, reason := o.after(s)
	switch {
	case s.refusal == "INSUFFICIENT_STOCK": // the stock's history tells whether that is so
		return s.what == undo && o.status == statusCanceled && refusal == "", o
	case s.refusal != "":
		return s.refusal == refusal && s.reason == reason, o
	case refusal != "":
		return false, o
	case s.known && (after.version != s.version || after.status != s.status):
		return false, o
	}
	return true, after
})

// after is what a step makes of an order, or the code and the reason of its refusal.
func (o orderState) after(s step) (after orderState, refusal, reason string) {
	if (s.what == place) != (o.version == 0) {
		return o, "NOT_FOUND", ""
	}
	after = o
	switch s.what {
	case place:
		after.status = statusCreated
	case confirm:
		if o.status == statusCanceled {
			return o, "ORDER_NOT_CONFIRMABLE", "ORDER_IS_CANCELED"
		}
		after.status, after.confirmed = statusConfirmed, true
	case cancel:
		after.status = statusCanceled
	case expire:
		if o.status != statusCreated {
			return o, "NOT_WAITING", ""
		}
		after.status = statusCanceled
	case undo:
		return o.undone(s.actor)
	case readOrder:
		return o, "", ""
	}
	if after == o && s.what != note {
		return o, "", "" // it is so already: nothing happens
	}
	after.version, after.last, after.actor = o.version+1, s.what, s.actor
	return after, "", ""
}

func (o orderState) undone(by string) (after orderState, refusal, reason string) {
	after = o
	switch {
	case o.last == undo:
		return o, "", ""
	case o.status == statusCreated:
		return o, "ORDER_NOT_UNDOABLE", "NOTHING_TO_UNDO"
	case o.last == note:
		return o, "ORDER_NOT_UNDOABLE", "UNDO_FOLLOWED"
	case o.actor != by:
		return o, "ORDER_NOT_UNDOABLE", "UNDO_NOT_YOURS"
	case o.status == statusConfirmed || !o.confirmed:
		after.status, after.confirmed = statusCreated, false
	default:
		after.status = statusConfirmed
	}
	after.version, after.last, after.actor = o.version+1, undo, by
	return after, "", ""
}

// The steps of a stock.
const (
	moved  = "moved"  // by delta, to stock
	seen   = "seen"   // it was stock
	enough = "enough" // it was not what an order lacked: at least stock
)

// stocks is a product's stock.
var stocks = model(int64(firstStock), func(stock int64, s step) (bool, int64) {
	switch s.what {
	case moved:
		return stock+s.delta == s.stock && s.stock >= 0, s.stock
	case seen:
		return stock == s.stock, stock
	}
	return stock >= s.stock, stock
})

// record is a product or a customer as its versions see it.
type record struct {
	version int64
	name    string // "" as it was at first
}

// records is a product's or a customer's name and version. An adjustment of stock is a version too.
var records = model(record{version: 1}, func(r record, s step) (bool, record) {
	after := r
	switch s.what {
	case rename, update:
		after = record{r.version + 1, s.word}
	case adjust:
		after.version++
	}
	if s.known && (after.version != s.version || after.name != "" && after.name != s.word) {
		return false, r
	}
	return true, after
})
