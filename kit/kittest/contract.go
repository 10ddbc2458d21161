package kittest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
)

const problemType = "application/problem+json"

// contract is an app's document, as its readers see it.
type contract struct {
	router  routers.Router
	problem *openapi3.Schema
	open    []string // paths that are pages, not operations
}

// newContract reads the document from what is published, not from what it was made of.
func newContract(t testing.TB, app *kit.App) *contract {
	t.Helper()
	text, err := app.DocumentYAML()
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	closer := closer{}
	for _, schema := range document.Components.Schemas {
		closer.close(schema)
	}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			closer.closeAnswers(operation)
		}
	}
	router, err := gorillamux.NewRouter(document)
	require.NoError(t, err)
	return &contract{
		router: router, problem: document.Components.Schemas["Problem"].Value,
		open: []string{"/openapi.yaml", "/docs"},
	}
}

// closer forbids members that the document does not name: a reader must bear new ones, but here they are a mistake.
type closer map[*openapi3.Schema]bool

func (c closer) closeAnswers(operation *openapi3.Operation) {
	for _, response := range operation.Responses.Map() {
		for _, media := range response.Value.Content {
			c.close(media.Schema)
		}
	}
}

func (c closer) close(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || c[ref.Value] {
		return
	}
	schema := ref.Value
	c[schema] = true
	if len(schema.Properties) > 0 && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
		schema.AdditionalProperties.Has = new(bool)
	}
	c.close(schema.Items)
	for _, property := range schema.Properties {
		c.close(property)
	}
	for _, one := range slices.Concat(schema.AnyOf, schema.OneOf) {
		c.close(one)
	}
}

// check fails the test on an answer that the document does not allow.
func (c *contract) check(t testing.TB, request *http.Request, r *Response) {
	t.Helper()
	require.NotEmpty(t, r.Header.Get("X-Request-Id"), "every answer has a request id")
	if request.Method == http.MethodHead { // GET's answer without its body: nothing to hold against the document
		require.Empty(t, r.Body)
		return
	}
	route, parameters, err := c.router.FindRoute(request)
	if err != nil {
		c.checkUndocumented(t, request, r)
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route},
		Status:                 r.Status, Header: r.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: strings.HasPrefix(r.Header.Get("Content-Type"), "text/csv")},
	}
	input.SetBodyBytes(r.Body)
	require.NoError(t, openapi3filter.ValidateResponse(context.Background(), input), "%s", r.Body)
	response := route.Operation.Responses.Status(r.Status).Value
	checkBody(t, response, r)
	for _, name := range []string{"ETag", "Location", "Link", "Idempotent-Replayed"} {
		require.False(t, r.Header.Get(name) != "" && response.Headers[name] == nil, "the header %s is not documented", name)
	}
}

// checkBody: where the document has no content there must be none, and a problem's code must be one that is listed.
func checkBody(t testing.TB, response *openapi3.Response, r *Response) {
	t.Helper()
	if len(response.Content) == 0 {
		require.Empty(t, r.Body, "the document has no body for %d", r.Status)
	}
	if r.Header.Get("Content-Type") != problemType {
		return
	}
	_, list, _ := strings.Cut(*response.Description, ": ")
	require.Contains(t, strings.Split(list, ", "), r.Problem(t).Code, "a code that is not documented for %d", r.Status)
	checkWords(t, r.Problem(t))
}

// checkWords: a text that is missing shows as its id.
func checkWords(t testing.TB, p kit.Problem) {
	t.Helper()
	require.False(t, strings.HasPrefix(p.Title, "problem.") || strings.HasPrefix(p.Detail, "problem."), "%s has no text", p.Code)
	for _, field := range p.Errors {
		require.False(t, strings.HasPrefix(field.Detail, "field."), "%s has no text", field.Code)
		require.NotContains(t, field.Detail, "<no value>")
	}
	require.NotContains(t, p.Detail, "<no value>")
}

// checkUndocumented: outside the document there are pages, and refusals of what is not there at all.
func (c *contract) checkUndocumented(t testing.TB, request *http.Request, r *Response) {
	t.Helper()
	for _, page := range c.open {
		if request.URL.Path == page || strings.HasPrefix(request.URL.Path, page+"/") {
			return
		}
	}
	require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, r.Status,
		"%s %s is not in the document", request.Method, request.URL.Path)
	require.Equal(t, problemType, r.Header.Get("Content-Type"))
	var body any
	require.NoError(t, json.Unmarshal(r.Body, &body))
	require.NoError(t, c.problem.VisitJSON(body, openapi3.EnableJSONSchema2020()))
}
