package webtest

import (
	"reflect"
	"strings"
)

// Hostile is a text that would do harm where it were taken for markup, that turns its line around, and that has a word
// longer than any page.
var Hostile = `<script>alert('x')</script>"><img src=x onerror=alert(1)>&amp; ` + "\u202eנסה \u2067مرحبا 👩‍👩‍👧‍👦 \t\n{{.count}} 'q' ${x} " + strings.Repeat("W", 2000)

// codes are the fields that hold a code, or what is nobody's to choose; all others hold any text, or an address.
var codes = map[string]bool{
	"Language": true, "Theme": true, "Currency": true, "Section": true, "Role": true, "Kind": true, "Status": true, "By": true, "What": true,
	"Focus": true, "PlacedThrough": true, "Channel": true, "CancelReason": true, "Reasons": true, "Action.Name": true, "Happening.Action": true,
	"Cancel.Reason": true, "FieldError.Field": true, "Icon": true, "Sorted": true, "Input.Name": true, "ConflictRow.Name": true, "Take": true,
	"ImportRow.Action": true, "NewBulkRun.Action": true, "BulkSummary.Action": true, "Outcome": true, "Words": true,
	"ColumnChoice.Name": true, "Selection.Name": true,
}

// addresses are the fields that hold an address without saying so in their names.
var addresses = map[string]bool{
	"Newer": true, "Older": true, "EntityForm.Action": true, "Question.Action": true, "Conflict.Action": true, "Import.Action": true, "Chosen.Action": true,
}

// Fill puts a text into every field of a view that holds any text, all the way down. An empty one stays empty.
func Fill(view any, text string) { fill(reflect.ValueOf(view).Elem(), text, isText) }

// FillAddresses puts a text into every field of a view that holds an address.
func FillAddresses(view any, text string) { fill(reflect.ValueOf(view).Elem(), text, isAddress) }

func isText(owner, field string) bool {
	return !codes[field] && !codes[owner+"."+field] && !isAddress(owner, field)
}

func isAddress(owner, field string) bool {
	return strings.HasSuffix(field, "URL") || addresses[field] || addresses[owner+"."+field]
}

// fill goes through a value, and puts a text into the fields that are wanted.
func fill(value reflect.Value, text string, wanted func(owner, field string) bool) {
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			fresh := reflect.New(value.Type().Elem()) // what two views share is not changed
			fresh.Elem().Set(value.Elem())
			fill(fresh.Elem(), text, wanted)
			value.Set(fresh)
		}
	case reflect.Slice:
		fresh := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		reflect.Copy(fresh, value)
		for i := range fresh.Len() {
			fill(fresh.Index(i), text, wanted)
		}
		value.Set(fresh)
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if !field.IsExported() || value.Type().PkgPath() == "time" {
				return
			}
			if at := value.Field(i); at.Kind() != reflect.String {
				fill(at, text, wanted)
			} else if at.String() != "" && wanted(value.Type().Name(), field.Name) {
				at.SetString(text)
			}
		}
	default: // a number, a truth, a time: no text
	}
}
