package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// count is a number that a query finds in the test's database.
func count(t *testing.T, d *db.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, d.Read(context.Background()).Raw(query, args...).Scan(&n).Error)
	return n
}

func TestTheFirstStartIsReadyToTryOutAndTheSecondKeepsAll(t *testing.T) {
	p := newPlace(t, "")
	first := p.serve()
	for _, said := range []string{"manager@demo.test", "operator@demo.test", "viewer@demo.test", "demo1234"} {
		assert.Contains(t, first.out.String(), said)
	}
	for _, port := range p.ports {
		assert.Contains(t, first.out.String(), "http://127.0.0.1:"+port)
	}
	info, err := os.Stat(filepath.Join(p.folder, "data", secretsFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	made := p.secrets()
	status, printed := p.does("", "health")
	assert.Equal(t, 0, status, printed)
	token, status := p.logIn("manager@demo.test", demoPassword)
	require.Equal(t, http.StatusOK, status)

	whole := map[string]any{"customer_id": 1, "items": []any{map[string]any{"product_id": 1, "qty": 1}}, "idempotency_key": "first", "correlation_id": "c-1"}
	done := p.call(2, http.MethodPost, "/orchestrator/create-and-confirm-order", made.service, "", whole)
	require.Equal(t, http.StatusCreated, done.status, done.body)
	first.stop()
	status, printed = p.does("", "health")
	assert.Equal(t, 1, status, "nobody serves any more")
	assert.Contains(t, printed, "not ready")

	second := p.serve()
	assert.Equal(t, made, p.secrets())
	again := p.call(2, http.MethodPost, "/orchestrator/create-and-confirm-order", made.service, "", whole)
	assert.Equal(t, done, again, "the same key after a restart")
	assert.Equal(t, http.StatusOK, p.call(1, http.MethodGet, "/orders", token, "", nil).status, "a token outlives a restart")
	second.stop()
	d := dbtest.Open(t, "sqlite:"+filepath.Join(p.folder, "data", "b2b.db"), db.Options{})
	assert.EqualValues(t, demoOrders+1, count(t, d, "SELECT COUNT(*) FROM orders"), "the demo is added once")
	for _, secret := range []string{made.jwt, made.service, token, "argon2id"} {
		assert.NotContains(t, first.out.String()+second.out.String(), secret)
	}
	status, printed = p.does("", "check")
	assert.Equal(t, 0, status, printed)
}

// Where the environment has both secrets, b2b makes none: it may be a place where nothing can be written.
func TestSecretsOfTheEnvironmentNeedNoFile(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "b2b.db")
	p := newPlace(t, database, "JWT_SECRET="+kittest.JWTSecret, "SERVICE_TOKEN=shop:"+kittest.ServiceToken, "DEMO=0")
	served := p.serve()
	assert.Equal(t, http.StatusOK, p.call(1, http.MethodGet, "/orders", kittest.ServiceToken, "", nil).status)
	served.stop()
	assert.NotContains(t, served.out.String(), secretsFile)
	assert.NoFileExists(t, secretsPath(database))
	status, printed := p.with("SERVICE_TOKEN=").does("", "check")
	assert.Equal(t, 0, status, printed)
	assert.FileExists(t, secretsPath(database), "one of the two is missing")
}

func TestTheDemoBreaksNoInvariant(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{})
		started := time.Now()
		require.NoError(t, addDemo(context.Background(), d))
		t.Logf("made in %s", time.Since(started))
		require.NoError(t, addDemo(context.Background(), d), "a second time it does nothing")
		assert.EqualValues(t, demoOrders, count(t, d, "SELECT COUNT(*) FROM orders"))
		assert.Zero(t, count(t, d, "SELECT COUNT(*) FROM orders WHERE created_at > ? OR updated_at > ?", d.Now(), d.Now()))
		assert.Zero(t, count(t, d, "SELECT COUNT(*) FROM orders WHERE status = 'CREATED' AND created_at < ?", d.Now().Add(-expiry-time.Minute)),
			"none is left for the sweeper to find at once")
		status, printed := newPlace(t, url).does("", "check")
		assert.Equal(t, 0, status, printed)
	})
}

func TestTheDemoIsTheSameEachTime(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	var orders [2][]map[string]any
	for i := range orders {
		d := dbtest.Open(t, dbtest.SQLite(t), db.Options{Now: func() time.Time { return at }})
		require.NoError(t, addDemo(context.Background(), d))
		require.NoError(t, d.Read(context.Background()).Table("orders").Order("id").Find(&orders[i]).Error)
	}
	assert.Equal(t, orders[0], orders[1])
}

