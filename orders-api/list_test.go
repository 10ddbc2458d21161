package orders

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// listed is a page of a list.
type listed struct {
	Data []struct {
		ID int64 `json:"id"`
	} `json:"data"`
	Next *string `json:"next_cursor"`
	Prev *string `json:"prev_cursor"`
}

func (p listed) ids() []int64 {
	ids := make([]int64, len(p.Data))
	for i, row := range p.Data {
		ids[i] = row.ID
	}
	return ids
}

func (w *world) page(path string) listed {
	w.t.Helper()
	var page listed
	w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200}).JSON(w.t, &page)
	return page
}

var linked = regexp.MustCompile(`<([^>]+)>; rel="(next|prev)"`)

// walk follows a list's Link headers from a path on, and gives what each page shows.
func (w *world) walk(path, relation string) (pages [][]int64, last string) {
	w.t.Helper()
	for path != "" {
		var page listed
		r := w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200})
		r.JSON(w.t, &page)
		links := map[string]string{}
		for _, found := range linked.FindAllStringSubmatch(r.Header.Get("Link"), -1) {
			links[found[2]] = found[1]
		}
		require.Equal(w.t, page.Next != nil, links["next"] != "")
		require.Equal(w.t, page.Prev != nil, links["prev"] != "")
		pages, last, path = append(pages, page.ids()), path, links[relation]
	}
	return pages, last
}

// holds reads a list forward, and backward from its end, and holds both against the pages that it must have.
func (w *world) holds(path string, want [][]int64) {
	w.t.Helper()
	pages, last := w.walk(path, "next")
	require.Equal(w.t, want, pages, path)
	back, _ := w.walk(last, "prev")
	slices.Reverse(back)
	require.Equal(w.t, slices.Concat(want...), slices.Concat(back...), "%s, backward", path)
}

// shelves fills the lists: six orders of two customers, of different sizes, states and references.
func (w *world) shelves() {
	w.t.Helper()
	w.customers.set(Customer{ID: 2, Name: "García & Hijos", Email: "Ventas@Garcia.test"})
	w.customers.set(Customer{ID: 3, Name: "100% Ñandú_", Email: "n@x.test"})
	w.stock("BOLT-8", 100, 1000)
	w.stock("Nut_8%", 100, 1000)
	for i, one := range []struct {
		customer  int64
		item      string
		reference string
	}{
		{1, item(1, 5), "PO-1"}, {2, item(2, 3), "po-2"}, {1, item(1, 3), "Pó 3"}, {3, bySKU("Nut_8%", 9), ""}, {2, item(1, 1), "1"}, {1, item(1, 3), "X"},
	} {
		body := fmt.Sprintf(`{"customer_id":%d,"items":[%s],"reference":%q}`, one.customer, one.item, one.reference)
		w.order(kittest.Case{Path: "/orders", Body: body, Status: 201})
		if i%2 == 1 {
			w.confirm(int64(i + 1))
		}
		w.clock.Pass(time.Minute)
	}
	w.cancel(1)
	w.cancel(6)
}

