package orders

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// world is the service, served over HTTP on a database of its own, with a customers-api that does as the test says and
// an operator of each role logged in.
type world struct {
	*kittest.Server
	t         *testing.T
	url       string // of the database
	db        *db.DB
	settings  Settings
	customers *customersAPI
	faults    *dbtest.Faults
	clock     *kittest.Clock
	log       *kittest.Lines
	idle      bool // bulk runs are worked off when the test says so

	viewer, operator, manager string // tokens
}

// each runs a test in a world on every engine. Whatever it does, no invariant is broken and no secret is logged.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	eachSet(t, func(*Settings) {}, test)
}

// eachSet is each with other settings than the usual ones. Worlds share nothing, so tests run beside each other.
func eachSet(t *testing.T, set func(*Settings), test func(w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, set)
		test(w)
		w.checkInvariants()
		w.checkSecrets()
	})
}

// eachIdle is each in a world in which bulk runs are worked off when the test says so.
func eachIdle(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorldIn(t, url, true, func(*Settings) {})
		test(w)
		w.checkInvariants()
		w.checkSecrets()
	})
}

func newWorld(t *testing.T, url string, set func(*Settings)) *world {
	t.Helper()
	return newWorldIn(t, url, false, set)
}

func newWorldIn(t *testing.T, url string, idle bool, set func(*Settings)) *world {
	t.Helper()
	w := &world{idle: idle, t: t, url: url, clock: &kittest.Clock{}, faults: &dbtest.Faults{Apart: []string{"import", "bulk_runs` WHERE ended_at IS NULL"}}, log: &kittest.Lines{}, customers: newCustomersAPI(t)}
	w.settings = Settings{
		Settings: kittest.Settings(), CancelWindow: 10 * time.Minute, UndoWindow: time.Minute, OrderTTL: 72 * time.Hour, CompanyName: "Almacenes Andinos", Currency: "USD",
	}
	w.settings.CustomersAPIURL = w.customers.url
	set(&w.settings)
	w.db = w.open()
	w.Server = w.serve(w.db)
	w.awaitSweep()
	w.viewer, w.operator, w.manager = w.employ(1, kit.Viewer), w.employ(2, kit.Operator), w.employ(3, kit.Manager)
	return w
}

// open opens the database once more, as another replica does.
func (w *world) open() *db.DB {
	w.t.Helper()
	return dbtest.Open(w.t, w.url, db.Options{Now: w.clock.Now, Wrap: w.faults.Wrap, PoolSize: 8})
}

// serve serves the service on a database.
func (w *world) serve(d *db.DB) *kittest.Server {
	w.t.Helper()
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o := Options{DB: d, Settings: w.settings, Log: log, Version: "test"}
	if w.idle {
		app, s := build(o)
		app.Every(sweepEvery, "sweep", s.sweep)
		return kittest.Serve(w.t, app)
	}
	app, err := New(context.Background(), o)
	require.NoError(w.t, err)
	return kittest.Serve(w.t, app)
}

// replica is the service once more: beside a database of its own opening on MySQL, in the same process on SQLite, which
// has one writer for everything.
func (w *world) replica() *kittest.Server {
	w.t.Helper()
	if w.db.Dialect() == db.SQLite {
		return w.serve(w.db)
	}
	return w.serve(w.open())
}

// awaitSweep waits for the sweep that begins with the service, so that it is in nobody's way.
func (w *world) awaitSweep() {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for _, call := range w.faults.Calls() {
			if call.Kind == dbtest.Commit {
				return w.faults.InTransaction() == 0
			}
		}
		return false
	}, 10*time.Second, time.Millisecond)
}

// employ lets an operator log in and gives the token; its session has its id.
func (w *world) employ(id int64, role kit.Role) string {
	w.customers.logIn(kit.SessionAnswer{ID: id, OperatorID: id, Name: "Ana " + string(role), Email: "ana@example.test", Role: role})
	return kittest.Token(w.t, kit.Identity{Operator: id, Session: id, Role: role})
}

func (w *world) findings() []string {
	w.t.Helper()
	found := []string{}
	require.NoError(w.t, Check(context.Background(), w.db, func(f db.Finding) {
		found = append(found, fmt.Sprintf("%s: %s %d", f.Invariant, f.Entity, f.ID))
	}))
	return found
}

