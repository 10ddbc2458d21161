package web

// chosenLooks are what can become of one of several: the kind of its badge, and its icon.
var chosenLooks = map[string]look{
	"will":    {"info", "arrow-right"},
	"done":    {"ok", "circle-check"},
	"already": {"quiet", "equal"},
	"refused": {"bad", "circle-x"},
	"changed": {"warn", "triangle-alert"},
	"untried": {"quiet", "clock"},
}

func (r ChosenRow) look() look { return chosenLooks[r.Outcome] }

// look is how the button looks that does it.
func (c Chosen) look() string {
	if c.Danger {
		return "danger filled"
	}
	return "filled"
}
