package screens

import (
	"net/url"
	"slices"
	"strings"

	"b2b.example/crud/lists"
	"b2b.example/web"
)

// The parameters of a list by which its columns are chosen.
const (
	ByColumns = "columns" // those that the list shows, in its address
	ByColumn  = "column"  // one of them, as its form sends it
)

// Columns are the names of those that can be left out of a list, in their order.
type Columns []string

// Choose makes of what the form of the columns has sent the list's parameter: those that are ticked, or all of them where
// none is.
func (all Columns) Choose(params url.Values) {
	var chosen []string
	for _, name := range all {
		if slices.Contains(params[ByColumn], name) {
			chosen = append(chosen, name)
		}
	}
	params.Del(ByColumn)
	params.Del(ByColumns)
	if len(chosen) > 0 && len(chosen) < len(all) {
		params.Set(ByColumns, strings.Join(chosen, ","))
	}
}

// Shown are the columns that a list's parameters ask for.
func (all Columns) Shown(params url.Values) ([]string, error) {
	if !params.Has(ByColumns) {
		return all, nil
	}
	shown := strings.Split(params.Get(ByColumns), ",")
	for _, name := range shown {
		if !slices.Contains(all, name) || len(params[ByColumns]) > 1 {
			return nil, lists.InvalidParam(ByColumns)
		}
	}
	return shown, nil
}

// Offer is the choice among the columns.
func (all Columns) Offer(shown []string, label func(name string) string) []web.ColumnChoice {
	offered := make([]web.ColumnChoice, 0, len(all))
	for _, name := range all {
		offered = append(offered, web.ColumnChoice{Name: name, Label: label(name), Shown: slices.Contains(shown, name)})
	}
	return offered
}
