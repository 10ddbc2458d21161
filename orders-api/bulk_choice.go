package orders

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/web"
)

// The parameters of a choice of orders, beside what is to be done with them.
const (
	byOrder  = "order"  // one that was chosen, by its id
	byFilter = "filter" // all that a list lets through: its parameters, as an address has them
	byNewest = "newest" // the newest order that there was when they were chosen: none since is among them
)

// mostChosen is how many orders can be chosen one by one.
const mostChosen = 100

// choice is which orders are chosen.
type choice struct {
	list   *list
	params url.Values // what says so
	newest int64
}

// choose reads which orders a page's parameters choose.
func (b *backoffice) choose(params url.Values) (*choice, error) {
	chosen := &choice{params: url.Values{}}
	var err error
	if params.Has(byFilter) {
		chosen.list, err = b.listOf(params.Get(byFilter))
	} else {
		chosen.list, err = listOfIDs(params[byOrder])
		chosen.params[byOrder] = params[byOrder]
	}
	if err != nil {
		return nil, err
	}
	if params.Has(byFilter) {
		chosen.params.Set(byFilter, chosen.list.Params.Encode())
	}
	if !params.Has(byNewest) {
		return chosen, nil
	}
	var ok bool
	if chosen.newest, ok = wholeNumber(params.Get(byNewest)); !ok {
		return nil, lists.InvalidParam(byNewest)
	}
	chosen.list.only("id <= ?", chosen.newest)
	return chosen, nil
}

// listOf is the list whose page has these parameters.
func (b *backoffice) listOf(filter string) (*list, error) {
	params, err := url.ParseQuery(filter)
	if err != nil {
		return nil, lists.InvalidParam(byFilter)
	}
	params.Del(byCursor)
	wanted, err := b.listParams(params)
	if err != nil {
		return nil, err
	}
	return parseList(wanted)
}

func listOfIDs(texts []string) (*list, error) {
	if len(texts) == 0 || len(texts) > mostChosen {
		return nil, lists.InvalidParam(byOrder)
	}
	var ids []int64
	for _, text := range texts {
		id, ok := wholeNumber(text)
		if !ok || id < 1 {
			return nil, lists.InvalidParam(byOrder)
		}
		ids = append(ids, id)
	}
	l := &list{Request: lists.Request{Params: url.Values{}}, order: sorts["-created_at"]}
	l.only("id IN ?", db.Padded(ids))
	return l, nil
}

// filter is what a run keeps of how its orders were chosen; nil: one by one.
func (c *choice) filter() *string {
	if !c.params.Has(byFilter) {
		return nil
	}
	return new(c.params.Get(byFilter))
}

// fields are the hidden fields of a form that is about the same orders.
func (c *choice) fields() (fields []web.Field) {
	for _, name := range []string{byFilter, byOrder} {
		for _, value := range c.params[name] {
			fields = append(fields, web.Field{Name: name, Value: value})
		}
	}
	return append(fields, web.Field{Name: byNewest, Value: strconv.FormatInt(c.newest, 10)})
}

// foreseen is what a run would do with orders that were chosen.
type foreseen struct {
	orders, will    int64
	units, cents    int64   // of those that it would move
	moves           []int64 // those
	more            bool    // orders are chosen than one run takes
	already, cannot []foreseenGroup
}

// foreseenGroup are orders that a run would leave as they are, for one reason.
type foreseenGroup struct {
	code string
	n    int64
	ids  []int64 // the first of them
}

// shownOfGroup is how many orders of a group are named.
const shownOfGroup = 5

// foresee decides on each order what a run would do with it now. The choice is bounded to the orders that there are.
func (c *choice) foresee(ctx context.Context, d *db.DB, action Action, rules Rules) (*foreseen, error) {
	if c.newest == 0 {
		if err := d.Read(ctx).Model(&Order{}).Select("COALESCE(MAX(id), 0)").Find(&c.newest).Error; err != nil {
			return nil, fmt.Errorf("the newest order: %w", err)
		}
		c.list.only("id <= ?", c.newest)
	}
	query, err := c.list.narrow(d.Read(ctx))
	if err != nil {
		return nil, err
	}
	var found []Order
	err = c.list.order.Sorted(query, false).Select("id", "status", "confirmed_at", "canceled_at", "units", "total_cents").
		Limit(mostInRun + 1).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("chosen orders: %w", err)
	}
	f := &foreseen{more: len(found) > mostInRun}
	now := asking{at: d.Now()}
	for i := range found[:min(len(found), mostInRun)] {
		f.add(&found[i], action, now, rules)
	}
	return f, nil
}

func (f *foreseen) add(o *Order, action Action, now asking, rules Rules) {
	f.orders++
	if done(o, action) {
		f.already = grouped(f.already, standing[o.Status], o.ID)
		return
	}
	if _, reason := decide(o, action, now, rules); reason != nil {
		f.cannot = grouped(f.cannot, reason.Code, o.ID)
		return
	}
	f.will, f.units, f.cents, f.moves = f.will+1, f.units+o.Units, f.cents+o.TotalCents, append(f.moves, o.ID)
}

// mostReturned is how many SKUs are named of those that go back to stock.
const mostReturned = 10

// returned are the units that a cancellation of these orders gives back to stock, the most first, and how many SKUs more.
func returned(ctx context.Context, d *db.DB, orders []int64) (lines []web.Line, more int64, err error) {
	if len(orders) == 0 {
		return nil, 0, nil
	}
	var found []struct {
		SKU        string
		Qty, Kinds int64
	}
	err = d.Read(ctx).Model(&Item{}).Select("sku", "SUM(qty) AS qty", "COUNT(*) OVER () AS kinds").Where("order_id IN ?", db.Padded(orders)).
		Group("sku").Order("qty DESC, sku").Limit(mostReturned).Find(&found).Error
	if err != nil {
		return nil, 0, fmt.Errorf("what goes back to stock: %w", err)
	}
	for _, one := range found {
		lines, more = append(lines, web.Line{SKU: one.SKU, Qty: one.Qty}), one.Kinds-int64(len(found))
	}
	return lines, more, nil
}

// grouped adds an order to the group of its code.
func grouped(groups []foreseenGroup, code string, id int64) []foreseenGroup {
	at := slices.IndexFunc(groups, func(g foreseenGroup) bool { return g.code == code })
	if at < 0 {
		at, groups = len(groups), append(groups, foreseenGroup{code: code})
	}
	groups[at].n++
	if len(groups[at].ids) < shownOfGroup {
		groups[at].ids = append(groups[at].ids, id)
	}
	return groups
}
