package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/kittest/ports"
)

// The parts of the house.
const (
	database     = "database"
	customersAPI = "customers-api"
	ordersAPI1   = "orders-api 1"
	ordersAPI2   = "orders-api 2"
	orchestrator = "orchestrator"
)

// services are the parts that are ours, in the order in which they are started.
var services = []string{customersAPI, ordersAPI1, ordersAPI2, orchestrator}

// wires are the links of the house, each with the part that it leads to. There is one between every two parts that speak
// with each other.
var wires = []struct{ name, to string }{
	{"clients to orchestrator", orchestrator},
	{"clients to customers-api", customersAPI},
	{"clients to orders-api 1", ordersAPI1},
	{"clients to orders-api 2", ordersAPI2},
	{"orchestrator to customers-api", customersAPI},
	{"orchestrator to orders-api 1", ordersAPI1},
	{"orders-api to customers-api", customersAPI},
	{"customers-api to database", database},
	{"orders-api 1 to database", database},
	{"orders-api 2 to database", database},
}

const (
	products    = 12
	customers   = 4
	firstStock  = 60
	shopToken   = "a-token-that-only-this-run-knows-1"
	lambdaToken = "a-token-that-only-this-run-knows-2"
	ordersToken = "a-token-that-only-this-run-knows-3"
	shop        = "service:shop"
	password    = "tall grey herons 41"
)

// What services keep, they keep for so short a time here that much of it ends while things go wrong.
const (
	orderTTL   = 5 * time.Second // an order that nobody has confirmed
	answersTTL = 8 * time.Second // the answer to a request with a key
)

// house is the whole system as real processes, with a database server of its own, and a wire between every two parts.
type house struct {
	folder    string
	room      string   // the folder of an embedded database
	services  []string // those of the parts that are ours
	parts     map[string]*process
	ports     map[string]string // by what is reached there
	links     map[string]*link
	admin     *sql.DB   // to the server itself, past all wires; nil where there is none of its own
	url       string    // of the database, past all wires
	database  *db.DB    // what is there; nil while nobody else may have an embedded one open
	cluster   *cluster  // nil for a server of its own
	embedded  *embedded // nil for services with a server
	operators []operator
	manager   operator
	furnished int64        // the last event of what was there before all clients
	hot       atomic.Int32 // storms that blow just now
}

// operator is a person with a token.
type operator struct {
	id    int64
	token string
}

func (o operator) caller() string { return fmt.Sprintf("operator:%d", o.id) }

// build makes the house.
func build(ctx context.Context, s settings) (*house, error) {
	folder, err := os.MkdirTemp("", "b2b-torture-")
	if err != nil {
		return nil, err
	}
	h := &house{
		folder: folder, services: services, parts: map[string]*process{}, ports: map[string]string{}, links: map[string]*link{},
		cluster: s.cluster, embedded: s.embedded,
	}
	if err := h.raise(ctx, s.root, s.overlay); err != nil {
		err = errors.Join(err, h.end())
		h.wipe()
		return nil, err
	}
	return h, nil
}

func (h *house) raise(ctx context.Context, root, overlay string) error {
	if err := h.compile(ctx, root, overlay); err != nil {
		return err
	}
	if err := h.findDatabase(ctx, root); err != nil {
		return err
	}
	var err error
	if h.database, err = db.Open(ctx, h.url, db.Options{Migrate: true}); err != nil {
		return err
	}
	if err := h.settle(); err != nil {
		return err
	}
	for _, name := range h.services {
		h.parts[name].start()
	}
	if err := h.well(ctx); err != nil {
		return err
	}
	return h.furnish(ctx)
}

// findDatabase says where the database is, and starts the server of it where that is ours.
func (h *house) findDatabase(ctx context.Context, root string) error {
	switch {
	case h.cluster != nil:
		h.url = h.cluster.url
	case h.embedded != nil:
		room, err := h.embedded.room(h.folder)
		h.room, h.url = room, "sqlite:"+filepath.Join(room, "b2b.db")
		return err
	default:
		return h.startDatabase(ctx, root)
	}
	return nil
}

// compile builds the programs.
func (h *house) compile(ctx context.Context, root, overlay string) error {
	arguments := []string{"build", "-o", h.folder + "/"}
	if overlay != "" {
		arguments = append(arguments, "-overlay", overlay)
	}
	if h.embedded != nil {
		arguments = append(arguments, "./b2b")
	} else {
		arguments = append(arguments, "./customers-api/cmd/customers-api", "./orders-api/cmd/orders-api", "./orchestrator/cmd/local")
	}
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, output)
	}
	return nil
}

