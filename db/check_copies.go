package db

import (
	"context"
	"fmt"
)

// Copy is a column that holds another's text as searches and unique indexes see it.
type Copy struct {
	Entity, Table string
	Column, Key   string
	Fold          func(string) string
}

// copiesAtOnce is how many rows are checked at a time.
const copiesAtOnce = 1000

// copied is a text with its copy; that of a deleted row is NULL.
type copied struct {
	ID       int64
	Original string
	Copy     *string
}

// CheckCopies reports the rows whose copies are not those of their texts, which SQL by itself cannot tell. It reads slice
// by slice, beside a live service too.
func (d *DB) CheckCopies(ctx context.Context, copies []Copy, report func(Finding)) error {
	for _, c := range copies {
		for last, full := int64(0), true; full; {
			rows, err := d.copies(ctx, c, last)
			if err != nil {
				return fmt.Errorf("check %s: %w", c.Table, err)
			}
			for _, row := range rows {
				last = row.ID
				if row.Copy != nil && *row.Copy != c.Fold(row.Original) {
					report(Finding{
						Invariant: "what is searched is what is shown", Entity: c.Entity, ID: row.ID, Found: c.Key + " is not that of its " + c.Column,
					})
				}
			}
			full = len(rows) == copiesAtOnce
		}
	}
	return nil
}

// copies reads the slice of a column's texts and copies after an id.
func (d *DB) copies(ctx context.Context, c Copy, after int64) (rows []copied, err error) {
	err = d.Read(ctx).Table(c.Table).Select("id", c.Column+" AS original", c.Key+" AS copy").
		Where("id > ?", after).Order("id").Limit(copiesAtOnce).Find(&rows).Error
	return rows, err
}
