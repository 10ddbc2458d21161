package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
)

// document grows by one entry for each operation. Everything in it comes from what the operation itself works with.
type document struct{ doc *openapi3.T }

const (
	operatorScheme = "operator"
	serviceScheme  = "service"
)

// apiVersion is the API's, not the build's: the document says the same whenever it is made.
const apiVersion = "1"

func newDocument(name string) *document {
	d := &document{doc: &openapi3.T{
		OpenAPI: "3.1.0",
		Info:    &openapi3.Info{Title: name, Version: apiVersion},
		Paths:   openapi3.NewPaths(),
		Components: &openapi3.Components{
			Schemas:   openapi3.Schemas{},
			Responses: openapi3.ResponseBodies{},
			SecuritySchemes: openapi3.SecuritySchemes{
				operatorScheme: scheme("JWT", "An operator's access token, from POST /auth/token of customers-api."),
				serviceScheme:  scheme("", "The SERVICE_TOKEN of a service."),
			},
		},
	}}
	d.schema(reflect.TypeFor[Problem](), answers)
	return d
}

func scheme(format, description string) *openapi3.SecuritySchemeRef {
	return &openapi3.SecuritySchemeRef{Value: &openapi3.SecurityScheme{
		Type: "http", Scheme: "bearer", BearerFormat: format, Description: description,
	}}
}

// add enters an operation. It panics on a code that is not in the list of codes, and on an id that is taken.
func (d *document) add(method, path string, op Op, in *input, out reflect.Type) {
	if op.ID == "" || d.taken(op.ID) {
		panic(fmt.Sprintf("kit: %s %s needs an ID of its own, not %q", method, path, op.ID))
	}
	entry := openapi3.NewOperation()
	entry.OperationID, entry.Summary, entry.Description = op.ID, op.Summary, op.Description
	if op.Tag != "" {
		entry.Tags = []string{op.Tag}
	}
	entry.Security = security(op.Guard)
	entry.Parameters = d.parameters(op, in)
	entry.RequestBody = d.requestBody(method, op, in)
	entry.Responses = openapi3.NewResponsesWithCapacity(8)
	entry.Responses.Set(strconv.Itoa(op.status(out)), &openapi3.ResponseRef{Value: d.success(op, out)})
	if op.Gone {
		gone := openapi3.NewResponse().WithDescription("It was done, and has been deleted since.")
		gone.Headers = successHeaders(op, http.StatusNoContent)
		entry.Responses.Set("204", &openapi3.ResponseRef{Value: gone})
	}
	for status, list := range problemCodes(path, op, in) {
		entry.Responses.Set(strconv.Itoa(status), d.problem(status, list))
	}
	d.doc.AddOperation(documentPath(path), method, entry)
}

func (d *document) taken(id string) bool {
	for _, item := range d.doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID == id {
				return true
			}
		}
	}
	return false
}

var pathParameter = regexp.MustCompile(`:([A-Za-z_]+)`)

// documentPath writes Fiber's /orders/:id as /orders/{id}.
func documentPath(path string) string { return pathParameter.ReplaceAllString(path, "{$1}") }

func security(g Guard) *openapi3.SecurityRequirements {
	requirements := openapi3.NewSecurityRequirements()
	if g.Role != "" {
		requirements.With(openapi3.NewSecurityRequirement().Authenticate(operatorScheme))
	}
	if g.Services {
		requirements.With(openapi3.NewSecurityRequirement().Authenticate(serviceScheme))
	}
	return requirements
}

func (d *document) parameters(op Op, in *input) openapi3.Parameters {
	var list openapi3.Parameters
	for _, p := range in.parameters {
		list = append(list, &openapi3.ParameterRef{Value: d.parameter(p)})
	}
	list = append(list, op.Query...)
	if op.Key != KeyIgnored {
		key := openapi3.NewHeaderParameter(headerKey).WithRequired(op.Key == KeyRequired).
			WithSchema(openapi3.NewStringSchema().WithMinLength(1).WithMaxLength(257)).
			WithDescription("Makes the request happen once, however often it is sent.")
		list = append(list, &openapi3.ParameterRef{Value: key})
	}
	if op.dryRun() {
		dry := openapi3.NewQueryParameter(dryRunName).WithSchema(openapi3.NewBoolSchema()).
			WithDescription("Decides everything, changes nothing, stores no key, and answers what would have been.")
		list = append(list, &openapi3.ParameterRef{Value: dry})
	}
	if op.IfMatch {
		match := openapi3.NewHeaderParameter("If-Match").WithSchema(openapi3.NewStringSchema()).
			WithDescription("The ETag of the version that is changed, or *.")
		list = append(list, &openapi3.ParameterRef{Value: match})
	}
	return list
}

