package web

// filter is a chip as a filter that has nothing to choose.
func (c Chip) filter() Filter { return Filter{Label: c.Name, Value: c.Value, RemoveURL: c.RemoveURL} }

// isNarrowed says whether a filter is on.
func (a Activity) isNarrowed() bool {
	for _, filter := range a.Filters {
		if filter.Value != "" {
			return true
		}
	}
	return len(a.Chips) > 0
}

// shown says how many changes a page shows, and from when they are.
func (a Activity) shown() string {
	count := a.T("page.activity.shown", "count", len(a.Rows))
	if len(a.Rows) == 0 {
		return count
	}
	return count + " · " + a.span(a.Rows[0].At, a.Rows[len(a.Rows)-1].At)
}
