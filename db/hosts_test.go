package db_test

import (
	"bytes"
	"database/sql"
	"net"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
)

func TestAddressesOfSeveralHosts(t *testing.T) {
	for _, one := range []struct {
		address string
		servers []string
	}{
		{"mysql://u:p@h/b2b", []string{"h:3306"}},
		{"mysql://h:1/b2b", []string{"h:1"}},
		{"mysql://u:p@h1:3306,h2,h3:3308/b2b", []string{"h1:3306", "h2:3306", "h3:3308"}},
		{"mysql://u:a,b%40c@h1,h2/b2b", []string{"h1:3306", "h2:3306"}},
		{"mysql://u:p@[::1],[::2]:7/b2b", []string{"[::1]:3306", "[::2]:7"}},
		{"mysql://u:p@h1,/b2b", nil},
		{"mysql://u:p@,h2/b2b", nil},
		{"mysql://u:p@h1,h2", nil},
		{"mysql://u:p@h1,h2/", nil},
		{"mysql://u:p@h1, h2/b2b", nil},
		{"mysql://u:p@h1;h2:3306:3307/b2b", nil},
		{"mysql://u:p@h1,h2:port/b2b", nil},
		{"mysql://u:p@h1,h2:0/b2b", nil},
		{"mysql://u:p@h1,h2:65536/b2b", nil},
		{"mysql://u:p@h1:3306,h1/b2b", nil},
	} {
		common, servers := db.ParseMySQL(one.address)
		assert.Equal(t, one.servers, servers, one.address)
		if servers != nil {
			assert.Equal(t, "/b2b", common.Path, one.address)
		}
	}
	common, _ := db.ParseMySQL("mysql://u:a,b%40c@h1,h2/b2b")
	password, _ := common.User.Password()
	assert.Equal(t, "a,b@c", password)
}

// TestTheWriterIsFound: of several hosts the one that takes changes is used, in whatever order they are named; when another
// becomes it, every connection goes there, for reading too, and nobody sees an error.
func TestTheWriterIsFound(t *testing.T) {
	one, two := startServer(t), startServer(t)
	one.ready(t)
	two.ready(t)
	two.takes(t, false)
	forth, back := "127.0.0.1:"+one.port+",127.0.0.1:"+two.port, "127.0.0.1:"+two.port+",127.0.0.1:"+one.port
	assert.Equal(t, one.port, changedAt(t, openHosts(t, back)))
	d := openHosts(t, forth)
	assert.Equal(t, allAt(one.port), portsOf(t, d, writeMark))

	one.takes(t, false)
	two.takes(t, true)
	assert.Equal(t, allAt(two.port), portsOf(t, d, readPort), "what the former writer has may be old")
	assert.Equal(t, allAt(two.port), portsOf(t, d, writeMark))

	two.takes(t, false)
	one.takes(t, true)
	assert.Equal(t, one.port, changedAt(t, d))
	two.takes(t, true)
	assert.Equal(t, allAt(one.port), portsOf(t, d, readPort), "a former writer may be outside of its cluster")

	one.takes(t, false)
	two.takes(t, false)
	err := d.Tx(ctx, func(tx *db.Tx) error { return tx.Exec("INSERT INTO marks VALUES (1)").Error })
	require.True(t, fault.Is(err, "BUSY"), "%v", err)
	_, err = db.Open(ctx, "mysql://b2b@"+forth+"/b2b", db.Options{})
	require.ErrorContains(t, err, "no server takes changes: 127.0.0.1:"+one.port+": it is read-only; 127.0.0.1:"+two.port+": it is read-only")

	one.takes(t, true)
	two.kill(t)
	assert.Equal(t, one.port, changedAt(t, d), "without a restart")
}

// TestTheWriterTurnsReadOnlyInATransaction: the change is made at the next writer, and once.
func TestTheWriterTurnsReadOnlyInATransaction(t *testing.T) {
	one, two := startServer(t), startServer(t)
	one.ready(t)
	two.ready(t)
	two.takes(t, false)
	d := openHosts(t, "127.0.0.1:"+one.port+",127.0.0.1:"+two.port)
	runs := 0
	require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
		if runs++; runs == 1 {
			one.takes(t, false)
			two.takes(t, true)
		}
		return tx.Exec("INSERT INTO marks VALUES (1)").Error
	}))
	assert.Equal(t, 2, runs)
	assert.Zero(t, one.marks(t))
	assert.Equal(t, 1, two.marks(t))
}

