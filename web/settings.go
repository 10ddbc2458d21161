package web

import "time"

// Settings is the page on which readers choose how they like their pages.
type Settings struct {
	Frame
	ThemeNow string // "light", "dark"; "" or "system" for the system's
	ZoneNow  string // as it was typed; "" for the firm's
	KeysOn   bool
	FirmZone *time.Location
	Zones    []string // that are offered
	Errors   []FieldError
	Notice   *Note
	Done     *Note // what the reader has just done
}

// input is a field of the settings with what is wrong with it.
func (s Settings) input(id, hint string) input {
	return input{ID: id, Label: s.label(id), Hint: hint, Error: errorOf(s.Errors, id)}
}

func (s Settings) label(id string) string { return s.T("page.settings." + id) }

// firmZone names the time zone of the firm.
func (s Settings) firmZone() string {
	firm := s.Reader
	firm.Zone = s.FirmZone
	return firm.ZoneName()
}

// themes are what can be chosen, and themeNow which of them is.
func (s Settings) themes() []string { return []string{"system", "light", "dark"} }

func (s Settings) themeNow() string {
	if s.ThemeNow == "" {
		return "system"
	}
	return s.ThemeNow
}
