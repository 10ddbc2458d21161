package kit

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-playground/validator/v10"

	"b2b.example/kit/fault"
)

// validate checks `validate` tags. It keeps what it learned of each type; rules teaches it at registration.
var validate = newValidator()

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(wireName)
	if err := v.RegisterValidation("printable", isPrintable); err != nil {
		panic(err) // a name of ours that the library has taken: found by the first test
	}
	return v
}

// wireName is what the one who sent a field calls it.
func wireName(field reflect.StructField) string {
	for _, tag := range []string{"json", "query", "path", "header"} {
		if name, _, _ := strings.Cut(field.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	return field.Name
}

// isPrintable: letters, digits, signs and blanks, but nothing that can't be seen.
func isPrintable(f validator.FieldLevel) bool {
	return !strings.ContainsFunc(f.Field().String(), func(r rune) bool { return !unicode.IsPrint(r) })
}

// rules are an input type's `validate` tags.
type rules struct {
	any    bool // whether it has any at all
	prefix int  // length of what the library puts before a path
}

// newRules makes the library read a type's tags now: a wrong one panics at start, and no request pays for it.
func newRules(t reflect.Type) *rules {
	r := &rules{any: hasRules(t, nil)}
	if t.Name() != "" {
		r.prefix = len(t.Name()) + len(".")
	}
	if r.any {
		_ = validate.Struct(sample(t, 0).Interface()) // the verdict on a sample says nothing
	}
	return r
}

func hasRules(t reflect.Type, seen []reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType {
		return false
	}
	if slices.Contains(seen, t) {
		return false
	}
	for field := range t.Fields() {
		if field.Tag.Get("validate") != "" || hasRules(field.Type, append(seen, t)) {
			return true
		}
	}
	return false
}

// deepest ends the samples of types that contain themselves.
const deepest = 8

// sample is a value in which every list has an entry and every pointer a target, so that all tags are met.
func sample(t reflect.Type, depth int) reflect.Value {
	value := reflect.New(t).Elem()
	if depth == deepest {
		return value
	}
	switch t.Kind() { //nolint:exhaustive // the other kinds hold no tags
	case reflect.Pointer:
		value.Set(sample(t.Elem(), depth+1).Addr())
	case reflect.Slice:
		value.Set(reflect.Append(value, sample(t.Elem(), depth+1)))
	case reflect.Struct:
		for i := range t.NumField() {
			if t != timeType && t.Field(i).IsExported() {
				value.Field(i).Set(sample(t.Field(i).Type, depth+1))
			}
		}
	}
	return value
}

// Validate checks the `validate` tags of an input that came another way than as JSON. The fault is that of check.
func Validate[In any](in *In) error {
	return newRules(reflect.TypeFor[In]()).check(reflect.ValueOf(in).Elem(), nil)
}

// check applies the rules: 400 PARAMETER_INVALID for what came in the address or a header, else 422 VALIDATION_FAILED
// with every faulty field at once. The body is what the input was read from, nil where it was no JSON.
func (r *rules) check(value reflect.Value, body []byte) error {
	if !r.any {
		return nil
	}
	err := validate.Struct(value.Addr().Interface())
	if err == nil {
		return nil
	}
	var found validator.ValidationErrors
	if !errors.As(err, &found) {
		return err
	}
	parameters, invalid := fault.New(fault.Malformed, "PARAMETER_INVALID"), fault.New(fault.Invalid, "VALIDATION_FAILED")
	for _, one := range found {
		path := one.Namespace()[r.prefix:]
		field, inBody := strings.CutPrefix(path, "Body")
		if inBody {
			field = strings.TrimPrefix(field, ".")
			invalid.Fields = append(invalid.Fields, r.zeroFault(value.Type(), body, field, one))
			continue
		}
		parameters.Fields = append(parameters.Fields, fieldFault(path, one))
	}
	if len(parameters.Fields) > 0 {
		return parameters
	}
	return invalid
}

// zeroFault is fieldFault, but for a 0 that was sent where the least is more: to the library a required number that is 0
// is not there.
func (r *rules) zeroFault(t reflect.Type, body []byte, path string, found validator.FieldError) fault.Field {
	if found.Tag() == "required" && slices.Contains(intKinds, found.Kind()) && isSent(body, path) {
		if least := leastOf(t, found.StructNamespace()[r.prefix:]); least > 0 {
			return fault.Field{Field: path, Code: "TOO_SMALL", Args: fault.Args{"min": least}}
		}
	}
	return fieldFault(path, found)
}

// isSent says whether a body has something at a path like items[2].qty.
func isSent(body []byte, path string) bool {
	wanted := jsontext.Pointer("/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path))
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.ReadToken(); err != nil {
			return false
		}
		if d.StackPointer() == wanted {
			return true
		}
	}
}

// leastOf is the least that a type's field may be by its own rules, 0 where they say none. The field is named as in Go:
// Body.Items[2].Qty.
func leastOf(t reflect.Type, name string) (least int64) {
	tag := ""
	for part := range strings.SplitSeq(name, ".") {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		part, _, _ = strings.Cut(part, "[")
		field, _ := t.FieldByName(part)
		t, tag = field.Type, field.Tag.Get("validate")
	}
	for rule := range strings.SplitSeq(tag, ",") {
		if text, ok := strings.CutPrefix(rule, "min="); ok {
			least, _ = strconv.ParseInt(text, 10, 64) // the library has read it at registration
		}
	}
	return least
}

// fieldFault gives the library's finding our code, with the limit that was passed.
func fieldFault(path string, found validator.FieldError) fault.Field {
	text, list := found.Kind() == reflect.String, found.Kind() == reflect.Slice
	limit, _ := strconv.ParseInt(found.Param(), 10, 64)
	field := func(code, name string, value any) fault.Field {
		return fault.Field{Field: path, Code: code, Args: fault.Args{name: value}}
	}
	switch found.Tag() {
	case "required":
		return fault.Field{Field: path, Code: "REQUIRED"}
	case "email":
		return fault.Field{Field: path, Code: "NOT_AN_EMAIL"}
	case "printable":
		return fault.Field{Field: path, Code: "NOT_PRINTABLE"}
	case "oneof":
		return field("NOT_A_CHOICE", "choices", strings.Join(strings.Fields(found.Param()), ", "))
	case "min", "gte":
		return field(pick(text, "TOO_SHORT", list, "TOO_FEW", "TOO_SMALL"), "min", limit)
	case "max", "lte":
		return field(pick(text, "TOO_LONG", list, "TOO_MANY", "TOO_LARGE"), "max", limit)
	case "gt":
		return field("TOO_SMALL", "min", limit+1)
	case "lt":
		return field("TOO_LARGE", "max", limit-1)
	}
	return fault.Field{Field: path, Code: "INVALID"}
}

func pick(text bool, ofText string, list bool, ofList, ofNumber string) string {
	switch {
	case text:
		return ofText
	case list:
		return ofList
	}
	return ofNumber
}
