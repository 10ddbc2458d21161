package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

// The channels that a change may come by.
const (
	ChannelAPI    = "API"
	ChannelLambda = "LAMBDA"
	ChannelUI     = "UI"
)

// Headers of our own, and those that Fiber has no name for.
const (
	headerCorrelationID = "X-Correlation-Id"
	headerOnBehalfOf    = "X-On-Behalf-Of"
	headerChannel       = "X-Channel"
	headerKey           = "Idempotency-Key"
	headerOlderKey      = "X-Idempotency-Key"
	headerReplayed      = "Idempotent-Replayed"
	headerDryRun        = "Dry-Run"
	headerTraceParent   = "Traceparent"
)

// Who is the one that sent the request, as its guard found out.
func Who(c *fiber.Ctx) Identity { return exchangeOf(c).who }

// DryRun says whether the request asks what would be, and is to change nothing.
func DryRun(c *fiber.Ctx) bool { return exchangeOf(c).dryRun }

// RequestID is the caller's X-Correlation-Id or X-Request-Id, or else one made for this request.
func RequestID(c *fiber.Ctx) string { return exchangeOf(c).id }

// Language is "en" or "es": what the reader has chosen, or else what the browser or client prefers.
func Language(c *fiber.Ctx) string {
	if chosen := exchangeOf(c).page.language; chosen != "" {
		return chosen
	}
	return i18n.Language(c.Get(fiber.HeaderAcceptLanguage))
}

// Request is what a change's event tells of its request, and its idempotency key.
type Request struct {
	Caller    string   // whose key it is: "operator:7", "service:shop"
	Key       string   // "" when the client sent none
	Hashes    [][]byte // HMAC-SHA256 of method, path, query and body under JWT_SECRET, then JWT_SECRET_PREVIOUS when set
	Actor     string   // Caller, or whoever a service said it acts for
	ActorName string   // as it is now; "" for a service
	Channel   string   // API, or what a service said in X-Channel
	ID        string   // the request id
	Language  string   // "en" or "es"
	DryRun    bool     // decide everything, and change nothing
}

// RequestOf reads a change's request. Faults: 400 IDEMPOTENCY_KEY_INVALID and IDEMPOTENCY_KEY_REPEATED; 400
// PARAMETER_INVALID for a service's X-On-Behalf-Of or X-Channel that can't be read.
func RequestOf(c *fiber.Ctx) (Request, error) {
	x := exchangeOf(c)
	key, err := idempotencyKey(c)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Caller: x.who.Caller(), Key: key, Channel: ChannelAPI, ID: x.id, Language: Language(c), DryRun: x.dryRun,
		Actor: x.who.Caller(), ActorName: x.who.Name,
	}
	if x.page.open || x.who.Channel == ChannelUI {
		r.Channel = ChannelUI
	}
	if x.who.Service != "" {
		if err := r.readService(c); err != nil {
			return Request{}, err
		}
	}
	if x.app != nil {
		for _, secret := range x.app.secrets {
			r.Hashes = append(r.Hashes, fingerprint(c, secret))
		}
	}
	return r, nil
}

// readService takes in what only a service may say: for whom it acts, and by which channel that came. Such headers of
// an operator's request mean nothing, and stay unread.
func (r *Request) readService(c *fiber.Ctx) error {
	if text := c.Get(headerOnBehalfOf); text != "" {
		actor, name, ok := onBehalfOf(text)
		if !ok {
			return fault.New(fault.Malformed, "PARAMETER_INVALID").On(headerOnBehalfOf, "PARAMETER_INVALID")
		}
		r.Actor, r.ActorName = actor, name
	}
	if channel := c.Get(headerChannel); channel != "" {
		if !slices.Contains([]string{ChannelAPI, ChannelLambda, ChannelUI}, channel) {
			return fault.New(fault.Malformed, "PARAMETER_INVALID").On(headerChannel, "PARAMETER_INVALID")
		}
		r.Channel = channel
	}
	return nil
}

