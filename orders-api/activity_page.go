package orders

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/web"
)

const activityURL = home + "/activity"

var activityDays = daysOf{activityURL, "page.activity."}

// mostActors are how many can be chosen to be looked at; all others by their events.
const mostActors = 100

// activityPage is a page of all that has happened. Its whole state is in its address.
func (b *backoffice) activityPage(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	if isByDays(params) {
		return b.filterByDays(c, activityURL, params)
	}
	isFile := params.Get(byFormat) == "csv"
	if isFile {
		params.Del(byFormat)
	}
	kinds, hidden := b.Subjects(c)
	wanted, err := parseActivity(params, hidden)
	if err != nil {
		return err
	}
	if isFile {
		return kit.Send(c, exports.Answer(c, "activity", b.db.Now(), wanted.fileOf(b.db, "events", activityColumns)))
	}
	found, err := readPage(kit.Context(c), b.db, &wanted.list, wanted.edge)
	if err != nil {
		return err
	}
	page, err := b.activityView(c, params, found.Rows, kinds)
	if err != nil {
		return err
	}
	page.Newer, page.Older = pageAt(activityURL, params, found.Prev), pageAt(activityURL, params, found.Next)
	return screens.Show(c, page.Page)
}

// activityView is a page of events, with what it can be narrowed to.
func (b *backoffice) activityView(c *fiber.Ctx, params url.Values, events []db.EventRow, kinds []screens.Subject) (page web.Activity, err error) {
	if page.Frame, err = b.Frame(c, "activity"); err != nil {
		return page, err
	}
	page.ClearURL, page.CSVURL = activityURL, addressOf(activityURL, params, func(p url.Values) { p.Set(byFormat, "csv") })
	page.Days = activityDays.form(page.Reader, params, byActor, byEntity, byAction, byRequest)
	t := &teller{Reader: page.Reader, params: params}
	t.subjects = slices.Concat([]screens.Subject{orderSubject(t.Reader)}, kinds, []screens.Subject{runSubject(t.Reader), viewSubject(t.Reader)})
	if t.names, err = b.Names(c, events); err != nil {
		return page, err
	}
	if !params.Has(byEntity) && !params.Has(byRequest) {
		if t.actors, err = b.actors(kit.Context(c)); err != nil {
			return page, err
		}
	}
	t.fill(&page, events)
	return page, nil
}

// everyActor finds who has ever done something by seeking in the index from one to the next: MySQL does so by itself.
var everyActor = map[db.Dialect]string{
	db.MySQL: "SELECT actor FROM events GROUP BY actor LIMIT ?",
	db.SQLite: "WITH RECURSIVE seen(actor) AS (SELECT MIN(actor) FROM events UNION ALL" +
		" SELECT (SELECT MIN(e.actor) FROM events e WHERE e.actor > seen.actor) FROM seen WHERE seen.actor IS NOT NULL)" +
		" SELECT actor FROM seen WHERE actor IS NOT NULL LIMIT ?",
}

// actors are those who have ever done something, under the names that they had last.
func (b *backoffice) actors(ctx context.Context) (actors []db.EventRow, err error) {
	err = b.db.Read(ctx).Raw("SELECT actor, (SELECT e.actor_name FROM events e WHERE e.actor = seen.actor"+
		" ORDER BY e.created_at DESC, e.id DESC LIMIT 1) AS actor_name FROM ("+everyActor[b.db.Dialect()]+") AS seen", mostActors).Find(&actors).Error
	if err != nil {
		return nil, fmt.Errorf("who has done something: %w", err)
	}
	return actors, nil
}

// orderSubject is how orders are told of.
func orderSubject(r web.Reader) screens.Subject {
	return screens.Subject{
		Name: "order", Label: r.T("page.orders.order"), URL: ordersURL,
		Actions: []string{"created", "updated", "confirmed", "canceled", undoings["confirmed"], undoings["canceled"]},
	}
}

// viewSubject is how saved views are told of.
func viewSubject(r web.Reader) screens.Subject {
	return screens.Subject{
		Name: "view", Label: r.T("page.view.one"), URL: home + "/views", Actions: []string{"created", "updated", "deleted"},
		Told: []screens.Told{
			{Field: "name", Label: r.T("page.view.name"), Text: func(value string) string { return value }},
			{Field: "shared", Label: r.T("page.view.shared"), Text: func(value string) string {
				return map[string]string{"true": r.T("page.yes"), "false": r.T("page.no")}[value]
			}},
		},
	}
}

// runSubject is how bulk runs are told of.
func runSubject(r web.Reader) screens.Subject {
	return screens.Subject{
		Name: "bulk_run", Label: r.T("page.bulk.one"), URL: bulkRuns, Actions: []string{"created", "ended"},
		Told: []screens.Told{{Field: "orders", Label: r.T("page.bulk.orders"), Text: func(value string) string { return value }}},
	}
}

