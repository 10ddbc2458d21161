package orders

import (
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// What the address of the settings tells of what was just done there.
const (
	byDone       = "done"
	doneSaved    = "saved"
	donePassword = "password"
)

// settingsPage shows how the reader likes their pages, and lets them change that.
func (b *backoffice) settingsPage(c *fiber.Ctx) error { return b.showSettings(c, nil, nil) }

// keysPage tells what the keys do.
func (b *backoffice) keysPage(c *fiber.Ctx) error {
	frame, err := b.Frame(c, "keys")
	if err != nil {
		return err
	}
	return screens.Show(c, web.Keys{Frame: frame}.Page)
}

// showSettings shows the settings: with what was typed where there is a form, and what is wrong with it.
func (b *backoffice) showSettings(c *fiber.Ctx, typed url.Values, refused error) error {
	frame, err := b.Frame(c, "settings")
	if err != nil {
		return err
	}
	page := web.Settings{
		Frame: frame, ThemeNow: frame.Theme, ZoneNow: c.Cookies(screens.TimeZone), KeysOn: !frame.KeysOff, FirmZone: b.Zone, Zones: commonZones,
	}
	if typed.Has(screens.TimeZone) {
		page.ThemeNow, page.ZoneNow, page.KeysOn = typed.Get(screens.Theme), typed.Get(screens.TimeZone), typed.Get(screens.Keys) == "on"
	}
	switch done := c.Query(byDone); done {
	case doneSaved, donePassword:
		page.Done = &web.Note{Kind: "ok", Title: frame.T("page.settings.done." + done)}
	}
	if refused != nil {
		problem := kit.Refusal(c, refused)
		for _, one := range problem.Errors {
			page.Errors = append(page.Errors, web.FieldError{Field: one.Field, Text: one.Detail})
		}
		if len(page.Errors) == 0 {
			page.Notice = screens.RefusalNote(frame.Reader, problem)
		}
	}
	return screens.Show(c, page.Page)
}

// settingsAgain shows the form of the settings as it was typed.
func (b *backoffice) settingsAgain(c *fiber.Ctx, sent url.Values) error {
	return b.showSettings(c, sent, nil)
}

// saveSettings keeps what was chosen. It is whole each time, so it may be sent as often as one likes.
func (b *backoffice) saveSettings(c *fiber.Ctx, sent url.Values) error {
	chosen := map[string]string{screens.Keys: "off"}
	for _, name := range []string{screens.Language, screens.Theme, screens.TimeZone, screens.Keys} {
		if sent.Has(name) {
			chosen[name] = sent.Get(name)
		}
	}
	if !screens.Accepts(screens.TimeZone, chosen[screens.TimeZone]) {
		return b.showSettings(c, sent, fault.New(fault.Invalid, "VALIDATION_FAILED").On(screens.TimeZone, "ZONE_UNKNOWN"))
	}
	if err := b.Prefer(c, chosen); err != nil {
		return err
	}
	return c.Redirect(home+"/settings?"+byDone+"="+doneSaved, http.StatusSeeOther)
}

// passwordAgain asks for the passwords again: they are kept nowhere.
func (b *backoffice) passwordAgain(c *fiber.Ctx, _ url.Values) error {
	return b.showSettings(c, nil, nil)
}

// savePassword gives the reader another password. That ends all their sessions, so this browser gets a new one at once.
func (b *backoffice) savePassword(c *fiber.Ctx, sent url.Values) error {
	err := b.browsers.ChangePassword(c, sent.Get("current_password"), sent.Get("new_password"))
	switch {
	case fault.Is(err, "SESSION_ENDED"):
		return err
	case err != nil:
		return b.showSettings(c, nil, err)
	}
	return c.Redirect(home+"/settings?"+byDone+"="+donePassword, http.StatusSeeOther)
}

// commonZones are offered while one types; every other name of a zone is taken, too.
var commonZones = []string{
	"America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas", "America/Chicago", "America/Costa_Rica",
	"America/Denver", "America/Guatemala", "America/Guayaquil", "America/La_Paz", "America/Lima", "America/Los_Angeles",
	"America/Mexico_City", "America/Montevideo", "America/New_York", "America/Panama", "America/Santiago", "America/Santo_Domingo",
	"America/Sao_Paulo", "Asia/Shanghai", "Asia/Tokyo", "Atlantic/Canary", "Europe/Berlin", "Europe/Lisbon", "Europe/London",
	"Europe/Madrid", "Europe/Paris", "Pacific/Galapagos", "UTC",
}
