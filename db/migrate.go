package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var embedded embed.FS

// Migrations are the product's own tables.
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the name is a constant: it cannot be wrong at run time only
	}
	return files
}

// Migrate brings the database up to date with the files under mysql/ or sqlite/ of each folder; with none named, with
// the product's own. Numbers are unique over all folders. Several processes may start at once, and any of them may be killed:
// on MySQL, where a schema change stays that was not noted yet, each file is safe to run again or is one statement.
func Migrate(ctx context.Context, d *DB, folders ...fs.FS) error {
	m, err := d.migrations(folders)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer m.end()
	if pending, err := m.HasPending(ctx); err == nil && !pending {
		return nil
	}
	for {
		_, err := m.Up(ctx)
		version, made := m.files.madeBefore(err)
		if made {
			err = m.note(ctx, version)
		}
		if err != nil {
			return fmt.Errorf("migrations: %w", err)
		}
		if !made {
			return nil
		}
	}
}

// migrations are files, and who runs them.
type migrations struct {
	*goose.Provider
	files union
	conn  *sql.DB
	end   func()
}

func (d *DB) migrations(folders []fs.FS) (*migrations, error) {
	if len(folders) == 0 {
		folders = []fs.FS{Migrations()}
	}
	m := &migrations{conn: d.write.sql, end: func() {}}
	for _, folder := range folders {
		part, err := fs.Sub(folder, string(d.dialect))
		if err != nil {
			return nil, err
		}
		m.files = append(m.files, part)
	}
	// Transactions of SQLite's that begin IMMEDIATE apply one file after the other, whoever runs them.
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	if d.dialect == MySQL {
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 1500))
		if err != nil {
			return nil, err
		}
		dialect, options = goose.DialectMySQL, append(options, goose.WithLocker(locker))
		m.conn = d.patient(2)
		m.end = func() { _ = m.conn.Close() }
	}
	provider, err := goose.NewProvider(dialect, m.conn, m.files, options...)
	m.Provider = provider
	return m, err
}

// note remembers that a migration was made.
func (m *migrations) note(ctx context.Context, version int64) error {
	store, err := database.NewStore(database.DialectMySQL, goose.DefaultTablename)
	if err != nil {
		return err
	}
	return store.Insert(ctx, m.conn, database.InsertRequest{Version: version})
}

// madeBefore says which migration failed because all of it is there: whoever made it was killed before that was noted. MySQL
// makes a statement as a whole or not at all, so this is known of a file that is just one.
func (u union) madeBefore(err error) (version int64, made bool) {
	partial, isPartial := errors.AsType[*goose.PartialError](err)
	if code := mysqlCode(err); !isPartial || code != mysqlColumnThere && code != mysqlIndexThere {
		return 0, false
	}
	text, err := fs.ReadFile(u, partial.Failed.Source.Path)
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	return partial.Failed.Source.Version, err == nil && strings.Count(up, ";") == 1
}

// union is several folders as one.
type union []fs.FS

// Open finds the file in the first folder that has it.
func (u union) Open(name string) (fs.File, error) {
	for _, folder := range u {
		file, err := folder.Open(name)
		if !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists the files of all folders.
func (u union) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, folder := range u {
		entries, err := fs.ReadDir(folder, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}
