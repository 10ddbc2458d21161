package web

import (
	"cmp"
	"strings"
)

// orNone is a value, or a dash for none.
func orNone(text string) string { return cmp.Or(text, "—") }

// theirs names the side of the other one.
func (c Conflict) theirs() string {
	if c.Who == "" {
		return c.T("page.conflict.theirs")
	}
	return c.T("page.conflict.theirs.who", "who", c.Who)
}

func (c Conflict) takeTheirs() string {
	if c.Who == "" {
		return c.T("page.conflict.take_theirs")
	}
	return c.T("page.conflict.take_theirs.who", "who", c.Who)
}

// whose says who has changed a field.
func (c Conflict) whose(row ConflictRow) string {
	switch {
	case row.Both:
		return c.T("page.conflict.both")
	case row.Yours != row.Before:
		return c.T("page.conflict.only_you")
	case c.Who == "":
		return c.T("page.conflict.only_they")
	}
	return c.T("page.conflict.only_they.who", "who", c.Who)
}

// changed says whether one side is other than before.
func (c Conflict) changed(row ConflictRow, text string) string {
	if text == row.Before {
		return c.T("page.conflict.unchanged")
	}
	return c.T("page.conflict.changed")
}

// task says what is left to be done.
func (c Conflict) task() string {
	both := 0
	for _, row := range c.Rows {
		if row.Both {
			both++
		}
	}
	if both == 0 {
		return c.T("page.conflict.apart")
	}
	return c.T("page.conflict.choose", "count", both)
}

// same names the fields in which there is nothing to choose.
func (c Conflict) same() string {
	var labels []string
	for _, row := range c.Rows {
		if row.Same {
			labels = append(labels, row.Label)
		}
	}
	return strings.Join(labels, ", ")
}
