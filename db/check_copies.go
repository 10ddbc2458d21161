package db

import "database/sql"

// Copy is a column that holds another's text as searches and unique indexes see it.
type Copy struct {
	Column, Key string
	Fold        func(string) string
}

// CopiesMatch is true of every table whose texts have copies: each is that of its text.
func CopiesMatch(entity, table string, copies ...Copy) Invariant {
	return Invariant{
		Name: "what is searched in " + table + " is what is shown", Over: table,
		Means:   "A search does not find the row, or two rows have what only one may have. Saving the row again mends it.",
		Compare: func(s *Slice) error { return mismatched(s, entity, table, copies) },
	}
}

// mismatched finds the copies that are not those of their texts; that of a deleted row is NULL.
func mismatched(s *Slice, entity, table string, copies []Copy) error {
	var id int64
	columns, targets := []string{"id"}, []any{&id}
	texts, keys := make([]string, len(copies)), make([]sql.NullString, len(copies))
	for i, c := range copies {
		columns, targets = append(columns, c.Column, c.Key), append(targets, &texts[i], &keys[i])
	}
	query := s.Table(table).Select(columns).Where("id BETWEEN ? AND ?", s.First, s.Last).Order("id")
	return EachRow(query, func(row *sql.Rows) error {
		err := row.Scan(targets...)
		for i, c := range copies {
			if keys[i].Valid && keys[i].String != c.Fold(texts[i]) {
				s.Found(entity, id, c.Key+" is not that of its "+c.Column)
			}
		}
		return err
	})
}
