// Package customers is customers-api: customers, operators, and the sessions by which operators come in.
package customers

import (
	"context"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/crud/rest"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
)

// Settings are the environment of customers-api.
type Settings struct {
	kit.Settings
	kit.Database
}

// DefaultPort is where customers-api listens unless told otherwise.
const DefaultPort = 3001

// Options are what the service is made of.
type Options struct {
	DB       *db.DB
	Settings Settings
	Log      *slog.Logger
	Version  string
}

// service is what the handlers share.
type service struct {
	db        *db.DB
	log       *slog.Logger
	settings  Settings
	app       *kit.App
	customers *crud.Table[entities.Customer]
	operators *crud.Table[entities.Operator]
	matches   func(ctx context.Context, password, hash string) (bool, error)
}

// New makes the service: its routes, and the sweeper that runs while it serves.
func New(_ context.Context, o Options) (*kit.App, error) { return newService(o).app, nil }

func newService(o Options) *service {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &service{db: o.DB, log: o.Log, settings: o.Settings, matches: entities.PasswordMatches}
	s.customers, s.operators = crud.NewTable(o.DB, entities.Customers), operators(o.DB)
	s.app = kit.New(kit.Options{
		Name: "customers-api", Version: o.Version, Log: o.Log, Settings: o.Settings.Settings,
		Sessions: sessions{o.DB}, Ready: o.DB.Ping, Now: o.DB.Now,
	})
	s.routes(s.app)
	s.app.Every(kit.SweepEvery(sweepEvery, o.Settings.IdempotencyTTL), "sweep", s.sweep)
	return s
}

// Document is the service's OpenAPI document. No database is needed to tell what there is.
func Document() ([]byte, error) {
	app, err := New(context.Background(), Options{Version: "1"})
	if err != nil {
		return nil, err
	}
	return app.DocumentYAML()
}

// routes are all that this service answers.
func (s *service) routes(app *kit.App) {
	imports.Serve(app, s.customers)
	rest.Serve(app, s.customers)
	imports.Serve(app, s.operators)
	rest.Serve(app, s.operators)

	kit.Handle(app, fiber.MethodPost, "/auth/token", kit.Op{
		ID: "createToken", Summary: "Log in for the API", Tag: "auth", Guard: kit.Anyone, Codes: refusedLogIn,
	}, s.createToken)
	kit.Handle(app, fiber.MethodPost, "/auth/logout", kit.Op{
		ID: "logOut", Summary: "End this session", Tag: "auth", Guard: kit.Operators(kit.Viewer),
	}, s.logOut)

	kit.Handle(app, fiber.MethodPost, "/auth/password", kit.Op{
		ID: "changePassword", Summary: "Change one's own password, and end all one's sessions", Tag: "auth", Guard: kit.Operators(kit.Viewer),
		Codes: []string{"TOO_MANY_REQUESTS", "BUSY", "VERSION_MISMATCH"},
	}, s.changePassword)

	internal := kit.ServicesOnly
	kit.Handle(app, fiber.MethodPost, "/internal/sessions", kit.Op{
		ID: "createSession", Summary: "Log in for a browser", Tag: "internal", Guard: internal, Status: fiber.StatusCreated, Codes: refusedLogIn,
	}, s.createSession)
	kit.Handle(app, fiber.MethodGet, "/internal/sessions/:id", kit.Op{
		ID: "getSession", Summary: "The operator behind a session", Tag: "internal", Guard: internal,
	}, s.getSession)
	kit.Handle(app, fiber.MethodDelete, "/internal/sessions/:id", kit.Op{
		ID: "deleteSession", Summary: "End a session", Tag: "internal", Guard: internal,
	}, s.deleteSession)
	kit.Handle(app, fiber.MethodGet, "/internal/customers", kit.Op{
		ID: "getCustomersInternally", Summary: "Several customers by their ids", Tag: "internal", Guard: internal, Out: rest.ListSchema(s.customers.Description),
	}, s.someCustomers)
	kit.Handle(app, fiber.MethodGet, "/internal/customers/:id", kit.Op{
		ID: "getCustomerInternally", Summary: "A customer, for another service", Tag: "internal", Guard: internal,
		Out: rest.Schema(s.customers.Description), ETag: true,
	}, s.oneCustomer)
}
