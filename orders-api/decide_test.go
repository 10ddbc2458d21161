package orders

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/fault"
)

// TestDecide tries every status with every action, at every moment that makes a difference.
func TestDecide(t *testing.T) {
	rules := Rules{CancelWindow: 10 * time.Minute}
	placed := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	confirmed := placed.Add(time.Hour)
	end := confirmed.Add(rules.CancelWindow)
	passed := fault.Args{"passed_at": "2026-11-24T11:10:00Z"}
	for _, one := range []struct {
		status Status
		action Action
		at     time.Time
		to     Status
		reason string
		args   fault.Args
	}{
		{status: Created, action: Confirm, at: placed, to: Confirmed},
		{status: Created, action: Confirm, at: placed.AddDate(1, 0, 0), to: Confirmed},
		{status: Created, action: Cancel, at: placed, to: Canceled},
		{status: Created, action: Cancel, at: placed.AddDate(1, 0, 0), to: Canceled},
		{status: Confirmed, action: Confirm, at: confirmed, reason: "ORDER_IS_CONFIRMED"},
		{status: Confirmed, action: Cancel, at: confirmed.Add(-time.Second), to: Canceled}, // a clock may be behind
		{status: Confirmed, action: Cancel, at: confirmed, to: Canceled},
		{status: Confirmed, action: Cancel, at: end, to: Canceled},
		{status: Confirmed, action: Cancel, at: end.Add(time.Microsecond), reason: "CANCEL_WINDOW_PASSED", args: passed},
		{status: Confirmed, action: Cancel, at: end.AddDate(1, 0, 0), reason: "CANCEL_WINDOW_PASSED", args: passed},
		{status: Canceled, action: Confirm, at: end, reason: "ORDER_IS_CANCELED"},
		{status: Canceled, action: Cancel, at: end, reason: "ORDER_IS_CANCELED"},
		{status: Created, action: Undo, at: placed, reason: "NOTHING_TO_UNDO"},
	} {
		t.Run(fmt.Sprintf("%s %s at %s", one.action, one.status, one.at), func(t *testing.T) {
			o := &Order{Status: one.status}
			if one.status != Created {
				o.ConfirmedAt = &confirmed
			}
			to, reason := decide(o, one.action, asking{at: one.at}, rules)
			require.Equal(t, one.to, to)
			if one.reason == "" {
				require.Nil(t, reason)
				return
			}
			require.Equal(t, &fault.Field{Field: "status", Code: one.reason, Args: one.args}, reason)
		})
	}
	closed := Rules{CancelWindow: 0}
	to, _ := decide(&Order{Status: Confirmed, ConfirmedAt: &confirmed}, Cancel, asking{at: confirmed.Add(time.Microsecond)}, closed)
	require.Empty(t, to, "with no window at all, a confirmed order stays confirmed")
}

// TestDecideToUndo tries every end of an order's life with every last event, at every moment that makes a difference.
func TestDecideToUndo(t *testing.T) {
	rules := Rules{UndoWindow: time.Minute}
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	long := at.Add(-time.Hour)
	confirmed, canceled := &Order{Status: Confirmed, ConfirmedAt: &at}, &Order{Status: Canceled, CanceledAt: &at}
	both := &Order{Status: Canceled, ConfirmedAt: &long, CanceledAt: &at}
	for name, one := range map[string]struct {
		of     *Order
		last   string
		by     string
		after  time.Duration
		to     Status
		reason string
	}{
		"a confirmation":              {of: confirmed, last: "confirmed", to: Created},
		"of a clock that is behind":   {of: confirmed, last: "confirmed", after: -time.Second, to: Created},
		"at the last moment":          {of: confirmed, last: "confirmed", after: time.Minute - time.Microsecond, to: Created},
		"too late":                    {of: confirmed, last: "confirmed", after: time.Minute, reason: "UNDO_WINDOW_PASSED"},
		"a cancellation":              {of: canceled, last: "canceled", to: Created},
		"one of what was confirmed":   {of: both, last: "canceled", to: Confirmed},
		"of a cancellation, too late": {of: both, last: "canceled", after: time.Minute, reason: "UNDO_WINDOW_PASSED"},
		"another's":                   {of: canceled, last: "canceled", by: "operator:8", reason: "UNDO_NOT_YOURS"},
		"nobody's":                    {of: canceled, last: "canceled", by: "-", reason: "UNDO_NOT_YOURS"},
		"followed by a note":          {of: confirmed, last: "updated", reason: "UNDO_FOLLOWED"},
		"of what is undone":           {of: confirmed, last: "cancellation_undone", reason: "NOTHING_TO_UNDO"},
		"of what nobody told":         {of: confirmed, reason: "NOTHING_TO_UNDO"},
	} {
		t.Run(name, func(t *testing.T) {
			o := *one.of
			if one.last != "" {
				o.last = &db.EventRow{Action: one.last, Actor: "operator:7"}
			}
			by := strings.TrimPrefix(cmp.Or(one.by, "operator:7"), "-")
			to, reason := decide(&o, Undo, asking{at.Add(one.after), by}, rules)
			require.Equal(t, one.to, to)
			if one.reason == "" {
				require.Nil(t, reason)
				return
			}
			require.Equal(t, one.reason, reason.Code)
		})
	}
	_, reason := decide(&Order{Status: Confirmed, ConfirmedAt: &at, last: &db.EventRow{Action: "confirmed", Actor: "operator:7"}}, Undo,
		asking{at, "operator:7"}, Rules{})
	require.Equal(t, "UNDO_WINDOW_PASSED", reason.Code, "with no window at all, nothing is undone")
}