func TestListsOfOrders(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		at := func(id int64) string { return url.QueryEscape(w.get(id).CreatedAt.Format(time.RFC3339Nano)) }
		elsewhere := url.QueryEscape(w.get(3).CreatedAt.In(time.FixedZone("", -5*3600)).Format(time.RFC3339Nano))
		for path, want := range map[string][][]int64{
			"/orders":                                                   {{6, 5, 4, 3, 2, 1}},
			"/orders?limit=4":                                           {{6, 5, 4, 3}, {2, 1}},
			"/orders?limit=3":                                           {{6, 5, 4}, {3, 2, 1}},
			"/orders?sort=created_at&limit=4":                           {{1, 2, 3, 4}, {5, 6}},
			"/orders?sort=-created_at&limit=5":                          {{6, 5, 4, 3, 2}, {1}},
			"/orders?sort=total_cents&limit=2":                          {{5, 2}, {3, 6}, {1, 4}},
			"/orders?sort=-total_cents&limit=3":                         {{4, 1, 6}, {3, 2, 5}},
			"/orders?status=CREATED":                                    {{5, 3}},
			"/orders?status=CONFIRMED&limit=1":                          {{4}, {2}},
			"/orders?status=CANCELED":                                   {{6, 1}},
			"/orders?status=CANCELED&sort=-total_cents":                 {{1, 6}},
			"/orders?customer_id=1&limit=2":                             {{6, 3}, {1}},
			"/orders?customer_id=2&sort=created_at":                     {{2, 5}},
			"/orders?customer_id=9":                                     {{}},
			"/orders?customer_id=1&status=CREATED":                      {{3}},
			"/orders?from=" + at(4):                                     {{6, 5, 4}},
			"/orders?to=" + at(4):                                       {{3, 2, 1}},
			"/orders?from=" + at(2) + "&to=" + at(5):                    {{4, 3, 2}},
			"/orders?from=" + elsewhere + "&to=" + at(5):                {{4, 3}},
			"/orders?from=" + at(5) + "&to=" + at(2):                    {{}},
			"/orders?from=" + at(2) + "&status=CONFIRMED&limit=1":       {{4}, {2}},
			"/orders?customer_id=1&to=" + at(6):                         {{3, 1}},
			"/orders?cancel_reason=CUSTOMER_REQUEST&limit=1":            {{6}, {1}},
			"/orders?cancel_reason=CUSTOMER_REQUEST&sort=created_at":    {{1, 6}},
			"/orders?cancel_reason=CUSTOMER_REQUEST&status=CANCELED":    {{6, 1}},
			"/orders?cancel_reason=CUSTOMER_REQUEST&to=" + at(3):        {{1}},
			"/orders?cancel_reason=EXPIRED":                             {{}},
			"/orders?min_total_cents=300&limit=2":                       {{4, 1}, {6, 3}, {2}},
			"/orders?max_total_cents=300&sort=total_cents":              {{5, 2, 3, 6}},
			"/orders?min_total_cents=300&max_total_cents=500":           {{1, 6, 3, 2}},
			"/orders?min_total_cents=300&status=CANCELED":               {{1, 6}},
			"/orders?min_total_cents=901":                               {{}},
			"/orders?from=1970-01-01T00:00:00Z&to=9999-12-31T23:59:59Z": {{6, 5, 4, 3, 2, 1}},
		} {
			w.holds(path, want)
		}
	})
}

func TestSearchesOfOrders(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		for words, want := range map[string][]int64{
			"":                    {6, 5, 4, 3, 2, 1},
			"  ":                  {6, 5, 4, 3, 2, 1},
			"4":                   {4},
			"#4":                  {4},
			"1":                   {5, 4, 1}, // order 1, reference 1, customer 100% Ñandú_
			"99":                  {},
			"acme":                {6, 3, 1},
			"  ACME   ltd ":       {6, 3, 1},
			"cme":                 {},
			"garcía":              {5, 2},
			"GARCIA & H":          {5, 2},
			"ventas@":             {5, 2},
			"VENTAS@garcia.t":     {5, 2},
			"ops@acme.test":       {6, 3, 1},
			"po":                  {3, 2, 1},
			"PÓ-":                 {2, 1},
			"po 3":                {3},
			"bolt":                {6, 5, 3, 1},
			"BOLT-8":              {6, 5, 3, 1},
			"nut_":                {4, 2},
			"nutx":                {},
			"n":                   {4, 2},
			"100% nandu_":         {4},
			"1%":                  {},
			"%":                   {},
			"_":                   {},
			`'; DROP TABLE`:       {},
			"\u0301":              {6, 5, 4, 3, 2, 1}, // an accent over nothing is nothing
			"+4":                  {},
			"04":                  {},
			"#":                   {},
			"9223372036854775808": {},
		} {
			require.Equal(w.t, want, w.page("/orders?search="+url.QueryEscape(words)).ids(), "%q", words)
		}
		w.holds("/orders?search=acme&limit=2", [][]int64{{6, 3}, {1}})
		w.holds("/orders?search=acme&status=CANCELED&sort=created_at", [][]int64{{1, 6}})
	})
}

func TestOrdersOfOneMicrosecond(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 100, 1000)
		w.placeMany(7, 1)
		require.Zero(w.t, w.count("orders", "created_at <> (SELECT MIN(created_at) FROM orders)"))
		for path, want := range map[string][][]int64{
			"/orders?limit=3":                              {{7, 6, 5}, {4, 3, 2}, {1}},
			"/orders?limit=3&sort=created_at":              {{1, 2, 3}, {4, 5, 6}, {7}},
			"/orders?limit=3&sort=total_cents":             {{1, 2, 3}, {4, 5, 6}, {7}},
			"/orders?limit=2&sort=-total_cents":            {{7, 6}, {5, 4}, {3, 2}, {1}},
			"/orders?limit=4&status=CREATED&customer_id=1": {{7, 6, 5, 4}, {3, 2, 1}},
		} {
			w.holds(path, want)
		}
	})
}

