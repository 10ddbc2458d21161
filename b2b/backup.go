package main

import (
	"context"
	"errors"
	"fmt"

	"b2b.example/db"
)

// backup copies an embedded database into a new file, while b2b may be serving it.
func backup(ctx context.Context, s *settings, args []string) error {
	if len(args) != 1 {
		return usageError{"backup needs the name of a new file"}
	}
	d, err := s.openExisting(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Backup(ctx, args[0]); err != nil {
		if errors.Is(err, db.ErrNoFile) {
			return fmt.Errorf("%w, see docs/operate.md", err)
		}
		return err
	}
	fmt.Printf("backed up to %s\n", args[0])
	return nil
}
