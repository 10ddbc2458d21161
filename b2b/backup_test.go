package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

// TestABackUpOfALiveDatabaseIsWhole: made while orders are placed, confirmed and canceled, it holds all that had been
// acknowledged before, breaks no invariant, and answers the retries of those orders as they were answered.
func TestABackUpOfALiveDatabaseIsWhole(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		p := newPlace(t, address, "LOG_LEVEL=error")
		running := p.serve()
		p.deliver(1, 2)
		var placed atomic.Int64
		acknowledged := &sync.Map{}
		stop := p.businessOf(&placed, acknowledged)
		waitFor(t, func() bool { return placed.Load() >= 60 })
		before := map[string]string{}
		acknowledged.Range(func(key, body any) bool {
			before[key.(string)] = body.(string)
			return true
		})
		require.GreaterOrEqual(t, len(before), 30)
		during := placed.Load()
		restored := p.backUpAndRestore(t, address)
		waitFor(t, func() bool { return placed.Load() > during+20 })
		stop()
		running.stop()

		other := newPlace(t, restored, "LOG_LEVEL=error", "JWT_SECRET="+p.secrets().jwt, "SERVICE_TOKEN=b2b:"+p.secrets().service)
		status, printed := other.does("", "check")
		require.Equal(t, 0, status, printed)
		d := dbtest.Open(t, restored, db.Options{})
		for key, body := range before {
			var order struct{ ID int64 }
			require.NoError(t, json.Unmarshal([]byte(body), &order))
			require.EqualValues(t, 1, count(t, d, "SELECT COUNT(*) FROM orders WHERE id = ? AND reference = ?", order.ID, key))
		}
		again := other.serve()
		for key, body := range before {
			a := other.call(1, http.MethodPost, "/orders", p.secrets().service, key, orderOf(key))
			require.Equal(t, http.StatusCreated, a.status, a.body)
			require.Equal(t, body, a.body, "a retry finds its order")
		}
		again.stop()
		status, printed = other.does("", "check")
		require.Equal(t, 0, status, printed)
	})
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, done, time.Minute, 10*time.Millisecond)
}

// backUpAndRestore makes a back-up, and a database of it whose address it gives.
func (p *place) backUpAndRestore(t *testing.T, address string) (restored string) {
	t.Helper()
	if strings.HasPrefix(address, "sqlite:") {
		path := filepath.Join(t.TempDir(), "copy.db")
		status, printed := p.does("", "backup", path)
		require.Equal(t, 0, status, printed)
		return "sqlite:" + path
	}
	status, printed := p.does("", "backup", "x.db")
	require.Equal(t, 1, status)
	require.Contains(t, printed, "docs/operate.md")
	restored = dbtest.MySQL(t)
	requireToolOfServer(t, dbtest.Open(t, address, db.Options{}))
	folder := t.TempDir()
	asTheManualSays(t, folder, "mysqldump", address)
	asTheManualSays(t, folder, "mysql", restored)
	return restored
}

// requireToolOfServer: the tool of the one family does not make back-ups of the other's servers.
func requireToolOfServer(t *testing.T, d *db.DB) {
	t.Helper()
	var server string
	require.NoError(t, d.Read(t.Context()).Raw("SELECT VERSION()").Scan(&server).Error)
	tool, err := exec.CommandContext(t.Context(), "mysqldump", "--version").Output()
	require.NoError(t, err, "back-ups need mysqldump")
	require.Equal(t, strings.Contains(server, "MariaDB"), strings.Contains(string(tool), "MariaDB"),
		"PATH must begin with the tools of the server's own family: the server is %s, mysqldump is %s", server, tool)
}

// asTheManualSays runs the one command line of docs/operate.md that begins with a program's name, in a folder and on
// another database.
func asTheManualSays(t *testing.T, folder, program, address string) {
	t.Helper()
	manual, err := os.ReadFile("../docs/operate.md")
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?m)^`+program+` .*$`).FindAllString(string(manual), -1)
	require.Len(t, lines, 1)
	u, err := url.Parse(address)
	require.NoError(t, err)
	password, _ := u.User.Password()
	line := strings.NewReplacer("-h 127.0.0.1", "-h "+u.Hostname(), "-P 3306", "-P "+u.Port(), "-u b2b -p", "-u "+u.User.Username(),
		" b2b >", " "+u.Path[1:]+" >", " b2b <", " "+u.Path[1:]+" <").Replace(lines[0])
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
	command.Dir, command.Env = folder, append(os.Environ(), "MYSQL_PWD="+password)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s\n%s", line, output)
}

// orderOf is an order of products 1 and 2 under a reference.
func orderOf(reference string) map[string]any {
	return map[string]any{"customer_id": 1, "reference": reference, "items": []any{
		map[string]any{"product_id": 1, "qty": 1}, map[string]any{"product_id": 2, "qty": 2},
	}}
}

func TestABackUpNeedsANewFile(t *testing.T) {
	p := newPlace(t, "")
	for _, args := range [][]string{{"backup"}, {"backup", "a", "b"}} {
		status, _ := p.does("", args...)
		assert.Equal(t, 2, status)
	}
	status, printed := p.does("", "backup", "x.db")
	assert.Equal(t, 1, status)
	assert.Contains(t, printed, "there is no database")
}
