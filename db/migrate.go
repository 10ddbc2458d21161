package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
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
// the product's own. Numbers are unique over all folders, and each file is safe to run again, for a schema change that
// MySQL has half done stays. Several processes may start at once.
func Migrate(ctx context.Context, d *DB, folders ...fs.FS) error {
	provider, end, err := d.migrations(folders)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer end()
	if pending, err := provider.HasPending(ctx); err == nil && !pending {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

func (d *DB) migrations(folders []fs.FS) (provider *goose.Provider, end func(), err error) {
	if len(folders) == 0 {
		folders = []fs.FS{Migrations()}
	}
	var files union
	for _, folder := range folders {
		part, err := fs.Sub(folder, string(d.dialect))
		if err != nil {
			return nil, nil, err
		}
		files = append(files, part)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	if d.dialect == SQLite {
		// Transactions that begin IMMEDIATE apply one file after the other, whoever runs them.
		provider, err = goose.NewProvider(goose.DialectSQLite3, d.write.sql, files, options...)
		return provider, func() {}, err
	}
	locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 1500))
	if err != nil {
		return nil, nil, err
	}
	conn := d.patient()
	provider, err = goose.NewProvider(goose.DialectMySQL, conn, files, append(options, goose.WithLocker(locker))...)
	return provider, func() { _ = conn.Close() }, err
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