func TestListsAreStableUnderInserts(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 100, 1000)
		for range 6 {
			w.place(item(1, 1))
		}
		first := w.page("/orders?limit=2")
		w.place(item(1, 1))
		second := w.page("/orders?limit=2&cursor=" + *first.Next)
		require.Equal(w.t, []int64{4, 3}, second.ids(), "nothing twice, nothing left out")
		w.place(item(1, 1))
		back := w.page("/orders?limit=2&cursor=" + *second.Prev)
		require.Equal(w.t, []int64{6, 5}, back.ids())
		require.NotNil(w.t, back.Prev, "the late ones are before it")
		w.cancel(3)
		created := w.page("/orders?limit=2&status=CREATED")
		require.Equal(w.t, []int64{6, 5}, w.page("/orders?limit=2&cursor="+*created.Next).ids())
		at := w.page("/orders?limit=1&cursor=" + *created.Next)
		w.cancel(6) // the row that a cursor stands at may leave the list
		require.Equal(w.t, []int64{5, 4}, w.page("/orders?limit=2&cursor="+*at.Next).ids())
	})
}

func TestParametersOfListsAreStrict(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		byTotal := *w.page("/orders?limit=1&sort=total_cents&status=CREATED").Next
		byTime := *w.page("/orders?limit=1&search=acme").Next
		forged := func(cursor, old, new string) string {
			raw, err := base64.RawURLEncoding.DecodeString(cursor)
			require.NoError(w.t, err)
			require.Contains(w.t, string(raw), old)
			return "cursor=" + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), old, new, 1)))
		}
		raw, err := base64.RawURLEncoding.DecodeString(byTime)
		require.NoError(w.t, err)
		at := strings.Split(string(raw), "\x00")[1]
		codes := map[string][]string{
			"PARAMETER_UNKNOWN":  {"reference=x", "Status=CREATED", "page=2", "offset=10", "id=1", "items=1"},
			"PARAMETER_REPEATED": {"status=CREATED&status=CREATED", "sort=created_at&sort=-created_at", "cursor=" + byTime + "&cursor=" + byTime},
			"PARAMETER_INVALID": {
				"status=created", "status=", "status=OPEN", "customer_id=0", "customer_id=-1", "customer_id=x", "customer_id=", "customer_id=01",
				"customer_id=%2B1", "customer_id=9223372036854775808", "from=yesterday", "from=", "from=2026-01-01", "to=2026-01-01T00:00:00",
				"to=2026-13-01T00:00:00Z", "from=1234567890", "from=0000-01-01T00:00:00Z", "from=0001-01-01T00:00:00Z",
				"to=9999-12-31T23:59:59-14:00", "to=99999-01-01T00:00:00Z", "sort=", "sort=id", "sort=--created_at", "sort=%2Dtotal_cents%20",
				"sort=units", "sort=customer_name", "sort=total_cents&customer_id=1", "sort=-total_cents&from=2026-01-01T00:00:00Z",
				"cancel_reason=", "cancel_reason=other", "cancel_reason=OTHER&status=CREATED", "cancel_reason=OTHER&customer_id=1",
				"cancel_reason=OTHER&sort=total_cents", "min_total_cents=", "min_total_cents=-1", "max_total_cents=1.5", "min_total_cents=01",
				"min_total_cents=1&sort=created_at", "min_total_cents=1&customer_id=1", "max_total_cents=1&from=2026-01-01T00:00:00Z",
				"max_total_cents=1&search=acme", "max_total_cents=1&cancel_reason=OTHER", "sort=total_cents&to=2026-01-01T00:00:00Z", "sort=total_cents&search=acme", "search=%00", "search=%ff", "limit=0", "limit=101",
			},
			"CURSOR_INVALID": {
				"cursor=", "cursor=abc", "cursor=" + byTime + "A", "cursor=" + byTime + "=", "cursor=" + byTime + "&status=CREATED",
				"cursor=" + byTime + "&search=other", "cursor=" + byTotal + "&sort=created_at", "cursor=" + byTotal + "&status=CANCELED",
				forged(byTotal, "sort=total_cents", "sort=created_at"), forged(byTime, at, "300"), forged(byTotal, "\x00100\x00", "\x00+100\x00"),
				forged(byTotal, "\x00100\x00", "\x00"+at+"\x00"), forged(byTime, at, strings.Replace(at, "Z", "+00:00", 1)),
				forged(byTime, at, "0001-01-01T00:00:00.000000Z"), forged(byTime, at, "0000-00-00T00:00:00.000000Z"),
				forged(byTime, at, "9999-12-31T23:59:59.9999999Z"), forged(byTime, "false", "no"), forged(byTime, "search=acme", "status=OPEN&search=acme"),
			},
		}
		for code, queries := range codes {
			for _, query := range queries {
				w.Run(w.t, []kittest.Case{{Name: query, Path: "/orders?" + query, As: w.viewer, Status: 400, Code: code}})
			}
		}
		for path, want := range map[string][]int64{
			"/orders?cursor=" + byTime:                                     {3, 1},
			"/orders?limit=1&cursor=" + byTime + "&search=acme":            {3},
			"/orders?limit=100&status=CREATED&cursor=" + byTotal:           {3},
			"/orders?from=9999-12-31T23%3A59%3A59.9999999Z":                {},
			"/orders?to=1000-01-01T00:00:00Z":                              {},
			"/orders?" + forged(byTime, at, "9999-12-31T23:59:59.999999Z"): {6, 3, 1},
		} {
			require.Equal(w.t, want, w.page(path).ids(), path)
		}
		w.Do(w.t, kittest.Case{Path: "/orders?" + forged(byTime, "search=acme", "nickname=acme"), As: w.viewer, Status: 400})
		w.Do(w.t, kittest.Case{Path: "/orders?cursor=" + *w.page("/products?limit=1&sort=sku").Next, As: w.viewer, Status: 400})
		w.Do(w.t, kittest.Case{Path: "/orders?" + forged(byTime, "search=acme", "search=acme&search=x"), As: w.viewer, Status: 400})
	})
}

