package web

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// actionLooks are how it is shown what a run does: the kind of its badge, and its icon.
var actionLooks = map[string]look{"confirm": {"ok", "circle-check"}, "cancel": {"quiet", "ban"}, "undo": {"info", "undo-2"}}

func (n NewBulkRun) title() string { return n.T("page.bulk.ask."+n.Action, "count", n.Orders) }

func (n NewBulkRun) look() look { return actionLooks[n.Action] }

func (n NewBulkRun) submit() string { return n.T("page.bulk.begin."+n.Action, "count", n.Will) }

// submitKind is red for what is a cancellation's last step.
func (n NewBulkRun) submitKind() string {
	if n.Action == "cancel" {
		return "danger filled"
	}
	return "filled"
}

// chosen says which orders were chosen.
func (n NewBulkRun) chosen() string {
	return n.T("page.bulk.chosen", "count", n.Orders, "chosen", n.Chosen)
}

// returnedMore says how many SKUs more go back to stock; "" for none.
func (n NewBulkRun) returnedMore() string {
	if n.ReturnedMore == 0 {
		return ""
	}
	return n.T("page.bulk.more_skus", "count", n.ReturnedMore)
}

// worth says what the orders are worth that will be moved, and what goes back to stock.
func (n NewBulkRun) worth() string {
	worth := n.T("page.bulk.worth", "amount", n.MoneySigned(n.Cents))
	if n.Action == "cancel" {
		worth += " · " + n.T("page.bulk.returns", "count", n.Units)
	}
	return worth
}

func (b BulkSummary) title(r Reader) string {
	return r.T("page.bulk.title."+b.Action, "count", b.Orders)
}

// state is whether it goes on: the kind of its badge, and its icon.
func (b BulkSummary) state() look {
	switch {
	case b.Ended == nil:
		return look{"info", "clock"}
	case b.Failed > 0:
		return look{"warn", "triangle-alert"}
	}
	return look{"ok", "circle-check"}
}

func (b BulkSummary) stateText(r Reader) string {
	if b.Ended == nil {
		return r.T("page.bulk.running")
	}
	return r.T("page.bulk.finished")
}

// came says what came of a run that has ended.
func (b BulkSummary) came(r Reader) string {
	if b.Ended == nil {
		return "—"
	}
	return r.T("page.bulk.summary", "done", r.Number(b.Done), "skipped", r.Number(b.Skipped), "failed", r.Number(b.Failed))
}

// FirstOutcome is which orders of a run are listed where nothing else is asked for: what has failed needs somebody.
func (b BulkSummary) FirstOutcome() string {
	switch {
	case b.Ended != nil && b.Failed > 0:
		return "failed"
	case b.Ended != nil && b.Done == 0 && b.Skipped > 0:
		return "skipped"
	}
	return "done"
}

// settled is how many orders have been gone through.
func (b BulkSummary) settled() int64 { return b.Done + b.Skipped + b.Failed }

func (b BulkRun) lengths() []part {
	return []part{{kind: "ok", length: b.Done}, {kind: "quiet", length: b.Skipped}, {kind: "bad", length: b.Failed}}
}

// progress is how far it is, for a screen reader.
func (b BulkRun) progress() templ.Attributes {
	return templ.Attributes{
		"aria-label": b.T("page.import.progress"), "aria-valuetext": b.soFar(), "aria-valuemin": "0",
		"aria-valuemax": strconv.FormatInt(b.Orders, 10), "aria-valuenow": strconv.FormatInt(b.settled(), 10),
	}
}

// soFar says how many orders have been gone through, and how long it took.
func (b BulkRun) soFar() string {
	text := b.T("page.bulk.so_far", "n", b.Number(b.settled()), "count", b.Orders)
	if b.Ended == nil {
		return text
	}
	took := b.Ended.Sub(b.Started)
	if took < time.Minute {
		return b.T("page.bulk.took_seconds", "orders", text, "seconds", max(1, int64(took.Seconds())))
	}
	return b.T("page.bulk.took", "orders", text, "time", b.Until(took))
}

// began says who has begun it, and when.
func (b BulkRun) began() string {
	return b.T("page.import.began", "who", b.Who, "at", InText(b.When(b.Started)))
}

// tiles are what has become of the orders, each the list of them.
func (b BulkRun) tiles() []tile {
	tiles := []tile{
		{name: "done", rows: b.Done, look: actionLooks[b.Action]},
		{name: "skipped", rows: b.Skipped, look: look{"quiet", "equal"}},
		{name: "failed", rows: b.Failed, look: look{"quiet", "circle-x"}},
	}
	if b.Failed > 0 {
		tiles[2].look.kind = "bad"
	}
	for i := range tiles {
		tiles[i].leadsTo = b.URL + "?outcome=" + tiles[i].name
	}
	return tiles
}

// means says what an outcome means, or what the orders of it are worth.
func (b BulkRun) means(outcome string) string {
	if outcome == "done" && b.Ended != nil {
		return b.T("page.bulk.worth", "amount", b.MoneySigned(b.DoneCents))
	}
	return b.T("page.bulk.means." + outcome)
}

// listed is how many orders the list has.
func (b BulkRun) listed() int64 {
	return map[string]int64{"done": b.Done, "skipped": b.Skipped, "failed": b.Failed}[b.Outcome]
}

// undone says what the button undoes.
func (b BulkRun) undone() string { return b.T("page.bulk.done."+b.Action, "count", b.Done) }