func TestDone(t *testing.T) {
	for status, of := range map[Status]Action{Confirmed: Confirm, Canceled: Cancel, Created: ""} {
		for _, action := range []Action{Confirm, Cancel} {
			require.Equal(t, action == of, done(&Order{Status: status}, action), "%s, %s", action, status)
		}
	}
}

// TestMovesAreThoseOfTheProduct holds the table itself against the picture of an order's life.
func TestMovesAreThoseOfTheProduct(t *testing.T) {
	var arrows []string
	for _, m := range moves {
		arrows = append(arrows, fmt.Sprintf("%s %s -> %s, %t", m.action, m.from, m.to, m.unless == nil))
	}
	require.Equal(t, []string{
		"confirm CREATED -> CONFIRMED, true", "cancel CREATED -> CANCELED, true", "cancel CONFIRMED -> CANCELED, false",
		"undo CONFIRMED -> CREATED, false", "undo CANCELED -> CREATED, false", "undo CANCELED -> CONFIRMED, false",
	}, arrows)
	for _, status := range []Status{Created, Confirmed, Canceled} {
		require.NotEmpty(t, standing[status])
	}
}

// shelfOf has a product of each of these stocks, priced 100, 200, 300 ...; one that has -1 is archived.
func shelfOf(stocks ...int64) *shelf {
	s := &shelf{products: map[int64]*entities.Product{}, deltas: map[int64]int64{}}
	for i, stock := range stocks {
		p := &entities.Product{SKU: fmt.Sprintf("S-%d", i+1), Name: "P", PriceCents: int64(100 * (i + 1)), Stock: max(stock, 0), Archived: stock < 0}
		p.ID = int64(i + 1)
		s.products[p.ID] = p
	}
	return s
}

func TestDecidePlacement(t *testing.T) {
	line := func(id, qty int64) Line { return Line{ProductID: id, Qty: qty, At: fmt.Sprintf("items[%d]", id)} }
	for name, one := range map[string]struct {
		lines        []Line
		stocks       []int64
		code         string
		fields       []string
		units, total int64
	}{
		"all that there is":     {lines: []Line{line(1, 5)}, stocks: []int64{5}, units: 5, total: 500},
		"several":               {lines: []Line{line(2, 3), line(1, 2)}, stocks: []int64{2, 9}, units: 5, total: 800},
		"one too many":          {lines: []Line{line(1, 6)}, stocks: []int64{5}, code: "INSUFFICIENT_STOCK", fields: []string{"items[1]:INSUFFICIENT_STOCK"}},
		"every short one":       {lines: []Line{line(1, 6), line(2, 1), line(3, 1)}, stocks: []int64{5, 1, 0}, code: "INSUFFICIENT_STOCK", fields: []string{"items[1]:INSUFFICIENT_STOCK", "items[3]:INSUFFICIENT_STOCK"}},
		"unknown":               {lines: []Line{line(1, 1), line(2, 1)}, stocks: []int64{5}, code: "PRODUCT_NOT_FOUND", fields: []string{"items[2]:PRODUCT_NOT_FOUND"}},
		"archived":              {lines: []Line{line(1, 1)}, stocks: []int64{-1}, code: "PRODUCT_ARCHIVED", fields: []string{"items[1]:PRODUCT_ARCHIVED"}},
		"unknown before short":  {lines: []Line{line(1, 6), line(2, 1)}, stocks: []int64{5}, code: "PRODUCT_NOT_FOUND", fields: []string{"items[2]:PRODUCT_NOT_FOUND"}},
		"too much before short": {lines: []Line{line(1, 10_000_000_000_001)}, stocks: []int64{5}, code: "ORDER_TOTAL_TOO_LARGE", fields: []string{"items:ORDER_TOTAL_TOO_LARGE"}},
		"as much as it may be":  {lines: []Line{line(1, 10_000_000_000_000)}, stocks: []int64{10_000_000_000_000}, units: 10_000_000_000_000, total: maxTotalCents},
		"too much by several":   {lines: []Line{line(1, 9_999_999_999_999), line(2, 1)}, stocks: []int64{1e13, 1}, code: "ORDER_TOTAL_TOO_LARGE", fields: []string{"items:ORDER_TOTAL_TOO_LARGE"}},
		"both":                  {lines: []Line{line(1, 1), line(2, 1)}, stocks: []int64{-1}, code: "VALIDATION_FAILED", fields: []string{"items[1]:PRODUCT_ARCHIVED", "items[2]:PRODUCT_NOT_FOUND"}},
	} {
		t.Run(name, func(t *testing.T) {
			shelf := shelfOf(one.stocks...)
			o, err := decidePlacement(Placement{Customer: acme, Lines: one.lines, Reference: "Pó 7", Note: "n"}, shelf)
			require.Equal(t, shelfOf(one.stocks...), shelf, "a decision changes nothing")
			if one.code == "" {
				require.NoError(t, err)
				require.Equal(t, []int64{one.units, one.total}, []int64{o.Units, o.TotalCents})
				require.Equal(t, []any{Created, "acme ltd", "ops@acme.test", "po 7", "n"}, []any{o.Status, o.CustomerNameKey, o.CustomerEmailKey, o.ReferenceKey, o.Note})
				require.Len(t, o.Items, len(one.lines))
				return
			}
			require.Nil(t, o)
			refusal := fault.Of(err)
			var fields []string
			for _, field := range refusal.Fields {
				fields = append(fields, field.Field+":"+field.Code)
			}
			require.Equal(t, one.code, refusal.Code)
			require.Equal(t, one.fields, fields)
		})
	}
}