func TestListsOfProducts(t *testing.T) {
	each(t, func(w *world) {
		for i, stock := range []int64{100, 5, 0, 50} {
			w.stock(fmt.Sprintf("SKU-%d", 4-i), int64(100+i%2), stock)
		}
		w.editProduct(3, `{"archived":true,"name":"Ñandú"}`)
		for path, want := range map[string][][]int64{
			"/products?limit=3":                       {{4, 3, 2}, {1}},
			"/products?sort=sku":                      {{4, 3, 2, 1}},
			"/products?sort=-sku&limit=2":             {{1, 2}, {3, 4}},
			"/products?sort=price_cents&limit=3":      {{1, 3, 2}, {4}},
			"/products?sort=-name&limit=1":            {{1}, {2}, {4}, {3}},
			"/products?archived=true":                 {{3}},
			"/products?archived=false&limit=2":        {{4, 2}, {1}},
			"/products?low_stock=true":                {{3, 2}},
			"/products?low_stock=true&archived=false": {{2}},
			"/products?low_stock=false":               {{4, 1}},
			"/products?search=sku-":                   {{4, 3, 2, 1}},
			"/products?search=NANDU":                  {{3}},
			"/products?search=product&sort=sku":       {{4, 2, 1}},
		} {
			w.holds(path, want)
		}
		w.place(item(1, 95))
		w.holds("/products?low_stock=true&archived=false", [][]int64{{2, 1}})
		w.Run(w.t, []kittest.Case{
			{Path: "/products?archived=yes", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
			{Path: "/products?low_stock=", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
			{Path: "/products?sort=stock", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
			{Path: "/products?stock=1", As: w.viewer, Status: 400, Code: "PARAMETER_UNKNOWN"},
		})
	})
}

// offered are the lists that must be served by an index, at any size of the tables.
func offered() []string {
	var lists []string
	for _, filter := range []string{
		"", "status=CREATED", "status=CANCELED", "customer_id=3", "customer_id=3&status=CONFIRMED", "from=FROM", "to=TO", "from=FROM&to=TO",
		"cancel_reason=OTHER", "cancel_reason=OTHER&status=CANCELED&from=FROM&to=TO", "status=CONFIRMED&from=FROM", "customer_id=3&from=FROM&to=TO", "customer_id=3&status=CREATED&to=TO",
	} {
		for _, sort := range []string{"", "created_at"} {
			lists = append(lists, "/orders?"+sorted(filter, sort))
		}
	}
	for _, sort := range []string{"total_cents", "-total_cents"} {
		for _, filter := range []string{"", "min_total_cents=5", "max_total_cents=20", "min_total_cents=5&max_total_cents=20"} {
			lists = append(lists, "/orders?"+sorted(filter, sort), "/orders?"+sorted("status=CONFIRMED&"+filter, sort))
		}
	}
	for _, filter := range []string{"", "archived=false", "low_stock=true", "low_stock=true&archived=false"} {
		for _, sort := range []string{"", "created_at", "sku", "-name", "price_cents"} {
			lists = append(lists, "/products?"+sorted(filter, sort))
		}
	}
	return lists
}

// sorted is the query of a list, of a few rows.
func sorted(filter, sort string) string {
	query := "limit=5"
	if filter != "" {
		query += "&" + filter
	}
	if sort != "" {
		query += "&sort=" + sort
	}
	return query
}

// TestListsAreServedByAnIndex: no list that is offered reads a whole table, on its first page or on a later one.
func TestListsAreServedByAnIndex(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(*Settings) {})
		w.fill()
		last := w.lastQuery()
		from, to := w.get(20).CreatedAt, w.get(80).CreatedAt
		for _, path := range offered() {
			path = strings.NewReplacer("FROM", from.Format(time.RFC3339), "TO", to.Format(time.RFC3339)).Replace(path)
			for page := range 3 {
				next := w.page(path).Next
				sql, args := last()
				require.Empty(t, w.scans(sql, args), "page %d of %s: %s", page+1, path, sql)
				if strings.Contains(sql, "cancel_reason = ") {
					require.NotRegexp(t, `SCAN|type:index`, fmt.Sprint(w.plan(sql, args)), "it is sought: %s", sql)
				}
				if strings.HasPrefix(path, "/orders") {
					require.Empty(t, w.sorts(sql, args), "page %d of %s: %s", page+1, path, sql)
				}
				if next == nil {
					break
				}
				path, _, _ = strings.Cut(path, "?")
				path += "?limit=5&cursor=" + *next
			}
		}
	})
}

