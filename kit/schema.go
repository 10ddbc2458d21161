package kit

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3gen"
)

// SchemaOf is the schema of a type that an operation encodes by itself, before it answers with an Answer.
func SchemaOf[T any](a *App) *openapi3.SchemaRef {
	return a.document.schema(reflect.TypeFor[T](), answers)
}

// direction is which way a type travels: what a reader may leave out, a writer must not.
type direction bool

const (
	inputs  direction = false
	answers direction = true
)

// schema makes a type's schema. Named structs become components; a name that is taken by another type panics.
func (d *document) schema(t reflect.Type, way direction) *openapi3.SchemaRef {
	found := openapi3.Schemas{}
	generator := openapi3gen.NewGenerator(
		openapi3gen.SchemaCustomizer(func(_ string, t reflect.Type, _ reflect.StructTag, s *openapi3.Schema) error {
			describe(s, t, way)
			return nil
		}),
		openapi3gen.CreateTypeNameGenerator(func(t reflect.Type) string { return componentName(t, way) }),
		openapi3gen.CreateComponentSchemas(openapi3gen.ExportComponentSchemasOptions{
			ExportComponentSchemas: true, ExportTopLevelSchema: true, ExportGenerics: true,
		}),
	)
	ref, err := generator.NewSchemaRefForValue(reflect.New(t).Elem().Interface(), found)
	if err != nil {
		panic(fmt.Sprintf("kit: %s has no schema: %v", t, err))
	}
	for name, one := range found {
		d.enter(name, one)
	}
	return ref
}

func (d *document) enter(name string, schema *openapi3.SchemaRef) {
	if before, taken := d.doc.Components.Schemas[name]; taken && !sameJSON(before, schema) {
		panic(fmt.Sprintf("kit: two types are called %s: give one of them another name", name))
	}
	d.doc.Components.Schemas[name] = schema
}

func sameJSON(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && string(left) == string(right)
}

// componentName tells what is sent from what is answered: the same type has other rules each way.
func componentName(t reflect.Type, way direction) string {
	name := typeName(t)
	if name == "" || way == answers || strings.HasSuffix(name, "Input") {
		return name
	}
	return name + "Input"
}

// typeName names a type: Page[b2b.example/orders-api.Order] is PageOrder.
func typeName(t reflect.Type) string {
	outer, inner, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return upperFirst(outer)
	}
	parts := []string{upperFirst(outer)}
	for argument := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
		parts = append(parts, upperFirst(argument[strings.LastIndexAny(argument, "./*")+1:]))
	}
	return strings.Join(parts, "")
}

func upperFirst(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// describe adds to the generator's schema of a struct what its tags say of each field.
func describe(s *openapi3.Schema, t reflect.Type, way direction) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType {
		return
	}
	if way == inputs {
		s.AdditionalProperties = openapi3.AdditionalProperties{Has: new(bool)}
	}
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if options == "embed" {
			delete(s.Properties, field.Name)
			s.AdditionalProperties = openapi3.AdditionalProperties{Has: new(true)}
		}
		property := s.Properties[name]
		if property == nil {
			continue
		}
		tag := field.Tag.Get("validate")
		if required(way, options, tag) {
			s.Required = append(s.Required, name)
		}
		s.Properties[name] = nullableRef(property, field.Type)
		if !isComponent(property) {
			applyRules(property.Value, field.Type, tag)
		}
	}
	slices.Sort(s.Required)
}

// required: an answer has every field that it does not omit; of an input, those that the rules ask for.
func required(way direction, options, tag string) bool {
	if way == answers {
		return !strings.Contains(options, "omit")
	}
	return slices.Contains(strings.Split(tag, ","), "required")
}

// nullableRef says "or null" the way 3.1 does: in the list of types, or beside a reference.
func nullableRef(property *openapi3.SchemaRef, t reflect.Type) *openapi3.SchemaRef {
	if t.Kind() != reflect.Pointer {
		return property
	}
	if isComponent(property) {
		null := openapi3.NewSchemaRef("", &openapi3.Schema{Type: &openapi3.Types{"null"}})
		return openapi3.NewSchemaRef("", &openapi3.Schema{AnyOf: openapi3.SchemaRefs{property, null}})
	}
	property.Value.Nullable = false
	if property.Value.Type != nil {
		list := append(slices.Clone(*property.Value.Type), "null")
		property.Value.Type = &list
	}
	return property
}

// isComponent tells a reference from the plain type names that the generator keeps in the same place.
func isComponent(ref *openapi3.SchemaRef) bool { return strings.HasPrefix(ref.Ref, "#/") }

// applyRules writes a `validate` tag's rules into a schema; those behind "dive" are each entry's.
func applyRules(s *openapi3.Schema, t reflect.Type, tag string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	own, entries, dives := strings.Cut(tag, "dive")
	for rule := range strings.SplitSeq(own, ",") {
		name, value, _ := strings.Cut(rule, "=")
		applyRule(s, t.Kind(), name, value)
	}
	if dives && s.Items != nil && !isComponent(s.Items) {
		applyRules(s.Items.Value, t.Elem(), strings.TrimPrefix(entries, ","))
	}
}

func applyRule(s *openapi3.Schema, kind reflect.Kind, name, value string) {
	limit, _ := strconv.ParseInt(value, 10, 64)
	switch name {
	case "min", "gte":
		lowerLimit(s, kind, limit)
	case "max", "lte":
		upperLimit(s, kind, limit)
	case "gt":
		lowerLimit(s, kind, limit+1)
	case "lt":
		upperLimit(s, kind, limit-1)
	case "required":
		if kind == reflect.String && s.MinLength == 0 {
			s.MinLength = 1
		}
	case "email":
		s.Format = "email"
	case "oneof":
		for choice := range strings.FieldsSeq(value) {
			s.Enum = append(s.Enum, choice)
		}
	}
}

func lowerLimit(s *openapi3.Schema, kind reflect.Kind, limit int64) {
	switch kind {
	case reflect.String:
		s.MinLength = uint64(limit)
	case reflect.Slice:
		s.MinItems = uint64(limit)
	default:
		s.WithMin(float64(limit))
	}
}

func upperLimit(s *openapi3.Schema, kind reflect.Kind, limit int64) {
	most := uint64(limit)
	switch kind {
	case reflect.String:
		s.MaxLength = &most
	case reflect.Slice:
		s.MaxItems = &most
	default:
		s.WithMax(float64(limit))
	}
}