// startDatabase starts a server that flushes at every commit: what it has acknowledged survives its own death.
func (h *house) startDatabase(ctx context.Context, root string) error {
	port, err := ports.Free()
	if err != nil {
		return err
	}
	script, err := filepath.Abs(filepath.Join(root, "scripts", "database-server"))
	if err != nil {
		return err
	}
	p := &process{name: database, folder: h.folder, port: port, environment: []string{"DURABLE=1"}, command: []string{script, h.folder, port}}
	h.parts[database], h.ports[database] = p, port
	p.start()
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr, config.Logger = "root", "tcp", "127.0.0.1:"+port, &mysqldriver.NopLogger{}
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return err
	}
	h.admin = sql.OpenDB(connector)
	if err := h.makeDatabase(ctx); err != nil {
		return fmt.Errorf("the database server: %w; its log ends with:\n%s", err, p.tail())
	}
	h.url = "mysql://root@127.0.0.1:" + port + "/b2b"
	return nil
}

// makeDatabase waits for the server to answer.
func (h *house) makeDatabase(ctx context.Context) error {
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		_, err := h.admin.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS b2b")
		if err == nil || ctx.Err() != nil || time.Since(start) > time.Minute {
			return err
		}
	}
}

// settle gives the services their ports, lays the links to them and describes them.
func (h *house) settle() error {
	for _, name := range services {
		port, err := ports.Free()
		if err != nil {
			return err
		}
		h.ports[name] = port
	}
	if h.embedded != nil {
		h.ports[ordersAPI2] = h.ports[ordersAPI1]
		h.services = []string{allInOne}
		h.parts[allInOne] = h.embedded.process(h)
		return h.wire(wiresOfClients())
	}
	if err := h.wire(names(h.cluster)); err != nil {
		return err
	}
	h.describe()
	return nil
}

// wire lays links.
func (h *house) wire(names []string) error {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for _, w := range wires {
		if !slices.Contains(names, w.name) {
			continue
		}
		l, err := newLink(server, w.name, "127.0.0.1:"+h.ports[w.to])
		if err != nil {
			return err
		}
		h.links[w.name] = l
	}
	return nil
}

// describe says how each service is run. None knows another but through a link.
func (h *house) describe() {
	orders := "orders:" + ordersToken + ",lambda:" + lambdaToken + ",shop:" + shopToken
	lambda := "lambda:" + lambdaToken + ",orders:" + ordersToken + ",shop:" + shopToken
	for name, s := range map[string]struct{ program, database, tokens string }{
		customersAPI: {"customers-api", "customers-api to database", orders},
		ordersAPI1:   {"orders-api", "orders-api 1 to database", orders},
		ordersAPI2:   {"orders-api", "orders-api 2 to database", orders},
		orchestrator: {"local", "", lambda},
	} {
		p := &process{name: name, folder: h.folder, port: h.ports[name], command: []string{filepath.Join(h.folder, s.program)}}
		h.parts[name] = p
		customers := "orders-api to customers-api"
		if name == orchestrator {
			customers = "orchestrator to customers-api"
		}
		p.environment = append([]string{
			"PORT=" + p.port, "SERVICE_TOKEN=" + s.tokens,
			"CUSTOMERS_API_URL=" + h.at(customers), "ORDERS_API_URL=" + h.at("orchestrator to orders-api 1"),
		}, environment...)
		if s.database != "" {
			p.environment = append(p.environment, "DATABASE_URL="+h.databaseAt(s.database))
		}
	}
}

// environment is what all services have of it.
var environment = []string{
	"JWT_SECRET=only-for-torture-and-long-enough-012345", "LOG_LEVEL=warn", "MIGRATE=off",
	"CANCEL_WINDOW=24h", "UNDO_WINDOW=24h", // so that no refusal depends on how long a fault lasted
	"ORDER_TTL=" + orderTTL.String(), "IDEMPOTENCY_TTL=" + answersTTL.String(),
}

// databaseAt is the address of the database by a link; a cluster is reached without one.
func (h *house) databaseAt(name string) string {
	if h.cluster != nil {
		return h.cluster.url
	}
	return "mysql://root@127.0.0.1:" + h.links[name].port() + "/b2b"
}

