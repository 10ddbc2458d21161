package kit

import (
	"fmt"
	"mime"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// input is how one operation's input is read. It is made once, at registration.
type input struct {
	parameters []parameter
	queryNames []string // all that may be in the query, the handler's own included
	body       int      // index of the field Body; -1 for none
	upload     bool     // the handler reads the body by itself
	dryRun     bool     // it is a change, which can be tried without making it
	bodyType   reflect.Type
	rules      *rules
}

// parameter is one field that comes from the path, the query or a header.
type parameter struct {
	in, name string
	field    reflect.StructField
	index    int
	standard string // what an absent one is taken for; "" leaves it zero
	required bool
	set      func(field reflect.Value, text string) bool
}

var rawType = reflect.TypeFor[jsontext.Value]()

// newInput reads a type's tags. It panics on what can't be bound: a fault of the program.
func newInput(t reflect.Type, path string, op Op) *input {
	in := &input{body: -1, upload: op.Upload > 0}
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Name == "Body" {
			in.body, in.bodyType = i, field.Type
			continue
		}
		in.parameters = append(in.parameters, newParameter(t, field, i))
	}
	for _, p := range in.parameters {
		if p.in == "path" && !slices.Contains(strings.Split(path, "/"), ":"+p.name) {
			panic(fmt.Sprintf("kit: %s has no :%s for %s.%s", path, p.name, t, p.field.Name))
		}
		if p.in == "query" {
			in.queryNames = append(in.queryNames, p.name)
		}
	}
	for _, ref := range op.Query {
		in.queryNames = append(in.queryNames, ref.Value.Name)
	}
	if in.dryRun = op.dryRun(); in.dryRun {
		in.queryNames = append(in.queryNames, dryRunName)
	}
	in.rules = newRules(t)
	return in
}

func newParameter(t reflect.Type, field reflect.StructField, index int) parameter {
	p := parameter{field: field, index: index, standard: field.Tag.Get("default"), set: setter(field.Type)}
	for _, in := range []string{"path", "query", "header"} {
		if name := field.Tag.Get(in); name != "" {
			p.in, p.name = in, name
		}
	}
	if p.in == "path" && p.field.Type.Kind() == reflect.Int64 {
		p.set = setID
	}
	if p.in == "" || p.set == nil {
		panic(fmt.Sprintf("kit: %s.%s is not bound to anything that it could be read from", t, field.Name))
	}
	p.required = p.in == "path" || slices.Contains(strings.Split(field.Tag.Get("validate"), ","), "required")
	return p
}

// read fills an operation's input: path, query, headers, body, and then the rules.
func (in *input) read(c *fiber.Ctx, value reflect.Value) error {
	query, err := in.readQuery(c)
	if err != nil {
		return err
	}
	if in.dryRun {
		text, sent := query[dryRunName]
		if sent && text != "true" && text != "false" {
			return parameterFault(dryRunName, "PARAMETER_INVALID")
		}
		exchangeOf(c).dryRun = text == "true"
	}
	for _, p := range in.parameters {
		if err := p.read(c, query, value.Field(p.index)); err != nil {
			return err
		}
	}
	if err := in.readBody(c, value); err != nil {
		return err
	}
	return in.rules.check(value, rawBody(c))
}

// readQuery refuses parameters that are not known or sent twice: a filter that is ignored shows the wrong list.
func (in *input) readQuery(c *fiber.Ctx) (map[string]string, error) {
	query := map[string]string{}
	for name, value := range c.Request().URI().QueryArgs().All() {
		name, value := string(name), string(value)
		if !slices.Contains(in.queryNames, name) {
			return nil, parameterFault(strings.ToValidUTF8(name, "?"), "PARAMETER_UNKNOWN")
		}
		if _, twice := query[name]; twice {
			return nil, parameterFault(name, "PARAMETER_REPEATED")
		}
		if !plainText(value) {
			return nil, parameterFault(name, "PARAMETER_INVALID")
		}
		query[name] = value
	}
	return query, nil
}

