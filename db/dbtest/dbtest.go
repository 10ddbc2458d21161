// Package dbtest gives each test a database of its own, migrated and empty, on every engine that the product supports.
// A missing database server fails a test; it never skips it.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
)

// Each runs the test on SQLite, then on the MySQL-compatible server of TEST_DATABASE_URL.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachWith(t, db.Options{}, test)
}

// EachWith is Each with options: a clock, a pool's size, a driver that fails.
func EachWith(t *testing.T, o db.Options, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, Open(t, url, o)) })
}

// EachURL gives the test the address of a migrated database, for those that open it more than once.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}

// Open opens the database until the test ends.
func Open(t *testing.T, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

var template struct {
	sync.Once
	bytes []byte
	err   error
}

// SQLite makes a database in a file that goes with the test: a copy of one that was migrated once.
func SQLite(t *testing.T) string {
	t.Helper()
	template.Do(func() { template.bytes, template.err = migratedFile() })
	require.NoError(t, template.err)
	path := filepath.Join(t.TempDir(), "b2b.db")
	require.NoError(t, os.WriteFile(path, template.bytes, 0o600))
	return "sqlite:" + path
}

func migratedFile() ([]byte, error) {
	folder, err := os.MkdirTemp("", "b2b-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "b2b.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	file, err := os.Open(path) //nolint:gosec // the path was made here
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

func migrate(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, d); err != nil {
		return err
	}
	return d.Close()
}

var databases atomic.Int64

// MySQL makes a database on the server of TEST_DATABASE_URL (mysql://user:password@host:port/) and drops it after the
// test.
func MySQL(t *testing.T) string {
	t.Helper()
	server := os.Getenv("TEST_DATABASE_URL")
	require.NotEmpty(t, server, "TEST_DATABASE_URL must name a MySQL-compatible server; `make test` starts one")
	name := fmt.Sprintf("b2b_test_%d_%d", os.Getpid(), databases.Add(1))
	admin := adminOf(t, server)
	_, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name)
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	require.NoError(t, migrate(u.String()))
	return u.String()
}

func adminOf(t *testing.T, server string) *sql.DB {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = u.User.Username(), "tcp", u.Host
	config.Passwd, _ = u.User.Password()
	config.DBName = strings.Trim(u.Path, "/")
	admin, err := sql.Open("mysql", config.FormatDSN())
	require.NoError(t, err)
	admin.SetMaxOpenConns(1)
	return admin
}
