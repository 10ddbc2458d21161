package db

import (
	"math/bits"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// exactRows is up to which size an INSERT of several rows is sent in one statement of just that size.
const exactRows = 8

// Insert writes the rows in as few statements as keep the number of statement shapes small: up to eight rows in one,
// more in chunks of powers of two, so that prepared statements are used again.
func Insert[T any](tx *Tx, rows []T) error {
	return insert(tx.DB, rows)
}

func insert[T any](tx *gorm.DB, rows []T, clauses ...clause.Expression) error {
	for len(rows) > 0 {
		size := len(rows)
		if size > exactRows {
			size = 1 << (bits.Len(uint(size)) - 1)
		}
		chunk := rows[:size]
		if err := tx.Clauses(clauses...).Create(&chunk).Error; err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

// Padded lengthens a list for IN (...) to a power of two by repeating its last value, so that lists of many lengths share
// few prepared statements.
func Padded[T any](values []T) []T {
	if len(values) < 2 {
		return values
	}
	padded := make([]T, 1<<bits.Len(uint(len(values)-1)))
	n := copy(padded, values)
	for i := n; i < len(padded); i++ {
		padded[i] = values[len(values)-1]
	}
	return padded
}