func (d *document) parameter(p parameter) *openapi3.Parameter {
	schema := d.schema(p.field.Type, inputs).Value
	schema.Nullable = false
	applyRules(schema, p.field.Type, p.field.Tag.Get("validate"))
	if p.in == "path" && schema.Type.Is("integer") {
		schema.WithMin(1)
	}
	if p.standard != "" {
		schema.Default = standardValue(schema, p.standard)
	}
	return &openapi3.Parameter{Name: p.name, In: p.in, Required: p.required, Schema: openapi3.NewSchemaRef("", schema)}
}

// standardValue is a default as its type has it.
func standardValue(schema *openapi3.Schema, text string) any {
	if n, err := strconv.ParseFloat(text, 64); err == nil && schema.Type.Is("integer") {
		return n
	}
	if schema.Type.Is("boolean") {
		return text == "true"
	}
	return text
}

func (d *document) requestBody(method string, op Op, in *input) *openapi3.RequestBodyRef {
	if op.Upload > 0 {
		return uploadBody()
	}
	if in.body < 0 {
		return nil
	}
	ref := op.In
	if ref == nil {
		ref = d.schema(in.bodyType, inputs)
	}
	media := []string{"application/json"}
	if method == http.MethodPatch {
		media = append(media, mergePatchType)
	}
	return &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(true).WithSchemaRef(ref, media)}
}

// uploadBody is a file: as it is, or as the one file of a form.
func uploadBody() *openapi3.RequestBodyRef {
	file := openapi3.NewStringSchema()
	form := openapi3.NewObjectSchema().WithProperty("file", openapi3.NewStringSchema().WithFormat("binary")).WithRequired([]string{"file"})
	return &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(true).WithContent(openapi3.Content{
		"text/csv":            openapi3.NewMediaType().WithSchema(file),
		"multipart/form-data": openapi3.NewMediaType().WithSchema(form),
	})}
}

func (d *document) success(op Op, out reflect.Type) *openapi3.Response {
	status := op.status(out)
	response := openapi3.NewResponse().WithDescription(http.StatusText(status))
	response.Headers = successHeaders(op, status)
	switch {
	case status == http.StatusNoContent:
	case op.Out != nil:
		response.WithJSONSchemaRef(op.Out)
	case out == reflect.TypeFor[Answer]():
		response.WithJSONSchema(openapi3.NewSchema())
	default:
		response.WithJSONSchemaRef(d.schema(out, answers))
	}
	if op.CSV {
		response.Content["text/csv"] = openapi3.NewMediaType().WithSchema(openapi3.NewStringSchema())
	}
	return response
}

func successHeaders(op Op, status int) openapi3.Headers {
	headers := openapi3.Headers{}
	header := func(name, description string, wanted bool) {
		if wanted {
			headers[name] = &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
				Description: description, Schema: openapi3.NewSchemaRef("", openapi3.NewStringSchema()),
			}}}
		}
	}
	header("ETag", "The entity's version, quoted.", (op.ETag || op.IfMatch) && status != http.StatusNoContent)
	header("Location", "Where the new entity is.", op.Location || status == http.StatusCreated)
	header("Link", "The neighbouring pages.", op.Link)
	header(headerReplayed, "\"true\" when this is the stored answer to an earlier request.", op.Key != KeyIgnored)
	header(headerDryRun, "\"true\" when nothing was changed.", op.dryRun())
	return headers
}

