package screens

import (
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/kit"
	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// Options are what a service adds to the screens of an entity where it uses them.
type Options[T any] struct {
	Icon  string // in the navigation; "" for that of a table
	Apart bool   // a rule stands before it there, for it is needed less often

	// Happens are what more happens to one than what all are subject to: the actions of these events.
	Happens []string
	// Related are ways on from the page of one.
	Related func(r web.Reader, row *T) []web.Link
	// Actions are what more can be asked of one by whoever may change it.
	Actions func(r web.Reader, row *T) []web.EntityAction
}

// about is what screens know of a kind of entity whatever its type. What asks for no more is not made anew for each type.
type about struct {
	*Site
	Name, Plural string
	Write        kit.Role
	Deletion     crud.Deletion
	looks        []crud.Look
	named        map[string]map[string]string // what people call those that a page refers to, by kind and id
	columns      []string                     // that a list shows
	imports      imports.Store                // where their files are taken in
}

// resource are the screens of one kind of entity.
type resource[T any] struct {
	about
	*crud.Description[T]
	store   crud.Store[T]
	options Options[T]
}

// url is the address of the list, or of what is below it.
func (r about) url(below ...string) string {
	return strings.Join(append([]string{Home, r.Plural}, below...), "/")
}

func (r about) urlOf(id int64, below ...string) string {
	return r.url(append([]string{strconv.FormatInt(id, 10)}, below...)...)
}

func (r about) mayWrite(c *fiber.Ctx) bool { return kit.Who(c).Role.Includes(r.Write) }

// The words for an entity: one of them, all of them, and a new one, since languages differ in how these are made.
func (r about) word(reader web.Reader, form string) string {
	return word(reader, "entity."+r.Name+"."+form, r.Name)
}

// word is a text, or what its name says where there is none: a word that is plain beats none.
func word(reader web.Reader, id, name string) string {
	if i18n.Has(reader.Language, id) {
		return reader.T(id)
	}
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// label is what people call a field.
func (r about) label(reader web.Reader, field string) string {
	if id := "page.field." + field; !i18n.Has(reader.Language, r.fieldID(field)) && i18n.Has(reader.Language, id) {
		return reader.T(id)
	}
	return word(reader, r.fieldID(field), field)
}

func (r about) fieldID(field string) string { return "label." + r.Name + "." + field }

// hint is what helps to fill in a field; "" for none.
func (r about) hint(reader web.Reader, field string) string {
	if id := "hint." + r.Name + "." + field; i18n.Has(reader.Language, id) {
		return reader.T(id)
	}
	return ""
}

// Texts are the ids of the texts that a resource's screens have to say for themselves, so that a test can tell which are
// missing.
func Texts[T any](d *crud.Description[T]) []string {
	ids := []string{}
	for _, form := range []string{"one", "many", "new"} {
		ids = append(ids, "entity."+d.Name+"."+form)
	}
	for _, look := range d.Looks() {
		if look.Name != "created_at" {
			ids = append(ids, "label."+d.Name+"."+look.Name)
		}
		for _, choice := range look.Choices {
			ids = append(ids, "choice."+d.Name+"."+look.Name+"."+choice)
		}
		if look.Retires {
			ids = append(ids, "set."+d.Name+"."+look.Name+".true", "set."+d.Name+"."+look.Name+".false")
		}
	}
	return ids
}

// listURL is a list's address with other parameters, from its beginning on.
func (r about) listURL(params url.Values, change func(url.Values)) string {
	changed := maps.Clone(params)
	changed.Del("cursor")
	change(changed)
	if len(changed) == 0 {
		return r.url()
	}
	return r.url() + "?" + changed.Encode()
}
