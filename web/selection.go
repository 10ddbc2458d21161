package web

import "github.com/a-h/templ"

// chooseAll offers all rows that match.
func (s Selection) chooseAll(r Reader) string {
	if s.Matching == nil {
		return r.T("page.selection.select_matching")
	}
	return r.T("page.selection.select_all", "n", r.Count(*s.Matching))
}

// allChosen says that all rows that match are chosen.
func (s Selection) allChosen(r Reader) string {
	if s.Matching == nil {
		return r.T("page.selection.matching_selected")
	}
	return r.T("page.selection.all_selected", "n", r.Count(*s.Matching))
}

// attributes are those of the action's button.
func (a SelectionAction) attributes() templ.Attributes {
	attributes := templ.Attributes{"name": "action", "value": a.Value}
	if a.File {
		attributes["data-file"] = "true"
	}
	return attributes
}