// teller tells of events to a reader.
type teller struct {
	web.Reader
	params   url.Values
	subjects []screens.Subject
	names    map[string]map[string]string // of entities, by kind and id
	actors   []db.EventRow
}

// fill puts in the events, and what they can be narrowed to.
func (t *teller) fill(page *web.Activity, events []db.EventRow) {
	for i := range events {
		page.Rows = append(page.Rows, t.row(&events[i]))
	}
	page.Chips = activityDays.chips(t.Reader, t.params)
	if t.params.Has(byRequest) {
		page.Chips = append(page.Chips, web.Chip{
			Name: t.T("page.timeline.request"), Value: t.params.Get(byRequest), RemoveURL: withoutAt(activityURL, t.params, byRequest),
		})
		return
	}
	if !t.params.Has(byEntity) {
		page.Filters = append(page.Filters, t.byActor())
	}
	if t.params.Has(byActor) {
		return
	}
	page.Filters = append(page.Filters, t.byEntity())
	if t.params.Has(byEntity) {
		page.Filters = append(page.Filters, t.byAction())
	}
}

// row is an event as the list shows it.
func (t *teller) row(e *db.EventRow) web.ActivityRow {
	subject := t.subject(e.EntityType)
	id := strconv.FormatInt(e.EntityID, 10)
	row := web.ActivityRow{Words: wordsOf(e.EntityType), WhoURL: activityOf(byActor, e.Actor)}
	row.Subject.Label = subject.Label + " " + id
	if name := t.names[e.EntityType][id]; name != "" {
		row.Subject.Label = subject.Label + " " + name
	}
	if subject.URL != "" {
		row.Subject.URL = subject.URL + "/" + id
	}
	fields := subject.Told
	if e.EntityType == "order" {
		fields = told(t.Reader, e.Action)
	}
	row.Happening = screens.Happening(t.Reader, e, fields)
	row.RequestURL = requestURL(e)
	return row
}

// subject is how a kind of entity is told of; one that is not known here, by its name alone.
func (t *teller) subject(name string) screens.Subject {
	at := slices.IndexFunc(t.subjects, func(s screens.Subject) bool { return s.Name == name })
	if at < 0 {
		return screens.Subject{Name: name, Label: name}
	}
	return t.subjects[at]
}

// wordsOf is how the ids of the sentences begin that tell what happened to a kind of entity.
func wordsOf(entity string) string {
	switch entity {
	case "order":
		return "page.happened."
	case "bulk_run":
		return "page.happened.bulk."
	}
	return "page.happened.it."
}

// activityOf is the list of all events that have something in common.
func activityOf(name, value string) string {
	return activityURL + "?" + url.Values{name: {value}}.Encode()
}

// requestURL is all that the request of an event did; "" where it came by none.
func requestURL(e *db.EventRow) string {
	if e.RequestID == "" {
		return ""
	}
	return activityOf(byRequest, e.RequestID)
}

func (t *teller) byActor() web.Filter {
	var options []web.Link
	for i := range t.actors {
		options = append(options, web.Link{Label: screens.ActorName(t.Reader, &t.actors[i]), URL: t.actors[i].Actor})
	}
	return t.filter(byActor, "page.activity.who", options)
}

func (t *teller) byEntity() web.Filter {
	var options []web.Link
	for _, subject := range t.subjects {
		options = append(options, web.Link{Label: subject.Label, URL: subject.Name})
	}
	return t.filter(byEntity, "page.activity.entity", options)
}

func (t *teller) byAction() web.Filter {
	entity := t.params.Get(byEntity)
	var options []web.Link
	for _, action := range t.subject(entity).Actions {
		options = append(options, web.Link{Label: t.T(wordsOf(entity) + action), URL: action})
	}
	return t.filter(byAction, "page.activity.what", options)
}

// filter is what the list can be narrowed to by a parameter; options come with its values, and go with their addresses.
func (t *teller) filter(name, label string, options []web.Link) web.Filter {
	filter := web.Filter{Label: t.T(label), Value: t.params.Get(name), Options: options}
	filter.RemoveURL = addressOf(activityURL, t.params, func(p url.Values) {
		p.Del(name)
		if name == byEntity {
			p.Del(byAction)
		}
	})
	for i, option := range options {
		if option.URL == filter.Value {
			filter.Value = option.Label
		}
		options[i].URL = addressOf(activityURL, t.params, func(p url.Values) {
			if name == byEntity {
				p.Del(byAction)
			}
			p.Set(name, option.URL)
		})
	}
	return filter
}
