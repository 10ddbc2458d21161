package web

import "strings"

// shownFilters are those that are on, or can be.
func (e Entities) shownFilters() []Filter {
	var shown []Filter
	for _, filter := range e.Filters {
		if filter.Value != "" || len(filter.Options) > 0 {
			shown = append(shown, filter)
		}
	}
	return shown
}

// hasMenu says whether there is anything in the menu for phones.
func (e Entities) hasMenu() bool {
	for _, column := range e.Columns {
		if column.SortURL != "" {
			return true
		}
	}
	return e.ImportURL != "" || e.CSVURL != ""
}

// places are the classes of a list's columns: how wide each is, which what is in it tells.
func (e Entities) places() []string {
	width := len(e.Columns)
	for _, row := range e.Rows {
		width = max(width, len(row.Cells))
	}
	places := make([]string, max(width, 1))
	for i, column := range e.Columns {
		if column.Number {
			places[i] = "number"
		}
	}
	for _, row := range e.Rows {
		for i, one := range row.Cells {
			if places[i] == "" && i > 0 && one.Text != "" {
				places[i] = cellPlaces[one.Kind]
			}
		}
	}
	places[0] = strings.TrimSpace("id " + places[0])
	if len(e.Columns) > 0 && e.Columns[0].Short {
		places[0] += " short"
	}
	return places
}

// cellPlaces are the columns of each kind of cell; any text has what the others leave.
var cellPlaces = map[string]string{"number": "number", "time": "time", "yes": "word", "no": "word", "badge": "word"}

// filtersOn names the filters that are on.
func (e Entities) filtersOn() string {
	var on []string
	for _, filter := range e.Filters {
		if filter.Value != "" {
			on = append(on, filter.Label+" "+filter.Value)
		}
	}
	return strings.Join(on, ", ")
}

// sought says where nothing was found.
func (e Entities) sought() string {
	var said []string
	if filters := e.filtersOn(); filters != "" {
		said = append(said, e.T("page.list.filtered", "filters", filters))
	}
	if e.Search != "" && e.SearchHint != "" {
		said = append(said, e.T("page.list.nothing.hint", "fields", e.SearchHint))
	}
	return strings.Join(said, " ")
}
