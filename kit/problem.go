package kit

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

const problemType = "application/problem+json"

// statuses maps each kind of fault to its status: the only such map.
var statuses = map[fault.Kind]int{
	fault.Internal:         http.StatusInternalServerError,
	fault.Malformed:        http.StatusBadRequest,
	fault.Unauthenticated:  http.StatusUnauthorized,
	fault.Forbidden:        http.StatusForbidden,
	fault.NotFound:         http.StatusNotFound,
	fault.MethodNotAllowed: http.StatusMethodNotAllowed,
	fault.Conflict:         http.StatusConflict,
	fault.Stale:            http.StatusPreconditionFailed,
	fault.TooLarge:         http.StatusRequestEntityTooLarge,
	fault.UnsupportedMedia: http.StatusUnsupportedMediaType,
	fault.Invalid:          http.StatusUnprocessableEntity,
	fault.VersionRequired:  http.StatusPreconditionRequired,
	fault.TooManyRequests:  http.StatusTooManyRequests,
	fault.HeadersTooLarge:  http.StatusRequestHeaderFieldsTooLarge,
	fault.RequestTimeout:   http.StatusRequestTimeout,
	fault.Unavailable:      http.StatusServiceUnavailable,
	fault.DeadlineExceeded: http.StatusGatewayTimeout,
}

// kindOf is the kind that a status stands for, for what another service answers.
func kindOf(status int) fault.Kind {
	for kind, one := range statuses {
		if one == status {
			return kind
		}
	}
	return fault.Internal
}

// Problem is the document of every refusal (RFC 9457). What more a fault has to say stands beside these members.
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Instance  string         `json:"instance"`
	Code      string         `json:"code"`
	Errors    []FieldProblem `json:"errors,omitempty"`
	RequestID string         `json:"request_id"`
	Extra     map[string]any `json:",embed"`
}

// FieldProblem is what is wrong with one field of the input. It never repeats the value.
type FieldProblem struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// fail is the one place where an error becomes an answer. What is not a fault is internal: it is logged, and the caller
// learns the request id.
func (a *App) fail(c *fiber.Ctx, err error) error {
	x := exchangeOf(c)
	if x.app == nil { // refused by the server itself, before any middleware
		x.app = a
		a.setHeaders(c)
	}
	f := a.refused(c, x.note(err))
	body, err := json.Marshal(problemOf(c, f), json.Deterministic(true))
	if err != nil { // a member of the fault's own: a fault that is internal has none
		return a.fail(c, fmt.Errorf("write the problem %s: %w", f.Code, err))
	}
	setProblemHeaders(c, f)
	c.Response().ResetBody()
	return c.Status(statuses[f.Kind]).Send(body)
}

// note finds the fault in an error, and keeps it for the log.
func (x *exchange) note(err error) *fault.Fault {
	f := faultOf(err)
	if f.Kind == fault.Internal {
		f = fault.New(fault.Internal, "INTERNAL").Because(err)
	}
	x.code, x.cause = f.Code, f.Cause
	return f
}

// Refusal is what a page has to tell of an error, in its reader's language. It sets the answer's status and headers; the
// body is the page's.
func Refusal(c *fiber.Ctx, err error) Problem {
	f := exchangeOf(c).note(err)
	if wait := retryAfter(f); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	c.Status(statuses[f.Kind])
	return problemOf(c, f)
}

// refused lets the service add to a copy of the fault, which may be another request's as well.
func (a *App) refused(c *fiber.Ctx, f *fault.Fault) *fault.Fault {
	if a.refusal == nil {
		return f
	}
	own := *f
	own.Extra = maps.Clone(f.Extra)
	a.refusal(c, &own)
	return &own
}

// setProblemHeaders sets what a refusal's headers tell. What the operation had set for its success no longer holds.
func setProblemHeaders(c *fiber.Ctx, f *fault.Fault) {
	for _, name := range []string{fiber.HeaderETag, fiber.HeaderLocation, fiber.HeaderLink} {
		c.Response().Header.Del(name)
	}
	c.Set(fiber.HeaderContentType, problemType)
	c.Set(fiber.HeaderContentLanguage, Language(c))
	c.Vary(fiber.HeaderAcceptLanguage)
	if f.Kind == fault.Unauthenticated {
		challenge := `Bearer realm="b2b"`
		if c.Get(fiber.HeaderAuthorization) != "" {
			challenge += `, error="invalid_token"`
		}
		c.Set(fiber.HeaderWWWAuthenticate, challenge)
	}
	if wait := retryAfter(f); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
}

// retryAfter is the fault's own wait; 429 and 503 always tell one.
func retryAfter(f *fault.Fault) time.Duration {
	if f.RetryAfter == 0 && (f.Kind == fault.TooManyRequests || f.Kind == fault.Unavailable) {
		return time.Second
	}
	return f.RetryAfter
}

func problemOf(c *fiber.Ctx, f *fault.Fault) Problem {
	lang, status := Language(c), statuses[f.Kind]
	p := Problem{
		Type: "urn:b2b:problem:" + f.Code, Status: status, Code: f.Code,
		Title:    i18n.Text(lang, "problem.title."+strconv.Itoa(status), nil),
		Detail:   wording(lang, "problem."+f.Code, f.Args),
		Instance: c.Path(), RequestID: RequestID(c), Extra: further(f.Extra),
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, FieldProblem{
			Field: shorten(field.Field, 200), Code: field.Code, Detail: wording(lang, "field."+field.Code, field.Args),
		})
	}
	return p
}

