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

// Paged is what Find asks of the page that it is for.
type Paged interface {
	// SoonFull tries the next rows of the list in its order: do enough of them meet a condition?
	SoonFull(has Condition) (bool, error)
	// Next is a query for the ids of the page's rows among those that meet a condition.
	Next(within Condition) *gorm.DB
}

// Find narrows a list to the rows that have the words in one of the places. No index has such rows in the list's order. So
// where few rows are found, they are looked up, and sorted by themselves; where there are many, the list is read in its
// order, and a page is soon full. Either way the time of a page is bounded, however long the list is: to tell one from the
// other, only that many are counted.
//
// A list in the order of the very column that begins with the words has them all in one place, which may be far from where
// a page begins. So there some rows of the list are tried, and where they do not fill the page, its part of that place is
// looked up, beside what is in the others: that may be many, and is not bounded. For a list of which all is read there is
// no page.
func Find(read *gorm.DB, order Order, places []Place, page Paged) (Order, Condition, error) {
	var ids, has []string
	var args, idsArgs []any
	isApart := true
	for _, place := range places {
		has, args = append(has, place.Has), append(args, place.Args...)
		if page == nil || place.Column != order.Column {
			ids, idsArgs = append(ids, place.IDs), append(idsArgs, place.Args...)
			continue
		}
		isApart = false
		within := Condition{SQL: place.Column + " >= ? AND " + place.Column + " < ?", Args: place.Args}
		ids, idsArgs = append(ids, "SELECT id FROM (?) AS next"), append(idsArgs, page.Next(within))
	}
	inOrder := Condition{SQL: "(" + strings.Join(has, " OR ") + ")", Args: args}
	decide := func() (bool, error) { return page.SoonFull(inOrder) }
	if isApart {
		decide = func() (bool, error) { return areMany(read, places) }
	}
	isInOrder, err := decide()
	if err != nil {
		return order, inOrder, fmt.Errorf("look for words: %w", err)
	}
	if isInOrder {
		return order, inOrder, nil
	}
	order.Column = Unindexed(order.Column)
	return order, Condition{SQL: "id IN (SELECT id FROM (" + strings.Join(ids, " UNION ") + ") AS found)", Args: idsArgs}, nil
}

// areMany counts what is in the places, as far as that is a few.
func areMany(read *gorm.DB, places []Place) (bool, error) {
	var parts []string
	var args []any
	for _, place := range places {
		parts = append(parts, "SELECT id FROM ("+place.IDs+" LIMIT ?) AS part")
		args = append(append(args, place.Args...), fewFound+1)
	}
	var n int64
	count := "SELECT COUNT(*) FROM (" + strings.Join(parts, " UNION ALL ") + " LIMIT " + strconv.Itoa(fewFound+1) + ") AS few"
	err := read.Raw(count, args...).Find(&n).Error
	return n > fewFound, err
}
