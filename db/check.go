package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
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
	Report     func(Finding)
	Progress   func(done, total int64) // ids gone through; nil: nobody looks
}

const (
	sliceRows    = 2_000 // of the table that a slice is of
	mostEvidence = 10    // findings of an invariant that come with their rows
	checkers     = 2     // at work at a time
)

// Slice is the part of a table that is checked at a time. Its session sees the database as it was at one moment.
type Slice struct {
	*gorm.DB
	First, Last int64
	findings    []Finding
}

// Found reports something that is wrong.
func (s *Slice) Found(entity string, id int64, found string) {
	s.findings = append(s.findings, Finding{Entity: entity, ID: id, Found: found})
}

// Run verifies all invariants, two at a time.
func (c Check) Run(ctx context.Context, d *DB) error {
	conn := d.patient()
	defer func() { _ = conn.Close() }()
	r := &checkRun{Check: c, d: d, conn: conn}
	if err := r.measure(ctx); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	var workers errgroup.Group
	workers.SetLimit(checkers)
	for _, invariant := range c.Invariants {
		workers.Go(func() error {
			if err := r.verify(ctx, invariant); err != nil {
				return fmt.Errorf("check %s: %w", invariant.Name, err)
			}
			return nil
		})
	}
	return workers.Wait()
}

type checkRun struct {
	Check
	d     *DB
	conn  *sql.DB
	sizes map[string]int64
	total int64

	mu   sync.Mutex // of what follows, and of who is told
	done int64
}

// measure finds out how much there is to go through, as far as ids tell.
func (r *checkRun) measure(ctx context.Context) error {
	r.sizes = map[string]int64{"": 1}
	for _, invariant := range r.Invariants {
		size, known := r.sizes[invariant.Over]
		if !known {
			query := r.d.session(ctx, r.conn).Raw("SELECT COALESCE(MAX(id), 0) + 1 FROM " + invariant.Over)
			if err := query.Scan(&size).Error; err != nil {
				return err
			}
			r.sizes[invariant.Over] = size
		}
		r.total += size
	}
	return nil
}

// verify goes through one invariant's table. The first slice begins before all ids and the last one has no end, so that
// what belongs to nothing is found too.
func (r *checkRun) verify(ctx context.Context, invariant Invariant) error {
	evidence, seen, size := mostEvidence, int64(0), r.sizes[invariant.Over]
	for first := int64(math.MinInt64); ; {
		s := &Slice{First: first, Last: math.MaxInt64}
		err := r.d.snapshot(ctx, r.conn, func(session *gorm.DB) error {
			s.DB = session
			return r.look(s, invariant, &evidence)
		})
		if err != nil {
			return err
		}
		now := min(s.Last, size)
		r.tell(s.findings, now-seen)
		if s.Last == math.MaxInt64 {
			return nil
		}
		first, seen = s.Last+1, now
	}
}

// tell reports what was found, and that so much more has been gone through.
func (r *checkRun) tell(findings []Finding, more int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, finding := range findings {
		r.Report(finding)
	}
	r.done += more
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}

// look finds what is wrong in a slice, and what the database has of it.
func (r *checkRun) look(s *Slice, invariant Invariant, evidence *int) error {
	if err := s.end(invariant.Over); err != nil {
		return err
	}
	search := invariant.Compare
	if search == nil {
		search = invariant.search
	}
	if err := search(s); err != nil {
		return err
	}
	for i := range s.findings {
		finding := &s.findings[i]
		finding.Invariant, finding.Means = invariant.Name, invariant.Means
		if *evidence == 0 {
			continue
		}
		*evidence--
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

// end finds the slice's last id: with fewer rows left than a slice has, there is none.
func (s *Slice) end(table string) error {
	if table == "" {
		return nil
	}
	var last []int64
	err := s.Raw("SELECT id FROM "+table+" WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ?", s.First, sliceRows-1).Scan(&last).Error
	if len(last) > 0 {
		s.Last = last[0]
	}
	return err
}

// search asks the invariant's query.
func (invariant Invariant) search(s *Slice) error {
	var args []any
	if invariant.Over != "" {
		args = append(args, map[string]any{"first": s.First, "last": s.Last})
	}
	rows, err := s.Raw(invariant.Query, args...).Rows()
	if err != nil {
		return err
	}
	for rows.Next() {
		var f Finding
		if err := rows.Scan(&f.Entity, &f.ID, &f.Found); err != nil {
			return errors.Join(err, rows.Close())
		}
		s.Found(f.Entity, f.ID, f.Found)
	}
	return errors.Join(rows.Err(), rows.Close())
}

// asText is what a query finds, a line for each row.
func asText(query *gorm.DB) ([]string, error) {
	rows, err := query.Rows()
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	var lines []string
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		members := make([]string, len(columns))
		for i, value := range values {
			members[i] = columns[i] + "=" + shown(value)
		}
		lines = append(lines, strings.Join(members, " "))
	}
	return lines, errors.Join(rows.Err(), rows.Close())
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
		SELECT '` + entity + `', t.id, CONCAT('it has version ', t.version, ' and ', COALESCE(e.events, 0), ' events')
		FROM ` + table + ` t LEFT JOIN (
			SELECT entity_id, COUNT(*) AS events, MIN(entity_version) AS first, MAX(entity_version) AS last
			FROM events WHERE entity_type = '` + entity + `' AND entity_id BETWEEN @first AND @last GROUP BY entity_id) e ON e.entity_id = t.id
		WHERE t.id BETWEEN @first AND @last AND (COALESCE(e.events, 0) <> t.version OR e.first <> 1 OR e.last <> t.version)
		UNION ALL SELECT '` + entity + `', e.entity_id, 'it has events, and is not there'
		FROM (SELECT entity_id, MAX(entity_version) AS last FROM events
			WHERE entity_type = '` + entity + `' AND entity_id BETWEEN @first AND @last GROUP BY entity_id) e
		LEFT JOIN ` + table + ` t ON t.id = e.entity_id
		JOIN events l ON l.entity_type = '` + entity + `' AND l.entity_id = e.entity_id AND l.entity_version = e.last
		WHERE t.id IS NULL AND l.action <> 'deleted'`,
	}
}
