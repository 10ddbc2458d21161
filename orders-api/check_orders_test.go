package orders

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
)

// looks are what is looked for in a dossier, by what it finds.
var looks = map[string]func(d *dossier, found finder){
	"total": totalIsSum, "lines": linesAreProducts, "stock": movementsMatchLines, "strange movement": movementsHaveLines,
	"versions": versionsHaveEvents, "moves": statusWasReached, "undoing": undoingsFollowMoves, "run": runsHaveEvents, "strange run": eventsHaveRuns,
}

// lived is an order that was confirmed, canceled by a bulk run, taken back by the one who asked for the run, and canceled
// again: nothing about it is wrong.
func lived() *dossier {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	lines := []Item{
		{ProductID: 1, Qty: 3, UnitPriceCents: 250, SubtotalCents: 750}, {ProductID: 2, Qty: 1, UnitPriceCents: 99, SubtotalCents: 99},
	}
	d := &dossier{
		id: 7, lines: lines,
		order: &Order{Entity: db.Entity{ID: 7, Version: 5}, Status: Canceled, Units: 4, TotalCents: 849, ConfirmedAt: &at, CanceledAt: &at},
		runs:  []bulkOrder{{RunID: 2, OrderID: 7, Outcome: Done}, {RunID: 3, OrderID: 7, Outcome: Skipped}},
	}
	for i, action := range []string{"created", "confirmed", "canceled", "cancellation_undone", "canceled"} {
		d.events = append(d.events, &db.EventRow{ID: int64(100 + i), EntityID: 7, EntityVersion: int64(i + 1), Action: action, Actor: "operator:2"})
	}
	d.events[2].IdempotencyCaller, d.events[2].IdempotencyKey = new(bulkCaller), new(keyInRun(2, 7))
	for i, delta := range []int64{-1, 1, -1, 1} {
		for _, line := range lines {
			d.movements = append(d.movements, Movement{ID: int64(i), ProductID: line.ProductID, Delta: delta * line.Qty})
		}
	}
	return d
}

