package lists

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
)

// Condition narrows a query.
type Condition struct {
	SQL  string
	Args []any
}

// Place is where a list's words are looked for.
type Place struct {
	// Column is the one that begins with the words; "" where that is not a column of the list's own.
	Column string
	// IDs is a query for the ids of the rows that have the words there. An index has them in one piece.
	IDs string
	// Has is a condition that says the same of a row of the list. No index is taken for it.
	Has string
	// Args are those of either.
	Args []any
}

// Beginning is the place of a column, by how its text begins.
func Beginning(table, column, prefix string) Place {
	hidden := Unindexed(column)
	return Place{
		Column: column,
		IDs:    "SELECT id FROM " + table + " WHERE " + column + " >= ? AND " + column + " < ?",
		Has:    hidden + " >= ? AND " + hidden + " < ?", Args: []any{prefix, After(prefix)},
	}
}

// After is the first text behind all that begin with a prefix.
func After(prefix string) string { return prefix + string(utf8.MaxRune) }

// Unindexed is a column that no engine takes an index for.
func Unindexed(column string) string { return "COALESCE(" + column + ", NULL)" }

// fewFound is how many rows are still looked up and sorted for one page of a list that could also be read in its order.
const fewFound = 10_000

// Find narrows a list to the rows that have the words in one of the places. No index has such rows in the list's order. So
// where few rows are found, they are looked up, and sorted by themselves; where there are many, the list is read in its
// order, and a page is soon full. Either way the time of a page is bounded, however long the list is: to tell one from the
// other, only that many are counted. A list in the order of the very column that begins with the words has them all in one
// place, which may be its end: there they are always looked up.
func Find(read *gorm.DB, order Order, places []Place) (Order, Condition, error) {
	var found, has []string
	var args, bounded []any
	isApart := true
	for _, place := range places {
		found, has, args = append(found, place.IDs), append(has, place.Has), append(args, place.Args...)
		bounded = append(append(bounded, place.Args...), fewFound+1)
		isApart = isApart && place.Column != order.Column
	}
	var n int64
	if isApart {
		some := "SELECT id FROM (" + strings.Join(found, " LIMIT ?) AS part UNION ALL SELECT id FROM (") + " LIMIT ?) AS part"
		count := "SELECT COUNT(*) FROM (" + some + " LIMIT " + strconv.Itoa(fewFound+1) + ") AS few"
		if err := read.Raw(count, bounded...).Scan(&n).Error; err != nil {
			return order, Condition{}, fmt.Errorf("look for words: %w", err)
		}
	}
	if n > fewFound {
		return order, Condition{SQL: "(" + strings.Join(has, " OR ") + ")", Args: args}, nil
	}
	order.Column = Unindexed(order.Column)
	return order, Condition{SQL: "id IN (SELECT id FROM (" + strings.Join(found, " UNION ") + ") AS found)", Args: args}, nil
}
