// Package lists is how any list of rows is asked for, searched, sorted and paged.
package lists

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// The bounds of a list's limit.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// Request is one page of a list, as its URL asks for it.
type Request struct {
	Params url.Values // filters, search, sort: what a cursor carries
	Limit  int
	At     *Cursor // nil: from the list's beginning
}

// Parse reads the parameters of a list: cursor, limit, and those that it knows. Others, repeated ones and values
// that are no text are refused, never ignored. Beside a cursor, only what it carries may be said again.
func Parse(params url.Values, known ...string) (Request, error) {
	r := Request{Params: maps.Clone(params), Limit: DefaultLimit}
	r.Params.Del("cursor")
	r.Params.Del("limit")
	if err := r.readLimit(params); err != nil {
		return r, err
	}
	if err := r.readCursor(params); err != nil {
		return r, err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		switch {
		case !slices.Contains(known, name):
			return r, wrong("PARAMETER_UNKNOWN", name)
		case len(r.Params[name]) > 1:
			return r, wrong("PARAMETER_REPEATED", name)
		case !utf8.ValidString(r.Params.Get(name)) || strings.ContainsRune(r.Params.Get(name), 0):
			return r, InvalidParam(name)
		}
	}
	return r, nil
}

func (r *Request) readLimit(params url.Values) (err error) {
	if !params.Has("limit") {
		return nil
	}
	r.Limit, err = strconv.Atoi(params.Get("limit"))
	if err != nil || r.Limit < 1 || r.Limit > MaxLimit || strconv.Itoa(r.Limit) != params.Get("limit") {
		return InvalidParam("limit")
	}
	return nil
}

func (r *Request) readCursor(params url.Values) error {
	if !params.Has("cursor") {
		return nil
	}
	at, err := ParseCursor(params.Get("cursor"))
	if err != nil {
		return err
	}
	carried, err := url.ParseQuery(at.List)
	if err != nil || carried.Encode() != at.List {
		return InvalidCursor()
	}
	for name := range r.Params {
		if !slices.Equal(r.Params[name], carried[name]) {
			return InvalidCursor()
		}
	}
	r.At, r.Params = &at, carried
	return nil
}

// QueryOf gives the parameters of a request's URL.
func QueryOf(c *fiber.Ctx) (url.Values, error) {
	params, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, fault.New(fault.Malformed, "PARAMETER_INVALID").Because(err)
	}
	return params, nil
}

func wrong(code, param string) error { return fault.New(fault.Malformed, code).On(param, code) }

// InvalidParam refuses a parameter's value.
func InvalidParam(name string) error { return wrong("PARAMETER_INVALID", name) }

// InvalidCursor refuses a cursor that this list has not made.
func InvalidCursor() error { return fault.New(fault.Malformed, "CURSOR_INVALID") }
