package orders

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/db"
)

// orderInvariants are what is true of orders with all that belongs to them. There are more of these rows than of all others
// together, so a slice of them is read once, by no more than a range of an index each, and each invariant looks through it.
func orderInvariants() []db.Invariant {
	return slices.Concat(lineInvariants(), moveInvariants(), runInvariants())
}

// lineInvariants: an order costs what its lines cost, and takes the stock that they sell.
func lineInvariants() []db.Invariant {
	return []db.Invariant{
		{
			Name: "an order's total is the sum of its lines", Over: "orders", Compare: ofEach(totalIsSum),
			Means: "The customer would pay another sum than the lines say. The order's first event has both as they were placed.",
		},
		{
			Name: "a line is quantity times price", Over: "orders", Compare: ofEach(linesAreProducts),
			Means: "The line says another sum than it should. The order's first event has it as it was placed.",
		},
		{
			Name: "an order's movements match its lines", Over: "orders", Compare: ofEach(movementsMatchLines),
			Means: "The order has taken another stock than it sells, or has not given it back exactly once. Adjust the product by the difference.",
		},
		{
			Name: "a movement of an order is of one of its lines", Over: "orders", Compare: ofEach(movementsHaveLines),
			Means: "A product's stock was moved for an order that does not sell it, or that is not there.",
		},
	}
}

// moveInvariants: every order is what its events tell, and each move was one that there is.
func moveInvariants() []db.Invariant {
	told := db.VersionsHaveEvents("order", "orders")
	told.Query, told.Compare = "", ofEach(versionsHaveEvents)
	return []db.Invariant{
		told,
		{
			Name: "an order's status was reached by allowed moves, each once", Over: "orders", Compare: ofEach(statusWasReached),
			Means: "The order came to its status in a way that does not exist, or twice. Its timeline tells who did what.",
		},
		{
			Name: "an undoing takes back the move right before it, of the one who made it", Over: "orders", Compare: ofEach(undoingsFollowMoves),
			Means: "What somebody else did, or nothing at all, was taken back. The order's timeline tells who did what.",
		},
		{
			Name: "the events of orders retell what they are", Over: "orders", Compare: retold,
			Means: "The order was changed without a trace, or its timeline tells what did not happen.",
		},
	}
}

// runInvariants: a bulk run did what it says, each order once.
func runInvariants() []db.Invariant {
	return []db.Invariant{
		{
			Name: "what a bulk run did has its event, and nothing else has", Over: "orders", Compare: ofEach(runsHaveEvents),
			Means: "The run's page tells of an order what did not happen, or not what did. The order's timeline tells what did.",
		},
		{
			Name: "an event of a bulk run is of one of its orders", Over: "orders", Compare: ofEach(eventsHaveRuns),
			Means: "An order was moved by a run that does not have it. Look whether it was meant, and undo or cancel it.",
		},
	}
}

// finder says what is wrong with an order.
type finder func(format string, args ...any)

// ofEach is a search that looks at one dossier after the other.
func ofEach(look func(d *dossier, found finder)) func(s *db.Slice) error {
	return func(s *db.Slice) error {
		all, err := dossiers(s)
		for _, d := range all {
			look(d, d.finder(s))
		}
		return err
	}
}

func (d *dossier) finder(s *db.Slice) finder {
	return func(format string, args ...any) { s.Found("order", d.id, fmt.Sprintf(format, args...)) }
}

func totalIsSum(d *dossier, found finder) {
	if d.order == nil {
		return
	}
	var units, cents int64
	for _, line := range d.lines {
		units, cents = units+line.Qty, cents+line.SubtotalCents
	}
	if o := d.order; len(d.lines) == 0 || o.Units != units || o.TotalCents != cents {
		found("it has %d units for %d, and its lines %d for %d", o.Units, o.TotalCents, units, cents)
	}
}

func linesAreProducts(d *dossier, found finder) {
	for _, line := range d.lines {
		if line.Qty < 1 || line.SubtotalCents != line.Qty*line.UnitPriceCents {
			found("%d of product %d at %d is not %d", line.Qty, line.ProductID, line.UnitPriceCents, line.SubtotalCents)
		}
	}
}

func movementsMatchLines(d *dossier, found finder) {
	for _, line := range d.lines {
		moved, total := false, int64(0)
		for _, m := range d.movements {
			if m.ProductID == line.ProductID {
				moved, total = true, total+m.Delta
			}
		}
		switch {
		case d.order == nil: // the events of an order that is not there are found by counting them
		case !moved, d.order.Status == Canceled && total != 0, d.order.Status != Canceled && total != -line.Qty:
			found("it is %s and has %d of product %d, whose movements for it add up to %d",
				d.order.Status, line.Qty, line.ProductID, total)
		}
	}
}

