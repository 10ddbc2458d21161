// Package crudtest tries what every resource has of its description, on every engine: strict input, versions, answers that
// are given again, lists that are stable while they are read, roles, events, deletion, files out and in, and the screens. It
// makes up the entities by itself.
//
//	func TestSuppliers(t *testing.T) {
//		crudtest.Run(t, entities.Suppliers, crudtest.Options[entities.Supplier]{})
//	}
package crudtest

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/remote"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
	"b2b.example/kit/kittest"
)

// Options are what a resource's tests have to know beside its description.
type Options[T any] struct {
	Migrations []fs.FS // of its table, where that is none of the product's own
	Others     []Other // the kinds that it refers to: crudtest.With(entities.Buyers)

	// Valid changes the values of a made-up entity, by field, where a rule refuses them.
	Valid   func(values map[string]any)
	Screens screens.Options[T]
}

// Run tries all that a resource has.
func Run[T any](t *testing.T, r crud.Resource[T], o Options[T]) {
	t.Helper()
	t.Run("texts", func(t *testing.T) {
		require.Empty(t, missingTexts(screens.Texts(crud.NewTable(nil, r).Describe())), "texts are missing")
	})
	faults := &dbtest.Faults{Apart: []string{"import"}}
	dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
		require.NoError(t, db.Migrate(context.Background(), d, append([]fs.FS{db.Migrations()}, o.Migrations...)...))
		w := newWorld(t, d, r, o)
		w.faults = faults
		for _, one := range []try[T]{
			{"read back", (*world[T]).readBack}, {"strict input", (*world[T]).strictInput}, {"rules", (*world[T]).rules},
			{"unique", (*world[T]).unique}, {"versions", (*world[T]).versions}, {"idempotency", (*world[T]).idempotency},
			{"roles", (*world[T]).roles}, {"events", (*world[T]).events}, {"deletion", (*world[T]).deletion},
			{"filters", (*world[T]).filters}, {"searches", (*world[T]).searches}, {"sorts", (*world[T]).sorts},
			{"cursors", (*world[T]).cursors}, {"indexes", (*world[T]).indexes}, {"file", (*world[T]).file},
			{"imported", (*world[T]).imported},
			{"statements", (*world[T]).statements}, {"selection through faults", (*world[T]).selectionThroughFaults},
		} {
			w.run(t, one)
		}
		pages := []try[T]{
			{"screens", (*world[T]).screens}, {"forms", (*world[T]).forms}, {"forms in both languages", (*world[T]).formsInBoth},
			{"conflicts", (*world[T]).conflicts}, {"references", (*world[T]).references}, {"restoring", (*world[T]).restoring},
			{"hostile values", (*world[T]).hostile}, {"imports by page", (*world[T]).importsByPage},
			{"columns", (*world[T]).columns}, {"selection", (*world[T]).selection},
		}
		for _, one := range pages {
			w.run(t, one)
		}
		w.serveElsewhere(t, r)
		for _, one := range pages {
			w.run(t, try[T]{one.name + " of another service", one.do})
		}
	})
}

// try is one of the things that a resource has to stand.
type try[T any] struct {
	name string
	do   func(w *world[T])
}

func (w *world[T]) run(t *testing.T, one try[T]) {
	t.Run(one.name, func(t *testing.T) {
		w.T = t
		one.do(w)
	})
}

// missingTexts lists the texts that a language lacks, as "es.json: label.supplier.name".
func missingTexts(ids []string) []string {
	var missing []string
	for _, id := range ids {
		for _, lang := range []string{i18n.English, i18n.Spanish} {
			if !i18n.Has(lang, id) {
				missing = append(missing, lang+".json: "+id)
			}
		}
	}
	return missing
}

// world is a service that has the resource, and what it refers to, with an operator of each role.
type world[T any] struct {
	*service
	*crud.Description[T]
	options Options[T]
	made    int    // entities made up so far
	reads   string // the language of who looks at pages; "" for English
	pages   string // the server of the pages
}

// service is what the worlds of the resource and of those that it refers to have in common.
type service struct {
	*testing.T
	*kittest.Server
	d      *db.DB
	faults *dbtest.Faults
	tokens map[kit.Role]string
	writer string             // the token of one who may do everything
	ids    map[string][]int64 // some that can be referred to, by their kind
}

// roles that there are, the least first.
var roles = []kit.Role{kit.Viewer, kit.Operator, kit.Manager}