// at is the address of a link's nearer end.
func (h *house) at(name string) string { return "http://127.0.0.1:" + h.links[name].port() }

// furnish adds the people, the customers and the products.
func (h *house) furnish(ctx context.Context) error {
	var err error
	if h.manager, err = h.employ(ctx, "Max Power", "manager"); err != nil {
		return err
	}
	for _, name := range []string{"Ana Ruiz", "Bo Li"} {
		one, err := h.employ(ctx, name, "operator")
		if err != nil {
			return err
		}
		h.operators = append(h.operators, one)
	}
	for i := range customers {
		body := fmt.Sprintf(`{"name": "Customer %d", "email": "c%d@example.test"}`, i+1, i+1)
		if err := h.post(ctx, "clients to customers-api", "/customers", body, nil); err != nil {
			return err
		}
	}
	for i := range products {
		body := fmt.Sprintf(`{"sku": "SKU-%d", "name": "Product %d", "price_cents": %d, "stock": %d}`, i+1, i+1, 100+i, firstStock)
		if err := h.post(ctx, "clients to orders-api 1", "/products", body, nil); err != nil {
			return err
		}
	}
	if err := h.database.Read(ctx).Raw("SELECT MAX(id) FROM events").Scan(&h.furnished).Error; err != nil {
		return err
	}
	return h.leaveAlone()
}

// employ adds an operator and logs in.
func (h *house) employ(ctx context.Context, name, role string) (operator, error) {
	table := crud.NewTable(h.database, entities.Operators)
	credentials := fmt.Sprintf(`"email": %q, "password": %q`, url.QueryEscape(name)+"@example.test", password)
	input, err := table.Input(fmt.Appendf(nil, `{%s, "name": %q, "role": %q}`, credentials, name, role))
	if err != nil {
		return operator{}, err
	}
	added, err := table.Create(ctx, crud.Request[entities.Operator]{Call: db.Call{Caller: "system:torture", Actor: "system:torture"}, Input: input})
	if err != nil {
		return operator{}, err
	}
	var session struct {
		Token string `json:"access_token"`
	}
	err = h.post(ctx, "clients to customers-api", "/auth/token", "{"+credentials+"}", &session)
	return operator{added.TargetID, session.Token}, err
}

// post sends one request of the manager's, before there are any faults.
func (h *house) post(ctx context.Context, link, path, body string, answer any) error {
	got, err := attempt(ctx, sending{method: "POST", address: h.at(link) + path, token: h.manager.token, body: body})
	if err != nil {
		return err
	}
	if got.status/100 != 2 {
		return fmt.Errorf("%s: %d %s", path, got.status, got.body)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(got.body, answer)
}

// well waits until every service says that it can work.
func (h *house) well(ctx context.Context) error {
	for _, name := range h.services {
		if err := h.parts[name].ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// endServices ends the services; the database stays, to be looked at.
func (h *house) endServices() error {
	var errs []error
	for _, name := range h.services {
		if p := h.parts[name]; p != nil {
			errs = append(errs, p.end(gently))
		}
	}
	return errors.Join(errs...)
}

// end ends everything.
func (h *house) end() error {
	err := h.endServices()
	for _, l := range h.links {
		l.proxy.Stop()
	}
	if h.database != nil {
		err = errors.Join(err, h.database.Close())
	}
	if h.admin != nil {
		err = errors.Join(err, h.admin.Close())
	}
	if p := h.parts[database]; p != nil {
		err = errors.Join(err, p.end(time.Minute))
	}
	return err
}

// wipe removes what the house has written.
func (h *house) wipe() {
	for _, folder := range []string{h.room, h.folder} {
		if folder != "" {
			_ = os.RemoveAll(folder)
		}
	}
}

// deadlocks is how many the database server has met since it was started; an embedded one has none.
func (h *house) deadlocks(ctx context.Context) (n int64, err error) {
	if h.embedded != nil {
		return 0, nil
	}
	var name string
	read := h.database.Read(ctx)
	err = read.Raw("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'").Row().Scan(&name, &n)
	if errors.Is(err, sql.ErrNoRows) { // MySQL has it elsewhere
		err = read.Raw("SELECT count FROM information_schema.INNODB_METRICS WHERE name = 'lock_deadlocks'").Row().Scan(&n)
	}
	return n, err
}
