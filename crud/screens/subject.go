package screens

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/web"
)

// Subject is a kind of entity that things happen to, and how they are told.
type Subject struct {
	Name    string // of its events
	Label   string // "Product"
	URL     string // below which each has its page
	Actions []string
	Told    []Told
}

func (r *resource[T]) subject(reader web.Reader) Subject {
	s := Subject{Name: r.Name, Label: r.word(reader, "one"), URL: r.url(), Told: r.allTold(reader), Actions: []string{"created", "updated"}}
	if r.Deletion != crud.Kept {
		s.Actions = append(s.Actions, "deleted")
	}
	if r.Deletion == crud.Soft {
		s.Actions = append(s.Actions, "restored")
	}
	s.Actions = append(s.Actions, r.options.Happens...)
	return s
}

// Subjects are the kinds of entities whose changes the one who asks may see, and the names of the others.
func (s *Site) Subjects(c *fiber.Ctx) (seen []Subject, hidden []string) {
	reader := s.PlainFrame(c, "").Reader
	for _, kind := range s.Kinds {
		if outline := kind.Outline(); !kit.Who(c).Role.Includes(outline.Read) {
			hidden = append(hidden, outline.Name)
			continue
		}
		seen = append(seen, kind.subject(reader))
	}
	return seen, hidden
}

// Names are what people call the entities that events are of, by their kinds and ids.
func (s *Site) Names(c *fiber.Ctx, events []db.EventRow) (map[string]map[string]string, error) {
	refs := references{}
	for i := range events {
		if refs[events[i].EntityType] == nil {
			refs[events[i].EntityType] = map[string]bool{}
		}
		refs[events[i].EntityType][strconv.FormatInt(events[i].EntityID, 10)] = true
	}
	return s.names(c, refs)
}
