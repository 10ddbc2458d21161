// Package orders is orders-api: products, their stock, and the orders that sell it.
package orders

import (
	"context"
	"log/slog"
	"time"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/crud/remote"
	"b2b.example/crud/rest"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
)

// Options are what the service is made of.
type Options struct {
	DB       *db.DB
	Settings Settings
	Log      *slog.Logger
	Version  string
}

// service is what the handlers share.
type service struct {
	db             *db.DB
	log            *slog.Logger
	rules          Rules
	idempotencyTTL time.Duration
	customers      customers
	products       *crud.Table[entities.Product]
	queue          *queue
	wakeBulk       func() // lets the bulk runs' worker of this process begin at once
}

// New makes the service: its routes, and the work that goes on while it serves.
func New(_ context.Context, o Options) (*kit.App, error) {
	app, s := build(o)
	app.Every(kit.SweepEvery(sweepEvery, s.idempotencyTTL, s.rules.OrderTTL), "sweep", s.sweep)
	s.wakeBulk = app.Work("bulk runs", newBulkWorker(s.db, s.rules, s.log).step)
	return app, nil
}

// build makes the service without that work.
func build(o Options) (*kit.App, *service) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	client := newClient(o.Settings)
	app := kit.New(kit.Options{
		Name: "orders-api", Version: o.Version, Log: o.Log, Settings: o.Settings.Settings,
		Sessions: kit.RemoteSessions(client), Ready: o.DB.Ping, Now: o.DB.Now,
	})
	s := &service{
		db: o.DB, log: o.Log, idempotencyTTL: o.Settings.IdempotencyTTL,
		rules:     Rules{CancelWindow: o.Settings.CancelWindow, UndoWindow: o.Settings.UndoWindow, OrderTTL: o.Settings.OrderTTL},
		customers: customers{client}, products: products(o.DB), wakeBulk: func() {},
	}
	s.queue = &queue{db: o.DB, rules: s.rules}
	s.routes(app)
	newBackoffice(s, app, o.Settings).routes(app)
	return app, s
}

// kinds are the entities that are described: those of our own tables with their API, all with their screens.
func (s *service) kinds() []screens.Kind {
	return []screens.Kind{
		screens.Of(s.products, productScreens),
		screens.Of(remote.New(s.customers.client, entities.Customers), customerScreens),
		screens.Of(remote.New(s.customers.client, entities.Operators), operatorScreens),
	}
}

// newClient calls customers-api with our own credential.
func newClient(s Settings) *kit.Client {
	client := kit.ClientOptions{BaseURL: s.CustomersAPIURL, Away: "CUSTOMERS_UNAVAILABLE"}
	if len(s.ServiceTokens) > 0 {
		client.Token = s.ServiceTokens[0]
	}
	return kit.NewClient(client)
}

// Document is the service's OpenAPI document. No database is needed to tell what there is.
//
//go:generate sh -c "go run ./cmd/orders-api openapi > openapi.yaml"
func Document() ([]byte, error) {
	app, err := New(context.Background(), Options{Version: "1"})
	if err != nil {
		return nil, err
	}
	return app.DocumentYAML()
}

// versionCodes are the refusals of an operation that heeds If-Match and does not ask for it.
var versionCodes = []string{"IF_MATCH_INVALID", "VERSION_MISMATCH"}

// routes are what this service answers beside the API of its entities.
func (s *service) routes(app *kit.App) {
	manager := kit.Operators(kit.Manager)
	kit.Handle(app, "POST", "/products/:id/stock-adjustments", kit.Op{
		ID: "adjustStock", Summary: "Change a product's stock by a difference", Tag: "products", Guard: manager,
		Key: kit.KeyHonoured, ETag: true, Out: rest.Schema(s.products.Description), Codes: versionCodes,
	}, s.adjust)

	order := kit.SchemaOf[OrderDetails](app)
	reads, writes := kit.OperatorsAndServices(kit.Viewer), kit.OperatorsAndServices(kit.Operator)
	kit.Handle(app, "POST", "/orders", kit.Op{
		ID: "placeOrder", Summary: "Place an order and take its stock", Tag: "orders", Guard: writes, Status: 201, Key: kit.KeyHonoured,
		ETag: true, Out: order,
		Codes: []string{"CUSTOMER_NOT_FOUND", "PRODUCT_NOT_FOUND", "PRODUCT_ARCHIVED", "ORDER_TOTAL_TOO_LARGE", "INSUFFICIENT_STOCK", "CUSTOMERS_UNAVAILABLE"},
	}, s.place)
	kit.Handle(app, "GET", "/orders", kit.Op{
		ID: "listOrders", Summary: "List orders, newest first", Tag: "orders", Guard: reads, Link: true, CSV: true, Query: listParameters(),
		Out: lists.PageSchema(kit.SchemaOf[OrderSummary](app)).NewRef(), Codes: []string{"CURSOR_INVALID"},
	}, s.list)
	kit.Handle(app, "GET", "/orders/:id", kit.Op{
		ID: "getOrder", Summary: "One order with its lines and what can be done to it", Tag: "orders", Guard: reads, ETag: true, Out: order,
	}, s.get)
	kit.Handle(app, "PATCH", "/orders/:id", kit.Op{
		ID: "editOrder", Summary: "Change an order's note", Tag: "orders", Guard: writes, Key: kit.KeyHonoured, IfMatch: true,
		In: noteSchema(), Out: order,
	}, s.edit)
	kit.Handle(app, "POST", "/orders/:id/confirm", kit.Op{
		ID: "confirmOrder", Summary: "Confirm an order", Tag: "orders", Guard: writes, Key: kit.KeyRequired, ETag: true,
		Out: order, Codes: append([]string{"ORDER_NOT_CONFIRMABLE"}, versionCodes...),
	}, s.confirm)
	kit.Handle(app, "POST", "/orders/:id/cancel", kit.Op{
		ID: "cancelOrder", Summary: "Cancel an order and give its stock back", Tag: "orders", Guard: writes, Key: kit.KeyHonoured, ETag: true,
		Out: order, Codes: append([]string{"ORDER_NOT_CANCELABLE"}, versionCodes...),
	}, s.cancel)
	kit.Handle(app, "POST", "/orders/:id/undo", kit.Op{
		ID: "undoOrder", Summary: "Take back one's own confirmation or cancellation of a moment ago", Tag: "orders", Guard: kit.Operators(kit.Operator),
		Key: kit.KeyHonoured, ETag: true, Out: order, Codes: append([]string{"ORDER_NOT_UNDOABLE", "INSUFFICIENT_STOCK"}, versionCodes...),
	}, s.undo)
	rest.ServeEvents(app, s.db, "order", "orders", reads)
}
