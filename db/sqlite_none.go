//go:build nosqlite

package db

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// The embedded database is 4 MB of a program. -tags nosqlite leaves it out of those that will only ever see a server, such
// as the ones in our images.

func (d *DB) connectSQLite(context.Context, string, Options) error {
	return errors.New("database: this program is built without SQLite: DATABASE_URL must begin with mysql://")
}

func sqliteDialector(gorm.ConnPool) gorm.Dialector { return nil } // nobody asks for it: there is no connection

func sqliteCode(error) int { return 0 }
