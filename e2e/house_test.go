// Package e2e tries the system as a whole: the real services, over HTTP, on real databases.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
	"b2b.example/kit/kittest/ports"
	"b2b.example/orchestrator"
	"b2b.example/orders-api"
)

// house is the system on loopback ports, over one database: customers-api once; orders-api and the orchestrator twice,
// each orchestrator calling an orders-api of its own through a wire that can be cut.
type house struct {
	t             *testing.T
	database      string
	customers     *service
	orders        [2]*service
	wires         [2]*wire
	orchestrators [2]*service

	manager           string // access tokens
	operator          string
	operatorID        int64
	customer, product int64 // ids
}

// firstStock is what the house's product begins with.
const firstStock = 100

// eachHouse runs a test in a house of its own on every engine, and checks every invariant at the end.
func eachHouse(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		test(t, h)
		h.checkInvariants()
	})
}

func newHouse(t *testing.T, database string) *house {
	t.Helper()
	h := &house{t: t, database: database}
	t.Cleanup(h.end)
	settings := kittest.Settings()
	h.customers = newService(t, database, func(ctx context.Context, d *db.DB) (*kit.App, error) {
		return customers.New(ctx, customers.Options{DB: d, Settings: customers.Settings{Settings: settings}, Log: quiet})
	})
	settings.CustomersAPIURL = h.customers.url()
	for i := range h.orders {
		h.orders[i] = newService(t, database, func(ctx context.Context, d *db.DB) (*kit.App, error) {
			return orders.New(ctx, orders.Options{DB: d, Log: quiet, Settings: orders.Settings{
				Settings: settings, CancelWindow: 10 * time.Minute, UndoWindow: time.Minute, OrderTTL: 72 * time.Hour, CompanyName: "ACME Wholesale", Currency: "USD",
			}})
		})
		h.wires[i] = newWire(t, h.orders[i].url())
		behind := settings
		behind.OrdersAPIURL = h.wires[i].URL
		h.orchestrators[i] = newService(t, "", func(ctx context.Context, _ *db.DB) (*kit.App, error) {
			return orchestrator.New(ctx, orchestrator.Options{Settings: orchestrator.Settings{Settings: behind}, Log: quiet})
		})
	}
	h.furnish()
	return h
}

var quiet = slog.New(slog.DiscardHandler)

// in is the same house for a part of the test.
func (h *house) in(t *testing.T) *house {
	own := *h
	own.t = t
	return &own
}

// furnish adds the people, a customer and a product.
func (h *house) furnish() {
	h.t.Helper()
	h.operator, h.operatorID = h.employ("Ana Ruiz", "operator")
	h.manager, _ = h.employ("Max Power", "manager")
	h.customer = h.post(h.customers.url()+"/customers", h.operator,
		`{"name": "ACME", "email": "ops@acme.example", "phone": "+1 555 0100"}`)
	h.product = h.post(h.orders[0].url()+"/products", h.manager,
		fmt.Sprintf(`{"sku": "SKU-1", "name": "Drill", "price_cents": 129900, "stock": %d}`, firstStock))
}

const password = "tall grey herons 41"

// employ adds an operator, whose e-mail begins with the role, and logs in.
func (h *house) employ(name, role string) (token string, id int64) {
	h.t.Helper()
	return h.hire(role+"@example.test", name, role)
}

// hire adds an operator and logs in.
func (h *house) hire(email, name, role string) (token string, id int64) {
	h.t.Helper()
	credentials := fmt.Sprintf(`"email": %q, "password": %q`, email, password)
	operators := crud.NewTable(h.open(), entities.Operators)
	input, err := operators.Input(fmt.Appendf(nil, `{%s, "name": %q, "role": %q}`, credentials, name, role))
	require.NoError(h.t, err)
	added, err := operators.Create(context.Background(), crud.Request[entities.Operator]{
		Call: db.Call{Caller: "system:test", Actor: "system:test", Channel: "SYSTEM"}, Input: input,
	})
	require.NoError(h.t, err)
	var answer struct {
		Token string `json:"access_token"`
	}
	h.do(http.MethodPost, h.customers.url()+"/auth/token", "", "{"+credentials+"}").into(h.t, &answer)
	return answer.Token, added.TargetID
}

// open opens the house's database until the test ends.
func (h *house) open() *db.DB { return dbtest.Open(h.t, h.database, db.Options{}) }

// restart ends every service and starts it again, at the same addresses.
func (h *house) restart() {
	h.t.Helper()
	h.end()
	for _, s := range h.services() {
		s.start()
	}
}

