// Package orchestrator does a whole job in one call that may be retried at will: it validates a customer, creates an
// order and confirms it, by asking customers-api and orders-api. It keeps nothing itself.
package orchestrator

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

const name = "orchestrator"

// DefaultPort is where the orchestrator listens unless told otherwise.
const DefaultPort = 3000

// Settings are the environment of the orchestrator: it has no database.
type Settings struct{ kit.Settings }

// Options are what the service is made of.
type Options struct {
	Settings Settings
	Log      *slog.Logger // slog.Default() when nil
	Version  string
}

// service is what the handlers share.
type service struct {
	flow flow
	log  *slog.Logger
}

// New makes the service: the same app for a port of its own and for Lambda.
func New(_ context.Context, o Options) (*kit.App, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	customers := newClient(o.Settings, o.Settings.CustomersAPIURL, "CUSTOMERS_UNAVAILABLE")
	app := kit.New(kit.Options{
		Name: name, Version: o.Version, Log: o.Log, Settings: o.Settings.Settings,
		Sessions: kit.RemoteSessions(customers), Refusal: refuse,
	})
	s := &service{log: o.Log, flow: flow{
		customers: customers, orders: newClient(o.Settings, o.Settings.OrdersAPIURL, "ORDER_UNFINISHED"),
	}}
	s.routes(app)
	return app, nil
}

// Document is the service's OpenAPI document.
//
//go:generate sh -c "go run ./cmd/local openapi > openapi.yaml"
func Document() ([]byte, error) {
	app := kit.New(kit.Options{Name: name, Version: "1"})
	(&service{}).routes(app)
	return app.DocumentYAML()
}

// newClient calls a service with our own credential; away is the code for when it can't be asked.
func newClient(s Settings, address, away string) *kit.Client {
	return kit.NewClient(kit.ClientOptions{
		BaseURL: address, Token: s.ServiceTokens[0], Away: away, Channel: kit.ChannelLambda,
	})
}

// path is the one address that this service is for.
const path = "/orchestrator/create-and-confirm-order"

// routes are all that this service answers.
func (s *service) routes(app *kit.App) {
	app.Use(path, limit)
	kit.Handle(app, fiber.MethodPost, path, kit.Op{
		ID: "createAndConfirmOrder", Summary: "Create an order and confirm it, once, however often it is sent",
		Description: "Send the same request again after any answer with retry: true, or after none: it ends in the same " +
			"order and the same answer. Every refusal has success: false and correlationId beside the usual members.",
		Tag: "orders", Guard: kit.OperatorsAndServices(kit.Operator), Status: http.StatusCreated, DryRun: true,
		Codes: []string{
			"CUSTOMERS_UNAVAILABLE", "CUSTOMER_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED", "INSUFFICIENT_STOCK", "ORDER_CANCELED",
			"ORDER_REOPENED", "ORDER_TOTAL_TOO_LARGE", "ORDER_UNFINISHED", "OUTCOME_UNKNOWN", "PRODUCT_ARCHIVED", "PRODUCT_NOT_FOUND",
		},
	}, s.createAndConfirm)
}

type createAndConfirm struct{ Body OrderRequest }

func (s *service) createAndConfirm(c *fiber.Ctx, in *createAndConfirm) (*OrderAnswer, error) {
	correlation := correlationID(c)
	ctx := kit.Correlate(kit.Context(c), correlation)
	j := newJob(in.Body, kit.Who(c).Caller())
	j.dryRun = kit.DryRun(c)
	order, err := s.flow.createAndConfirm(ctx, j)
	s.log.InfoContext(ctx, "create and confirm", "request_id", kit.RequestID(c), "correlation_id", correlation,
		"order", order.ID, "status", order.Status, "dry_run", j.dryRun)
	if err != nil {
		return nil, err
	}
	return order.answer(correlation)
}

// RemainingHeader says how many milliseconds are left to answer in. cmd/lambda overwrites it with what is left of the
// invocation; elsewhere it can only shorten a request's own deadline.
const RemainingHeader = "X-Remaining-Milliseconds"

// forTheAnswer is kept back from what remains, for the answer itself to get out.
const forTheAnswer = 200 * time.Millisecond

// limit keeps all of a request's work, finding out who sent it included, within what remains of a Lambda's time.
func limit(c *fiber.Ctx) error {
	if left, err := strconv.ParseInt(c.Get(RemainingHeader), 10, 32); err == nil {
		kit.Limit(c, time.Duration(left)*time.Millisecond-forTheAnswer)
	}
	return c.Next()
}

// refuse adds to every refusal what the callers of this endpoint read: success: false, their correlation id, and whether
// the same request may be sent again.
func refuse(c *fiber.Ctx, f *fault.Fault) {
	if c.Path() != path {
		return
	}
	_ = f.Member("success", false).Member("correlationId", correlationID(c))
	if slices.Contains(retriable, f.Kind) {
		_ = f.Member("retry", true)
	}
}

// retriable are the kinds of refusals after which the same request may be answered otherwise.
var retriable = []fault.Kind{
	fault.RequestTimeout, fault.TooManyRequests, fault.Internal, fault.Unavailable, fault.DeadlineExceeded,
}

// correlationID is the caller's own, as far as the body can be read, or else the request's id.
func correlationID(c *fiber.Ctx) string {
	var sent struct {
		CorrelationID string `json:"correlation_id"`
	}
	err := json.Unmarshal(c.Request().Body(), &sent)
	unprintable := strings.ContainsFunc(sent.CorrelationID, func(r rune) bool { return !unicode.IsPrint(r) })
	if err != nil || sent.CorrelationID == "" || unprintable || utf8.RuneCountInString(sent.CorrelationID) > 128 {
		return kit.RequestID(c)
	}
	return sent.CorrelationID
}