func (p *parameter) read(c *fiber.Ctx, query map[string]string, field reflect.Value) error {
	text, sent := "", false
	switch p.in {
	case "path":
		text, sent = c.Params(p.name), true
	case "query":
		text, sent = query[p.name]
	case "header":
		text = c.Get(p.name)
		sent = text != ""
	}
	if !sent {
		text = p.standard
	}
	if !sent && text == "" {
		if p.required {
			return parameterFault(p.name, "REQUIRED")
		}
		return nil
	}
	if p.set(field, text) {
		return nil
	}
	if p.in == "path" {
		return fault.New(fault.Malformed, "ID_INVALID").On(p.name, "ID_INVALID")
	}
	return parameterFault(p.name, "PARAMETER_INVALID")
}

// parameterFault is a 400 about one parameter, by the code of what is wrong with it.
func parameterFault(name, code string) *fault.Fault {
	if strings.HasPrefix(code, "PARAMETER_") {
		return fault.New(fault.Malformed, code).On(name, code)
	}
	return fault.New(fault.Malformed, "PARAMETER_INVALID").On(name, code)
}

var (
	timeType = reflect.TypeFor[time.Time]()
	intKinds = []reflect.Kind{reflect.Int64, reflect.Int}
)

// setter reads one type from text; nil where there is no way to.
func setter(t reflect.Type) func(reflect.Value, string) bool {
	switch {
	case t.Kind() == reflect.Pointer:
		return pointerSetter(t)
	case t == timeType:
		return setTime
	case t.Kind() == reflect.String:
		return func(field reflect.Value, text string) bool { field.SetString(text); return plainText(text) }
	case slices.Contains(intKinds, t.Kind()):
		return setInt
	case t.Kind() == reflect.Bool:
		return func(field reflect.Value, text string) bool {
			field.SetBool(text == "true")
			return text == "true" || text == "false"
		}
	}
	return nil
}

func pointerSetter(t reflect.Type) func(reflect.Value, string) bool {
	inner := setter(t.Elem())
	if inner == nil {
		return nil
	}
	return func(field reflect.Value, text string) bool {
		field.Set(reflect.New(t.Elem()))
		return inner(field.Elem(), text)
	}
}

func setTime(field reflect.Value, text string) bool {
	at, err := time.Parse(time.RFC3339, text)
	field.Set(reflect.ValueOf(at.UTC()))
	return err == nil
}

// setID takes plain digits, above zero.
func setID(field reflect.Value, text string) bool {
	id, ok := ParseID(text)
	field.SetInt(id)
	return ok
}

// setInt takes whole numbers as they are written in the one plain way: "7", "0", "-3"; not "+7", "007" or "-0".
func setInt(field reflect.Value, text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	field.SetInt(n)
	return err == nil && strconv.FormatInt(n, 10) == text
}

// readBody reads the JSON body, where there is to be one. Where there is none, an empty object is as good as nothing.
func (in *input) readBody(c *fiber.Ctx, value reflect.Value) error {
	body := rawBody(c)
	if in.upload || in.body < 0 && len(body) == 0 {
		return nil
	}
	if len(body) == 0 {
		return fault.New(fault.Malformed, "BODY_REQUIRED")
	}
	if !jsonContent(c) {
		return fault.New(fault.UnsupportedMedia, "MEDIA_TYPE_UNSUPPORTED")
	}
	if in.body < 0 {
		return decode(body, &struct{}{})
	}
	return decode(body, value.Field(in.body).Addr().Interface())
}

// jsonContent says whether the body is JSON by its own account: application/json, or a merge patch for PATCH.
func jsonContent(c *fiber.Ctx) bool {
	media, options, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil {
		return false
	}
	if charset := options["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	return media == fiber.MIMEApplicationJSON || media == mergePatchType && c.Method() == fiber.MethodPatch
}

const mergePatchType = "application/merge-patch+json"
