package rest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/kit"
)

// component puts a schema among the document's components, and refers to it there.
func component(a *kit.App, name string, schema *openapi3.Schema) *openapi3.SchemaRef {
	a.Document().Components.Schemas[name] = schema.NewRef()
	return openapi3.NewSchemaRef("#/components/schemas/"+name, schema)
}

// Schema refers to an entity's schema in the document, once Serve has put it there.
func Schema[T any](d *crud.Description[T]) *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("#/components/schemas/"+typeName(d.Name), entitySchema(d))
}

// ListSchema refers likewise to that of a list of them.
func ListSchema[T any](d *crud.Description[T]) *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("#/components/schemas/"+typeName(d.Name)+"List", lists.PageSchema(Schema(d)))
}

// typeName is a name as that of a type: "stock_movement" becomes "StockMovement".
func typeName(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// object is a schema that has no other members than it names.
func object() *openapi3.Schema { return openapi3.NewObjectSchema().WithoutAdditionalProperties() }

// entitySchema is what answers show.
func entitySchema[T any](d *crud.Description[T]) *openapi3.Schema {
	s := object().
		WithProperty("id", openapi3.NewInt64Schema()).
		WithProperty("version", openapi3.NewInt64Schema()).
		WithProperty("created_at", openapi3.NewDateTimeSchema()).
		WithProperty("updated_at", openapi3.NewDateTimeSchema())
	for _, look := range d.Looks() {
		if !look.Flag && !look.Secret {
			s.WithProperty(look.Name, schemaOf(look))
		}
	}
	s.Required = slices.Sorted(maps.Keys(s.Properties))
	return s
}

// inputSchema is what POST and PUT take, or PATCH.
func inputSchema[T any](d *crud.Description[T], partial bool) *openapi3.Schema {
	s := object()
	for _, look := range d.Looks() {
		if look.Flag || look.ReadOnly {
			continue
		}
		s.WithProperty(look.Name, inputSchemaOf(look))
		if look.Required && !partial {
			s.Required = append(s.Required, look.Name)
		}
	}
	return s
}

// schemaOf is a field's in answers.
func schemaOf(look crud.Look) *openapi3.Schema {
	switch look.Kind {
	case crud.KindInt, crud.KindMoney:
		return openapi3.NewInt64Schema()
	case crud.KindRef:
		return openapi3.NewInt64Schema().WithTypes(openapi3.TypeInteger, openapi3.TypeNull)
	case crud.KindBool:
		return openapi3.NewBoolSchema()
	case crud.KindTime:
		return openapi3.NewDateTimeSchema().WithTypes(openapi3.TypeString, openapi3.TypeNull)
	case crud.KindText, crud.KindEmail, crud.KindChoice, crud.KindSecret:
	}
	s := openapi3.NewStringSchema()
	for _, choice := range look.Choices {
		s.Enum = append(s.Enum, choice)
	}
	return s
}

// inputSchemaOf is a field's in requests: its rules, and whether null stands for its default. One without a default
// refuses null.
func inputSchemaOf(look crud.Look) *openapi3.Schema {
	s := schemaOf(look)
	s.WriteOnly, s.Default = look.Secret, look.Default
	switch look.Kind {
	case crud.KindBool, crud.KindTime:
	case crud.KindInt, crud.KindMoney, crud.KindRef:
		s.WithMin(float64(look.Least)).WithMax(float64(look.Most))
	default:
		s.WithMaxLength(look.Most)
		if look.Required {
			s.WithMinLength(max(look.Least, 1))
		}
	}
	if !look.Required {
		s.Type = &openapi3.Types{(*s.Type)[0], openapi3.TypeNull}
		if s.Enum != nil {
			s.Enum = append(s.Enum, nil)
		}
	}
	return s
}

// listParameters are what a list's URL may have.
func listParameters[T any](d *crud.Description[T]) openapi3.Parameters {
	var parameters openapi3.Parameters
	add := func(name, description string, schema *openapi3.Schema) {
		parameters = append(parameters, lists.QueryParameter(name, description, schema))
	}
	var searched []string
	var sorts []any
	for _, look := range d.Looks() {
		if look.Search {
			searched = append(searched, look.Name)
		}
		if look.Filter {
			add(look.Name, "Only those with this value.", schemaOf(look))
		}
		if look.Sort {
			sorts = append(sorts, look.Name, "-"+look.Name)
		}
	}
	if searched != nil {
		add("search", "How "+strings.Join(searched, " or ")+" begins, whatever its accents and case.", openapi3.NewStringSchema())
	}
	add("ids", fmt.Sprintf("Only those with these ids, up to %d: 1,2,3.", lists.MaxLimit), openapi3.NewStringSchema())
	if d.Deletion == crud.Soft {
		sorts = append(sorts, "deleted_at", "-deleted_at")
		add("deleted", "Only those that are deleted, the last one first. They can be narrowed by ids and sorted by deleted_at alone.",
			openapi3.NewBoolSchema())
	}
	add("sort", "A minus means descending.", openapi3.NewStringSchema().WithEnum(sorts...).WithDefault("-created_at"))
	return append(parameters, lists.PageParameters()...)
}
