package screens

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// MostShown is how many entities a page can listen for: those of the longest list.
const MostShown = 100

// mostMore is up to how many changes are counted of what a page has summed up.
const mostMore = 99

// pulse is how often a stream shows that it lives, and looks whether its session does.
const pulse = 5 * time.Second

// Watched is what a page can listen for, beside the kinds of a site.
type Watched struct {
	Read  kit.Role // who may
	Words string   // what a timeline's words for it begin with
	Of    []string // the types of the events that it sums up, for what is no entity; its version is the newest event then
}

// subject is one entity.
type subject struct {
	kind string // its type in the events
	id   int64
}

// watching is what a page listens for.
type watching struct {
	shown map[subject]int64 // the entities, each with its version
	sum   subject           // what it has summed up, if anything: the events of
	types []string          // these types
	until int64             // up to this one
}

// news is a change as it is sent to a page.
type news struct {
	Entity  string `json:"entity"` // as the page's data-entity has it
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Label   string `json:"label"`
	Text    string `json:"text"`
	Gone    bool   `json:"gone,omitzero"` // it was deleted
}

// live tells a page what has changed of what it shows: at once what has changed already, and then, where it listens to a
// stream, what does. A page that cannot hears of it by asking again and again.
func (s *Site) live(c *fiber.Ctx) error {
	kit.Page(c, chosen(c, Language))
	still, err := s.Watch(c)
	if err != nil {
		return err
	}
	page, err := s.shownOn(c)
	if err != nil {
		return err
	}
	var heard *listener
	if strings.HasPrefix(c.Get(fiber.HeaderAccept), "text/event-stream") {
		heard = s.Live.listen(kit.Who(c).Operator, page) // before it is asked what has changed, so that nothing is missed between
	}
	to := &stream{reader: s.PlainFrame(c, "").Reader, site: s, page: page, still: still}
	missed, err := to.missed(kit.Context(c))
	switch {
	case heard == nil && err == nil:
		return tellNow(c, missed)
	case heard == nil:
		return err
	case err != nil:
		s.Live.leave(heard)
		return err
	}
	kit.Events(c, func(ctx context.Context, send func(string) error) error {
		defer s.Live.leave(heard)
		to.send = send
		return to.follow(ctx, heard, missed)
	})
	return nil
}

// tellNow answers what has changed.
func tellNow(c *fiber.Ctx, missed []news) error {
	body, err := json.Marshal(missed)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// stream is what a page listens to.
type stream struct {
	site   *Site
	reader web.Reader
	page   watching
	still  func(ctx context.Context) error // whether its session goes on
	send   func(text string) error
}

// missed is what has changed already since the page was made.
func (t *stream) missed(ctx context.Context) ([]news, error) {
	changed, err := t.site.Live.changed(ctx, t.page.shown)
	if err != nil {
		return nil, err
	}
	all := []news{}
	for i := range changed {
		all = append(all, t.site.newsOf(t.reader, &changed[i]))
	}
	if len(t.page.types) == 0 {
		return all, nil
	}
	more, err := t.more(ctx)
	if more.Version > t.page.until {
		all = append(all, more)
	}
	return all, err
}

// more says how much has happened of what the page has summed up.
func (t *stream) more(ctx context.Context) (news, error) {
	n, newest, err := t.site.Live.db.EventsAfter(ctx, t.page.types, t.page.until, mostMore+1)
	count := web.Count{N: int64(min(n, mostMore)), Over: n > mostMore}
	return news{
		Entity: web.EntityName(t.page.sum.kind, t.page.sum.id), ID: t.page.sum.id, Version: newest,
		Text: t.reader.T("page.news.more", "count", count.N, "n", t.reader.Count(count)),
	}, err
}

// follow tells a page what has changed already and then what does, until it is gone, its session has ended, or the hub
// lets go of it.
func (t *stream) follow(ctx context.Context, heard *listener, missed []news) error {
	for _, one := range missed {
		if err := t.tell(one); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		if err := t.still(ctx); err != nil && fault.Of(err).Kind == fault.Unauthenticated {
			return t.send("event: end\n\n")
		}
		if err := t.send(":\n\n"); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-heard.events:
			if !open {
				return t.send("event: " + heard.why + "\n\n")
			}
			if err := t.tell(t.site.newsOf(t.reader, &event)); err != nil {
				return err
			}
		case <-heard.more:
			if err := t.tellMore(ctx); err != nil {
				return err
			}
		case <-ticker.C:
		}
	}
}

func (t *stream) tellMore(ctx context.Context) error {
	more, err := t.more(ctx)
	if err != nil || more.Version <= t.page.until {
		return err
	}
	return t.tell(more)
}

func (t *stream) tell(one news) error {
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return t.send("data: " + string(text) + "\n\n")
}

// newsOf is an event in its reader's words.
func (s *Site) newsOf(reader web.Reader, event *db.EventRow) news {
	reader.Now = s.Now()
	words := "page.happened.it."
	if other, found := s.Watched[event.EntityType]; found {
		words = other.Words
	}
	label, text := reader.News(words, event.Action, ActorName(reader, event), Inline(reader, event.CreatedAt), event.CreatedAt)
	return news{
		Entity: web.EntityName(event.EntityType, event.EntityID), ID: event.EntityID, Version: event.EntityVersion, Label: label, Text: text,
		Gone: event.Action == "deleted",
	}
}

// shownOn reads what a page shows, each with its version: "order.1042.3,order.1041.1". Faults: 400 PARAMETER_INVALID; 403
// FORBIDDEN for what its reader may not see.
func (s *Site) shownOn(c *fiber.Ctx) (watching, error) {
	entries := strings.Split(c.Query("shown"), ",")
	if len(entries) > MostShown {
		return watching{}, fault.New(fault.Malformed, "PARAMETER_INVALID").On("shown", "PARAMETER_INVALID")
	}
	page := watching{shown: make(map[subject]int64, len(entries))}
	for _, entry := range entries {
		one, version, ok := parseShown(entry)
		if !ok {
			return watching{}, fault.New(fault.Malformed, "PARAMETER_INVALID").On("shown", "PARAMETER_INVALID")
		}
		if !s.maySee(kit.Who(c).Role, one.kind) {
			return watching{}, fault.New(fault.Forbidden, "FORBIDDEN")
		}
		if types := s.Watched[one.kind].Of; len(types) > 0 {
			page.sum, page.types, page.until = one, types, version
		} else {
			page.shown[one] = version
		}
	}
	return page, nil
}

func parseShown(entry string) (subject, int64, bool) {
	parts := strings.Split(entry, ".")
	if len(parts) != 3 {
		return subject{}, 0, false
	}
	id, ok := kit.ParseID(parts[1])
	version, err := strconv.ParseInt(parts[2], 10, 64)
	return subject{parts[0], id}, version, ok && err == nil
}

func (s *Site) maySee(role kit.Role, kind string) bool {
	if other, found := s.Watched[kind]; found {
		return role.Includes(other.Read)
	}
	for _, known := range s.Kinds {
		if outline := known.Outline(); outline.Name == kind {
			return role.Includes(outline.Read)
		}
	}
	return false
}