// members are those that every problem has; a fault's own must not stand in their place.
var members = []string{"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}

func further(extra fault.Args) map[string]any {
	own := maps.Clone(extra)
	maps.DeleteFunc(own, func(name string, _ any) bool { return slices.Contains(members, name) })
	return own
}

// verbatim is the argument of a text that another service has written already, in the reader's language.
const verbatim = "verbatim text"

func wording(lang, id string, args fault.Args) string {
	if text, ok := args[verbatim].(string); ok {
		return text
	}
	return i18n.Text(lang, id, args)
}

// faultOf finds the fault in an error; Fiber's own errors become faults here.
func faultOf(err error) *fault.Fault {
	var own *fault.Fault
	var fibers *fiber.Error
	switch {
	case errors.As(err, &own):
		if _, known := statuses[own.Kind]; known {
			return own
		}
	case errors.As(err, &fibers):
		return faultOfFiber(fibers)
	}
	return fault.New(fault.Internal, "INTERNAL").Because(err)
}

func faultOfFiber(err *fiber.Error) *fault.Fault {
	switch err.Code {
	case http.StatusNotFound:
		return fault.New(fault.NotFound, "NOT_FOUND")
	case http.StatusMethodNotAllowed:
		return fault.New(fault.MethodNotAllowed, "METHOD_NOT_ALLOWED")
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "BODY_TOO_LARGE")
	case http.StatusRequestHeaderFieldsTooLarge:
		return fault.New(fault.HeadersTooLarge, "HEADERS_TOO_LARGE")
	case http.StatusBadRequest:
		return fault.New(fault.Malformed, "MALFORMED_REQUEST").Because(err)
	case http.StatusRequestTimeout, http.StatusBadGateway:
		return fault.New(fault.RequestTimeout, "REQUEST_TIMEOUT").Because(err)
	}
	return fault.New(fault.Internal, "INTERNAL").Because(err)
}

// codes are the problem codes that there are, by status: the document is made from them, and no code means two things.
var codes = map[int][]string{
	http.StatusBadRequest: {
		"BODY_REQUIRED", "CURSOR_INVALID", "DUPLICATE_FIELD", "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REPEATED",
		"IDEMPOTENCY_KEY_REQUIRED", "ID_INVALID", "IF_MATCH_INVALID", "MALFORMED_JSON", "MALFORMED_REQUEST",
		"PARAMETER_INVALID", "PARAMETER_REPEATED", "PARAMETER_UNKNOWN", "UNKNOWN_FIELD", "WRONG_TYPE",
	},
	http.StatusUnauthorized:     {"SESSION_ENDED", "TOKEN_EXPIRED", "UNAUTHENTICATED", "WRONG_CREDENTIALS"},
	http.StatusForbidden:        {"CROSS_ORIGIN", "FORBIDDEN"},
	http.StatusNotFound:         {"NOT_FOUND"},
	http.StatusMethodNotAllowed: {"METHOD_NOT_ALLOWED"},
	http.StatusRequestTimeout:   {"REQUEST_TIMEOUT"},
	http.StatusConflict: {
		"DUPLICATE", "IDEMPOTENCY_IN_PROGRESS", "IMPORT_NOT_CHECKED", "INSUFFICIENT_STOCK", "ORDER_CANCELED", "ORDER_NOT_CANCELABLE",
		"ORDER_NOT_CONFIRMABLE", "ORDER_NOT_UNDOABLE", "ORDER_REOPENED",
	},
	http.StatusPreconditionFailed:    {"VERSION_MISMATCH"},
	http.StatusRequestEntityTooLarge: {"BODY_TOO_LARGE", "FILE_TOO_LARGE"},
	http.StatusUnsupportedMediaType:  {"CONTENT_ENCODING_UNSUPPORTED", "MEDIA_TYPE_UNSUPPORTED"},
	http.StatusUnprocessableEntity: {
		"CUSTOMER_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED", "ORDER_TOTAL_TOO_LARGE", "PRODUCT_ARCHIVED", "PRODUCT_NOT_FOUND",
		"VALIDATION_FAILED",
	},
	http.StatusPreconditionRequired:        {"VERSION_REQUIRED"},
	http.StatusTooManyRequests:             {"TOO_MANY_REQUESTS"},
	http.StatusRequestHeaderFieldsTooLarge: {"HEADERS_TOO_LARGE"},
	http.StatusInternalServerError:         {"INTERNAL"},
	http.StatusServiceUnavailable:          {"BUSY", "CUSTOMERS_UNAVAILABLE", "NOT_READY", "ORDER_UNFINISHED", "SHUTTING_DOWN"},
	http.StatusGatewayTimeout:              {"OUTCOME_UNKNOWN"},
}

// statusOfCode is the status that a code belongs to; 0 for an unknown code.
func statusOfCode(code string) int {
	for status, list := range codes {
		if slices.Contains(list, code) {
			return status
		}
	}
	return 0
}