// problemCodes are the codes that an operation may answer, by status: those that follow from how it is described, and
// those that it names.
func problemCodes(path string, op Op, in *input) map[int][]string {
	found := map[int][]string{}
	add := func(when bool, names ...string) {
		for _, code := range names {
			status := statusOfCode(code)
			if status == 0 {
				panic(fmt.Sprintf("kit: %s names the code %s, which is in no list: see codes in problem.go", op.ID, code))
			}
			if when && !slices.Contains(found[status], code) {
				found[status] = append(found[status], code)
			}
		}
	}
	named := strings.Contains(path, ":")
	add(true, "PARAMETER_UNKNOWN", "PARAMETER_REPEATED", "PARAMETER_INVALID", "MALFORMED_REQUEST", "REQUEST_TIMEOUT")
	add(true, "BODY_TOO_LARGE", "CONTENT_ENCODING_UNSUPPORTED", "HEADERS_TOO_LARGE", "INTERNAL")
	add(true, "MALFORMED_JSON", "UNKNOWN_FIELD", "DUPLICATE_FIELD", "WRONG_TYPE", "MEDIA_TYPE_UNSUPPORTED")
	add(in.body >= 0, "BODY_REQUIRED", "VALIDATION_FAILED")
	add(op.Upload > 0, "BODY_REQUIRED", "FILE_TOO_LARGE", "VALIDATION_FAILED")
	add(named, "ID_INVALID", "NOT_FOUND")
	add(!op.Guard.Anyone, "UNAUTHENTICATED", "TOKEN_EXPIRED", "FORBIDDEN")
	add(op.Guard.Role != "", "SESSION_ENDED", "CUSTOMERS_UNAVAILABLE", "BUSY")
	add(op.Key != KeyIgnored, "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REPEATED", "IDEMPOTENCY_KEY_REUSED")
	add(op.Key != KeyIgnored, "IDEMPOTENCY_IN_PROGRESS", "BUSY")
	add(op.Key == KeyRequired, "IDEMPOTENCY_KEY_REQUIRED")
	add(op.IfMatch, "IF_MATCH_INVALID", "VERSION_MISMATCH", "VERSION_REQUIRED")
	add(true, op.Codes...)
	for _, list := range found {
		slices.Sort(list)
	}
	return found
}

// problem is the response of one status. Where it has one code, it is written down once for all operations.
func (d *document) problem(status int, list []string) *openapi3.ResponseRef {
	response := problemResponse(status, list)
	if len(list) > 1 {
		return &openapi3.ResponseRef{Value: response}
	}
	d.doc.Components.Responses[list[0]] = &openapi3.ResponseRef{Value: response}
	return &openapi3.ResponseRef{Ref: "#/components/responses/" + list[0], Value: response}
}

func problemResponse(status int, list []string) *openapi3.Response {
	ref := openapi3.NewSchemaRef("#/components/schemas/Problem", nil)
	response := openapi3.NewResponse().WithDescription(http.StatusText(status) + ": " + strings.Join(list, ", "))
	response.Content = openapi3.Content{problemType: openapi3.NewMediaType().WithSchemaRef(ref)}
	response.Headers = openapi3.Headers{}
	for _, name := range problemHeaders(status) {
		response.Headers[name] = &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
			Required: true, Schema: openapi3.NewSchemaRef("", openapi3.NewStringSchema()),
		}}}
	}
	return response
}

func problemHeaders(status int) []string {
	switch status {
	case http.StatusUnauthorized:
		return []string{"WWW-Authenticate"}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return []string{"Retry-After"}
	}
	return nil
}

// DocumentYAML writes the app's document, checked, as YAML that is the same for the same operations: services commit it,
// and a test fails when it no longer tells the truth.
func (a *App) DocumentYAML() ([]byte, error) {
	plain, err := json.Marshal(a.document.doc)
	if err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(plain)
	if err != nil {
		return nil, fmt.Errorf("read the document back: %w", err)
	}
	if err := loaded.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the document is not valid OpenAPI: %w", err)
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(plain, &tree); err != nil { // JSON is YAML, and a tree keeps the order
		return nil, fmt.Errorf("write the document: %w", err)
	}
	block(&tree)
	order(tree.Content[0])
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(&tree); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return text.Bytes(), nil
}

// order puts the document's parts into the order in which they are read; all below is by name.
func order(root *yaml.Node) {
	parts := []string{"openapi", "info", "paths", "components"}
	var sorted []*yaml.Node
	for _, part := range parts {
		for i := 0; i < len(root.Content); i += 2 {
			if root.Content[i].Value == part {
				sorted = append(sorted, root.Content[i], root.Content[i+1])
			}
		}
	}
	root.Content = sorted
}

// block gives a tree that was read from JSON the look of YAML: one entry a line, quotes only where they are needed.
func block(n *yaml.Node) {
	n.Style = 0
	for _, child := range n.Content {
		block(child)
	}
}