// wrongs are what may be wrong with it, each in one way.
var wrongs = []struct {
	what string
	make func(d *dossier)
	by   []string // who finds it
}{
	{"nothing", func(*dossier) {}, nil},
	{"another total", func(d *dossier) { d.order.TotalCents++ }, []string{"total"}},
	{"other units", func(d *dossier) { d.order.Units-- }, []string{"total"}},
	{"no lines, as if it had none", func(d *dossier) {
		d.lines, d.movements, d.order.Units, d.order.TotalCents = nil, nil, 0, 0
	}, []string{"total"}},
	{"a line of another sum", func(d *dossier) { d.lines[0].SubtotalCents++; d.order.TotalCents++ }, []string{"lines"}},
	{"a line of none", func(d *dossier) {
		d.lines[1].Qty, d.lines[1].SubtotalCents, d.order.Units, d.order.TotalCents = 0, 0, 3, 750
	}, []string{"lines"}},
	{"a line without a movement", func(d *dossier) { d.movements = d.only(1) }, []string{"stock"}},
	{"stock not given back", func(d *dossier) { d.movements = d.movements[:6] }, []string{"stock"}},
	{"stock not taken", func(d *dossier) { d.alive() }, []string{"stock"}},
	{"stock taken twice", func(d *dossier) {
		d.alive()
		d.movements = append(d.movements[:2], d.movements[:2]...)
	}, []string{"stock"}},
	{"stock of a product that it does not sell", func(d *dossier) {
		d.movements = append(d.movements, Movement{ProductID: 3})
	}, []string{"strange movement"}},
	{"stock and events of none", func(d *dossier) { d.order, d.lines, d.runs = nil, nil, nil }, []string{"strange movement", "strange run", "versions"}},
	{"a version too many", func(d *dossier) { d.order.Version++ }, []string{"versions"}},
	{"no events", func(d *dossier) { d.events, d.order.Version, d.runs = nil, 0, nil }, []string{"moves", "versions"}},
	{"the first event is missing, and another one is told twice", func(d *dossier) { d.events[0].EntityVersion = 0 }, []string{"versions"}},
	{"the last event is of a later version", func(d *dossier) { d.events[4].EntityVersion = 6 }, []string{"versions"}},
	{"never placed", func(d *dossier) { d.events[0].Action = "updated" }, []string{"moves"}},
	{"never confirmed", func(d *dossier) { d.events[1].Action = "updated" }, []string{"moves"}},
	{"confirmed without a time", func(d *dossier) { d.order.ConfirmedAt = nil }, []string{"moves"}},
	{"canceled once more than was undone", func(d *dossier) { d.events[3].Action = "updated" }, []string{"moves"}},
	{"canceled without a time", func(d *dossier) { d.order.CanceledAt = nil }, []string{"moves"}},
	{"canceled before it was confirmed", func(d *dossier) {
		d.events[1].Action, d.events[2].Action, d.events[3].Action, d.events[4].Action = "canceled", "updated", "updated", "confirmed"
	}, []string{"moves"}},
	{"confirmed by its status alone", func(d *dossier) {
		d.alive()
		d.movements, d.runs, d.events, d.order.Version = d.movements[:2], nil, d.events[:2], 2
		d.events[1].Action, d.order.ConfirmedAt = "updated", nil
	}, []string{"moves"}},
	{"confirmed, but for its status", func(d *dossier) {
		d.alive()
		d.order.Status, d.movements, d.runs, d.events, d.order.Version = Created, d.movements[:2], nil, d.events[:2], 2
	}, []string{"moves"}},
	{"canceled by its status alone", func(d *dossier) {
		d.alive()
		d.order.Status = Canceled
	}, []string{"moves"}},
	{"canceled, but confirmed by its status", func(d *dossier) { d.order.Status, d.movements = Confirmed, d.movements[:6] }, []string{"moves"}},
	{"canceled, but created by its status", func(d *dossier) {
		d.order.Status, d.order.ConfirmedAt, d.movements, d.runs = Created, nil, d.movements[:6], nil
		d.events, d.order.Version = []*db.EventRow{d.events[0], d.events[4]}, 2
		d.events[1].EntityVersion = 2
	}, []string{"moves"}},
	{"undone by somebody else", func(d *dossier) { d.events[3].Actor = "operator:9" }, []string{"undoing"}},
	{"undone what was something else", func(d *dossier) { d.events[3].Action = "confirmation_undone" }, []string{"undoing"}},
	{"undone not right after it", func(d *dossier) {
		for _, e := range d.events[3:] {
			e.EntityVersion++
		}
	}, []string{"moves", "undoing", "versions"}},
	{"undone before anything was done", func(d *dossier) { d.events[0].Action = "cancellation_undone" }, []string{"moves", "undoing"}},
	{"done in a run without its event", func(d *dossier) { d.runs[1].Outcome = Done }, []string{"run"}},
	{"skipped in a run with its event", func(d *dossier) { d.runs[0].Outcome = Skipped }, []string{"run"}},
	{"an event of a run that does not have it", func(d *dossier) { d.runs[0].RunID = 9 }, []string{"run", "strange run"}},
	{"an event of no run at all", func(d *dossier) { *d.events[2].IdempotencyKey = "x" }, []string{"run", "strange run"}},
	{"a status that there is not", func(d *dossier) { d.order.Status = "LOST"; d.movements = d.movements[:6] }, []string{"moves"}},
	{"a client's key like that of a run", func(d *dossier) { *d.events[2].IdempotencyCaller = "operator:2" }, []string{"run"}},
}

// alive makes it one that is confirmed, and leaves its movements as they are.
func (d *dossier) alive() {
	d.order.Status, d.order.CanceledAt, d.order.Version = Confirmed, nil, 4
	d.events = d.events[:4]
}

// only are the movements of a product.
func (d *dossier) only(product int64) (movements []Movement) {
	for _, m := range d.movements {
		if m.ProductID == product {
			movements = append(movements, m)
		}
	}
	return movements
}

// TestWhatIsWrongWithAnOrder: each thing that may be wrong is found by who looks for it, and by nobody else.
func TestWhatIsWrongWithAnOrder(t *testing.T) {
	for _, wrong := range wrongs {
		d := lived()
		wrong.make(d)
		var by, said []string
		for name, look := range looks {
			before := len(said)
			look(d, func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
			if len(said) > before {
				by = append(by, name)
			}
		}
		require.ElementsMatch(t, wrong.by, by, "%s: %q", wrong.what, said)
	}
}

// TestWhatIsNotAllToldIsNotRetold: where an event is missing, which is found by counting, what the others tell says nothing.
func TestWhatIsNotAllToldIsNotRetold(t *testing.T) {
	for _, told := range []struct {
		versions []int64
		finds    int
	}{{[]int64{1, 2, 3, 4, 5}, 1}, {[]int64{1, 2, 3, 5}, 0}, {[]int64{1, 2, 3, 4}, 0}, {nil, 0}} {
		d, found := lived(), 0
		d.events = nil
		for _, version := range told.versions {
			d.events = append(d.events, &db.EventRow{EntityID: 7, EntityVersion: version, Action: "updated", Changes: `{"note":{"old":"","new":"x"}}`})
		}
		require.NoError(t, d.retell(&db.Past{Fields: map[string]jsontext.Value{}}, func(string, ...any) { found++ }))
		require.Equal(t, told.finds, found, "versions %v", told.versions)
	}
}
