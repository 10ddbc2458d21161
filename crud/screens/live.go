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

// pulse is how often a stream shows that it lives, and looks whether its session does.
const pulse = 5 * time.Second

// Watched is what a page can listen for, beside the kinds of a site.
type Watched struct {
	Read  kit.Role // who may
	Words string   // what a timeline's words for it begin with
}

// subject is one entity.
type subject struct {
	kind string // its type in the events
	id   int64
}

// news is a change as it is sent to a page.
type news struct {
	Entity  string `json:"entity"` // as the page's data-entity has it
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Label   string `json:"label"`
	Text    string `json:"text"`
}

// live tells a page what has changed of what it shows: at once what has changed already, and then, where it listens to a
// stream, what does. A page that cannot hears of it by asking again and again.
func (s *Site) live(c *fiber.Ctx) error {
	kit.Page(c, chosen(c, Language))
	still, err := s.Watch(c)
	if err != nil {
		return err
	}
	shown, err := s.shownOn(c)
	if err != nil {
		return err
	}
	var heard *listener
	if strings.HasPrefix(c.Get(fiber.HeaderAccept), "text/event-stream") {
		heard = s.Live.listen(kit.Who(c).Operator, shown) // before it is asked what has changed, so that nothing is missed between
	}
	changed, err := s.Live.changed(kit.Context(c), shown)
	reader := s.PlainFrame(c, "").Reader
	switch {
	case heard == nil && err == nil:
		return s.tellNow(c, reader, changed)
	case heard == nil:
		return err
	case err != nil:
		s.Live.leave(heard)
		return err
	}
	kit.Events(c, func(ctx context.Context, send func(string) error) error {
		defer s.Live.leave(heard)
		return follow(ctx, heard, &stream{send, func(event db.EventRow) news { return s.newsOf(reader, &event) }, still}, changed)
	})
	return nil
}

// tellNow answers what has changed.
func (s *Site) tellNow(c *fiber.Ctx, reader web.Reader, changed []db.EventRow) error {
	all := make([]news, len(changed))
	for i := range changed {
		all[i] = s.newsOf(reader, &changed[i])
	}
	body, err := json.Marshal(all)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// stream is what a page listens to.
type stream struct {
	send  func(text string) error
	words func(event db.EventRow) news
	still func(ctx context.Context) error // whether its session goes on
}

// follow tells a page what has changed already and then what does, until it is gone, its session has ended, or the hub
// lets go of it.
func follow(ctx context.Context, heard *listener, to *stream, changed []db.EventRow) error {
	for _, event := range changed {
		if err := to.tell(event); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		if err := to.still(ctx); err != nil && fault.Of(err).Kind == fault.Unauthenticated {
			return to.send("event: end\n\n")
		}
		if err := to.send(":\n\n"); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-heard.events:
			if !open {
				return to.send("event: " + heard.why + "\n\n")
			}
			if err := to.tell(event); err != nil {
				return err
			}
		case <-ticker.C:
		}
	}
}

func (t *stream) tell(event db.EventRow) error {
	text, err := json.Marshal(t.words(event))
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
	}
}

// shownOn reads what a page shows, each with its version: "order.1042.3,order.1041.1". Faults: 400 PARAMETER_INVALID; 403
// FORBIDDEN for what its reader may not see.
func (s *Site) shownOn(c *fiber.Ctx) (map[subject]int64, error) {
	entries := strings.Split(c.Query("shown"), ",")
	if len(entries) > MostShown {
		return nil, fault.New(fault.Malformed, "PARAMETER_INVALID").On("shown", "PARAMETER_INVALID")
	}
	shown := make(map[subject]int64, len(entries))
	for _, entry := range entries {
		one, version, ok := parseShown(entry)
		if !ok {
			return nil, fault.New(fault.Malformed, "PARAMETER_INVALID").On("shown", "PARAMETER_INVALID")
		}
		if !s.maySee(kit.Who(c).Role, one.kind) {
			return nil, fault.New(fault.Forbidden, "FORBIDDEN")
		}
		shown[one] = version
	}
	return shown, nil
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
