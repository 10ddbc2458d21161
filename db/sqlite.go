//go:build !nosqlite

package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	sqlitedriver "github.com/glebarez/go-sqlite"
	gormsqlite "github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// connectSQLite opens one writer, which takes the file's lock when its transaction begins, and readers beside it.
// synchronous(FULL) is what keeps the last commits when the plug is pulled.
func (d *DB) connectSQLite(ctx context.Context, path string, o Options) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	common := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(3000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=journal_size_limit(67108864)"
	quick := common + "&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)"
	writer := sqliteConnector{dsn: quick + "&_txlock=immediate"}
	reader := sqliteConnector{dsn: quick + "&_pragma=query_only(1)"}
	d.patient = func(size int) *sql.DB { // sorts the whole of a big table beside the database, not in memory
		return sqlDB(sqliteConnector{dsn: common + "&_pragma=query_only(1)&_pragma=cache_size(-4000)&_pragma=temp_store(FILE)"}, size)
	}
	d.write = newPool(sqlDB(o.Wrap(writer), 1))
	if err := d.write.sql.PingContext(ctx); err != nil { // makes the file, before a reader looks for it
		return fmt.Errorf("database: %w", err)
	}
	d.read = newPool(sqlDB(o.Wrap(reader), o.PoolSize))
	return nil
}

type sqliteConnector struct{ dsn string }

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }
func (c sqliteConnector) Driver() driver.Driver                        { return &sqlitedriver.Driver{} }

func sqliteDialector(conn gorm.ConnPool) gorm.Dialector { return gormsqlite.Dialector{Conn: conn} }

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		return e.Code()
	}
	return 0
}
