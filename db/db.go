// Package db is how the services reach their database: opening it, running a transaction that survives conflicts and
// lost commits, making a change once however often it is asked for, and recording what changed. It knows no business rule.
package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// Dialect is the family of SQL that a database speaks. MariaDB speaks MySQL.
type Dialect string

// The dialects.
const (
	MySQL  Dialect = "mysql"
	SQLite Dialect = "sqlite"
)

// Options of Open; the zero value is right for a service.
type Options struct {
	Now      func() time.Time                        // the clock; time.Now when nil
	PoolSize int                                     // connections for writing on MySQL, for reading on SQLite; 16 when 0
	Migrate  bool                                    // bring the tables up to date
	Wrap     func(driver.Connector) driver.Connector // stands between us and the driver; for tests that inject faults
}

// DB is an open database, with its connections for changes and for reads. On MySQL both are one pool; SQLite has one
// writer, and readers beside it that never wait for it.
type DB struct {
	dialect Dialect
	now     func() time.Time
	write   *pool
	read    *pool
	gorm    *gorm.DB // the parent of every session
	keys    keyedMutex
	patient func(size int) *sql.DB // connections that may take long: for checks, and on MySQL for migrations
}

// Open connects to "mysql://user:password@host:3306/name" or "sqlite:path" and checks that the database answers. Of several
// hosts, with commas between, it is the one that takes changes.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PoolSize == 0 {
		o.PoolSize = 16
	}
	if o.Wrap == nil {
		o.Wrap = func(c driver.Connector) driver.Connector { return c }
	}
	d := &DB{now: o.Now}
	if err := d.connect(ctx, url, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	parent, err := gorm.Open(dialector(d.dialect, d.read), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
		NowFunc:                d.Now,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), d.Close())
	}
	err = errors.Join(
		parent.Callback().Query().After("gorm:query").Register("db:seen", readSeen),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), d.Close())
	}
	d.gorm = parent
	if o.Migrate {
		if err := Migrate(ctx, d); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

// Close ends all connections.
func (d *DB) Close() error {
	var errs []error
	for _, p := range []*pool{d.write, d.read} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	return errors.Join(errs...)
}

// Dialect says which SQL this database speaks.
func (d *DB) Dialect() Dialect { return d.dialect }

// Now is the time in UTC, in whole microseconds, as it will be read back from the database.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return seen(errors.Join(d.read.sql.PingContext(ctx), d.write.sql.PingContext(ctx)))
}

// Read is a session for reading outside of any transaction. Its statements stay prepared.
func (d *DB) Read(ctx context.Context) *gorm.DB {
	return d.session(ctx, d.read)
}

func (d *DB) session(ctx context.Context, conn gorm.ConnPool) *gorm.DB {
	session := d.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	session.Statement.ConnPool = conn
	return session.Session(&gorm.Session{})
}

// readSeen tells a caller whose read lost its connection to come back; inside a transaction that is for Tx to decide.
func readSeen(q *gorm.DB) {
	if _, reading := q.Statement.ConnPool.(*pool); reading {
		q.Error = seen(q.Error)
	}
}

// EachRow goes through what a query finds, without keeping it; the function scans a row. GORM's own Scan, Row and Rows are
// not used: what they read has no callback, so nobody would tell a connection that breaks meanwhile from a fault of ours.
func EachRow(query *gorm.DB, scan func(row *sql.Rows) error) error {
	rows, err := query.Rows() //nolint:forbidigo // the one place
	if err == nil {
		for err == nil && rows.Next() {
			err = scan(rows)
		}
		err = errors.Join(err, rows.Err(), rows.Close())
	}
	if _, reading := query.Statement.ConnPool.(*pool); reading {
		err = seen(err)
	}
	return err
}

// Lock is the clause that locks the rows of a query for the rest of the transaction. SQLite has a single writer instead.
func Lock() clause.Expression {
	return clause.Locking{Strength: clause.LockingStrengthUpdate}
}

// Share is the clause that keeps others from changing the rows of a query for the rest of the transaction.
func Share() clause.Expression {
	return clause.Locking{Strength: clause.LockingStrengthShare}
}

// LockSkip locks like Lock, and leaves out the rows that another transaction holds: for work that several replicas share.
func LockSkip() clause.Expression {
	return clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}
}

// sqlDB opens a pool with limits that fit a service behind a database of ordinary size.
func sqlDB(c driver.Connector, size int) *sql.DB {
	s := sql.OpenDB(c)
	s.SetMaxOpenConns(size)
	s.SetMaxIdleConns(size)
	s.SetConnMaxIdleTime(5 * time.Minute)
	return s
}
