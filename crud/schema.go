package crud

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"b2b.example/crud/lists"
	"b2b.example/kit"
)

// component puts a schema among the document's components, and refers to it there.
func component(a *kit.App, name string, schema *openapi3.Schema) *openapi3.SchemaRef {
	a.Document().Components.Schemas[name] = schema.NewRef()
	return openapi3.NewSchemaRef("#/components/schemas/"+name, schema)
}

// Schema refers to an entity's schema in the document, once Serve has put it there.
func (d *Description[T]) Schema() *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("#/components/schemas/"+typeName(d.Name), d.entitySchema())
}

// ListSchema refers likewise to that of a list of them.
func (d *Description[T]) ListSchema() *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("#/components/schemas/"+typeName(d.Name)+"List", lists.PageSchema(d.Schema()))
}

// closed says that an object has no other members.
func closed(s *openapi3.Schema) *openapi3.Schema { return s.WithoutAdditionalProperties() }

// entitySchema is what answers show.
func (d *Description[T]) entitySchema() *openapi3.Schema {
	s := closed(openapi3.NewObjectSchema()).
		WithProperty("id", openapi3.NewInt64Schema()).
		WithProperty("version", openapi3.NewInt64Schema()).
		WithProperty("created_at", openapi3.NewDateTimeSchema()).
		WithProperty("updated_at", openapi3.NewDateTimeSchema())
	for _, f := range d.bind(new(T)).fields {
		if !f.secret {
			s.WithProperty(f.name, f.schema())
		}
	}
	s.Required = slices.Sorted(maps.Keys(s.Properties))
	return s
}

// inputSchema is what POST and PUT take, or PATCH. Null gives a field its default, so those without one refuse it.
func (d *Description[T]) inputSchema(partial bool) *openapi3.Schema {
	s := closed(openapi3.NewObjectSchema())
	for _, f := range d.bind(new(T)).fields {
		if f.readOnly {
			continue
		}
		property := f.inputSchema()
		s.WithProperty(f.name, property)
		if f.required && !partial {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

// schema is a field's in answers.
func (f *Field) schema() *openapi3.Schema {
	s := f.value.schema()
	for _, choice := range f.choices {
		s.Enum = append(s.Enum, choice)
	}
	return s
}

// inputSchema is a field's in requests: its rules, and whether null stands for its default.
func (f *Field) inputSchema() *openapi3.Schema {
	s := f.schema()
	s.WriteOnly, s.Default = f.secret, f.initial
	switch f.value.(type) {
	case text:
		s.WithMaxLength(f.max)
		if f.required {
			s.WithMinLength(max(f.min, 1))
		}
	case number, link:
		s.WithMin(float64(f.min)).WithMax(float64(f.max))
	}
	if !f.required {
		s.Type = &openapi3.Types{(*s.Type)[0], openapi3.TypeNull}
		if s.Enum != nil {
			s.Enum = append(s.Enum, nil)
		}
	}
	return s
}

// listParameters are what a list's URL may have.
func (d *Description[T]) listParameters() openapi3.Parameters {
	var list openapi3.Parameters
	add := func(name, description string, schema *openapi3.Schema) {
		list = append(list, lists.QueryParameter(name, description, schema))
	}
	var searched []string
	var sorts []any
	for _, f := range d.listed() {
		if f.search {
			searched = append(searched, f.name)
		}
		if f.filter {
			add(f.name, "Only those with this value.", f.schema())
		}
		if f.sort {
			sorts = append(sorts, f.name, "-"+f.name)
		}
	}
	if searched != nil {
		add("search", "How "+strings.Join(searched, " or ")+" begins, whatever its accents and case.", openapi3.NewStringSchema())
	}
	add("ids", fmt.Sprintf("Only those with these ids, up to %d: 1,2,3.", lists.MaxLimit), openapi3.NewStringSchema())
	if d.Deletion == Soft {
		sorts = append(sorts, deletedAt, "-"+deletedAt)
		add("deleted", "Only those that are deleted, the last one first. They can be narrowed by ids and sorted by deleted_at alone.",
			openapi3.NewBoolSchema())
	}
	add("sort", "A minus means descending.", openapi3.NewStringSchema().WithEnum(sorts...).WithDefault(newestFirst))
	return append(list, lists.PageParameters()...)
}
