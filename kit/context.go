package kit

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// requestTimeout ends every request's work. Deadlines nest: lock wait 3 s < statement 5 s < this < the proxy's.
const requestTimeout = 8 * time.Second

// exchange is what the app knows of one request while it is served.
type exchange struct {
	app     *App
	id      string
	started time.Time
	who     Identity
	page    page
	dryRun  bool // the request asks what would be, and changes nothing
	trail   *trail
	ctx     context.Context
	cancel  context.CancelFunc
	code    string  // of the problem that was answered, for the log
	cause   error   // likewise
	upload  *upload // its body, where that is read piece by piece
}

// page is what a page knows of its request, that an API's client says in headers.
type page struct {
	open     bool   // it is a page's request
	language string // chosen by the reader; "" for what the browser prefers
	key      string // the idempotency key that its form carries
}

type exchangeKey struct{}

// exchangeOf finds the request's exchange. A request that never reached the middleware (a broken one) has an empty one.
func exchangeOf(c *fiber.Ctx) *exchange {
	if x, ok := c.Locals(exchangeKey{}).(*exchange); ok {
		return x
	}
	x := &exchange{id: uuid.NewString(), started: time.Now()}
	c.Locals(exchangeKey{}, x)
	return x
}

// Context is the context of a request's work: it ends 8 s after the request began, and with the answer. It is made from
// Background, because Fiber's own is reused for the next request. What a call to another service passes on (request id,
// language, who it is for) is in it. A stream that goes on after the handler needs a context of its own.
func Context(c *fiber.Ctx) context.Context {
	x := exchangeOf(c)
	if x.ctx == nil {
		x.trail = &trail{requestID: x.id, language: Language(c)}
		if traceparent := c.Get(headerTraceParent); len(traceparent) <= 64 && printable(traceparent) {
			x.trail.traceparent = traceparent
		}
		ctx := context.WithValue(context.Background(), trailKey{}, x.trail)
		x.ctx, x.cancel = context.WithDeadline(ctx, x.started.Add(requestTimeout))
	}
	return x.ctx
}

// trail is what a request hands on to the services that it asks.
type trail struct{ requestID, traceparent, language, onBehalfOf, acting string }

// actingToken is that of the operator whose page asks; "" where none does.
func actingToken(ctx context.Context) string {
	t, _ := ctx.Value(trailKey{}).(*trail)
	if t == nil {
		return ""
	}
	return t.acting
}

type trailKey struct{}

// Limit ends a request's work sooner than it would end by itself: for who knows that the answer is not waited for as
// long. It must come before whatever uses the context, so from a middleware.
func Limit(c *fiber.Ctx, within time.Duration) {
	ctx, cancel := context.WithTimeout(Context(c), within)
	x := exchangeOf(c)
	end := x.cancel
	x.ctx, x.cancel = ctx, func() { cancel(); end() }
}

// Correlate makes the calls of a request's work carry another id than the request's own: that by which the caller knows
// the whole job. An id that does not fit into a header and a log (1 to 64 printable ASCII characters) changes nothing.
func Correlate(ctx context.Context, id string) context.Context {
	t, ok := ctx.Value(trailKey{}).(*trail)
	if !ok || id == "" || len(id) > 64 || !printable(id) {
		return ctx
	}
	correlated := *t
	correlated.requestID = id
	return context.WithValue(ctx, trailKey{}, &correlated)
}

// As enters who sends a page's request, where that is known by other means than the cookie of a log-in, and the token by
// which other services are asked in their name; "" where none are asked.
func As(c *fiber.Ctx, who Identity, acting string) {
	identify(c, who)
	exchangeOf(c).trail.acting = acting
}

// identify enters who sent the request. What it makes other services do is done for the same one, or for whom a service
// says that it acts.
func identify(c *fiber.Ctx, who Identity) {
	Context(c)
	x := exchangeOf(c)
	x.who = who
	x.trail.onBehalfOf = onBehalfOfHeader(who.Caller(), who.Name)
	if text := c.Get(headerOnBehalfOf); who.Service != "" && text != "" {
		if _, _, ok := onBehalfOf(text); ok {
			x.trail.onBehalfOf = text
		}
	}
}
