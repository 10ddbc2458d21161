// Package orders is orders-api: products, their stock, and the orders that sell it.
package orders

import (
	"context"
	"log/slog"
	"time"

	"b2b.example/crud"
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
}

// New makes the service: its routes, and the sweeper that runs while it serves.
func New(_ context.Context, o Options) (*kit.App, error) {
	client := kit.NewClient(o.Settings.Settings, o.Settings.CustomersAPIURL, "CUSTOMERS_UNAVAILABLE")
	app := kit.New(kit.Options{
		Name: "orders-api", Version: o.Version, Log: o.Log, Settings: o.Settings.Settings,
		Sessions: kit.RemoteSessions(client), Ready: o.DB.Ping, Now: o.DB.Now,
	})
	s := &service{
		db: o.DB, log: o.Log, rules: Rules{CancelWindow: o.Settings.CancelWindow, OrderTTL: o.Settings.OrderTTL},
		idempotencyTTL: o.Settings.IdempotencyTTL, customers: customers{client}, products: products(o.DB),
	}
	s.routes(app)
	app.OnServe(s.sweep)
	return app, nil
}

// routes are all that this service answers.
func (s *service) routes(app *kit.App) {
	crud.Serve(app, s.products)
	manager := kit.Operators(kit.Manager)
	kit.Handle(app, "POST", "/products/:id/stock-adjustments", kit.Op{
		ID: "adjustStock", Summary: "Change a product's stock by a difference", Tag: "products", Guard: manager,
		Key: kit.KeyHonoured, ETag: true, Out: s.products.Schema(), Codes: []string{"NOT_FOUND", "VERSION_MISMATCH"},
	}, s.adjust)

	reads, writes := kit.OperatorsAndServices(kit.Viewer), kit.OperatorsAndServices(kit.Operator)
	kit.Handle(app, "POST", "/orders", kit.Op{
		ID: "placeOrder", Summary: "Place an order and take its stock", Tag: "orders", Guard: writes, Status: 201, Key: kit.KeyHonoured,
		ETag: true, Out: kit.SchemaOf[View](app),
		Codes: []string{"CUSTOMER_NOT_FOUND", "PRODUCT_NOT_FOUND", "PRODUCT_ARCHIVED", "INSUFFICIENT_STOCK", "CUSTOMERS_UNAVAILABLE"},
	}, s.place)
	kit.Handle(app, "GET", "/orders", kit.Op{
		ID: "listOrders", Summary: "List orders, newest first", Tag: "orders", Guard: reads, Link: true, Query: listParameters(),
		Out: kit.SchemaOf[crud.PageView[Summary]](app),
	}, s.list)
	kit.Handle(app, "GET", "/orders/:id", kit.Op{
		ID: "getOrder", Summary: "One order with its lines and what can be done to it", Tag: "orders", Guard: reads, ETag: true,
		Out: kit.SchemaOf[View](app), Codes: []string{"NOT_FOUND"},
	}, s.get)
	kit.Handle(app, "PATCH", "/orders/:id", kit.Op{
		ID: "editOrder", Summary: "Change an order's note", Tag: "orders", Guard: writes, Key: kit.KeyHonoured, IfMatch: true,
		In: noteSchema(), Out: kit.SchemaOf[View](app), Codes: []string{"NOT_FOUND"},
	}, s.edit)
	kit.Handle(app, "POST", "/orders/:id/confirm", kit.Op{
		ID: "confirmOrder", Summary: "Confirm an order", Tag: "orders", Guard: writes, Key: kit.KeyRequired, ETag: true,
		Out: kit.SchemaOf[View](app), Codes: []string{"NOT_FOUND", "ORDER_NOT_CONFIRMABLE", "VERSION_MISMATCH"},
	}, s.confirm)
	kit.Handle(app, "POST", "/orders/:id/cancel", kit.Op{
		ID: "cancelOrder", Summary: "Cancel an order and give its stock back", Tag: "orders", Guard: writes, Key: kit.KeyHonoured, ETag: true,
		Out: kit.SchemaOf[View](app), Codes: []string{"NOT_FOUND", "ORDER_NOT_CANCELABLE", "VERSION_MISMATCH"},
	}, s.cancel)
	crud.ServeEvents(app, s.db, "order", "orders", reads)
}
