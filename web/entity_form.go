package web

import (
	"cmp"
	"maps"
	"strings"

	"github.com/a-h/templ"
)

// formField is an input in its form.
type formField struct {
	Input
	around     input
	path       string // where scripts send the form; "" for nowhere
	takesFocus bool
}

// in is the input in a form, with what is said around it.
func (i Input) in(r Reader, errors []FieldError, at place) formField {
	i.Error = cmp.Or(i.Error, errorOf(errors, i.Name))
	switch {
	case i.Kind == "time":
		i.Hint = strings.TrimSpace(i.Hint + " " + r.ZoneName())
	case i.Kind == "secret" && i.Hint == "" && i.Optional:
		i.Hint = r.T("page.form.secret_kept")
	}
	around := input{ID: i.Name, Label: i.Label, Hint: i.Hint, Error: i.Error, Optional: i.Optional}
	return formField{Input: i, around: around, path: at.path, takesFocus: at.focus == i.Name}
}

// place is a form: where scripts send it, and which of its inputs is the one to go on with.
type place struct{ path, focus string }

// focus is the input to go on with: the first of a new one.
func (e EntityForm) focus() place {
	if e.Focus == "" && e.Version == 0 && len(e.Errors) == 0 && len(e.Inputs) > 0 {
		return place{e.Action, e.Inputs[0].Name}
	}
	return place{e.Action, e.Focus}
}

// searches says whether a search is among the inputs.
func (e EntityForm) searches() bool {
	for _, i := range e.Inputs {
		if i.Kind == "reference" {
			return true
		}
	}
	return false
}

// focus is the first input, unless something is wrong.
func (q Question) focus() place {
	if len(q.Errors) == 0 && len(q.Inputs) > 0 {
		return place{focus: q.Inputs[0].Name}
	}
	return place{}
}

// kept says on a form that is filled in what becomes of that.
func (q Question) kept() templ.Attributes {
	if q.Kept == "" {
		return nil
	}
	return templ.Attributes{"data-kept": q.Kept}
}

// look is how the button looks that does it.
func (q Question) look() string {
	if q.Danger {
		return "danger filled"
	}
	return "filled"
}

// labelOf names the inputs of a form.
func labelOf(inputs []Input) func(field string) string {
	return func(field string) string {
		for _, i := range inputs {
			if i.Name == field {
				return i.Label
			}
		}
		return field
	}
}

// inputTypes are how each kind is typed; the others are text.
var inputTypes = map[string]templ.Attributes{
	"email":  {"type": "email"},
	"number": {"type": "text", "inputmode": "numeric"},
	"money":  {"type": "text", "inputmode": "decimal"},
	"time":   {"type": "datetime-local"},
	"secret": {"type": "password", "autocomplete": "new-password"},
	"yes":    {},
	"choice": {},
	"lines":  {},
}

// attributes are those of the input itself.
func (i formField) attributes() templ.Attributes {
	all := i.tied()
	all["name"], all["required"] = i.Name, i.Required
	kind, known := inputTypes[i.Kind]
	if !known {
		kind = templ.Attributes{"type": "text"}
	}
	maps.Copy(all, kind)
	if i.Unit != "" {
		told, _ := all["aria-describedby"].(string)
		all["aria-describedby"] = strings.TrimSpace(i.Name + "-unit " + told)
	}
	return all
}

// tied ties what is pressed or typed into to what is said around it.
func (i formField) tied() templ.Attributes {
	tied := i.around.attributes()
	tied["autofocus"] = i.takesFocus
	return tied
}

// group ties a group of choices to what is said around it. It can be led to.
func (i formField) group() templ.Attributes {
	tied := i.around.attributes()
	tied["tabindex"] = "-1"
	return tied
}

// do makes a button that sends the form whole. With scripts the answer is taken into the page that is there.
func (i formField) do(what string) templ.Attributes {
	return i.sends(templ.Attributes{"name": "do", "value": what})
}

// find has the search done while it is typed, by what its button would do.
func (i formField) find() templ.Attributes {
	return i.sends(templ.Attributes{"data-do": "find:" + i.Name})
}

// sends adds where scripts send the form, where they do: a button when it is pressed, an input while it is typed into.
func (i formField) sends(attributes templ.Attributes) templ.Attributes {
	if i.path == "" {
		return attributes
	}
	attributes["hx-post"] = string(templ.URL(i.path))
	if attributes["data-do"] != nil {
		attributes["hx-trigger"] = "input delay:200ms"
	}
	return attributes
}

// muchText is how many characters have the width of the form.
const muchText = 200

// isWide says whether an input has the width of the form.
func (i formField) isWide() bool {
	switch i.Kind {
	case "lines", "reference":
		return true
	case "choice":
		return i.areCards()
	}
	return i.Most > muchText
}

// mostCards is how many choices are cards; more are a list to open.
const mostCards = 4

func (i formField) areCards() bool { return len(i.Options) <= mostCards }

// choices are all that can be chosen: what is there already too, whatever it is, and none where there may be none.
func (i formField) choices(r Reader) []Option {
	choices := i.Options
	if i.Value != "" && !i.has(i.Value) {
		choices = append([]Option{{Value: i.Value, Label: i.Value}}, choices...)
	}
	switch {
	case i.has(""):
	case i.Optional:
		choices = append([]Option{{Label: r.T("page.form.none")}}, choices...)
	case i.Value == "" && !i.areCards():
		choices = append([]Option{{Label: r.T("page.form.choose")}}, choices...)
	}
	return choices
}

func (i formField) has(value string) bool {
	for _, option := range i.Options {
		if option.Value == value {
			return true
		}
	}
	return false
}

// chosen is which of the choices is chosen, or the first.
func (i formField) chosen(r Reader) int {
	for n, option := range i.choices(r) {
		if option.Value == i.Value {
			return n
		}
	}
	return 0
}