// lastQuery gives, at any time, the last query of an entity that was sent.
func (w *world) lastQuery() func() (sql string, args []any) {
	var mu sync.Mutex
	var sql string
	var args []any
	require.NoError(w.t, w.db.Read(w.t.Context()).Callback().Query().After("gorm:query").Register("test:last", func(tx *gorm.DB) {
		mu.Lock()
		defer mu.Unlock()
		sql, args = tx.Statement.SQL.String(), slices.Clone(tx.Statement.Vars)
	}))
	return func() (string, []any) {
		mu.Lock()
		defer mu.Unlock()
		return sql, args
	}
}

// fill makes some thousand orders and products of all kinds, most of them copies of a few, and has the engine count them:
// a small table is rightly read as a whole.
func (w *world) fill() {
	w.t.Helper()
	for i := range 50 {
		p := w.stock(fmt.Sprintf("SKU-%d", i), int64(100+i*7%50), int64(100*(1+i%3)))
		if i%10 == 9 {
			w.editProduct(p.ID, `{"archived":true,"stock":3}`)
		}
	}
	w.stock("ALL", 1, 1_000_000)
	for batch := range 10 {
		w.fillOrders(51, int64(batch))
		w.clock.Pass(time.Second)
	}
	for copied := range 6 {
		w.copyRows("orders", "")
		w.copyRows("products", fmt.Sprintf(".%d", copied))
	}
	w.analyze("orders", "products")
}

// fillOrders places ten orders of a product, confirms some of them and cancels others.
func (w *world) fillOrders(product, batch int64) {
	w.t.Helper()
	rules := Rules{CancelWindow: time.Hour}
	var placements []Placement
	for i := range int64(10) {
		customer := Customer{ID: i%6 + 1, Name: fmt.Sprint("Customer ", i), Email: fmt.Sprintf("c%d@x.test", i)}
		placements = append(placements, Placement{Customer: customer, Lines: []Line{{ProductID: product, Qty: 1 + batch*i}}})
	}
	require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		placed, err := Place(tx, placements)
		for i, one := range placed {
			if err == nil && i%3 == 1 {
				_, err = rules.confirm(tx, one.Order.ID, noMatch)
			}
			if err == nil && i%3 == 2 {
				_, err = rules.cancel(tx, one.Order.ID, noMatch, Cancellation{Reason: "OTHER"})
			}
		}
		return err
	}))
}

