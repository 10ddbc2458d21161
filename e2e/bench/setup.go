package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/kittest/ports"
	"b2b.example/orders-api"
)

const (
	databaseName = "b2b_bench"
	products     = 1000
	plenty       = 1_000_000_000 // in stock of each
	clientsMost  = 64
	serviceToken = "bench:a-token-that-only-this-run-knows"
)

// bench is everything that a measurement needs.
type bench struct {
	url          string
	db           *db.DB
	bare         *sql.DB
	folder       string
	customers    *process
	orders       *process
	orchestrator *process
	http         *http.Client
	token        string
	customer     int64
	once         int64 // the order that is asked for again and again
	waiting      waiting
	mu           sync.Mutex
	cache        map[string]*sql.Stmt // prepared statements of the bare loop
}

// prepare makes a new database with products in it, and starts the real services on it.
func prepare(ctx context.Context, server string) (_ *bench, err error) {
	b := &bench{cache: map[string]*sql.Stmt{}, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * clientsMost}, Timeout: 20 * time.Second}}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if err := b.makeDatabase(ctx, server); err != nil {
		return nil, err
	}
	if b.folder, err = os.MkdirTemp("", "b2b-bench-"); err != nil {
		return nil, err
	}
	if err := b.startServices(ctx); err != nil {
		return nil, err
	}
	return b, b.logIn(ctx)
}

func (b *bench) makeDatabase(ctx context.Context, server string) error {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "mysql" {
		return errors.New("TEST_DATABASE_URL must name a MySQL server: mysql://user:password@host:port/")
	}
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = u.User.Username(), "tcp", u.Host
	config.Passwd, _ = u.User.Password()
	config.ParseTime = true
	admin, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	var flush int
	var version string
	if err := admin.QueryRowContext(ctx, "SELECT @@innodb_flush_log_at_trx_commit, VERSION()").Scan(&flush, &version); err != nil {
		return err
	}
	fmt.Printf("%s, innodb_flush_log_at_trx_commit=%d\n", version, flush)
	if flush != 1 {
		return errors.New("this server does not flush at every commit: what it measures would be worth nothing")
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + databaseName, "CREATE DATABASE " + databaseName} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	u.Path = "/" + databaseName
	b.url = u.String()
	if b.db, err = db.Open(ctx, b.url, db.Options{}); err != nil {
		return err
	}
	config.DBName, config.ClientFoundRows, config.Collation = databaseName, true, "utf8mb4_bin"
	config.Params = map[string]string{"transaction_isolation": "'READ-COMMITTED'"}
	if strings.Contains(version, "MariaDB") {
		config.Params = map[string]string{"tx_isolation": "'READ-COMMITTED'"}
	}
	if b.bare, err = sql.Open("mysql", config.FormatDSN()); err != nil {
		return err
	}
	b.bare.SetMaxOpenConns(16)
	b.bare.SetMaxIdleConns(16)
	return errors.Join(db.Migrate(ctx, b.db), b.fill(ctx))
}

// fill makes the rows that the work is done on, with their movements and events, as the services would have.
func (b *bench) fill(ctx context.Context) error {
	return b.db.Tx(ctx, func(tx *db.Tx) error {
		for id := 1; id <= products; id++ {
			sku := fmt.Sprintf("SKU-%04d", id)
			product := []any{id, sku, db.Fold(sku), sku, db.Fold(sku), 1000 + id, plenty, 10, false, 1, tx.Now, tx.Now}
			movement := []any{id, nil, plenty, plenty, "INITIAL", "", tx.Now}
			if err := errors.Join(
				tx.Exec(insertProducts(1), product...).Error, tx.Exec(insertMovements(1), movement...).Error,
			); err != nil {
				return err
			}
			told := told(map[string]any{"sku": sku, "name": sku, "price_cents": 1000 + id, "low_stock_at": 10, "archived": false})
			if err := tx.Record(db.Event{EntityType: "product", EntityID: int64(id), EntityVersion: 1, Action: "created", Changes: told}); err != nil {
				return err
			}
		}
		return nil
	})
}

// told is what the event of something new tells.
func told(fields map[string]any) db.Changes {
	changes := db.Changes{}
	for name, value := range fields {
		changes[name] = db.Change{New: value}
	}
	return changes
}