func movementsHaveLines(d *dossier, found finder) {
	for _, m := range d.movements {
		if !slices.ContainsFunc(d.lines, func(line Item) bool { return line.ProductID == m.ProductID }) {
			found("movement %d is of product %d, and it has no such line", m.ID, m.ProductID)
		}
	}
}

func versionsHaveEvents(d *dossier, found finder) {
	n := int64(len(d.events))
	switch {
	case d.order == nil && n > 0:
		found("it has events, and is not there")
	case d.order != nil && (n != d.order.Version || n == 0 || d.events[0].EntityVersion != 1 || d.events[n-1].EntityVersion != n):
		found("it has version %d and %d events", d.order.Version, n)
	}
}

// statusWasReached: moves that were undone right afterwards count for nothing.
func statusWasReached(d *dossier, found finder) {
	if d.order == nil {
		return
	}
	made, version := map[string]int{}, map[string]int64{}
	for i, e := range d.events {
		if i+1 == len(d.events) || !isUndoing(d.events[i+1]) || d.events[i+1].EntityVersion != e.EntityVersion+1 {
			made[e.Action]++
			version[e.Action] = e.EntityVersion
		}
	}
	o, times := d.order, map[bool]int{true: 1}
	confirmed, canceled := o.ConfirmedAt != nil, o.CanceledAt != nil
	fits := map[Status]bool{Created: !confirmed && !canceled, Confirmed: confirmed && !canceled, Canceled: canceled}
	if !fits[o.Status] || made["created"] != 1 || made["confirmed"] != times[confirmed] || made["canceled"] != times[canceled] ||
		canceled && version["canceled"] < version["confirmed"] {
		found("its events do not lead to %s", o.Status)
	}
}

func isUndoing(e *db.EventRow) bool {
	return e.Action == "confirmation_undone" || e.Action == "cancellation_undone"
}

func undoingsFollowMoves(d *dossier, found finder) {
	undoes := map[string]string{"confirmation_undone": "confirmed", "cancellation_undone": "canceled"}
	for i, e := range d.events {
		if !isUndoing(e) {
			continue
		}
		if i > 0 && d.events[i-1].EntityVersion == e.EntityVersion-1 && d.events[i-1].Actor == e.Actor && d.events[i-1].Action == undoes[e.Action] {
			continue
		}
		found("%s undid what was not there to be undone", e.Actor)
	}
}

func runsHaveEvents(d *dossier, found finder) {
	for _, run := range d.runs {
		events := 0
		for _, e := range d.events {
			if isOfRun(e) && textOf(e.IdempotencyKey) == keyInRun(run.RunID, d.id) {
				events++
			}
		}
		if owed := map[Outcome]int{Done: 1}[run.Outcome]; events != owed {
			found("it is %s in bulk run %d, and has %d events of it", run.Outcome, run.RunID, events)
		}
	}
}

func eventsHaveRuns(d *dossier, found finder) {
	for _, e := range d.events {
		key := textOf(e.IdempotencyKey)
		if isOfRun(e) && !slices.ContainsFunc(d.runs, func(run bulkOrder) bool { return key == keyInRun(run.RunID, d.id) }) {
			found("event %d has the key %s, and that run does not have it", e.ID, key)
		}
	}
}

// retold finds the orders that are not what their events tell, and the moves that there are not.
func retold(s *db.Slice) error {
	all, err := dossiers(s)
	past := &db.Past{Fields: map[string]jsontext.Value{}}
	for _, d := range all {
		past.Forget()
		if err := d.retell(past, d.finder(s)); err != nil {
			return err
		}
	}
	return err
}

func (d *dossier) retell(past *db.Past, found finder) error {
	for _, e := range d.events {
		before := past.Fields["status"]
		delete(past.Fields, "status")
		if err := past.Add(e); err != nil {
			return err
		}
		after, moved := past.Fields["status"]
		if !moved {
			past.Fields["status"] = before
		} else if from, to := statusOf(before), statusOf(after); !isMove(from, to) {
			found("event %d moved it from %q to %q", e.ID, from, to)
		}
	}
	if d.order == nil || past.Gaps || past.Version != d.order.Version {
		return nil // what has no row, or not just its events, is found by counting them
	}
	differ, err := differences(past, d.order)
	if len(differ) > 0 {
		found("its events tell another %s", strings.Join(differ, ", "))
	}
	return err
}

func statusOf(told jsontext.Value) Status { return Status(strings.Trim(string(told), `"`)) }

// isMove says whether an order can go from one status to another; from none, it is placed.
func isMove(from, to Status) bool {
	if from == "" {
		return to == Created
	}
	return slices.ContainsFunc(moves, func(m move) bool { return m.from == from && m.to == to })
}
