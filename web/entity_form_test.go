package web

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func formOf(t *testing.T, form EntityForm) string {
	t.Helper()
	form.Frame = english()
	page := render(t, form.Page())
	return page[strings.Index(page, `id="entity-form"`):strings.LastIndex(page, "</form>")]
}

// Each kind of input sends what it holds, what it was, and for a box also that it was there.
func TestInputs(t *testing.T) {
	options := []Option{{"A", "First", "usual"}, {"B", "Second", ""}}
	many := append([]Option{{"C", "Third", ""}, {"D", "Fourth", ""}, {"E", "Fifth", ""}}, options...)
	for _, one := range []struct {
		input Input
		has   []string
		lacks []string
	}{
		{Input{Name: "name", Kind: "text", Value: "Sur", Before: "North", Required: true}, []string{`<input [^>]*name="name"[^>]* required [^>]*value="Sur"`, `name="before.name" value="North"`}, nil},
		{Input{Name: "email", Kind: "email"}, []string{`type="email"`}, nil},
		{Input{Name: "days", Kind: "number", Value: "3"}, []string{`inputmode="numeric"`, `type="text"`}, nil},
		{Input{Name: "cents", Kind: "money", Value: "1,5", Unit: "USD", Hint: "Net."}, []string{`inputmode="decimal"`, `aria-describedby="cents-unit cents-hint"`, `id="cents-unit">USD<`}, nil},
		{Input{Name: "at", Kind: "time", Value: "2025-11-20T18:20"}, []string{`type="datetime-local"`, `value="2025-11-20T18:20"`, "UTC"}, nil},
		{Input{Name: "on", Kind: "yes", Value: "true"}, []string{`name="sent.on" value="1"`, `type="checkbox" value="true" checked|value="true" checked`}, nil},
		{Input{Name: "off", Kind: "yes", Value: "false"}, []string{`name="sent.off" value="1"`}, []string{"checked"}},
		{Input{Name: "pass", Kind: "secret", Value: "hunter2", Before: "hunter1", Optional: true}, []string{`type="password"`, "new-password", "Leave it empty"}, []string{"hunter", "before.pass"}},
		{Input{Name: "notes", Kind: "lines", Value: "\none"}, []string{"<textarea [^>]*>\n\none</textarea>"}, nil},
		{Input{Name: "terms", Kind: "choice", Value: "B", Options: options, Required: true}, []string{`value="B" checked`, "<legend>", "usual"}, []string{"None", "<select"}},
		{Input{Name: "terms", Kind: "choice", Options: options, Optional: true}, []string{`value="" checked[^>]*> <span>None`}, []string{"<select"}},
		{Input{Name: "terms", Kind: "choice", Value: "Z", Options: options, Required: true}, []string{`value="Z" checked`}, []string{"None"}},
		{Input{Name: "terms", Kind: "choice", Options: many, Required: true}, []string{`<select [^>]*required`, `<option value="" selected>Choose…`}, []string{"type=\"radio\""}},
		{Input{Name: "terms", Kind: "choice", Value: "E", Options: many, Optional: true}, []string{`<option value="E" selected>`, `<option value="">None`}, nil},
	} {
		one.input.Label = "Label"
		form := formOf(t, EntityForm{Version: 3, Inputs: []Input{one.input}})
		for _, part := range one.has {
			require.Regexp(t, part, form)
		}
		for _, part := range one.lacks {
			require.NotContains(t, form, part)
		}
		require.Contains(t, form, `id="`+one.input.Name+`"`, "errors lead there")
		require.Equal(t, 1, strings.Count(form, `value="save"`), "its one button is what Enter presses")
	}
}

