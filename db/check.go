package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
)

// Invariant is something that is true of the database at any time, whatever was retried, killed or unplugged.
type Invariant struct {
	Name  string
	Means string // what follows when it is broken, for who has to do something about it
	Over  string // the table whose ids are gone through, some thousand at a time; "" for a query that is asked once

	// Query finds the rows that break it among the ids @first to @last of that table, each as (entity, id, found): what
	// it is, which one, and what is wrong with it.
	Query string
	// Compare finds them, where SQL by itself cannot.
	Compare func(s *Slice) error
}

// Finding is a row that breaks an invariant.
type Finding struct {
	Invariant string
	Means     string
	Entity    string
	ID        int64
	Found     string
	Rows      []string // what the database has of it, of the first findings of each invariant
}

// Evidence are the queries for what the database has of an entity, by its name; the one parameter is the id.
type Evidence map[string][]string

// Check goes through invariants. It only reads, a slice of a table at a time, each as it was at one moment: so it can run
// on a live database of any size, and what changes meanwhile is no finding.
type Check struct {
	Invariants []Invariant
	Evidence   Evidence
	Report     func(Finding)           // of each invariant in the order of its table's ids
	Progress   func(done, total int64) // ids gone through, by each invariant; nil: nobody looks
}

const (
	sliceRows    = 500 // of the table that a slice is of
	mostEvidence = 10  // findings of an invariant that come with their rows
)

// Slice is the part of a table that is checked at a time, by all invariants that are over it. Its session sees the database
// as it was at one moment.
type Slice struct {
	*gorm.DB
	First, Last int64
	Memo        any // for the Compare functions of the table's invariants: what one has read, the next ones find here
	findings    []Finding
}

// Found reports something that is wrong.
func (s *Slice) Found(entity string, id int64, found string) {
	s.findings = append(s.findings, Finding{Entity: entity, ID: id, Found: found})
}

// Run verifies all invariants, with as many slices at a time as there are processors.
func (c Check) Run(ctx context.Context, d *DB) error {
	checkers := min(runtime.GOMAXPROCS(0), d.read.sql.Stats().MaxOpenConnections)
	conn := d.patient(checkers)
	defer func() { _ = conn.Close() }()
	r := &checkRun{Check: c, d: d, conn: conn, evidence: map[string]int{}}
	if err := r.measure(ctx); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(checkers)
	for _, table := range r.tables {
		if err := r.verify(ctx, work, table); err != nil {
			return cmp.Or(work.Wait(), fmt.Errorf("check %s: %w", table.name, err))
		}
	}
	return work.Wait()
}

type checkRun struct {
	Check
	d      *DB
	conn   *sql.DB
	tables []*checkedTable
	total  int64

	mu       sync.Mutex // of what follows, and of who is told
	done     int64
	evidence map[string]int // findings of an invariant that came with their rows
}

// checkedTable is a table with the invariants over it. One that is asked once is a table without a name.
type checkedTable struct {
	name       string
	size       int64 // as far as ids tell
	invariants []Invariant
}

// measure finds out how much there is to go through.
func (r *checkRun) measure(ctx context.Context) error {
	tables := map[string]*checkedTable{}
	for _, invariant := range r.Invariants {
		table := tables[invariant.Over]
		if table == nil {
			table = &checkedTable{name: invariant.Over, size: 1}
			if table.name != "" {
				query := r.d.session(ctx, r.conn).Raw("SELECT COALESCE(MAX(id), 0) + 1 FROM " + table.name)
				if err := query.Find(&table.size).Error; err != nil {
					return err
				}
				tables[table.name] = table
			}
			r.tables = append(r.tables, table)
		}
		table.invariants = append(table.invariants, invariant)
		r.total += table.size
	}
	return nil
}

// verify goes through a table. The first slice begins before all ids and the last one has no end, so that what belongs to
// nothing is found too. What is found is told slice after slice, whichever is ready first.
func (r *checkRun) verify(ctx context.Context, work *errgroup.Group, table *checkedTable) error {
	before := make(chan struct{})
	close(before)
	for first, seen := int64(math.MinInt64), int64(0); ; {
		s := &Slice{First: first, Last: math.MaxInt64}
		if err := r.end(ctx, s, table.name); err != nil {
			return err
		}
		now, turn, told := min(s.Last, table.size), before, make(chan struct{})
		more := (now - seen) * int64(len(table.invariants))
		work.Go(func() error {
			defer close(told)
			err := r.look(ctx, s, table.invariants)
			<-turn
			if err == nil { // a slice that was not read to its end says nothing
				r.tell(s.findings, more)
			}
			return err
		})
		if s.Last == math.MaxInt64 {
			return nil
		}
		first, seen, before = s.Last+1, now, told
	}
}

