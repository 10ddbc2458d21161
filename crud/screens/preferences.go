package screens

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/i18n"
)

// What a reader can choose. A theme of "system", and a zone of "", is none; keys are those of one letter, "on" or "off".
const (
	Language = "language"
	Theme    = "theme"
	TimeZone = "time_zone"
	Keys     = "keys"
)

// preferences are what each can be.
var preferences = map[string]func(value string) bool{
	Language: func(value string) bool { return slices.Contains([]string{i18n.English, i18n.Spanish}, value) },
	Theme:    func(value string) bool { return slices.Contains([]string{"light", "dark", "system"}, value) },
	TimeZone: func(value string) bool { return value == "" || zoneOf(value) != nil },
	Keys:     func(value string) bool { return value == "on" || value == "off" },
}

// Accepts says whether a preference can be so.
func Accepts(name, value string) bool { return preferences[name](value) }

// preferenceLife is how long a browser keeps what its operator prefers.
const preferenceLife = 365 * 24 * time.Hour

// prefer is a button that sets one preference, on any page: also before the log-in.
func (s *Site) prefer(c *fiber.Ctx, sent url.Values) error {
	chosen := map[string]string{}
	for name := range sent {
		chosen[name] = sent.Get(name)
	}
	if err := s.Prefer(c, chosen); err != nil {
		return err
	}
	return c.Redirect(SafeNext(sent.Get("next")), http.StatusSeeOther)
}

// Prefer keeps what a reader has chosen: in this browser, which is asked before anybody is known, and for who is logged in
// wherever they log in. What is none of the preferences, or cannot be, is left as it was.
func (s *Site) Prefer(c *fiber.Ctx, chosen map[string]string) error {
	known := map[string]string{}
	for name, value := range chosen {
		if accepts := preferences[name]; accepts != nil && accepts(value) {
			known[name] = value
		}
	}
	s.Recall(c, known)
	if s.Remember == nil || len(known) == 0 {
		return nil
	}
	if err := s.Enter(c); err != nil {
		return nil //nolint:nilerr // what a stranger chooses is their browser's alone
	}
	return s.Remember(kit.Context(c), kit.Who(c).Operator, known)
}

// Recall gives a browser the preferences of who has just logged in.
func (s *Site) Recall(c *fiber.Ctx, chosen map[string]string) {
	for name, value := range chosen {
		c.Cookie(&fiber.Cookie{
			Name: name, Value: value, Path: Home, MaxAge: int(preferenceLife.Seconds()), HTTPOnly: true,
			SameSite: fiber.CookieSameSiteLaxMode, Secure: s.Secure,
		})
	}
}

// chosen is a preference that the reader has set; "" for none.
func chosen(c *fiber.Ctx, name string) string {
	wanted := c.Cookies(name)
	if wanted == "system" || !preferences[name](wanted) {
		return ""
	}
	return wanted
}

// zone is the reader's: what they chose, or else the site's.
func (s *Site) zone(c *fiber.Ctx) *time.Location {
	if zone := zoneOf(chosen(c, TimeZone)); zone != nil {
		return zone
	}
	return s.Zone
}

// zoneName is what a zone's name looks like: nothing else is looked for among the files of the system.
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$`)

// zones are those that were asked for: finding one reads a file.
var zones sync.Map

// zoneOf is the time zone with a name; nil where there is none.
func zoneOf(name string) *time.Location {
	if known, found := zones.Load(name); found {
		zone, _ := known.(*time.Location)
		return zone
	}
	if !zoneName.MatchString(name) || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	zones.Store(name, zone)
	return zone
}