// end ends every service that is served.
func (h *house) end() {
	var done sync.WaitGroup
	for _, s := range h.services() {
		done.Go(s.end)
	}
	done.Wait()
}

// services are all of them; some are nil while the house is being built.
func (h *house) services() []*service {
	all := []*service{h.customers, h.orders[0], h.orders[1], h.orchestrators[0], h.orchestrators[1]}
	return slices.DeleteFunc(all, func(s *service) bool { return s == nil })
}

// sweep forgets every stored answer, as a day does.
func (h *house) sweep() {
	h.t.Helper()
	swept, err := h.open().SweepAnswers(context.Background(), 0)
	require.NoError(h.t, err)
	require.Positive(h.t, swept)
}

func (h *house) checkInvariants() {
	h.t.Helper()
	d, report := h.open(), func(f db.Finding) { h.t.Errorf("%+v", f) }
	require.NoError(h.t, customers.Check(context.Background(), d, report))
	require.NoError(h.t, orders.Check(context.Background(), d, report))
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) into(t *testing.T, target any) {
	t.Helper()
	require.Less(t, r.status, 300, "%s", r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), target), "%s", r.body)
}

// problem reads a refusal, whose status it must have.
func (r reply) problem(t *testing.T, status int) kit.Problem {
	t.Helper()
	require.Equal(t, status, r.status, "%s", r.body)
	var p kit.Problem
	require.NoError(t, json.Unmarshal([]byte(r.body), &p), "%s", r.body)
	return p
}

// do sends a request; it may be called from many goroutines at once. An answer that never came has status 0.
func (h *house) do(method, address, token, body string, headers ...string) reply {
	answer, err := ask(method, address, token, body, headers...)
	if err != nil {
		h.t.Error(err)
	}
	return answer
}

// ask sends a request whose answer may never come.
func ask(method, address, token, body string, headers ...string) (reply, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, address, bytes.NewBufferString(body))
	if err != nil {
		return reply{}, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(content)}, err
}

// post makes something and gives its id.
func (h *house) post(address, token, body string) int64 {
	h.t.Helper()
	var made struct {
		ID int64 `json:"id"`
	}
	h.do(http.MethodPost, address, token, body).into(h.t, &made)
	return made.ID
}

// service is one of ours, served over HTTP in this process. It has its own handle of the database, as a process has.
type service struct {
	t        *testing.T
	database string // "" for none
	address  string
	build    func(ctx context.Context, d *db.DB) (*kit.App, error)
	stop     func()
}

func newService(t *testing.T, database string, build func(context.Context, *db.DB) (*kit.App, error)) *service {
	t.Helper()
	s := &service{t: t, database: database, address: "127.0.0.1:" + ports.For(t), build: build}
	s.start()
	return s
}

func (s *service) url() string { return "http://" + s.address }

// open opens the service's own handle, nil where it has no database.
func (s *service) open(ctx context.Context) *db.DB {
	s.t.Helper()
	if s.database == "" {
		return nil
	}
	d, err := db.Open(ctx, s.database, db.Options{})
	require.NoError(s.t, err)
	return d
}

// start serves, at the address that the service had before.
func (s *service) start() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d := s.open(ctx)
	app, err := s.build(ctx, d)
	require.NoError(s.t, err)
	l, err := net.Listen("tcp", s.address)
	require.NoError(s.t, err)
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l) }()
	s.stop = func() {
		cancel()
		errs := []error{<-served}
		if d != nil {
			errs = append(errs, d.Close())
		}
		if err := errors.Join(errs...); err != nil {
			s.t.Error(err)
		}
	}
}

// end ends the service, if it is served.
func (s *service) end() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// wire carries requests to a service, unless a test meddles with them.
type wire struct {
	*httptest.Server
	mu     sync.Mutex
	meddle meddling
}

// meddling is what a test does with a request on its way; pass lets it through.
type meddling = func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// uncompressed lets a request through for meddling with its answer: gives the body, and puts all before it into w.
func uncompressed(w http.ResponseWriter, r *http.Request, pass http.Handler) []byte {
	r.Header.Del("Accept-Encoding")
	answer := httptest.NewRecorder()
	pass.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(answer.Code)
	return answer.Body.Bytes()
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	target, err := url.Parse(to)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{},
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	wire := &wire{}
	wire.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if meddle := wire.meddling(); meddle != nil {
			meddle(w, r, proxy)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(wire.Close)
	return wire
}

func (w *wire) meddling() meddling {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.meddle
}

// with lets a test meddle with what passes; nil lets everything pass again.
func (w *wire) with(meddle meddling) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meddle = meddle
}
