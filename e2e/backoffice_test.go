package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// The tests of the backoffice look at it as operators do: in a browser, each flow on a wide screen and on a phone, with
// scripts and without.

// chromium is one browser for all of them, and wholeChromium another for those that go back to a page as it was.
var chromium, wholeChromium = startOnce(browser.Shell), startOnce(browser.Whole)

// ends end the browsers that were started.
var ends struct {
	sync.Mutex
	all []func() error
}

func startOnce(kind browser.Kind) func() (*browser.Browser, error) {
	return sync.OnceValues(func() (*browser.Browser, error) {
		b, err := browser.Start(kind)
		if err == nil {
			ends.Lock()
			defer ends.Unlock()
			ends.all = append(ends.all, b.Close)
		}
		return b, err
	})
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range ends.all {
		_ = end()
	}
	os.Exit(code)
}

// desk is where somebody works with a house's backoffice. A wire of its own leads there.
type desk struct {
	*house
	wire      *wire
	browser   func() (*browser.Browser, error)
	screen    browser.Screen
	noScripts bool
}

// everyWay tries a flow on both screens, with scripts and without, in one house.
func everyWay(t *testing.T, flow func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	t.Cleanup(h.checkInvariants)
	ways(t, func(t *testing.T, screen browser.Screen, noScripts bool) {
		t.Parallel()
		flow(t, h.desk(t, screen, noScripts))
	})
}

// everyWayApart is everyWay with a house for each way, for flows that take parts of it down.
func everyWayApart(t *testing.T, flow func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	ways(t, func(t *testing.T, screen browser.Screen, noScripts bool) {
		t.Parallel()
		h := newHouse(t, dbtest.SQLite(t))
		flow(t, h.desk(t, screen, noScripts))
		h.checkInvariants()
	})
}

func ways(t *testing.T, try func(t *testing.T, screen browser.Screen, noScripts bool)) {
	t.Helper()
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
		for name, noScripts := range map[string]bool{"scripts": false, "no scripts": true} {
			t.Run(screen.Name+" "+name, func(t *testing.T) { try(t, screen, noScripts) })
		}
	}
}

// desk is a place in the house for one test.
func (h *house) desk(t *testing.T, screen browser.Screen, noScripts bool) *desk {
	t.Helper()
	own := *h
	own.t = t
	return &desk{house: &own, wire: newWire(t, h.orders[0].url()), browser: chromium, screen: screen, noScripts: noScripts}
}

// stranger opens a browser in which nobody is logged in.
func (d *desk) stranger(cookies ...*http.Cookie) *browser.Page {
	d.t.Helper()
	b, err := d.browser()
	require.NoError(d.t, err)
	return b.Open(d.t, browser.Options{Base: d.wire.URL, Screen: d.screen, NoScripts: d.noScripts, Cookies: cookies})
}

// visit opens a browser in which somebody with the role is logged in, at a path of the backoffice.
func (d *desk) visit(role, path string) *browser.Page {
	d.t.Helper()
	p := d.stranger(d.cookie(role))
	p.Go("/backoffice" + path)
	return p
}

// cookie logs in and gives the session's cookie.
func (d *desk) cookie(role string) *http.Cookie {
	d.t.Helper()
	return sessionOf(d.t, d.wire.URL, role+"@example.test", password)
}

