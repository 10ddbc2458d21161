package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// iconAddress is where the sprite has an icon.
func iconAddress(name string) string { return Asset("icons.svg") + "#" + name }

// input is one input of a form, and what is said around it.
type input struct {
	ID, Label, Hint, Error string
	Optional               bool
}

// attributes ties an input to what is said around it: <input { i.attributes()... }/>.
func (i input) attributes() templ.Attributes {
	tied := templ.Attributes{"id": i.ID}
	var told []string
	if i.Error != "" {
		tied["aria-invalid"] = "true"
		told = append(told, i.ID+"-error")
	}
	if i.Hint != "" {
		told = append(told, i.ID+"-hint")
	}
	if len(told) > 0 {
		tied["aria-describedby"] = strings.Join(told, " ")
	}
	return tied
}

// errorOf is what is wrong with one field; "" for nothing.
func errorOf(errors []FieldError, field string) string {
	for _, one := range errors {
		if one.Field == field {
			return one.Text
		}
	}
	return ""
}

// noteIcons are the icons of notes, by kind.
var noteIcons = map[string]string{"info": "info", "ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}

// noteRole has a screen reader told of a refusal at once.
func noteRole(kind string) templ.Attributes {
	if kind == "bad" {
		return templ.Attributes{"role": "alert"}
	}
	return nil
}

// look is how an order's status is shown: the kind of its badge, and its icon.
type look struct{ kind, icon string }

var statuses = map[string]look{
	"CREATED":   {"info", "clock"},
	"CONFIRMED": {"ok", "circle-check"},
	"CANCELED":  {"quiet", "ban"},
}

// milliseconds writes a duration for a script; none is below zero.
func milliseconds(d time.Duration) string {
	return strconv.FormatInt(max(d, 0).Milliseconds(), 10)
}

// left is how long it can be undone still.
func (u Undo) left(now time.Time) string { return milliseconds(u.Until.Sub(now)) }

// initials are the first letters of a name's first two words.
func initials(name string) string {
	words := strings.Fields(name)
	var letters strings.Builder
	for _, word := range words[:min(2, len(words))] {
		for _, letter := range word {
			letters.WriteRune(letter)
			break
		}
	}
	return strings.ToUpper(letters.String())
}
