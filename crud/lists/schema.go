package lists

import "github.com/getkin/kin-openapi/openapi3"

// PageSchema is that of a list of something.
func PageSchema(of *openapi3.SchemaRef) *openapi3.Schema {
	data := openapi3.NewArraySchema()
	data.Items = of
	return openapi3.NewObjectSchema().
		WithProperty("data", data).
		WithProperty("next_cursor", cursorSchema()).
		WithProperty("prev_cursor", cursorSchema()).
		WithRequired([]string{"data", "next_cursor", "prev_cursor"}).
		WithoutAdditionalProperties()
}

func cursorSchema() *openapi3.Schema {
	return openapi3.NewStringSchema().WithTypes(openapi3.TypeString, openapi3.TypeNull)
}

// PageParameters are those of every list.
func PageParameters() openapi3.Parameters {
	return openapi3.Parameters{
		QueryParameter("cursor", "The next_cursor or prev_cursor of another page. It carries that list's filters and sort.", openapi3.NewStringSchema()),
		QueryParameter("limit", "How many at most.", openapi3.NewIntegerSchema().WithMin(1).WithMax(MaxLimit).WithDefault(DefaultLimit)),
	}
}

// QueryParameter describes one parameter of a list's URL.
func QueryParameter(name, description string, schema *openapi3.Schema) *openapi3.ParameterRef {
	return &openapi3.ParameterRef{Value: openapi3.NewQueryParameter(name).WithDescription(description).WithSchema(schema)}
}
