package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/orders-api"
)

// span is how far back made-up business goes.
const span = 60 * 24 * time.Hour

// expiry is when an order that nobody confirmed expires, as it does in a service that is set up as usual.
const expiry = 72 * time.Hour

// actor is who does something, and through which channel.
type actor struct{ id, name, channel string }

// expirer cancels what nobody confirmed, under the name that the services' own sweeper has.
var expirer = actor{"system:sweeper", "Expiry", "SYSTEM"}

// market is a made-up wholesaler: who buys, what is sold, and who takes the orders.
type market struct {
	seed      int64
	r         *rand.Rand
	now       time.Time // nothing happens later
	customers []*customerRow
	products  []*productRow
	takers    []actor
	workload  []float64 // see workloadBefore
}

// story is an order and all that has happened to it so far, oldest first.
type story struct {
	order *orders.Order
	deeds []deed
}

// deed is one move of an order. Its action is an event's: created, confirmed, canceled.
type deed struct {
	action string
	at     time.Time
	by     actor
	reason string // of a cancellation
}

func newMarket(seed int64, now time.Time, takers []actor) *market {
	return &market{seed: seed, r: random(seed, 0), now: now, takers: takers, workload: workloadBefore(now)}
}

// random is a source that gives the same numbers for the same seed and part, whatever other parts were drawn.
func random(seed, part int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(part))) //nolint:gosec // made-up data must be the same every time
}

// stories makes up the orders from..to of a run of total, spread over the span up to now.
func (m *market) stories(from, to, total int) []*story {
	made := make([]*story, 0, to-from)
	for n := from; n < to; n++ {
		placed := m.now.Add(-span + m.businessTime((float64(n)+m.r.Float64())/float64(total)))
		made = append(made, m.story(placed.Truncate(time.Microsecond)))
	}
	return made
}

func (m *market) story(placed time.Time) *story {
	customer := popular(m.r, m.customers)
	taker := pick(m.r, m.takers)
	s := &story{order: m.order(customer), deeds: []deed{{action: "created", at: placed, by: taker}}}
	s.deeds = append(s.deeds, m.fate(placed, taker)...)
	s.deeds = slices.DeleteFunc(s.deeds, func(d deed) bool { return d.at.After(m.now) })
	return s
}

// order makes up what is ordered. Its status follows from the deeds.
func (m *market) order(customer *customerRow) *orders.Order {
	o := &orders.Order{
		CustomerID: customer.ID, CustomerName: customer.Name, CustomerNameKey: customer.NameKey,
		CustomerEmail: customer.Email, CustomerEmailKey: *customer.EmailKey,
		CustomerPhone: customer.Phone, CustomerTaxID: customer.TaxID,
	}
	if m.r.IntN(100) < 60 {
		o.Reference = fmt.Sprintf("%s-%05d", pick(m.r, []string{"PED", "PO", "OC", "WEB"}), m.r.IntN(1e5))
		o.ReferenceKey = db.Fold(o.Reference)
	}
	if m.r.IntN(100) < 12 {
		o.Note = pick(m.r, notesFor(customer))
	}
	for range 1 + min(m.r.IntN(5), m.r.IntN(9)) {
		m.addLine(o, popular(m.r, m.products))
	}
	return o
}

// addLine adds a product, unless the order has it already: an order has one line for each.
func (m *market) addLine(o *orders.Order, p *productRow) {
	if slices.ContainsFunc(o.Items, func(i orders.Item) bool { return i.ProductID == p.ID }) {
		return
	}
	qty := quantity(m.r, p.PriceCents)
	o.Items = append(o.Items, orders.Item{
		ProductID: p.ID, Line: int64(len(o.Items) + 1), SKU: p.SKU, Name: p.Name,
		Qty: qty, UnitPriceCents: p.PriceCents, SubtotalCents: qty * p.PriceCents,
	})
	o.Units += qty
	o.TotalCents += qty * p.PriceCents
}

