package web

import (
	"strconv"
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

// address is that of one of the order's pages, within the list that it was opened from.
func (o Order) address(page string) string { return orderAddress(o.ID) + page + o.InList }

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
	return o.by(o.PlacedBy) + " · " + o.T("page.channel."+o.PlacedThrough)
}

// offered are the actions that can be done now, or those that can't.
func (o Order) offered(allowed bool) []Action {
	var actions []Action
	for _, action := range o.Actions {
		if action.Allowed == allowed {
			actions = append(actions, action)
		}
	}
	return actions
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

// productURL is the page of a product.
func productURL(id int64) string { return "/backoffice/products/" + strconv.FormatInt(id, 10) }