func newWorld[T any](t *testing.T, d *db.DB, r crud.Resource[T], o Options[T]) *world[T] {
	t.Helper()
	sessions := &kittest.Sessions{}
	app := newApp(r.Plural, d, sessions)
	table := crud.NewTable(d, r)
	kinds := []screens.Kind{screens.Of(table, o.Screens)}
	for _, other := range o.Others {
		kinds = append(kinds, other.kind(d))
	}
	w := &world[T]{
		service: &service{T: t, d: d, tokens: map[kit.Role]string{}, ids: map[string][]int64{}}, Description: table.Describe(), options: o,
	}
	for i, role := range roles {
		w.tokens[role] = sessions.Add(t, int64(i+1), role)
	}
	w.writer = w.tokens[kit.Manager]
	w.serve(app, kinds)
	w.Server = kittest.Serve(t, app)
	w.pages = w.URL
	for _, other := range o.Others {
		for range 3 {
			id, _, _ := other.add(w.service)
			w.ids[other.Name] = append(w.ids[other.Name], id)
		}
	}
	return w
}

// serve has an app serve the pages of these kinds.
func (w *world[T]) serve(app *kit.App, kinds []screens.Kind) {
	site := &screens.Site{Company: "Test", Currency: "USD", Zone: time.UTC, Now: app.Now, Enter: w.enter, Target: w.d.Target, Kinds: kinds}
	site.Serve(app, func(fiber.Router) {}, func(fiber.Router) {})
}

// serveElsewhere moves the pages into another service, which asks the one that has the tables.
func (w *world[T]) serveElsewhere(t *testing.T, r crud.Resource[T]) {
	app := newApp(r.Plural+" elsewhere", w.d, &kittest.Sessions{})
	owner := kit.NewClient(kit.ClientOptions{BaseURL: w.URL, Away: "CUSTOMERS_UNAVAILABLE"})
	kinds := []screens.Kind{screens.Of(remote.New(owner, r), w.options.Screens)}
	for _, other := range w.options.Others {
		kinds = append(kinds, other.remote(owner))
	}
	w.serve(app, kinds)
	w.pages = kittest.Serve(t, app).URL
}

func newApp(name string, d *db.DB, sessions *kittest.Sessions) *kit.App {
	return kit.New(kit.Options{
		Name: name, Version: "test", Settings: kittest.Settings(), Sessions: sessions, Now: d.Now, Log: slog.New(slog.DiscardHandler),
	})
}

// headerRole says who looks at a page.
const headerRole = "X-Test-Role"

// enter lets in whoever a page's request says that it is.
func (w *world[T]) enter(c *fiber.Ctx) error {
	for i, role := range roles {
		if string(role) == c.Get(headerRole) {
			kit.As(c, kit.Identity{Operator: int64(i + 1), Name: "Ana Ruiz", Role: role}, w.tokens[role])
			return nil
		}
	}
	return fault.New(fault.Unauthenticated, "SESSION_ENDED")
}

// entity is what the API answers of one.
type entity struct {
	id      int64
	version int64
	values  map[string]any
	body    string
}

func (w *world[T]) all() string { return "/" + w.Plural }

func (w *world[T]) one(id int64) string { return fmt.Sprintf("/%s/%d", w.Plural, id) }

// entityOf reads an answer.
func (w *world[T]) entityOf(r *kittest.Response) entity {
	w.Helper()
	e := entity{body: string(r.Body), values: map[string]any{}}
	r.JSON(w.T, &e.values)
	e.id, e.version = int64(e.values["id"].(float64)), int64(e.values["version"].(float64))
	return e
}

// add makes an entity of these values.
func (w *world[T]) add(values map[string]any) entity {
	w.Helper()
	return w.entityOf(w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Body: bodyOf(w.T, values), Status: 201}))
}

func (w *world[T]) get(id int64) entity {
	w.Helper()
	return w.entityOf(w.Do(w.T, kittest.Case{Path: w.one(id), As: w.writer, Status: 200}))
}

// rows is how many there are in the table.
func (w *world[T]) rows() int64 {
	w.Helper()
	var n int64
	require.NoError(w.T, w.d.Read(w.Context()).Table(w.Table()).Count(&n).Error)
	return n
}

func ifMatch(tag string) map[string]string { return map[string]string{fiber.HeaderIfMatch: tag} }