// quantity is how many packs are ordered: few of what is dear.
func quantity(r *rand.Rand, cents int64) int64 {
	switch {
	case cents > 50_000:
		return 1 + r.Int64N(2)
	case cents > 8_000:
		return 1 + r.Int64N(6)
	}
	return pick(r, []int64{1, 2, 2, 3, 4, 5, 6, 6, 8, 10, 12, 12, 24})
}

// fate is what becomes of an order that was placed: nearly all are confirmed, the web shop's at once, some are
// cancelled before or soon after that, and a few are forgotten until they expire.
func (m *market) fate(placed time.Time, taker actor) []deed {
	confirmed := deed{action: "confirmed", at: placed.Add(m.between(time.Minute, 9*time.Hour)), by: taker}
	if taker.channel == "LAMBDA" {
		confirmed.at = placed.Add(m.between(20*time.Millisecond, 200*time.Millisecond))
	}
	reason := pick(m.r, []string{"CUSTOMER_REQUEST", "CUSTOMER_REQUEST", "OUT_OF_STOCK", "PRICING_ERROR", "DUPLICATE", "OTHER"})
	switch chance := m.r.IntN(100); {
	case chance < 2 && taker.channel != "LAMBDA":
		return []deed{{"canceled", placed.Add(expiry + m.between(time.Second, time.Minute)), expirer, orders.Expired}}
	case chance < 6 && taker.channel != "LAMBDA":
		return []deed{{"canceled", placed.Add(m.between(5*time.Minute, 20*time.Hour)), taker, reason}}
	case chance < 8:
		return []deed{confirmed, {"canceled", confirmed.at.Add(m.between(30*time.Second, 9*time.Minute)), taker, reason}}
	}
	return []deed{confirmed}
}

func (m *market) between(least, most time.Duration) time.Duration {
	return (least + time.Duration(m.r.Int64N(int64(most-least)))).Truncate(time.Microsecond)
}

// popular picks the first ones most often, as business has it: a tenth of them makes about a third of it.
func popular[T any](r *rand.Rand, from []T) T {
	return from[int(float64(len(from))*math.Pow(r.Float64(), 2))]
}

// dayWeights, from Sunday, and hourWeights are how much business there is on each day and in each hour of it.
var (
	dayWeights  = [7]float64{1, 10, 9, 10, 10, 12, 4}
	hourWeights = [24]float64{7: 2, 8: 6, 9: 9, 10: 10, 11: 10, 12: 8, 13: 5, 14: 4, 15: 6, 16: 8, 17: 7, 18: 4, 19: 2, 20: 1}
)

// workloadBefore is, for each hour of the span up to now, the share of all business that is done by its end.
func workloadBefore(now time.Time) []float64 {
	done := make([]float64, int(span/time.Hour))
	total := 0.0
	for hour := range done {
		at := now.Add(-span + time.Duration(hour)*time.Hour)
		total += dayWeights[at.Weekday()] * (hourWeights[at.Hour()] + 0.2)
		done[hour] = total
	}
	for hour := range done {
		done[hour] /= total
	}
	return done
}

// businessTime is how far into the span the given share of all business has been done.
func (m *market) businessTime(share float64) time.Duration {
	hour, _ := slices.BinarySearch(m.workload, share)
	hour = min(hour, len(m.workload)-1)
	before := 0.0
	if hour > 0 {
		before = m.workload[hour-1]
	}
	part := min((share-before)/(m.workload[hour]-before), 1)
	return time.Duration((float64(hour) + part) * float64(time.Hour))
}

func notesFor(customer *customerRow) []string {
	if customer.spanish {
		return notesInSpanish
	}
	return notesInEnglish
}

// customerRow and productRow are rows with the columns that their models leave to the tables.
type customerRow struct {
	entities.Customer
	NameKey  string
	EmailKey *string // no longer there once the customer is deleted
	spanish  bool
}

// TableName is part of GORM's conventions.
func (customerRow) TableName() string { return "customers" }

type productRow struct {
	entities.Product
	SKUKey  string
	NameKey string
}

// TableName is part of GORM's conventions.
func (productRow) TableName() string { return "products" }