func TestKilledInTheMiddleOfARunEachKeyHasItsOneOrder(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		p := newPlace(t, url, "LOG_LEVEL=error")
		running := p.serve()
		p.deliver(1, 2)
		keys := make([]string, 300)
		for i := range keys {
			keys[i] = fmt.Sprintf("killed-%03d", i)
		}
		var placed atomic.Int64
		place := func(key string) answer {
			return p.call(1, http.MethodPost, "/orders", p.secrets().service, key, map[string]any{
				"customer_id": 1, "reference": key, "items": []any{
					map[string]any{"product_id": 1, "qty": 1}, map[string]any{"product_id": 2, "qty": 2},
				},
			})
		}
		everyone := func(each func(key string)) {
			var clients sync.WaitGroup
			for n := range 8 {
				clients.Go(func() {
					for i := n; i < len(keys); i += 8 {
						each(keys[i])
					}
				})
			}
			clients.Wait()
		}
		acknowledged := sync.Map{}
		everyone(func(key string) {
			if a := place(key); a.status == http.StatusCreated {
				acknowledged.Store(key, a.body)
				if placed.Add(1) == 100 {
					assert.NoError(t, running.command.Process.Kill())
				}
			} else {
				assert.Zero(t, a.status, a.body)
			}
		})
		running.wait(time.Minute)
		require.Less(t, placed.Load(), int64(len(keys)), "it was killed in the middle")

		running = p.serve()
		everyone(func(key string) {
			a := place(key)
			assert.Equal(t, http.StatusCreated, a.status, a.body)
			if before, ok := acknowledged.Load(key); ok {
				assert.Equal(t, before, a.body, "what was acknowledged is answered again")
			}
		})
		running.stop()
		d := dbtest.Open(t, url, db.Options{})
		assert.EqualValues(t, len(keys), count(t, d, "SELECT COUNT(*) FROM orders WHERE reference LIKE 'killed-%'"))
		assert.EqualValues(t, len(keys), count(t, d, "SELECT COUNT(DISTINCT reference) FROM orders WHERE reference LIKE 'killed-%'"))
		status, printed := p.does("", "check")
		assert.Equal(t, 0, status, printed)
	})
}

func TestABusyPortIsNamed(t *testing.T) {
	p := newPlace(t, "")
	l, err := net.Listen("tcp", "127.0.0.1:"+p.ports[1])
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	status, printed := p.does("")
	assert.Equal(t, 1, status)
	assert.Contains(t, printed, "port "+p.ports[1]+" is not free")
	assert.Contains(t, printed, "ORDERS_PORT")
	assert.NoFileExists(t, filepath.Join(p.folder, "data", "b2b.db"), "it has touched no data")
}

func TestDemoAccountsServeThisMachineOnly(t *testing.T) {
	p := newPlace(t, "")
	for _, env := range [][]string{{"HOST=0.0.0.0", "ALLOW_PLAIN_HTTP=true"}, {"PUBLIC_URL=https://orders.example.com"}} {
		status, printed := p.with(env...).does("")
		assert.Equal(t, 1, status, env)
		assert.Contains(t, printed, "manager@demo.test", env)
	}
	d := dbtest.Open(t, "sqlite:"+filepath.Join(p.folder, "data", "b2b.db"), db.Options{})
	require.NoError(t, d.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec("UPDATE operators SET disabled = ?", true).Error }))
	p.with("PUBLIC_URL=https://orders.example.com").serve().stop()
}

func TestWithoutTheDemoADatabaseStaysEmpty(t *testing.T) {
	p := newPlace(t, "", "DEMO=0")
	running := p.serve()
	assert.NotContains(t, running.out.String(), "demo")
	running.stop()
	d := dbtest.Open(t, "sqlite:"+filepath.Join(p.folder, "data", "b2b.db"), db.Options{})
	assert.Zero(t, count(t, d, "SELECT COUNT(*) FROM events"))
}

func TestSettingsAreToldWhatIsWrongWithAllOfThem(t *testing.T) {
	p := newPlace(t, "", "ORDERS_PORT=70000", "LOG_LEVEL=loud", "CANCEL_WINDOW=soon")
	status, printed := p.does("")
	assert.Equal(t, 1, status)
	for _, name := range []string{"ORDERS_PORT", "LOG_LEVEL", "CANCEL_WINDOW"} {
		assert.Contains(t, printed, name)
	}
	same := newPlace(t, "", "ORDERS_PORT=4000", "CUSTOMERS_PORT=4000")
	_, printed = same.does("")
	assert.Contains(t, printed, "CUSTOMERS_PORT and ORDERS_PORT are both 4000")
}