// A reference is looked for with a button, and chosen with another; Enter still saves.
func TestReference(t *testing.T) {
	input := Input{Name: "parent_id", Label: "Belongs to", Kind: "reference", Before: "7", Search: "gru", Note: "There are more.", Found: []Option{{"3", "Grupo Andino", "a@b.ec"}}}
	form := formOf(t, EntityForm{Action: "/backoffice/suppliers/12/edit", Version: 3, Inputs: []Input{input}, Focus: "parent_id", Label: "Save"})
	for _, part := range []string{
		`name="parent_id" value=""`, `name="before.parent_id" value="7"`, `name="parent_id_search" value="gru"`, `value="find:parent_id"`, `value="choose:parent_id:3"`,
		"<mark>Gru</mark>", "a@b.ec", "There are more.", `data-do="find:parent_id"`, `data-found="gru"`, "1 found",
	} {
		require.Contains(t, form, part)
	}
	require.Regexp(t, `<input [^>]*autofocus[^>]*id="parent_id"`, form)
	require.Less(t, strings.Index(form, `value="save"`), strings.Index(form, `value="find:`), "what Enter presses comes first")
	require.Equal(t, 3, strings.Count(form, `hx-post="/backoffice/suppliers/12/edit"`), "what searches and chooses, not what saves")

	input.Value, input.Chosen, input.Found = "3", &Option{"3", "Grupo Andino", "a@b.ec"}, nil
	form = formOf(t, EntityForm{Inputs: []Input{input}})
	require.Contains(t, form, `name="parent_id" value="3"`)
	require.Regexp(t, `<button [^>]*id="parent_id"[^>]*value="choose:parent_id:"`, form)
	require.NotContains(t, form, "parent_id_search")
}

// What is wrong is told twice: above the form, which has the focus then, and beside its input.
func TestErrorsOfAForm(t *testing.T) {
	inputs := []Input{{Name: "name", Label: "Name", Kind: "text"}, {Name: "terms", Label: "Terms", Kind: "choice", Options: []Option{{"A", "First", ""}}}}
	form := formOf(t, EntityForm{Inputs: inputs, Errors: []FieldError{{"name", "Is required."}, {"terms", "Choose one."}}})
	for _, part := range []string{
		`<a href="#name">Name: Is required.</a>`, `<a href="#terms">Terms: Choose one.</a>`, `id="name-error"`, `id="terms-error"`,
		`<input aria-describedby="name-error" aria-invalid="true" id="name" name="name"`, `<fieldset aria-describedby="terms-error" aria-invalid="true" id="terms"`,
	} {
		require.Contains(t, form, part)
	}
	require.Equal(t, 1, strings.Count(form, " autofocus"), "the summary alone")
	require.Regexp(t, `<input [^>]*autofocus[^>]*id="name"`, formOf(t, EntityForm{Inputs: inputs}), "a new one begins with its first field")
	require.NotContains(t, formOf(t, EntityForm{Inputs: inputs, Version: 2}), "autofocus", "who edits knows where")
}

// A conflict sends all three of each field, and what is taken of those that differ; Enter saves what is chosen.
func TestConflict(t *testing.T) {
	c := Conflict{
		Frame: english(), Title: "Sur was changed", Intro: "Ana saved this at 10:31.", Who: "Ana", Action: "/backoffice/suppliers/12/edit", Key: "9c1e", Version: 8,
		Rows: []ConflictRow{
			{Name: "sku", Label: "SKU", Before: "A", Theirs: "A", Yours: "A", Typed: "A", Was: "A", Other: "A", Take: "theirs", Same: true},
			{Name: "price", Label: "Price", Before: "1", Theirs: "2", Yours: "3", Typed: "3.0", Was: "1.0", Other: "2.0", Take: "yours", Both: true},
			{Name: "name", Label: "Name", Theirs: "N", Other: "N", Take: "theirs"},
		},
	}
	page := render(t, c.Page())
	_, form, _ := strings.Cut(page, `class="conflict"`)
	for _, part := range []string{
		`name="sku" value="A"`, `name="before.sku" value="A"`, `name="other.sku" value="A"`, `name="price" value="3.0"`, `name="before.price" value="1.0"`,
		`name="other.price" value="2.0"`, `name="take.price" id="take-price-yours" value="yours" checked`, `id="take-name-theirs" value="theirs" checked`,
		`name="version" value="8"`, `name="key" value="9c1e"`, `value="theirs"><span>Take all of Ana’s`, `value="mine"><span>Take all of mine`,
		"both changed it", "only Ana", "Theirs, Ana", "The same on both sides: SKU.", "One field was changed by both of you",
	} {
		require.Contains(t, form, part)
	}
	require.NotContains(t, form, "take.sku")
	require.Equal(t, 2, strings.Count(form, " checked"))
	require.Regexp(t, `^[^<]*<button [^>]*value="save"`, form[strings.Index(form, ">")+1:], "what Enter presses comes first")

	c.Who, c.Rows[1].Both, c.Rows[1].Theirs = "", false, "1"
	page = render(t, c.Page())
	for _, part := range []string{"only you", "only they", "Take all of theirs", "You changed different fields"} {
		require.Contains(t, page, part)
	}
}
