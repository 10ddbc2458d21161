package screens

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

const mostFound = 8 // entities that the search of a reference offers

// references are the ids that a page has of other entities, by the names of their kinds.
type references map[string]map[string]bool

// add adds the value of a field, if that is a reference.
func (refs references) add(look crud.Look, value string) {
	if _, isID := kit.ParseID(value); look.To == "" || !isID {
		return
	}
	if refs[look.To] == nil {
		refs[look.To] = map[string]bool{}
	}
	refs[look.To][value] = true
}

// refers says whether an entity has references at all.
func (r about) refers() bool {
	return slices.ContainsFunc(r.looks, func(look crud.Look) bool { return look.To != "" })
}

// naming are the screens with what people call the entities that a page refers to.
func (r resource[T]) naming(c *fiber.Ctx, refs references) (resource[T], error) {
	named, err := r.names(c, refs)
	r.named = named
	return r, err
}

// names are what people call entities, by their kinds and ids: one read for each kind of them, and one more where some are
// deleted. Those that cannot be had now, or are not for the reader, have none.
func (s *Site) names(c *fiber.Ctx, refs references) (map[string]map[string]string, error) {
	named := map[string]map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		kind := s.kindFor(c, name)
		if kind == nil {
			continue
		}
		titles, err := kind.titles(kit.Context(c), slices.Sorted(maps.Keys(refs[name])))
		if err != nil && fault.Of(err).Kind != fault.Unavailable {
			return nil, err
		}
		named[name] = titles
	}
	return named, nil
}

// kind finds one by its name.
func (s *Site) kind(name string) Kind {
	for _, kind := range s.Kinds {
		if kind.Outline().Name == name {
			return kind
		}
	}
	return nil
}

// kindFor is a kind that the one who asks may see; nil otherwise.
func (s *Site) kindFor(c *fiber.Ctx, name string) Kind {
	kind := s.kind(name)
	if kind == nil || !kit.Who(c).Role.Includes(kind.Outline().Read) {
		return nil
	}
	return kind
}

// titles are what people call the ones with these ids, also those that are deleted.
func (r *resource[T]) titles(ctx context.Context, ids []string) (map[string]string, error) {
	found, err := r.some(ctx, ids)
	titles := map[string]string{}
	for id, row := range found {
		titles[id] = r.Title(row)
	}
	return titles, err
}

// some are the ones with these ids, by these, also those that are deleted.
func (r resource[T]) some(ctx context.Context, ids []string) (map[string]*T, error) {
	found := map[string]*T{}
	params := url.Values{"ids": {strings.Join(ids, ",")}, "limit": {strconv.Itoa(len(ids))}}
	for {
		page, err := r.store.List(ctx, params)
		if err != nil {
			return nil, err
		}
		for i := range page.Rows {
			found[strconv.FormatInt(r.ID(&page.Rows[i]), 10)] = &page.Rows[i]
		}
		if len(found) == len(ids) || r.Deletion != crud.Soft || params.Has("deleted") {
			return found, nil
		}
		params.Set("deleted", "true")
	}
}

// find are the first of those that a search means.
func (r *resource[T]) find(ctx context.Context, words string) ([]web.Option, error) {
	page, err := r.store.List(ctx, url.Values{"search": {words}, "limit": {strconv.Itoa(mostFound)}})
	if err != nil {
		return nil, err
	}
	var found []web.Option
	for i := range page.Rows {
		found = append(found, web.Option{Value: strconv.FormatInt(r.ID(&page.Rows[i]), 10), Label: r.Title(&page.Rows[i])})
	}
	return found, nil
}

// refer fills in the input of a reference: what is chosen, or what its search finds.
func (r about) refer(c *fiber.Ctx, input *web.Input, look crud.Look, d *draft) error {
	reader := r.PlainFrame(c, "").Reader
	if input.Value != "" {
		input.Chosen = &web.Option{Value: input.Value, Label: r.shown(reader, look, input.Value).Text}
		return nil
	}
	input.Search = strings.TrimSpace(d.search[look.Name])
	kind := r.kindFor(c, look.To)
	if input.Search == "" || kind == nil {
		return nil
	}
	found, err := kind.find(kit.Context(c), input.Search)
	switch input.Found = found; {
	case err != nil && fault.Of(err).Kind == fault.Unavailable:
		input.Note = reader.T("page.form.search_away")
	case err != nil:
		return err
	case len(found) == 0:
		input.Note = reader.T("page.list.nothing", "search", input.Search)
	}
	return nil
}

// press does what a button of the form says of a reference: it is searched for, or chosen. Then the form is shown again.
// False: the form is to be saved. Enter in a search, and saving while something stands there unchosen, search too: what was
// meant is not known yet.
func (r about) press(d *draft, button string) bool {
	verb, rest, _ := strings.Cut(button, ":")
	name, id, _ := strings.Cut(rest, ":")
	for _, look := range r.looks {
		switch {
		case look.To == "":
		case verb == "choose" && name == look.Name:
			d.typed[name], d.search[name], d.focus = id, "", name
			return true
		case verb == "find" && name == look.Name, verb != "find" && d.typed[look.Name] == "" && strings.TrimSpace(d.search[look.Name]) != "":
			d.focus = look.Name
			return true
		}
	}
	return false
}

// known gives one, also when it is deleted, where that can be undone.
func (r resource[T]) known(ctx context.Context, id int64) (row *T, deleted bool, err error) {
	row, err = r.store.Get(ctx, id)
	if r.Deletion != crud.Soft || !fault.Is(err, "NOT_FOUND") {
		return row, false, err
	}
	page, failed := r.store.List(ctx, url.Values{"ids": {strconv.FormatInt(id, 10)}, "deleted": {"true"}})
	if failed != nil || len(page.Rows) == 0 {
		return nil, false, errors.Join(failed, err)
	}
	return &page.Rows[0], true, nil
}

// referred are the references that a page of one shows: those that it has, and has had.
func (r resource[T]) referred(row *T, events []db.EventRow) references {
	refs := references{}
	if !r.refers() {
		return refs
	}
	var told []Told
	for _, field := range r.FieldsOf(row) {
		look := field.Look()
		refs.add(look, field.Text())
		told = append(told, Told{Field: look.Name, Text: func(value string) string { refs.add(look, value); return value }})
	}
	for i := range events {
		Happening(web.Reader{}, &events[i], told)
	}
	return refs
}