func sessionOf(t *testing.T, base, email, password string) *http.Cookie {
	t.Helper()
	answer := send(t, base+"/backoffice/login", url.Values{"email": {email}, "password": {password}}, "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Len(t, answer.Cookies, 1)
	return answer.Cookies[0]
}

// send posts a form by hand and gives the answer without its body; it follows no redirect.
func send(t *testing.T, address string, fields url.Values, headers ...string) sent {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return sent{answer.StatusCode, answer.Header, answer.Cookies()}
}

// sent is the answer to a form that was sent by hand.
type sent struct {
	StatusCode int
	Header     http.Header
	Cookies    []*http.Cookie
}

// goods is a product that one test alone sells.
type goods struct {
	id        int64
	sku, name string
}

var goodsMade atomic.Int64

// stockUp adds a product with so many pieces, at 12.50 each.
func (d *desk) stockUp(stock int64) goods {
	d.t.Helper()
	n := goodsMade.Add(1)
	g := goods{sku: fmt.Sprintf("TOOL-%03d", n), name: fmt.Sprintf("Tool number %03d", n)}
	g.id = d.post(d.orders[0].url()+"/products", d.manager,
		fmt.Sprintf(`{"sku": %q, "name": %q, "price_cents": 1250, "stock": %d}`, g.sku, g.name, stock))
	return g
}

// left is how many pieces of a product are in stock.
func (d *desk) left(g goods) int64 {
	d.t.Helper()
	var product struct {
		Stock int64 `json:"stock"`
	}
	d.do(http.MethodGet, fmt.Sprintf("%s/products/%d", d.orders[0].url(), g.id), d.operator, "").into(d.t, &product)
	return product.Stock
}

// sell places an order through the API.
func (d *desk) sell(g goods, qty int64) (order int64) {
	d.t.Helper()
	return d.post(d.orders[0].url()+"/orders", d.operator,
		fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": %d}], "reference": "PO-%d"}`, d.customer, g.id, qty, g.id))
}

// act confirms or cancels an order through the API, elsewhere.
func (d *desk) act(order int64, action, token, body string) {
	d.t.Helper()
	address := fmt.Sprintf("%s/orders/%d/%s", d.orders[1].url(), order, action)
	answer := d.do(http.MethodPost, address, token, body, "Idempotency-Key", fmt.Sprintf("elsewhere-%s-%d", action, order))
	require.Equal(d.t, http.StatusOK, answer.status, answer.body)
}

// happened is what the API tells of an order: each action and who did it, oldest first.
func (d *desk) happened(order int64) []string {
	d.t.Helper()
	var events struct {
		Data []struct {
			Action string `json:"action"`
			Who    string `json:"actor_name"`
		} `json:"data"`
	}
	d.do(http.MethodGet, fmt.Sprintf("%s/orders/%d/events", d.orders[0].url(), order), d.operator, "").into(d.t, &events)
	var told []string
	for _, e := range events.Data {
		told = append([]string{e.Action + " by " + e.Who}, told...)
	}
	return told
}

// ordersOf are the orders that have a line of the product.
func (d *desk) ordersOf(g goods) []int64 {
	d.t.Helper()
	var ids []int64
	err := d.open().Read(d.t.Context()).Raw("SELECT order_id FROM order_items WHERE product_id = ? ORDER BY order_id", g.id).Scan(&ids).Error
	require.NoError(d.t, err)
	return ids
}

func orderPath(order int64) string { return "/orders/" + strconv.FormatInt(order, 10) }

// orderOf is the order whose page is shown.
func orderOf(t *testing.T, p *browser.Page) int64 {
	t.Helper()
	path, _, _ := strings.Cut(p.Path(), "?")
	id, err := strconv.ParseInt(strings.TrimPrefix(path, "/backoffice/orders/"), 10, 64)
	require.NoError(t, err, path)
	return id
}

// The buttons that the flows press.
var (
	confirm    = browser.Button("Confirm order")
	cancelLink = browser.Link("Cancel order…")
	cancel     = browser.Button("Cancel order")
	keepOrder  = browser.Link("Keep order").First() // of the cross and the button
	doneBar    = browser.Role("status", ".*")
	whoIsIn    = browser.Role("DisclosureTriangle", ".*(Ana Ruiz|operator@example.test).*")
)

// doing is the button of the form of a new order that does something.
func doing(what string, numbers ...int64) browser.Element {
	parts := []string{what}
	for _, n := range numbers {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	return browser.Value("do", strings.Join(parts, ":"))
}

// isPost says whether a request sends a form whose address ends so.
func isPost(r *http.Request, suffix string) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, suffix)
}

// loses sends a form that has its effect while its answer is lost, until the page has told the truth. With scripts it sends
// the form again by itself, and says so; without, that is what reloading does.
func (d *desk) loses(p *browser.Page, suffix string, send func()) {
	d.t.Helper()
	p.Expect("^request failed: .*" + suffix + ": net::ERR_")
	d.wire.loseAnswers(suffix)
	if d.noScripts {
		p.Leads(send)
		d.wire.with(nil)
		p.Reload()
		return
	}
	send()
	p.See("No answer yet.")
	p.Leads(func() { d.wire.with(nil) })
}

// loseAnswers lets a form have its effect while its answer is lost, until the wire is mended.
func (w *wire) loseAnswers(suffix string) {
	w.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if isPost(r, suffix) {
			pass.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		pass.ServeHTTP(w, r)
	})
}

// holdAnswers lets a form have its effect, and its answer wait until it is released. It counts the forms.
func (w *wire) holdAnswers(suffix string) (release func(), sent *atomic.Int64) {
	held, sent := make(chan struct{}), new(atomic.Int64)
	w.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if !isPost(r, suffix) {
			pass.ServeHTTP(w, r)
			return
		}
		sent.Add(1)
		answer := httptest.NewRecorder()
		pass.ServeHTTP(answer, r)
		<-held
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = answer.Body.WriteTo(w)
	})
	return sync.OnceFunc(func() { close(held) }), sent
}

// jsonOf writes JSON of what is made of maps and texts.
func jsonOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
