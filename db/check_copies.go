package db

// Copy is a column that holds another's text as searches and unique indexes see it.
type Copy struct {
	Column, Key string
	Fold        func(string) string
}

// copied is a text with its copy; that of a deleted row is NULL.
type copied struct {
	ID       int64
	Original string
	Copy     *string
}

// CopiesMatch is true of every table whose texts have copies: each is that of its text.
func CopiesMatch(entity, table string, copies ...Copy) Invariant {
	return Invariant{
		Name: "what is searched in " + table + " is what is shown", Over: table,
		Means: "A search does not find the row, or two rows have what only one may have. Saving the row again mends it.",
		Compare: func(s *Slice) error {
			for _, c := range copies {
				var rows []copied
				err := s.Table(table).Select("id", c.Column+" AS original", c.Key+" AS copy").
					Where("id BETWEEN ? AND ?", s.First, s.Last).Order("id").Find(&rows).Error
				if err != nil {
					return err
				}
				for _, row := range rows {
					if row.Copy != nil && *row.Copy != c.Fold(row.Original) {
						s.Found(entity, row.ID, c.Key+" is not that of its "+c.Column)
					}
				}
			}
			return nil
		},
	}
}
