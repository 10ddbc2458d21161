package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoFile says that a database is no file that could be copied.
var ErrNoFile = errors.New("this database is a server's: its own tools make back-ups of it")

// Backup copies an embedded database into a new file, as it is at one moment, while others go on reading and writing. The
// file is there only when it is whole, and safe on the disk.
func (d *DB) Backup(ctx context.Context, path string) error {
	if d.dialect != SQLite {
		return ErrNoFile
	}
	if _, err := os.Lstat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("back-up: %s is there already, or cannot be looked at", path)
	}
	if err := d.copyInto(ctx, path); err != nil {
		return fmt.Errorf("back-up: %w", err)
	}
	return nil
}

func (d *DB) copyInto(ctx context.Context, path string) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // for its owner alone: it has all secrets
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Close(), removed(part.Name())) }()
	if err := d.vacuumInto(ctx, part.Name()); err != nil {
		return err
	}
	if err := part.Sync(); err != nil { // SQLite leaves that to us
		return err
	}
	if err := os.Link(part.Name(), path); err != nil { // unlike renaming, it replaces nothing
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// vacuumInto has SQLite write what it sees into a file that is there, and empty. It is a reader: nobody waits for it.
func (d *DB) vacuumInto(ctx context.Context, path string) error {
	connections := d.patient(1)
	defer func() { _ = connections.Close() }()
	conn, err := connections.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// removed takes a file away, if it is there.
func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