// TestWhatAClusterAnswersWhileItElectsIsRunAgain: and is no fault of ours that a caller would be told as 500.
func TestWhatAClusterAnswersWhileItElectsIsRunAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, number := range []uint16{3032, 3100, 3101} {
			runs := 0
			err := d.Tx(ctx, func(*db.Tx) error {
				runs++
				return &mysqldriver.MySQLError{Number: number}
			})
			assert.True(t, fault.Is(err, "BUSY"), "%d: %v", number, err)
			assert.Equal(t, 5, runs, number)
		}
	})
}

const atOnce = 8 // connections

func allAt(port string) []string { return slices.Repeat([]string{port}, atOnce) }

// portsOf does something by many connections at once, and tells where each of them leads to.
func portsOf(t *testing.T, d *db.DB, do func(tx *db.Tx, port *string) error) []string {
	t.Helper()
	ports := make([]string, atOnce)
	var begun, done sync.WaitGroup
	begun.Add(atOnce)
	for i := range ports {
		done.Go(func() {
			arrive := sync.OnceFunc(begun.Done)
			assert.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
				err := do(tx, &ports[i])
				arrive()
				begun.Wait()
				return err
			}))
			arrive()
		})
	}
	done.Wait()
	return ports
}

func readPort(tx *db.Tx, port *string) error { return tx.Raw("SELECT @@port").Scan(port).Error }

func writeMark(tx *db.Tx, port *string) error {
	if err := tx.Exec("INSERT INTO marks VALUES (1)").Error; err != nil {
		return err
	}
	return readPort(tx, port)
}

func changedAt(t *testing.T, d *db.DB) (port string) {
	t.Helper()
	require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error { return writeMark(tx, &port) }))
	return port
}

func openHosts(t *testing.T, hosts string) *db.DB {
	t.Helper()
	d, err := db.Open(ctx, "mysql://b2b@"+hosts+"/b2b", db.Options{PoolSize: atOnce})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// server is a database server of a test's own, with a table of marks.
type server struct {
	command *exec.Cmd
	log     bytes.Buffer // to be read when it has ended
	port    string
	admin   *sql.DB
}

func startServer(t *testing.T) *server {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	s := &server{port: port, command: exec.CommandContext(ctx, "../scripts/database-server", t.TempDir(), port)}
	s.command.Stdout, s.command.Stderr = &s.log, &s.log
	s.command.WaitDelay = time.Second
	require.NoError(t, s.command.Start())
	t.Cleanup(func() { s.kill(t) })
	s.admin, err = sql.Open("mysql", "root@tcp(127.0.0.1:"+port+")/")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.admin.Close()) })
	return s
}

// ready waits for the server, and makes what a test needs: for an account that may not write where it is read-only.
func (s *server) ready(t *testing.T) {
	t.Helper()
	if !assert.Eventually(t, func() bool { return s.admin.PingContext(ctx) == nil }, time.Minute, 50*time.Millisecond) {
		s.kill(t)
		require.FailNow(t, "the server did not start", s.log.String())
	}
	for _, statement := range []string{
		"CREATE DATABASE b2b", "CREATE TABLE b2b.marks (n INT)", "CREATE USER b2b@'127.0.0.1'", "GRANT ALL ON b2b.* TO b2b@'127.0.0.1'",
	} {
		_, err := s.admin.ExecContext(ctx, statement)
		require.NoError(t, err)
	}
}

// takes makes the server take changes, or refuse them.
func (s *server) takes(t *testing.T, changes bool) {
	t.Helper()
	_, err := s.admin.ExecContext(ctx, "SET GLOBAL read_only = ?", !changes)
	require.NoError(t, err)
}

func (s *server) marks(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, s.admin.QueryRowContext(ctx, "SELECT COUNT(*) FROM b2b.marks").Scan(&n))
	return n
}

func (s *server) kill(t *testing.T) {
	t.Helper()
	if s.command.ProcessState == nil {
		require.NoError(t, s.command.Process.Kill())
		_ = s.command.Wait() // it was killed
	}
}
