// Package fault holds the errors that a caller may see. Everything that is not a Fault is internal: it is logged, and
// the caller learns nothing of it but the request id.
package fault

import (
	"errors"
	"strings"
	"time"
)

// Kind says what sort of refusal this is. The service's app maps each kind to one HTTP status; nobody else does.
type Kind uint8

// The kinds, with the status that each becomes.
const (
	Internal         Kind = iota // 500
	Malformed                    // 400: it could not be read
	Unauthenticated              // 401: who is it?
	Forbidden                    // 403: known, and not allowed to
	NotFound                     // 404
	MethodNotAllowed             // 405
	Conflict                     // 409: the state of things forbids it
	Stale                        // 412: it has changed since it was read
	TooLarge                     // 413
	UnsupportedMedia             // 415
	Invalid                      // 422: well-formed, and breaks a rule
	VersionRequired              // 428
	TooManyRequests              // 429
	HeadersTooLarge              // 431
	RequestTimeout               // 408: it did not arrive, so nothing was done
	Unavailable                  // 503: try again later
	DeadlineExceeded             // 504: the outcome is not known, ask again
)

// Args are the values that a message names: {"available": 3}.
type Args map[string]any

// Field is one fault of one field of the input. Field is its JSON path ("items[2].qty"). The offending value is never
// repeated: it may be a secret, or a script.
type Field struct {
	Field string
	Code  string
	Args  Args
}

// Fault is an error for the one who asked: what happened, by a stable code. Its message is found by the code, in the
// reader's language.
type Fault struct { //nolint:errname // it reads as what it is: fault.New(fault.NotFound, "NOT_FOUND")
	Kind       Kind
	Code       string        // UPPER_SNAKE, never changes
	Args       Args          // what the message names
	Fields     []Field       // every faulty field at once
	RetryAfter time.Duration // when to try again; 0 where trying again is no use
	Extra      Args          // further members of the problem document
	Cause      error         // for the log, never for the caller
}

// New makes a fault of a kind and a code.
func New(kind Kind, code string) *Fault { return &Fault{Kind: kind, Code: code} }

// With returns the fault with a value that its message names.
func (f *Fault) With(name string, value any) *Fault {
	if f.Args == nil {
		f.Args = Args{}
	}
	f.Args[name] = value
	return f
}

// Member returns the fault with one further member of the problem document.
func (f *Fault) Member(name string, value any) *Fault {
	if f.Extra == nil {
		f.Extra = Args{}
	}
	f.Extra[name] = value
	return f
}

// On returns the fault with one faulty field more.
func (f *Fault) On(field, code string) *Fault {
	f.Fields = append(f.Fields, Field{Field: field, Code: code})
	return f
}

// Because returns the fault with its cause, which is logged and never shown.
func (f *Fault) Because(cause error) *Fault {
	f.Cause = cause
	return f
}

// Retry returns the fault with the time after which trying again makes sense.
func (f *Fault) Retry(after time.Duration) *Fault {
	f.RetryAfter = after
	return f
}

func (f *Fault) Error() string {
	parts := []string{f.Code}
	for _, field := range f.Fields {
		parts = append(parts, field.Field+":"+field.Code)
	}
	text := strings.Join(parts, " ")
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	return text
}

func (f *Fault) Unwrap() error { return f.Cause }

// Of finds the fault in an error; an error that holds none is internal.
func Of(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Internal, "INTERNAL").Because(err)
}

// Is says whether an error is a fault with this code.
func Is(err error, code string) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Code == code
}
