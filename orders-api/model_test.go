package orders

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"b2b.example/kit/kittest"
)

// model is what a run of requests must come to, kept in memory: as small as the rules are.
type model struct {
	w        *world
	products []int64         // ids
	stock    map[int64]int64 // pieces, by product
	orders   []*modelOrder
	minute   int // of the clock
	requests int
}

type modelOrder struct {
	id                int64
	status            Status
	lines             map[int64]int64 // pieces, by product
	placed, confirmed int             // minutes
	moved             *modelMove      // the last move that the operator made; nil: another did, or nobody
}

// modelMove is a move from a status: when it was made, and whether it has been undone.
type modelMove struct {
	from   Status
	minute int
	undone bool
}

// The rules of the model's world, half a minute away from whole minutes: there the real time that a run takes decides
// nothing.
const (
	modelWindow = 10 // minutes
	modelUndo   = 1
	modelTTL    = 120
	half        = 30 * time.Second
)

// TestModel sends random requests and holds each answer, and all that is left in the end, against the model.
func TestModel(t *testing.T) {
	fewer(t)
	eachSet(t, func(s *Settings) {
		s.CancelWindow, s.UndoWindow, s.OrderTTL = modelWindow*time.Minute+half, modelUndo*time.Minute+half, 0
	}, func(w *world) {
		products := 0
		rapid.Check(w.t, func(r *rapid.T) {
			m := &model{w: w, stock: map[int64]int64{}}
			for range 3 {
				products++
				p := w.stock(fmt.Sprintf("SKU-%d", products), 100, 10)
				m.products = append(m.products, p.ID)
				m.stock[p.ID] = p.Stock
			}
			r.Repeat(map[string]func(*rapid.T){
				"place": m.place, "confirm": m.confirm, "cancel": m.cancel, "adjust": m.adjust, "undo": m.undo, "expire": m.expire,
				"wait": m.wait,
			})
			m.compare(r)
		})
	})
}

// fewer makes a few runs enough, unless the command asks for a number of them.
func fewer(t *testing.T) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("25"))
		t.Cleanup(func() { _ = checks.Value.Set(checks.DefValue) })
	}
}

// send sends a request, and holds its status against the one that the rules ask for. An order that is answered must be as
// the model has it.
func (m *model) send(r *rapid.T, one kittest.Case, want int) (o OrderDetails) {
	m.requests++
	one = keyed(one, fmt.Sprintf("model of product %d, request %d", m.products[0], m.requests))
	if one.As == "" {
		one.As = m.w.operator
	}
	got, err := send(m.w.URL, one)
	require.NoError(r, err)
	require.Equal(r, want, got.status, "%s %s", one.Path, got.body)
	if want < 300 {
		require.NoError(r, json.Unmarshal([]byte(got.body), &o))
	}
	return o
}

func (m *model) place(r *rapid.T) {
	var items []string
	lines := map[int64]int64{}
	for range rapid.IntRange(1, 4).Draw(r, "lines") {
		product, qty := rapid.SampledFrom(m.products).Draw(r, "product"), rapid.Int64Range(1, 5).Draw(r, "qty")
		items = append(items, item(product, qty))
		lines[product] += qty
	}
	want := 201
	if m.lacks(lines) {
		want = 409
	}
	placed := m.send(r, kittest.Case{Path: "/orders", Body: orderOf(items...)}, want)
	if want == 409 {
		return
	}
	m.move(lines, -1)
	m.orders = append(m.orders, &modelOrder{id: placed.ID, status: Created, lines: lines, placed: m.minute})
}

// move takes lines from the stock, or gives them back.
func (m *model) move(lines map[int64]int64, sign int64) {
	for product, qty := range lines {
		m.stock[product] += sign * qty
	}
}

// order draws one that there is; nil while there is none.
func (m *model) order(r *rapid.T) *modelOrder {
	if len(m.orders) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.orders).Draw(r, "order")
}

