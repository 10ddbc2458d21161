package orders

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// Get gives an order with its items, or the fault NOT_FOUND.
func Get(ctx context.Context, d *db.DB, id int64) (*Order, error) {
	return readOrder(d.Read(ctx), d.Read(ctx), id)
}

// readOrder reads an order through one session, which may lock it, and its items through another.
func readOrder(row, items *gorm.DB, id int64) (*Order, error) {
	var o Order
	err := row.Where("id = ?", id).Take(&o).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	}
	if err != nil {
		return nil, fmt.Errorf("order %d: %w", id, err)
	}
	if err := items.Where("order_id = ?", id).Order("line").Find(&o.Items).Error; err != nil {
		return nil, fmt.Errorf("items of order %d: %w", id, err)
	}
	return &o, nil
}

// The parameters of the list of orders, beside cursor and limit.
const (
	byStatus   = "status"
	byCustomer = "customer_id"
	byFrom     = "from"
	byTo       = "to"
	bySearch   = "search"
	bySort     = "sort"
)

// sorts are the orders that a list may have: each is served by an index.
var sorts = map[string]lists.Order{
	"created_at":   {Column: "created_at"},
	"-created_at":  {Column: "created_at", Desc: true},
	"total_cents":  {Column: "total_cents"},
	"-total_cents": {Column: "total_cents", Desc: true},
}

// list is a page of orders, or of events, that was asked for.
type list struct {
	lists.Request
	order  lists.Order
	where  []lists.Condition
	places []lists.Place
}

// List gives a page of orders, without their items.
func List(ctx context.Context, d *db.DB, params url.Values) (lists.Page[Order], error) {
	l, err := parseList(params)
	if err != nil {
		return lists.Page[Order]{}, err
	}
	return l.read(ctx, d)
}

// read reads the page of orders that was asked for.
func (l *list) read(ctx context.Context, d *db.DB) (lists.Page[Order], error) {
	return readPage(ctx, d, l, l.edge)
}

// readPage reads the page of a list that was asked for; edge gives the place of a row in it.
func readPage[T any](ctx context.Context, d *db.DB, l *list, edge func(row *T, back bool) lists.Cursor) (lists.Page[T], error) {
	query, err := l.narrow(d.Read(ctx))
	if err == nil {
		query, err = l.at(query)
	}
	if err != nil {
		return lists.Page[T]{}, err
	}
	var rows []T
	if err := query.Limit(l.Limit + 1).Find(&rows).Error; err != nil {
		return lists.Page[T]{}, fmt.Errorf("a page of a list: %w", err)
	}
	return lists.PageOf(rows, l.Limit, l.At, edge), nil
}

// narrow leaves the rows that the list's filters let through.
func (l *list) narrow(read *gorm.DB) (*gorm.DB, error) {
	if err := l.ready(read); err != nil {
		return nil, err
	}
	for _, c := range l.where {
		read = read.Where(c.SQL, c.Args...)
	}
	return read, nil
}

// condition is what the list's filters let through, as one condition. What is searched for is not among them before it is ready.
func (l *list) condition() (sql string, args []any) {
	parts := []string{"1 = 1"}
	for _, c := range l.where {
		parts, args = append(parts, c.SQL), append(args, c.Args...)
	}
	return strings.Join(parts, " AND "), args
}

func parseList(params url.Values) (*list, error) {
	request, err := lists.Parse(params, byStatus, byCustomer, byFrom, byTo, bySearch, bySort, byReason, byMinTotal, byMaxTotal)
	if err != nil {
		return nil, err
	}
	l := &list{Request: request}
	if err := l.sort(); err != nil {
		return nil, err
	}
	return l, l.filter()
}

// sort chooses the order. By total a list can be sorted as long as one index serves it: alone, or of one status. A range of
// totals has no other.
func (l *list) sort() error {
	name := l.Params.Get(bySort)
	if !l.Params.Has(bySort) {
		name = "-created_at"
		if hasTotals(l.Params) {
			name = "-total_cents"
		}
	}
	order, offered := sorts[name]
	isByTotal := order.Column == "total_cents"
	if !offered || isByTotal && isNarrowed(l.Params) || !isByTotal && hasTotals(l.Params) {
		return lists.InvalidParam(bySort)
	}
	l.order = order
	return nil
}

