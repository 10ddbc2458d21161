package db

import (
	"context"
	"fmt"
)

// Invariant is something that is true of the database at any time. Its query finds the rows that break it, each as
// (entity, id, found): what it is, which one, and what is wrong with it.
type Invariant struct {
	Name  string
	Query string
	Args  []any
}

// Finding is a row that breaks an invariant.
type Finding struct {
	Invariant string `gorm:"-"`
	Entity    string
	ID        int64
	Found     string
}

// Check asks for each invariant which rows break it, and reports them. It only reads, and can run on a live database.
func (d *DB) Check(ctx context.Context, invariants []Invariant, report func(Finding)) error {
	for _, invariant := range invariants {
		rows, err := d.Read(ctx).Raw(invariant.Query, invariant.Args...).Rows()
		if err != nil {
			return fmt.Errorf("check %s: %w", invariant.Name, err)
		}
		for rows.Next() {
			finding := Finding{Invariant: invariant.Name}
			if err := rows.Scan(&finding.Entity, &finding.ID, &finding.Found); err != nil {
				return fmt.Errorf("check %s: %w", invariant.Name, err)
			}
			report(finding)
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("check %s: %w", invariant.Name, err)
		}
		if err := rows.Close(); err != nil {
			return fmt.Errorf("check %s: %w", invariant.Name, err)
		}
	}
	return nil
}

// VersionsHaveEvents is true of every entity that is never removed from its table: its versions are told by just as
// many events, from 1 on, and no event tells of one that is not there.
func VersionsHaveEvents(entity, table string) Invariant {
	return Invariant{Name: "each change in " + table + " has its event", Query: `
		SELECT '` + entity + `', t.id, 'its versions and its events do not match'
		FROM ` + table + ` t LEFT JOIN (
			SELECT entity_id, COUNT(*) AS events, MIN(entity_version) AS first, MAX(entity_version) AS last
			FROM events WHERE entity_type = '` + entity + `' GROUP BY entity_id) e ON e.entity_id = t.id
		WHERE COALESCE(e.events, 0) <> t.version OR e.first <> 1 OR e.last <> t.version
		UNION ALL SELECT '` + entity + `', e.entity_id, 'it has events, and is not there' FROM events e
		LEFT JOIN ` + table + ` t ON t.id = e.entity_id WHERE e.entity_type = '` + entity + `' AND t.id IS NULL`}
}
