package web

import (
	"strings"
	"time"

	"b2b.example/kit/i18n"
)

// happeningLooks are the dots of a timeline: the kind of each, and its icon.
var happeningLooks = map[string]look{
	"created":        {"quiet", "plus"},
	"confirmed":      {"ok", "check"},
	"canceled":       {"quiet", "ban"},
	"deleted":        {"quiet", "trash-2"},
	"restored":       {"info", "undo-2"},
	"stock_adjusted": {"info", "package"},
	"ended":          {"ok", "check"},

	"confirmation_undone": {"info", "undo-2"},
	"cancellation_undone": {"info", "undo-2"},
}

// happeningLook is the dot of an event; a pencil for one that changed something.
func happeningLook(action string) look {
	if known, found := happeningLooks[action]; found {
		return known
	}
	return look{"info", "pencil"}
}

// happened says what an event did. Of one that there are no words for, it says that something was changed.
func (r Reader) happened(words, action string) string {
	if !i18n.Has(r.Language, words+action) {
		action = "updated"
	}
	return r.T(words + action)
}

// moment is when something happened, to the second, with its date when that is not today.
func (r Reader) moment(t time.Time) string {
	if r.SameDay(t, r.Now) {
		return r.ClockSeconds(t)
	}
	return r.When(t) + strings.TrimPrefix(r.ClockSeconds(t), r.Clock(t))
}

// soon is when something will happen, with its date when that is not today.
func (r Reader) soon(t time.Time) string {
	if r.SameDay(t, r.Now) {
		return r.Clock(t)
	}
	return r.When(t)
}