func TestTheCommandLine(t *testing.T) {
	p := newPlace(t, "")
	for _, args := range []string{
		"nonsense", "serve now", "check all", "migrate up", "seed", "seed --orders 0", "seed --orders many", "operator", "operator remove",
		"operator add --email a@b.test", "operator add --name Ana",
	} {
		status, printed := p.does("", strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, printed, "b2b --help", args)
	}
	status, printed := p.does("", "--help")
	assert.Equal(t, 0, status)
	for _, word := range []string{"seed --orders N", "operator add", "DATABASE_URL", "CUSTOMERS_PORT", "CANCEL_WINDOW", "DEMO"} {
		assert.Contains(t, printed, word)
	}
}

func TestMigrateMakesTheTablesAndCheckWantsThem(t *testing.T) {
	p := newPlace(t, "")
	status, printed := p.does("", "check")
	assert.Equal(t, 1, status)
	assert.Contains(t, printed, "there is no database")
	for range 2 {
		status, printed = p.does("", "migrate")
		assert.Equal(t, 0, status, printed)
	}
	status, printed = p.does("", "check")
	assert.Equal(t, 0, status, printed)
}

func TestSeedAddsWholeOrdersAlsoWhenItIsInterrupted(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		p := newPlace(t, url)
		for range 2 {
			status, printed := p.does("", "seed", "--orders", "1500")
			require.Equal(t, 0, status, printed)
		}
		d := dbtest.Open(t, url, db.Options{})
		assert.EqualValues(t, 3000, count(t, d, "SELECT COUNT(*) FROM orders"))

		long := p.run("", "seed", "--orders", "200000")
		require.Eventually(t, func() bool { return count(t, d, "SELECT COUNT(*) FROM orders") > 3000 }, time.Minute, 50*time.Millisecond)
		assert.Equal(t, 1, long.signal(syscall.SIGINT, 20*time.Second), long.out)
		assert.Contains(t, long.out.String(), "orders made")
		status, printed := p.does("", "check")
		assert.Equal(t, 0, status, printed)
	})
}

func TestOperatorAddMakesAnAccountThatMayLogIn(t *testing.T) {
	p := newPlace(t, "", "DEMO=0")
	add := func(stdin string, args ...string) (int, string) {
		return p.does(stdin, append([]string{"operator", "add"}, args...)...)
	}
	status, printed := add("correct horse battery\n", "--email", "Ana@Example.test", "--name", "Ana Ruiz", "--role", "manager")
	require.Equal(t, 0, status, printed)
	assert.NotContains(t, printed, "correct horse")
	status, printed = add("", "--email", "luis@example.test", "--name", "Luis Gil", "--role", "viewer")
	require.Equal(t, 0, status, printed)
	_, made, _ := strings.Cut(printed, "password, shown this once: ")

	for _, c := range []struct{ stdin, email, name, role, says string }{
		{"correct horse battery\n", "ana@example.test", "Another", "viewer", "email"},
		{"short\n", "eve@example.test", "Eve", "viewer", "password"},
		{"correct horse battery\n", "eve@example.test", "Eve", "king", "role"},
		{"correct horse battery\n", "nonsense", "Eve", "viewer", "email"},
	} {
		status, printed := add(c.stdin, "--email", c.email, "--name", c.name, "--role", c.role)
		assert.Equal(t, 1, status, printed)
		assert.Contains(t, printed, "\n  "+c.says+": ", printed)
		assert.NotContains(t, printed, "field.", "there is a text for it")
	}

	running := p.serve()
	_, status = p.logIn("ana@example.test", "correct horse battery")
	assert.Equal(t, http.StatusOK, status)
	token, status := p.logIn("luis@example.test", strings.TrimSpace(made))
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, http.StatusForbidden, p.call(0, http.MethodGet, "/operators", token, "", nil).status)
	running.stop()
	status, printed = p.does("", "check")
	assert.Equal(t, 0, status, printed)
}

func TestCtrlCLetsARequestFinish(t *testing.T) {
	p := newPlace(t, "", "LOG_LEVEL=error")
	running := p.serve()
	p.deliver(1)
	var answers [20]answer
	var clients sync.WaitGroup
	for i := range answers {
		clients.Go(func() {
			answers[i] = p.call(2, http.MethodPost, "/orchestrator/create-and-confirm-order", p.secrets().service, "", map[string]any{
				"customer_id": 1, "items": []any{map[string]any{"product_id": 1, "qty": 1}}, "idempotency_key": fmt.Sprint("stopped-", i),
			})
		})
	}
	time.Sleep(30 * time.Millisecond)
	running.stop()
	clients.Wait()
	for _, a := range answers {
		var body struct {
			Success bool `json:"success"`
		}
		if a.status != 0 { // one that was never taken in
			assert.Equal(t, http.StatusCreated, a.status, a.body)
			require.NoError(t, json.Unmarshal([]byte(a.body), &body))
			assert.True(t, body.Success)
		}
	}
}