func (l *list) filter() error {
	if l.Params.Has(byStatus) {
		switch status := Status(l.Params.Get(byStatus)); status {
		case Created, Confirmed, Canceled:
			if !l.Params.Has(byReason) {
				l.only("status = ?", status)
			}
		default:
			return lists.InvalidParam(byStatus)
		}
	}
	if l.Params.Has(byCustomer) {
		id, ok := wholeNumber(l.Params.Get(byCustomer))
		if !ok || id < 1 {
			return lists.InvalidParam(byCustomer)
		}
		l.only("customer_id = ?", id)
	}
	if err := errors.Join(l.bound(byFrom, "created_at >= ?"), l.bound(byTo, "created_at < ?"), l.filterReason(), l.filterTotals()); err != nil {
		return err
	}
	l.search(l.Params.Get(bySearch))
	return nil
}

func (l *list) bound(name, sql string) error {
	if !l.Params.Has(name) {
		return nil
	}
	at, ok := moment(l.Params.Get(name))
	if !ok {
		return lists.InvalidParam(name)
	}
	l.only(sql, at)
	return nil
}

// wholeNumber reads a number that is written in the one plain way.
func wholeNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == text
}

// moment reads a time, to the microsecond. One of a year that not every engine knows is none.
func moment(text string) (time.Time, bool) {
	parsed, err := time.Parse(time.RFC3339, text)
	at, known := crud.Moment(parsed)
	return at, err == nil && known
}

func (l *list) only(sql string, args ...any) {
	l.where = append(l.where, lists.Condition{SQL: sql, Args: args})
}

// search looks for an order's number, and for those whose customer, e-mail, reference or one SKU begins with the words.
func (l *list) search(words string) {
	words = strings.TrimSpace(words)
	folded := db.Fold(words)
	if folded == "" {
		return
	}
	for _, in := range []struct{ column, prefix string }{
		{"customer_name_key", folded}, {"customer_email_key", db.MailKey(words)}, {"reference_key", folded},
	} {
		l.places = append(l.places, lists.Beginning("orders", in.column, in.prefix))
	}
	lines, products := "order_items WHERE product_id IN", "(SELECT id FROM products WHERE sku_key >= ? AND sku_key < ?)"
	l.places = append(l.places, lists.Place{
		IDs: "SELECT order_id AS id FROM " + lines + " " + products, Args: []any{folded, lists.After(folded)},
		Has: "EXISTS (SELECT 1 FROM " + lines + " " + products + " AND order_id = orders.id)",
	})
	if id, ok := wholeNumber(strings.TrimPrefix(words, "#")); ok {
		l.places = append(l.places, lists.Place{IDs: "SELECT id FROM orders WHERE id = ?", Has: "id = ?", Args: []any{id}})
	}
}

// ready finds what is searched for, if anything is.
func (l *list) ready(read *gorm.DB) error {
	if l.places == nil {
		return nil
	}
	order, found, err := lists.Find(read, l.order, l.places, nil)
	l.order, l.where, l.places = order, append(l.where, found), nil
	return err
}

// at begins the page at its cursor, in the list's order.
func (l *list) at(query *gorm.DB) (*gorm.DB, error) {
	if l.At == nil {
		return l.order.Sorted(query, false), nil
	}
	value, ok := l.edgeValue(l.At.Value)
	if !ok {
		return nil, lists.InvalidCursor()
	}
	return l.order.After(query, value, l.At.ID, l.At.Back), nil
}

// edgeValue takes back what edge wrote, and nothing else.
func (l *list) edgeValue(text string) (any, bool) {
	if l.order.Column == "total_cents" {
		return wholeNumber(text)
	}
	at, ok := moment(text)
	return at, ok && at.Format(crud.TimeFormat) == text
}

// edge is the place of an order in the list.
func (l *list) edge(o *Order, back bool) lists.Cursor {
	value := o.CreatedAt.UTC().Format(crud.TimeFormat)
	if l.order.Column == "total_cents" {
		value = strconv.FormatInt(o.TotalCents, 10)
	}
	return lists.Cursor{List: l.Params.Encode(), Value: value, ID: o.ID, Back: back}
}