func (b *bench) startServices(ctx context.Context) error {
	if err := b.addOperator(ctx); err != nil {
		return err
	}
	var err error
	environment := append(os.Environ(), "DATABASE_URL="+b.url, "JWT_SECRET=only-for-a-bench-and-long-enough-0123",
		"SERVICE_TOKEN="+serviceToken, "LOG_LEVEL=warn", "MIGRATE=off")
	if b.customers, err = startProcess(ctx, b.folder, "customers-api/cmd/customers-api", environment); err != nil {
		return err
	}
	environment = append(environment, "CUSTOMERS_API_URL="+b.customers.url)
	if b.orders, err = startProcess(ctx, b.folder, "orders-api/cmd/orders-api", environment); err != nil {
		return err
	}
	b.orchestrator, err = startProcess(ctx, b.folder, "orchestrator/cmd/local", append(environment, "ORDERS_API_URL="+b.orders.url))
	return err
}

// credentials are those of the manager who does the work.
const credentials = `"email": "bench@example.com", "password": "only for this bench"`

func (b *bench) addOperator(ctx context.Context) error {
	operators := crud.NewTable(b.db, entities.Operators)
	input, err := operators.Input([]byte(`{"name": "Bench", "role": "manager", ` + credentials + `}`))
	if err != nil {
		return err
	}
	_, err = operators.Create(ctx, crud.Request[entities.Operator]{Call: db.Call{Caller: "system:bench", Actor: "system:bench"}, Input: input})
	return err
}

// logIn gets a token and makes the customer that orders.
func (b *bench) logIn(ctx context.Context) error {
	var session struct {
		AccessToken string `json:"access_token"`
	}
	if err := b.post(ctx, b.customers.url+"/auth/token", "{"+credentials+"}", "", &session); err != nil {
		return err
	}
	b.token = session.AccessToken
	var customer struct{ ID int64 }
	if err := b.post(ctx, b.customers.url+"/customers", `{"name": "ACME", "email": "ops@acme.example"}`, "", &customer); err != nil {
		return err
	}
	b.customer = customer.ID
	return nil
}

// post sends a request and reads its 2xx answer.
func (b *bench) post(ctx context.Context, url, body, key string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return b.send(request, b.token, answer)
}

func (b *bench) get(ctx context.Context, url, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return b.send(request, token, nil)
}

func (b *bench) send(request *http.Request, token string, answer any) error {
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := b.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %d %s", request.URL.Path, response.StatusCode, bytes.TrimSpace(body))
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(body, answer)
}

// check makes sure that what was measured was also right.
func (b *bench) check(ctx context.Context) error {
	findings := 0
	report := func(f db.Finding) {
		if findings++; findings <= 10 {
			fmt.Println(f)
		}
	}
	if err := orders.Check(ctx, b.db, report); err != nil || findings > 0 {
		return fmt.Errorf("%d findings: %w", findings, err)
	}
	fmt.Println("every invariant holds")
	return nil
}

func (b *bench) close() {
	for _, p := range []*process{b.orchestrator, b.orders, b.customers} {
		if p != nil {
			p.stop()
		}
	}
	if b.bare != nil {
		_ = b.bare.Close()
	}
	if b.db != nil {
		_ = b.db.Close()
	}
	if b.folder != "" {
		_ = os.RemoveAll(b.folder)
	}
}

// process is a service as it runs in production: a program of its own.
type process struct {
	url     string
	command *exec.Cmd
}

func startProcess(ctx context.Context, folder, command string, environment []string) (*process, error) {
	name, _, _ := strings.Cut(command, "/")
	program := filepath.Join(folder, name)
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./"+command)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build %s (from the repository's root): %w", name, err)
	}
	port, err := ports.Free()
	if err != nil {
		return nil, err
	}
	p := &process{url: "http://127.0.0.1:" + port, command: exec.CommandContext(ctx, program)}
	p.command.Env = append(slices.Clone(environment), "PORT="+port)
	p.command.Stdout, p.command.Stderr = os.Stderr, os.Stderr
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	return p, p.ready(ctx)
}

func (p *process) ready(ctx context.Context) error {
	for range 200 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/health/ready", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("a service did not get ready")
}

func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

// peakMB is the most memory that the process has had, in MB; 0 where the system does not tell.
func (p *process) peakMB() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes / 1024
		}
	}
	return 0
}