// end finds a slice's last id: with fewer rows left than a slice has, there is none.
func (r *checkRun) end(ctx context.Context, s *Slice, table string) error {
	if table == "" {
		return nil
	}
	var last []int64
	query := "SELECT id FROM " + table + " WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ?"
	err := r.d.session(ctx, r.conn).Raw(query, s.First, sliceRows-1).Find(&last).Error
	if len(last) > 0 {
		s.Last = last[0]
	}
	return err
}

// tell reports what was found, and that so much more has been gone through.
func (r *checkRun) tell(findings []Finding, more int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, finding := range findings {
		if r.evidence[finding.Invariant]++; r.evidence[finding.Invariant] > mostEvidence {
			finding.Rows = nil
		}
		r.Report(finding)
	}
	r.done += more
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}

// look finds what is wrong in a slice, and what the database has of it.
func (r *checkRun) look(ctx context.Context, s *Slice, invariants []Invariant) error {
	return r.d.snapshot(ctx, r.conn, func(session *gorm.DB) error {
		s.DB = session
		for _, invariant := range invariants {
			search, known := invariant.Compare, len(s.findings)
			if search == nil {
				search = invariant.search
			}
			err := search(s)
			if err == nil {
				err = r.explain(s, invariant, s.findings[known:])
			}
			if err != nil {
				return fmt.Errorf("check %s: %w", invariant.Name, err)
			}
		}
		return nil
	})
}

// explain says of findings what they are of, and of the first ones what the database has.
func (r *checkRun) explain(s *Slice, invariant Invariant, findings []Finding) error {
	for i := range findings {
		finding := &findings[i]
		finding.Invariant, finding.Means = invariant.Name, invariant.Means
		if i >= mostEvidence {
			continue
		}
		for _, query := range r.Evidence[finding.Entity] {
			rows, err := asText(s.Raw(query, finding.ID))
			if err != nil {
				return err
			}
			finding.Rows = append(finding.Rows, rows...)
		}
	}
	return nil
}

// search asks the invariant's query.
func (invariant Invariant) search(s *Slice) error {
	var args []any
	if invariant.Over != "" {
		args = append(args, map[string]any{"first": s.First, "last": s.Last})
	}
	return EachRow(s.Raw(invariant.Query, args...), func(row *sql.Rows) error {
		var f Finding
		err := row.Scan(&f.Entity, &f.ID, &f.Found)
		s.Found(f.Entity, f.ID, f.Found)
		return err
	})
}

// asText is what a query finds, a line for each row.
func asText(query *gorm.DB) (lines []string, err error) {
	err = EachRow(query, func(row *sql.Rows) error {
		columns, err := row.Columns()
		if err != nil {
			return err
		}
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		err = row.Scan(targets...)
		members := make([]string, len(columns))
		for i, value := range values {
			members[i] = columns[i] + "=" + shown(value)
		}
		lines = append(lines, strings.Join(members, " "))
		return err
	})
	return lines, err
}

func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		return fmt.Sprintf("%q", v)
	case string:
		return fmt.Sprintf("%q", v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(value)
}

// snapshot reads in a transaction that sees the database as it was when it first looked.
func (d *DB) snapshot(ctx context.Context, conn *sql.DB, read func(session *gorm.DB) error) error {
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(read(d.session(ctx, tx)), tx.Rollback())
}

// EventsOf is the query for an entity's newest events, as evidence.
func EventsOf(entity string) string {
	return "SELECT 'events' AS `table`, events.* FROM events WHERE entity_type = '" + entity + "' AND entity_id = ? ORDER BY entity_version DESC LIMIT 20"
}

// VersionsHaveEvents is true of every entity: its versions are told by just as many events, from 1 on, and no event tells
// of one that is not there, unless the last one says that it was deleted.
func VersionsHaveEvents(entity, table string) Invariant {
	return Invariant{
		Name: "each change in " + table + " has its event", Over: table,
		Means: "A change cannot be explained any more: the timeline lacks it, or tells of one that was not made. Somebody may have changed rows by hand.",
		Query: `
		SELECT '` + entity + `', t.id, CONCAT('it has version ', t.version, ' and ', COUNT(e.id), ' events')
		FROM ` + table + ` t LEFT JOIN events e ON e.entity_type = '` + entity + `' AND e.entity_id = t.id
		WHERE t.id BETWEEN @first AND @last GROUP BY t.id, t.version
		HAVING COUNT(e.id) <> t.version OR MIN(e.entity_version) <> 1 OR MAX(e.entity_version) <> t.version
		UNION ALL SELECT '` + entity + `', e.entity_id, 'it has events, and is not there'
		FROM (SELECT entity_id, MAX(entity_version) AS last FROM events
			WHERE entity_type = '` + entity + `' AND entity_id BETWEEN @first AND @last GROUP BY entity_id) e
		LEFT JOIN ` + table + ` t ON t.id = e.entity_id
		JOIN events l ON l.entity_type = '` + entity + `' AND l.entity_id = e.entity_id AND l.entity_version = e.last
		WHERE t.id IS NULL AND l.action <> 'deleted'`,
	}
}
