package kit

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// KeyUse says what an operation does with Idempotency-Key.
type KeyUse uint8

// The uses of a key.
const (
	KeyIgnored  KeyUse = iota
	KeyHonoured        // a key makes it happen once
	KeyRequired        // without one it is refused
)

// Op describes an operation beyond its input and output types.
type Op struct {
	ID          string // operationId: "confirmOrder"
	Summary     string
	Description string
	Tag         string
	Guard       Guard
	Status      int // of success; 200 when 0, 204 for Nothing
	Key         KeyUse
	IfMatch     bool     // heeds If-Match: the document has 412 and 428
	ETag        bool     // answers the entity's version in ETag; IfMatch implies it
	Location    bool     // answers the new entity's address in Location; 201 implies it
	Link        bool     // answers the neighbouring pages in Link
	CSV         bool     // answers a whole list as a file, to who accepts text/csv
	Upload      int64    // takes a file of at most so many bytes, which the handler reads by Upload
	DryRun      bool     // can be tried, though it takes no key in a header: the handler asks DryRun
	Gone        bool     // answers 204 to a late retry, when its target has been deleted since
	Codes       []string // problem codes that it may answer beyond those that follow from all else

	// What the types do not tell (descriptions made at start): the body's and the answer's schema, and parameters of
	// the query that the handler reads by itself.
	In, Out *openapi3.SchemaRef
	Query   openapi3.Parameters
}

func (o Op) status(out reflect.Type) int {
	switch {
	case o.Status != 0:
		return o.Status
	case out == reflect.TypeFor[Nothing]():
		return http.StatusNoContent
	}
	return http.StatusOK
}

// dryRunName is the parameter of a change that is decided, and not made.
const dryRunName = "dry_run"

// dryRun says whether the operation can be tried: every change can, except that a file has a trial of its own.
func (o Op) dryRun() bool { return o.DryRun || o.Key != KeyIgnored && o.Upload == 0 }

// Nothing is the input of an operation that takes none, and the output of one that answers 204.
type Nothing struct{}

// Answer is an answer that is ready to send. An operation whose output is an Answer sends it as it is.
type Answer struct {
	Status      int    // 200 when 0
	ContentType string // application/json when empty
	ETag        string // as it is sent: quoted
	Location    string
	Link        string
	Replayed    bool // sends Idempotent-Replayed: true
	DryRun      bool // sends Dry-Run: true
	Body        []byte
	// Stream writes the body while it is sent, instead of Body; File is what it is saved as.
	Stream func(ctx context.Context, w io.Writer) error
	File   string
}

// Handle registers an operation: its route behind its guard, its input strictly read, its entry in the document. In is
// a struct; its fields are bound by tags:
//
//	type listOrders struct {
//		ID     int64      `path:"id"`
//		Status string     `query:"status" validate:"omitempty,oneof=CREATED CONFIRMED"`
//		Limit  int        `query:"limit" default:"20" validate:"min=1,max=100"`
//		From   *time.Time `query:"from"`           // a pointer is nil when the parameter is not there
//		Proof  string     `header:"X-Proof"`
//		Body   placement                           // the JSON body; jsontext.Value takes it as it is, checked
//	}
//
// Out is a struct that is sent as JSON, an Answer that is sent as it is, or Nothing. Handle panics on a description
// that can't work, which is when the service starts.
func Handle[In, Out any](a *App, method, path string, op Op, h func(c *fiber.Ctx, in *In) (*Out, error)) {
	input, out := newInput(reflect.TypeFor[In](), path, op), reflect.TypeFor[Out]()
	status := op.status(out)
	a.document.add(method, path, op, input, out)
	a.routes = append(a.routes, Route{Method: method, Path: path, ID: op.ID, Guard: op.Guard})
	if op.Upload > 0 {
		a.uploads[method+" "+path] = op.Upload
	}
	run := func(c *fiber.Ctx) error {
		if err := checkKey(c, op.Key); err != nil {
			return err
		}
		in := new(In)
		if err := input.read(c, reflect.ValueOf(in).Elem()); err != nil {
			return err
		}
		answer, err := h(c, in)
		if err != nil {
			return err
		}
		return send(c, status, answer)
	}
	if method == fiber.MethodGet {
		a.Add(fiber.MethodHead, path, a.gate.guard(op.Guard), run)
	}
	a.Add(method, path, a.gate.guard(op.Guard), run)
}

// checkKey refuses a key that can't be read before anything else is, and a missing one where it must be there.
func checkKey(c *fiber.Ctx, use KeyUse) error {
	if use == KeyIgnored {
		return nil
	}
	key, err := idempotencyKey(c)
	if err == nil && key == "" && use == KeyRequired {
		return fault.New(fault.Malformed, "IDEMPOTENCY_KEY_REQUIRED")
	}
	return err
}

// send sends what an operation returned.
func send(c *fiber.Ctx, status int, answer any) error {
	switch answer := answer.(type) {
	case *Answer:
		return Send(c, answer)
	case *Nothing:
		c.Status(status)
		return nil
	}
	body, err := json.Marshal(answer, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	if DryRun(c) {
		c.Set(headerDryRun, "true")
	}
	return c.Status(status).Send(body)
}

// Send sends an answer as it is.
func Send(c *fiber.Ctx, a *Answer) error {
	set := func(name, value string) {
		if value != "" {
			c.Set(name, value)
		}
	}
	set(fiber.HeaderETag, a.ETag)
	set(fiber.HeaderLocation, a.Location)
	set(fiber.HeaderLink, a.Link)
	if a.Replayed {
		c.Set(headerReplayed, "true")
	}
	if a.DryRun {
		c.Set(headerDryRun, "true")
	}
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status == http.StatusNoContent {
		c.Status(status)
		return nil
	}
	set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	set(fiber.HeaderContentType, a.ContentType)
	if a.Stream != nil {
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+a.File+`"`)
		c.Status(status)
		Stream(c, a.Stream)
		return nil
	}
	return c.Status(status).Send(a.Body)
}
