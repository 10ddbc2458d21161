package writes

import (
	"regexp"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// Match is the version that a change was made for, as If-Match has it. The zero value is a request without one.
type Match struct{ tag string }

// AnyVersion is If-Match: *, whatever the version is now.
var AnyVersion = Match{tag: "*"}

// VersionMatch is the version that a form was opened with.
func VersionMatch(version int64) Match { return Match{tag: ETag(version)} }

// strongTag is one entity tag that is not weak.
var strongTag = regexp.MustCompile(`^"[\x21\x23-\x7e]*"$`)

// MatchOf reads a request's If-Match: one strong tag, or *. Anything else is the fault 400 IF_MATCH_INVALID.
func MatchOf(c *fiber.Ctx) (Match, error) {
	headers := c.Request().Header.PeekAll(fiber.HeaderIfMatch)
	if len(headers) == 0 {
		return Match{}, nil
	}
	tag := string(headers[0])
	if len(headers) > 1 || tag != "*" && !strongTag.MatchString(tag) {
		return Match{}, fault.New(fault.Malformed, "IF_MATCH_INVALID")
	}
	return Match{tag: tag}, nil
}

// ETag is the tag of a version.
func ETag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

// Tag is the version as If-Match has it; "" without one.
func (m Match) Tag() string { return m.tag }

// Refusal is 428 where no version was named, 412 where another one is, with the entity as it is now; else nil.
func (m Match) Refusal(version int64, current func() []byte) error {
	switch m.tag {
	case "*", ETag(version):
		return nil
	case "":
		return fault.New(fault.VersionRequired, "VERSION_REQUIRED")
	}
	return fault.New(fault.Stale, "VERSION_MISMATCH").Member("current", jsontext.Value(current()))
}