func (w *world) checkInvariants() {
	w.t.Helper()
	require.Empty(w.t, w.findings())
}

func (w *world) checkSecrets() {
	w.t.Helper()
	for _, secret := range []string{kittest.ServiceToken, kittest.JWTSecret, w.manager, w.operator} {
		require.NotContains(w.t, w.log.String(), secret)
	}
}

// tables is all that the database holds, to see that nothing has changed.
func (w *world) tables() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for table, order := range map[string]string{
		"products": "id", "stock_movements": "id", "orders": "id", "order_items": "order_id, product_id",
		"idempotency_keys": "id", "events": "id", "bulk_runs": "id", "bulk_run_orders": "run_id, order_id",
	} {
		var rows []map[string]any
		require.NoError(w.t, w.db.Read(context.Background()).Table(table).Order(order).Find(&rows).Error)
		for _, row := range rows {
			all[table] += fmt.Sprintln(row)
		}
	}
	return all
}

// unchanged tries requests, and holds that each leaves every table as it was.
func (w *world) unchanged(cases []kittest.Case) {
	w.t.Helper()
	for _, one := range cases {
		before := w.tables()
		w.Run(w.t, []kittest.Case{one})
		require.Equal(w.t, before, w.tables(), "%s changed something", one.Name)
	}
}

// product is a product as tests look at it.
type product struct {
	ID         int64  `json:"id"`
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	PriceCents int64  `json:"price_cents"`
	Stock      int64  `json:"stock"`
	LowStockAt int64  `json:"low_stock_at"`
	Archived   bool   `json:"archived"`
	Version    int64  `json:"version"`
}

// stock adds a product to the range: its name is "Product" and its SKU.
func (w *world) stock(sku string, priceCents, pieces int64) product {
	w.t.Helper()
	var made product
	w.Do(w.t, kittest.Case{
		Path: "/products", As: w.manager, Status: 201,
		Body: fmt.Sprintf(`{"sku":%q,"name":"Product %s","price_cents":%d,"stock":%d}`, sku, sku, priceCents, pieces),
	}).JSON(w.t, &made)
	return made
}

func (w *world) product(id int64) product {
	w.t.Helper()
	var p product
	w.Do(w.t, kittest.Case{Path: fmt.Sprintf("/products/%d", id), As: w.viewer, Status: 200}).JSON(w.t, &p)
	return p
}

// editProduct changes a product, whatever its version.
func (w *world) editProduct(id int64, patch string) {
	w.t.Helper()
	w.Do(w.t, kittest.Case{
		Method: "PATCH", Path: fmt.Sprintf("/products/%d", id), As: w.manager, Body: patch, Header: headers("If-Match", "*"), Status: 200,
	})
}

// item is a line of a request: so many pieces of a product.
func item(productID, qty int64) string {
	return fmt.Sprintf(`{"product_id":%d,"qty":%d}`, productID, qty)
}

// bySKU is a line that names its product by SKU.
func bySKU(sku string, qty int64) string { return fmt.Sprintf(`{"sku":%q,"qty":%d}`, sku, qty) }

// orderOf is the body that orders these lines for customer 1.
func orderOf(items ...string) string {
	return `{"customer_id":1,"items":[` + strings.Join(items, ",") + `]}`
}

// place has the operator place an order of customer 1.
func (w *world) place(items ...string) OrderDetails {
	w.t.Helper()
	return w.order(kittest.Case{Path: "/orders", Body: orderOf(items...), Status: 201})
}

// order sends the operator's request, and gives the order that is answered.
func (w *world) order(one kittest.Case) OrderDetails {
	w.t.Helper()
	if one.As == "" {
		one.As = w.operator
	}
	var o OrderDetails
	w.Do(w.t, one).JSON(w.t, &o)
	return o
}

func (w *world) get(id int64) OrderDetails {
	w.t.Helper()
	return w.order(kittest.Case{Path: orderPath(id, ""), Status: 200})
}

func orderPath(id int64, rest string) string { return fmt.Sprintf("/orders/%d%s", id, rest) }

func (w *world) confirm(id int64) OrderDetails {
	w.t.Helper()
	return w.order(confirming(id, fmt.Sprintf("confirm %d at %s", id, w.clock.Now()), 200))
}