func (m *model) confirm(r *rapid.T) {
	o := m.order(r)
	switch {
	case o == nil:
		m.send(r, confirming(1<<40, "", 0), 404)
	case o.status == Canceled:
		m.send(r, confirming(o.id, "", 0), 409)
	default:
		if o.status == Created {
			o.moved = &modelMove{from: Created, minute: m.minute}
			o.status, o.confirmed = Confirmed, m.minute
		}
		require.Equal(r, Confirmed, m.send(r, confirming(o.id, "", 0), 200).Status)
	}
}

func (m *model) cancel(r *rapid.T) {
	o := m.order(r)
	switch {
	case o == nil:
		m.send(r, canceling(1<<40, 0), 404)
	case o.status == Confirmed && m.minute-o.confirmed > modelWindow:
		m.send(r, canceling(o.id, 0), 409)
	default:
		if o.status != Canceled {
			o.moved = &modelMove{from: o.status, minute: m.minute}
		}
		m.canceled(o)
		require.Equal(r, Canceled, m.send(r, canceling(o.id, 0), 200).Status)
	}
}

func (m *model) canceled(o *modelOrder) {
	if o.status != Canceled {
		o.status = Canceled
		m.move(o.lines, 1)
	}
}

func (m *model) undo(r *rapid.T) {
	o := m.order(r)
	switch {
	case o == nil:
		m.send(r, undoing(1<<40, 0), 404)
	case o.moved != nil && o.moved.undone:
		require.Equal(r, o.status, m.send(r, undoing(o.id, 0), 200).Status)
	case o.moved == nil || m.minute-o.moved.minute > modelUndo || o.status == Canceled && m.lacks(o.lines):
		m.send(r, undoing(o.id, 0), 409)
	default:
		if o.status == Canceled {
			m.move(o.lines, -1)
		}
		o.status, o.moved.undone = o.moved.from, true
		require.Equal(r, o.status, m.send(r, undoing(o.id, 0), 200).Status)
	}
}

// lacks says whether there is less in stock than the lines ask for.
func (m *model) lacks(lines map[int64]int64) bool {
	for product, qty := range lines {
		if qty > m.stock[product] {
			return true
		}
	}
	return false
}

func (m *model) adjust(r *rapid.T) {
	product, delta := rapid.SampledFrom(m.products).Draw(r, "product"), rapid.Int64Range(-8, 8).Draw(r, "delta")
	want := 200
	if delta == 0 || m.stock[product]+delta < 0 {
		want = 422
	} else {
		m.stock[product] += delta
	}
	body := fmt.Sprintf(`{"delta":%d,"note":"x"}`, delta)
	m.send(r, kittest.Case{Path: fmt.Sprintf("/products/%d/stock-adjustments", product), As: m.w.manager, Body: body}, want)
}

func (m *model) expire(r *rapid.T) {
	for _, o := range m.orders {
		if o.status == Created && m.minute-o.placed > modelTTL {
			m.canceled(o)
			o.moved = nil // by another
		}
	}
	_, err := Expire(m.w.t.Context(), m.w.db, Rules{OrderTTL: modelTTL*time.Minute + half})
	require.NoError(r, err)
}

func (m *model) wait(r *rapid.T) {
	minutes := rapid.SampledFrom([]int{1, 5, modelWindow, modelWindow + 1, modelTTL, modelTTL + 1}).Draw(r, "minutes")
	m.minute += minutes
	m.w.clock.Pass(time.Duration(minutes) * time.Minute)
}

// compare holds the tables against the model.
func (m *model) compare(r *rapid.T) {
	for _, o := range m.orders {
		var row Order
		require.NoError(r, m.w.db.Read(m.w.t.Context()).Where("id = ?", o.id).Take(&row).Error)
		require.Equal(r, o.status, row.Status, "order %d", o.id)
	}
	for _, product := range m.products {
		require.Equal(r, m.stock[product], m.w.product(product).Stock, "product %d", product)
	}
}
