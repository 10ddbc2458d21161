package write

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"

	"b2b.example/db"
)

// withScratch gives a database that has all migrations so far, and drops it.
func withScratch(ctx context.Context, dialect db.Dialect, folder string, do func(d *db.DB) error) error {
	if dialect == db.SQLite {
		home, err := os.MkdirTemp("", "b2b-scratch-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(home) }()
		return withMigrated(ctx, "sqlite:"+filepath.Join(home, "scratch.db"), folder, do)
	}
	server, err := url.Parse(os.Getenv("TEST_DATABASE_URL"))
	if err != nil || server.Host == "" {
		return errors.New("TEST_DATABASE_URL must name a MySQL-compatible server; scripts/with-database starts one")
	}
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = server.User.Username(), "tcp", server.Host
	config.Passwd, _ = server.User.Password()
	config.DBName = strings.Trim(server.Path, "/")
	admin, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprintf("b2b_scratch_%d", os.Getpid())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	server.Path = "/" + name
	err = withMigrated(ctx, server.String(), folder, do)
	_, dropped := admin.ExecContext(ctx, "DROP DATABASE "+name)
	return errors.Join(err, dropped)
}

// withMigrated brings a database up to date with the product's own migrations, and with those of another folder.
func withMigrated(ctx context.Context, address, folder string, do func(d *db.DB) error) error {
	d, err := db.Open(ctx, address, db.Options{Migrate: true})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if _, err := os.Stat(folder); err == nil && folder != "db/migrations" { //nolint:gosec // the folder is that of the one who runs this
		for _, engine := range []string{"sqlite", "mysql"} {
			if err := os.MkdirAll(filepath.Join(folder, engine), 0o750); err != nil { //nolint:gosec // the folder is that of the one who runs this
				return err
			}
		}
		if err := db.Migrate(ctx, d, db.Migrations(), os.DirFS(folder)); err != nil {
			return err
		}
	}
	return do(d)
}