// onBehalfOf reads "operator:7", "operator:7;Ana%20Ruiz" or "service:shop".
func onBehalfOf(text string) (actor, name string, ok bool) {
	actor, escaped, _ := strings.Cut(text, ";")
	kind, who, _ := strings.Cut(actor, ":")
	switch kind {
	case "operator":
		if _, valid := ParseID(who); !valid {
			return "", "", false
		}
	case "service":
		if !plainName(who) {
			return "", "", false
		}
	default:
		return "", "", false
	}
	name, err := url.PathUnescape(escaped)
	return actor, name, err == nil && len(name) <= 480 && plainText(name)
}

// onBehalfOfHeader is what onBehalfOf reads.
func onBehalfOfHeader(actor, name string) string {
	if name == "" {
		return actor
	}
	return actor + ";" + url.PathEscape(name)
}

// idempotencyKey reads the one key of a request: bare, or in double quotes as structured headers have it. A form carries
// it in a field.
func idempotencyKey(c *fiber.Ctx) (string, error) {
	if x := exchangeOf(c); x.page.open {
		return x.page.key, nil
	}
	var sent []string
	for _, name := range []string{headerKey, headerOlderKey} {
		for _, value := range c.Request().Header.PeekAll(name) {
			sent = append(sent, string(value))
		}
	}
	switch {
	case len(sent) == 0:
		return "", nil
	case len(sent) > 1:
		return "", fault.New(fault.Malformed, "IDEMPOTENCY_KEY_REPEATED")
	}
	key, ok := unquote(sent[0])
	if !ok || key == "" || len(key) > 255 || !plainText(key) {
		return "", fault.New(fault.Malformed, "IDEMPOTENCY_KEY_INVALID")
	}
	return key, nil
}

// unquote takes the quotes off a quoted string (RFC 9651), and leaves a bare one as it is.
func unquote(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return text, true
	}
	var plain strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return plain.String(), i == len(text)-1
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", false
			}
		}
		plain.WriteByte(text[i])
	}
	return "", false
}

// fingerprint tells a request from another with the same key. It is keyed, because a body may hold a secret that could
// be guessed from a plain hash; each part goes in with its length, so that no two requests run together.
func fingerprint(c *fiber.Ctx, secret string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("b2b idempotency\n"))
	for _, part := range [][]byte{[]byte(c.Method()), []byte(c.Path()), c.Request().URI().QueryString(), rawBody(c)} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// rawBody is the body as it was sent, and none of an upload. Fiber's c.Body() would unpack it, without a limit.
func rawBody(c *fiber.Ctx) []byte {
	if c.Request().IsBodyStream() {
		return nil
	}
	return c.Request().Body()
}

// readRequestID takes the caller's id when it is short and printable: it ends up in logs and headers.
func readRequestID(c *fiber.Ctx) string {
	for _, name := range []string{headerCorrelationID, fiber.HeaderXRequestID} {
		if id := c.Get(name); id != "" && len(id) <= 64 && printable(id) {
			return id
		}
	}
	return uuid.NewString()
}

// ClientAddress is where the request came from: the peer, or, when that is one of TRUSTED_PROXIES, the last address in
// X-Forwarded-For that is not. (The first one is whatever the client made up.)
func ClientAddress(c *fiber.Ctx) string {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	peer = peer.Unmap()
	app := exchangeOf(c).app
	if app == nil || !app.trusts(peer) {
		return peer.String()
	}
	hops := strings.Split(strings.Join(c.GetReqHeaders()[fiber.HeaderXForwardedFor], ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if peer = address.Unmap(); !app.trusts(peer) {
			break
		}
	}
	return peer.String()
}

// ParseID reads an id as addresses have it: plain digits, above zero.
func ParseID(text string) (int64, bool) {
	if text == "" || text[0] == '0' {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil
}

// printable is ASCII without blanks and control characters.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// plainText is valid UTF-8 without control characters.
func plainText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