// copyRows doubles a table, with an ending for what is unique in it. No invariant survives that.
func (w *world) copyRows(table, ending string) {
	w.t.Helper()
	columns := []string{"price_cents", "stock", "low_stock_at", "archived", "version", "created_at", "updated_at", "name", "name_key"}
	values := slices.Clone(columns)
	if table == "orders" {
		columns = []string{
			"customer_id", "customer_name", "customer_name_key", "customer_email", "customer_email_key", "customer_phone", "customer_tax_id",
			"reference", "reference_key", "status", "units", "total_cents", "note", "cancel_reason", "cancel_note", "version", "created_at", "updated_at",
		}
		values = columns
	} else {
		columns = append(columns, "sku", "sku_key")
		joined := map[db.Dialect]string{db.MySQL: "CONCAT(sku, '%[1]s'), CONCAT(sku_key, '%[1]s')", db.SQLite: "sku || '%[1]s', sku_key || '%[1]s'"}
		values = append(values, fmt.Sprintf(joined[w.db.Dialect()], ending))
	}
	w.exec("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM " + table)
}

// analyze has the engine count the rows of tables, by whose number it plans.
func (w *world) analyze(tables ...string) {
	w.t.Helper()
	command := "ANALYZE TABLE "
	if w.db.Dialect() == db.SQLite {
		command = "ANALYZE "
	}
	for _, table := range tables {
		require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error {
			rows, err := tx.Raw(command + table).Rows() // it has a result, which MariaDB wants to be read
			if err != nil {
				return err
			}
			return errors.Join(rows.Close(), rows.Err())
		}))
	}
}

// scans are the steps of a statement in which the engine reads a whole table.
func (w *world) scans(sql string, args []any) (whole []map[string]any) {
	w.t.Helper()
	for _, step := range w.plan(sql, args) {
		kind, isMySQL := step["type"].(string)
		detail, isSQLite := step["detail"].(string)
		require.True(w.t, isMySQL || isSQLite, "a plan of another form: %v", step)
		if kind == "ALL" || strings.HasPrefix(detail, "SCAN") && !strings.Contains(detail, "INDEX") {
			whole = append(whole, step)
		}
	}
	return whole
}

// plan is how the engine goes about a statement.
func (w *world) plan(sql string, args []any) (steps []map[string]any) {
	w.t.Helper()
	explain := "EXPLAIN FORMAT=TRADITIONAL "
	if w.db.Dialect() == db.SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	require.NoError(w.t, w.db.Read(w.t.Context()).Raw(explain+sql, args...).Scan(&steps).Error)
	require.NotEmpty(w.t, steps)
	return steps
}

// The list of orders as a file is all of it, in the reader's language, and keeps the list's filters.
func TestOrdersAsAFile(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10_000)
		for range 3 {
			w.place(item(1, 1))
		}
		w.cancel(2)
		text := func(path, language string) string {
			return string(w.Do(t, kittest.Case{
				Path: path, As: w.viewer, Header: headers("Accept", "text/csv", "Accept-Language", language), Status: 200,
			}).Body)
		}
		require.Regexp(t, `(?s)^\x{FEFF}id,status,customer_id,.*\r\n3,CREATED,1,ACME Ltd,Ops@acme.test,'\+34 600 100 200,B-123,,1,2.50,.*\r\n2,CANCELED,.*\r\n1,`, text("/orders", "en"))
		require.Regexp(t, `(?s)^\x{FEFF}id;.*\r\n2;CANCELED;1;[^\n]*;2,50;;CUSTOMER_REQUEST;[^\n]*\r\n$`, text("/orders?status=CANCELED", "es"))
		w.Do(t, kittest.Case{Path: "/orders?status=LOST", As: w.viewer, Header: headers("Accept", "text/csv"), Status: 400, Code: "PARAMETER_INVALID"})
		for range 21 { // more than are read at a time
			w.placeMany(100, 1)
		}
		for _, sorted := range []string{"created_at", "-created_at", "total_cents", "-total_cents"} {
			rows := strings.Split(text("/orders?sort="+sorted, "en"), "\r\n")
			require.Len(t, rows, 2105, "%s: a head, all orders, and an end", sorted)
			slices.Sort(rows)
			require.Len(t, slices.Compact(rows), 2105, "%s: each once", sorted)
		}
	})
}
