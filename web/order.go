package web

import (
	"strings"
	"time"
)

// fact is one figure at the head of an order.
type fact struct {
	label, value, more string
	figure             bool // it is a large figure
	at                 *time.Time
}

// facts are an order's figures: what it is worth, when it was placed, and what became of it or will.
func (o Order) facts() []fact {
	facts := []fact{
		{label: o.T("page.order.total"), value: o.MoneySigned(o.TotalCents), figure: true},
		{label: o.T("page.order.units"), value: o.Number(o.Units), figure: true},
		{label: o.T("page.order.placed"), value: o.When(o.Placed), more: o.placedBy(), at: &o.Placed},
	}
	if o.Confirmed != nil {
		facts = append(facts, fact{label: o.T("page.order.confirmed"), value: o.When(*o.Confirmed), more: o.by(o.ConfirmedBy), at: o.Confirmed})
	}
	if o.Canceled != nil {
		facts = append(facts, fact{label: o.T("page.order.canceled"), value: o.When(*o.Canceled), more: o.by(o.CanceledBy), at: o.Canceled})
	}
	for _, next := range o.Upcoming {
		if next.What == "expires" {
			facts = append(facts, fact{label: o.T("page.order.expires"), value: o.Until(next.At.Sub(o.Now)), more: o.When(next.At), at: &next.At})
		}
	}
	return facts
}

// by names who did something; "" for nobody knows whom.
func (o Order) by(who string) string {
	if who == "" {
		return ""
	}
	return o.T("page.order.by", "who", who)
}

// placedBy says by whom and through what an order was placed, as far as that is known.
func (o Order) placedBy() string {
	through := "page.order.through." + o.PlacedThrough
	switch {
	case o.PlacedBy == "" && o.PlacedThrough == "":
		return ""
	case o.PlacedBy == "":
		return o.T(through)
	case o.PlacedThrough == "" || o.PlacedThrough == "UI":
		return o.by(o.PlacedBy)
	}
	return o.by(o.PlacedBy) + ", " + o.T(through)
}

// moment is when something happened, to the second, with its date when that is not today.
func (o Order) moment(t time.Time) string {
	if o.SameDay(t, o.Now) {
		return o.ClockSeconds(t)
	}
	return o.When(t) + strings.TrimPrefix(o.ClockSeconds(t), o.Clock(t))
}

// soon is when something will happen, with its date when that is not today.
func (o Order) soon(t time.Time) string {
	if o.SameDay(t, o.Now) {
		return o.Clock(t)
	}
	return o.When(t)
}

// happeningIcons are the dots of a timeline: the kind of each, and its icon.
var happeningIcons = map[string]look{
	"created":   {"quiet", "plus"},
	"confirmed": {"ok", "check"},
	"canceled":  {"quiet", "ban"},
}

// happeningLook is the dot of an event; a pencil for one that changed something.
func happeningLook(action string) look {
	if known, found := happeningIcons[action]; found {
		return known
	}
	return look{"info", "pencil"}
}

// hasFocus says whether one of the actions is what the reader will want next.
func (o Order) hasFocus() bool {
	for _, action := range o.Actions {
		if action.Focus && action.Allowed {
			return true
		}
	}
	return false
}
