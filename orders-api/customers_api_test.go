package orders

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// acme is the customer that orders here, unless a test has others.
var acme = Customer{ID: 1, Name: "ACME Ltd", Email: "Ops@acme.test", Phone: "+34 600 100 200", TaxID: "B-123"}

// customersAPI stands where the network begins: a server that knows a few customers and sessions, and that can be slow,
// at fault or away.
type customersAPI struct {
	t       *testing.T
	url     string
	server  *http.Server
	mu      sync.Mutex
	known   map[int64]Customer
	staff   map[int64]kit.SessionAnswer
	asked   int
	touched int    // sessions, by what a browser does
	onAsk   func() // happens before each answer
	instead func(http.ResponseWriter)
}

func newCustomersAPI(t *testing.T) *customersAPI {
	t.Helper()
	c := &customersAPI{t: t, known: map[int64]Customer{acme.ID: acme}, staff: map[int64]kit.SessionAnswer{}}
	c.listen("127.0.0.1:0")
	t.Cleanup(func() { require.NoError(t, c.server.Close()) })
	return c
}

func (c *customersAPI) listen(address string) {
	c.t.Helper()
	l, err := net.Listen("tcp", address)
	require.NoError(c.t, err)
	c.url = "http://" + l.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /internal/customers/{id}", c.answerCustomer)
	mux.HandleFunc("GET /internal/sessions/{id}", c.answerSession)
	mux.HandleFunc("POST /internal/sessions", c.openSession)
	mux.HandleFunc("DELETE /internal/sessions/{id}", c.endSession)
	mux.HandleFunc("GET /customers", c.searchCustomers)
	mux.HandleFunc("GET /customers/{id}", c.answerOperator)
	server := &http.Server{Handler: mux}
	c.server = server
	go func() { _ = server.Serve(l) }()
}

// away refuses connections from now on.
func (c *customersAPI) away() {
	c.t.Helper()
	require.NoError(c.t, c.server.Close())
}

// back is there again, at the same address.
func (c *customersAPI) back() {
	c.t.Helper()
	c.listen(strings.TrimPrefix(c.url, "http://"))
}

func (c *customersAPI) logIn(s kit.SessionAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.staff[s.ID] = s
}

// set makes a customer known; one without a name is deleted.
func (c *customersAPI) set(customer Customer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[customer.ID] = customer
	if customer.Name == "" {
		delete(c.known, customer.ID)
	}
}

// answers makes it answer so, whatever customer it is asked for; nil: what it knows.
func (c *customersAPI) answers(instead func(http.ResponseWriter)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.instead = instead
}

// whenAsked has something happen before each answer.
func (c *customersAPI) whenAsked(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onAsk = do
}

func (c *customersAPI) questions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

func (c *customersAPI) touches() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.touched
}

func (c *customersAPI) happen() {
	c.mu.Lock()
	c.asked++
	do := c.onAsk
	c.mu.Unlock()
	if do != nil {
		do()
	}
}

func (c *customersAPI) answerCustomer(w http.ResponseWriter, r *http.Request) {
	c.happen()
	c.mu.Lock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	customer, found := c.known[id]
	instead := c.instead
	c.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+kittest.ServiceToken:
		problem(w, http.StatusUnauthorized, "UNAUTHENTICATED")
	case instead != nil:
		instead(w)
	case !found:
		problem(w, http.StatusNotFound, "NOT_FOUND")
	default:
		reply(w, customer)
	}
}

func (c *customersAPI) answerSession(w http.ResponseWriter, r *http.Request) {
	c.happen()
	c.mu.Lock()
	defer c.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	session, found := c.staff[id]
	secret := r.Header.Get("X-Session-Secret")
	if r.URL.Query().Get("touch") != "" {
		c.touched++
	}
	if !found || secret != "" && secret != secretOf(id) {
		problem(w, http.StatusNotFound, "NOT_FOUND")
		return
	}
	if secret == "" {
		reply(w, session)
		return
	}
	reply(w, map[string]any{
		"id": session.ID, "operator_id": session.OperatorID, "name": session.Name, "role": session.Role, "access_token": tokenOf(id),
	})
}

// secretOf is what a browser's cookie proves a session by, tokenOf what its operator's customers are asked for with.
func secretOf(session int64) string { return fmt.Sprintf("%043d", session) }
func tokenOf(session int64) string  { return fmt.Sprintf("token of session %d", session) }

// password is everybody's here.
const password = "correct horse battery"

// openSession logs in whoever knows the password, as the operator with the lowest session.
func (c *customersAPI) openSession(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Password string `json:"password"`
		Address  string `json:"address"`
	}
	if err := json.UnmarshalRead(r.Body, &given); err != nil || given.Address != "127.0.0.1" {
		problem(w, http.StatusUnprocessableEntity, "VALIDATION_FAILED")
		return
	}
	switch given.Password {
	case password:
		w.WriteHeader(http.StatusCreated)
		reply(w, map[string]any{"id": 2, "secret": secretOf(2)})
	case "again and again":
		w.Header().Set("Retry-After", "7")
		problem(w, http.StatusTooManyRequests, "TOO_MANY_REQUESTS")
	default:
		problem(w, http.StatusUnauthorized, "WRONG_CREDENTIALS")
	}
}

func (c *customersAPI) endSession(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	c.logOut(id)
	w.WriteHeader(http.StatusNoContent)
}

// logOut ends a session, as another browser or a manager does.
func (c *customersAPI) logOut(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.staff, id)
}

// ofOperator says whether a question is asked in an operator's own name.
func ofOperator(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token of session ")
}

func (c *customersAPI) answerOperator(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	customer, found := c.known[id]
	switch {
	case !ofOperator(r):
		problem(w, http.StatusUnauthorized, "UNAUTHENTICATED")
	case !found:
		problem(w, http.StatusNotFound, "NOT_FOUND")
	default:
		reply(w, customer)
	}
}

func (c *customersAPI) searchCustomers(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ofOperator(r) {
		problem(w, http.StatusUnauthorized, "UNAUTHENTICATED")
		return
	}
	found := []Customer{}
	for _, customer := range c.known {
		if strings.HasPrefix(strings.ToLower(customer.Name), strings.ToLower(r.URL.Query().Get("search"))) {
			found = append(found, customer)
		}
	}
	reply(w, map[string]any{"data": found})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.MarshalWrite(w, v)
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"title":"x","status":%d,"detail":"x","code":%q}`, status, code)
}