func (w *world) cancel(id int64) OrderDetails {
	w.t.Helper()
	return w.order(canceling(id, 200))
}

func confirming(id int64, key string, status int) kittest.Case {
	return kittest.Case{Method: "POST", Path: orderPath(id, "/confirm"), Header: headers("Idempotency-Key", key), Status: status}
}

func canceling(id int64, status int) kittest.Case {
	return kittest.Case{Path: orderPath(id, "/cancel"), Body: `{"reason":"CUSTOMER_REQUEST"}`, Status: status}
}

func undoing(id int64, status int) kittest.Case {
	return kittest.Case{Method: "POST", Path: orderPath(id, "/undo"), Status: status}
}

func (w *world) undo(id int64) OrderDetails {
	w.t.Helper()
	return w.order(undoing(id, 200))
}

// as gives a case its sender.
func as(token string, one kittest.Case) kittest.Case {
	one.As = token
	return one
}

type event struct {
	Version   int64          `json:"version"`
	Action    string         `json:"action"`
	Actor     string         `json:"actor"`
	ActorName string         `json:"actor_name"`
	Channel   string         `json:"channel"`
	RequestID string         `json:"request_id"`
	Changes   map[string]any `json:"changes"`
}

// events are those of an order or a product, newest first.
func (w *world) events(path string) []event {
	w.t.Helper()
	var page struct {
		Data []event `json:"data"`
	}
	w.Do(w.t, kittest.Case{Path: path + "/events", As: w.manager, Status: 200}).JSON(w.t, &page)
	return page.Data
}

// told is the actions of the events of an order or a product, oldest first.
func (w *world) told(path string) []string {
	w.t.Helper()
	events := w.events(path)
	actions := make([]string, len(events))
	for i, e := range events {
		actions[len(events)-1-i] = e.Action
	}
	return actions
}

// moved are a product's movements, oldest first, as "ORDER -3 -> 7".
func (w *world) moved(productID int64) []string {
	w.t.Helper()
	var rows []Movement
	require.NoError(w.t, w.db.Read(context.Background()).Where("product_id = ?", productID).Order("id").Find(&rows).Error)
	moved := make([]string, len(rows))
	for i, m := range rows {
		moved[i] = fmt.Sprintf("%s %+d -> %d", m.Reason, m.Delta, m.StockAfter)
	}
	return moved
}

// count counts rows, by a condition.
func (w *world) count(table, where string, args ...any) int64 {
	w.t.Helper()
	var n int64
	require.NoError(w.t, w.db.Read(context.Background()).Table(table).Where(where, args...).Count(&n).Error)
	return n
}

// exec breaks or prepares what no request could.
func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec(sql, args...).Error }))
}

func headers(pairs ...string) map[string]string {
	h := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = pairs[i+1]
	}
	return h
}

// answer is what came of a request that was sent together with others.
type answer struct {
	status int
	header http.Header
	body   string
}

// client keeps connections enough for all that tests send at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}

// together sends requests at the same time, request i to the i-th server in turn.
func (w *world) together(servers []*kittest.Server, cases []kittest.Case) []answer {
	w.t.Helper()
	answers, errs := make([]answer, len(cases)), make([]error, len(cases))
	var all sync.WaitGroup
	for i, one := range cases {
		all.Go(func() { answers[i], errs[i] = send(servers[i%len(servers)].URL, one) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(w.t, err)
	}
	return answers
}

// send sends a request outside of the test's own goroutine, where nothing may fail the test at once.
func send(url string, one kittest.Case) (answer, error) {
	method := one.Method
	if method == "" && one.Body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(context.Background(), method, url+one.Path, strings.NewReader(one.Body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+one.As)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range one.Header {
		r.Header.Set(name, value)
	}
	response, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

// times repeats a request.
func times(n int, one kittest.Case) []kittest.Case {
	cases := make([]kittest.Case, n)
	for i := range cases {
		cases[i] = one
	}
	return cases
}

// statuses counts answers by their status.
func statuses(answers []answer) map[int]int {
	found := map[int]int{}
	for _, a := range answers {
		found[a.status]++
	}
	return found
}

// noMatch is a request that names no version.
var noMatch writes.Match
