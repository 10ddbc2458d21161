package screens

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/crud/remote"
	"b2b.example/crud/rest"
	"b2b.example/kit"
	"b2b.example/web"
)

// Kind is one kind of entities in a backoffice, whatever their type: its API where the table is ours, its screens, and its
// place in the navigation. Of makes it.
type Kind interface {
	crud.Outlined
	serveAPI(app *kit.App)
	servePages(site *Site, pages fiber.Router)
	navItem(reader web.Reader) web.NavItem
	subject(reader web.Reader) Subject
	titles(ctx context.Context, ids []string) (map[string]string, error)
	find(ctx context.Context, words string) ([]web.Option, error)
}

// Of makes a kind of a store, with what a service adds to its screens, if it does.
func Of[T any](store crud.Store[T], options ...Options[T]) Kind {
	d := store.Describe()
	r := &resource[T]{
		about:       about{Name: d.Name, Plural: d.Plural, Write: d.Write, Deletion: d.Deletion, looks: d.Looks()},
		Description: d, store: store,
	}
	if len(options) > 0 {
		r.options = options[0]
	}
	return r
}

// serveAPI registers the REST API, which another service's entities have there. Their files are taken in by who owns the table.
func (r *resource[T]) serveAPI(app *kit.App) {
	switch store := r.store.(type) {
	case *crud.Table[T]:
		r.imports = imports.Serve(app, store)
		rest.Serve(app, store)
	case *remote.Store[T]:
		r.imports = imports.NewRemote(store)
	}
}

// servePages registers the screens.
func (r *resource[T]) servePages(site *Site, pages fiber.Router) {
	r.Site = site
	for _, look := range r.Looks() {
		if look.To != "" && site.kind(look.To) == nil {
			panic(fmt.Errorf("screens: a %s refers to a %s, which is no kind of the site", r.Name, look.To))
		}
	}
	reads, writes := May(r.Read), May(r.Write)
	all := "/" + r.Plural
	pages.Get(all, reads, r.list)
	pages.Get(all+"/new", reads, writes, r.newForm)
	pages.Post(all+"/new", reads, writes, Sent(r.newAgain, r.create))
	pages.Get(all+"/selected", reads, r.selected)
	pages.Post(all+"/selected", reads, writes, Sent(r.selectedAgain, r.doSelected))
	r.serveImports(pages)
	pages.Get(all+"/:id", reads, r.one)
	pages.Get(all+"/:id/edit", reads, writes, r.editForm)
	pages.Post(all+"/:id/edit", reads, writes, Sent(r.editAgain, r.update))
	if r.Deletion != crud.Kept {
		pages.Get(all+"/:id/delete", reads, writes, r.askToDelete)
		pages.Post(all+"/:id/delete", reads, writes, Sent(r.askAgain, r.delete))
	}
	if r.Deletion == crud.Soft {
		pages.Post(all+"/:id/restore", reads, writes, Sent(r.backToOne, r.restore))
	}
}

func (r *resource[T]) navItem(reader web.Reader) web.NavItem {
	return web.NavItem{
		Section: r.Plural, Label: r.word(reader, "many"), URL: r.url(), Icon: r.options.Icon, Apart: r.options.Apart,
	}
}

// nav leads to the kinds of entities that somebody may see.
func (s *Site) nav(reader web.Reader, role kit.Role) []web.NavItem {
	var items []web.NavItem
	for _, kind := range s.Kinds {
		if role.Includes(kind.Outline().Read) {
			items = append(items, kind.navItem(reader))
		}
	}
	return items
}
