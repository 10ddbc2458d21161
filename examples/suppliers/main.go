// Suppliers is a whole service and its backoffice, made of one description: see docs/add-an-entity.md.
//
//	go run ./examples/suppliers
//
// Whoever reaches it is its one operator, so it answers this machine alone. PORT is where it listens; DATABASE_URL where
// its tables are, otherwise they go with it.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/examples/suppliers/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

//go:embed en.json es.json migrations
var files embed.FS

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "suppliers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	port, err := strconv.Atoi(cmp.Or(os.Getenv("PORT"), "3004"))
	if err != nil {
		return fmt.Errorf("PORT must be a whole number: %w", err)
	}
	settings := kit.Settings{Host: "127.0.0.1", Port: port, JWTSecret: rand.Text() + rand.Text(), LogLevel: "error", IdempotencyTTL: 24 * time.Hour}
	l, err := kit.Listen(settings)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // served to its end, it is closed already
	home, err := os.MkdirTemp("", "suppliers-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }()
	d, err := db.Open(ctx, cmp.Or(os.Getenv("DATABASE_URL"), "sqlite:"+filepath.Join(home, "suppliers.db")), db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := db.Migrate(ctx, d, db.Migrations(), migrations()); err != nil {
		return err
	}
	token, err := kit.Sign(settings.JWTSecret, me, time.Now(), 24*time.Hour)
	if err != nil {
		return err
	}
	fmt.Printf("backoffice  http://%[1]s%[2]s\nAPI         http://%[1]s/suppliers, told by http://%[1]s/docs\nTOKEN=%[3]s\n", l.Addr(), screens.Home, token)
	return newApp(d, settings).Serve(ctx, l)
}

// migrations are those of the example's own tables.
func migrations() fs.FS {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the name is a constant: it cannot be wrong at run time only
	}
	return folder
}

// newApp makes the service: its texts, its API and its pages.
func newApp(d *db.DB, settings kit.Settings) *kit.App {
	i18n.Add(files)
	app := kit.New(kit.Options{
		Name: "suppliers", Version: "example", Settings: settings, Sessions: oneSession{}, Ready: d.Ping, Now: d.Now,
		Log: kit.Logger(settings, "suppliers"),
	})
	site := &screens.Site{
		Company: "Suppliers", Currency: "USD", Zone: time.UTC, Now: app.Now, Enter: enter, Target: d.Target,
		Kinds: []screens.Kind{screens.Of(crud.NewTable(d, entities.Suppliers)), screens.Of(crud.NewTable(d, entities.Buyers))},
	}
	site.Serve(app, func(fiber.Router) {}, func(pages fiber.Router) {
		pages.Get("", func(c *fiber.Ctx) error { return c.Redirect(screens.Home + "/suppliers") })
	})
	return app
}

// me is the one operator that there is.
var me = kit.Identity{Operator: 1, Session: 1, Name: "Ana Ruiz", Email: "ana@example.test", Role: kit.Manager}

// oneSession is hers, for whoever has the token.
type oneSession struct{}

// Session is kit.Sessions.
func (oneSession) Session(_ context.Context, id int64) (kit.Session, error) {
	if id != me.Session {
		return kit.Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	}
	return kit.Session{ID: me.Session, Operator: me.Operator, Name: me.Name, Email: me.Email, Role: me.Role}, nil
}

// enter takes every browser for hers that came by this machine's own name: another name could be any site's, which its
// owner made lead here.
func enter(c *fiber.Ctx) error {
	if host, _, _ := strings.Cut(c.Hostname(), ":"); host != "127.0.0.1" && host != "localhost" {
		return fault.New(fault.Forbidden, "FORBIDDEN")
	}
	kit.As(c, me, "")
	return nil
}
