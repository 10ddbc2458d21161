package web

import (
	"strconv"

	"github.com/a-h/templ"
)

// fileInput is where the file is chosen.
func (i Import) fileInput() input {
	return input{ID: "file", Label: i.T("page.import.file"), Hint: i.T("page.import.file.hint"), Error: errorOf(i.Errors, "file")}
}

// importStatuses are how far a run can be: the kind of its badge, and its icon.
var importStatuses = map[string]look{
	"checking": {"info", "clock"},
	"checked":  {"info", "circle-check"},
	"running":  {"info", "clock"},
	"done":     {"ok", "circle-check"},
	"failed":   {"bad", "circle-alert"},
	"away":     {"warn", "circle-alert"},
}

func (d ImportDone) look() look { return importStatuses[d.Status] }

// status says in short how far it is.
func (d ImportDone) status(r Reader) string {
	if d.Status == "checked" {
		return r.T("page.import.waits")
	}
	return r.T("page.import.status." + d.Status)
}

// name is that of the file, or a word where it has none.
func (d ImportDone) name(r Reader) string {
	if d.File == "" {
		return r.T("page.import.unnamed")
	}
	return d.File
}

func (i ImportRun) look() look { return importStatuses[i.Status] }

// works says whether the file is being gone through just now, as far as one can tell.
func (i ImportRun) works() bool {
	return i.Status == "checking" || i.Status == "running" || i.Status == "away"
}

// whole is how many rows there are, or may be.
func (i ImportRun) whole() int64 { return max(i.Total, i.Guess) }

// told is what there is to say: of a file that cannot be taken, what to do.
func (i ImportRun) told() *Note {
	if i.Notice != nil || i.Status != "checked" || i.Refused == 0 || i.RunURL != "" {
		return i.Notice
	}
	return &Note{Kind: "warn", Title: i.T("page.import.blocked", "count", i.Refused), Text: i.T("page.import.blocked.do")}
}

// progress is how far it is, for a screen reader; where nobody knows of how many rows, it only says how many there were.
func (i ImportRun) progress() templ.Attributes {
	told := templ.Attributes{"aria-label": i.T("page.import.progress"), "aria-valuetext": i.soFar()}
	if whole := i.whole(); whole > 0 {
		told["aria-valuemin"], told["aria-valuemax"], told["aria-valuenow"] = "0", strconv.FormatInt(whole, 10), strconv.FormatInt(i.Rows, 10)
	}
	return told
}

// part is a part of the progress bar.
type part struct {
	kind         string
	from, length int64
}

// leastPart is how much of the bar is the least to be seen: one part in so many.
const leastPart = 200

// lengths are what has become of the rows.
func (i ImportRun) lengths() []part {
	return []part{
		{kind: "ok", length: i.Created}, {kind: "info", length: i.Changed}, {kind: "quiet", length: i.Unchanged}, {kind: "bad", length: i.Refused},
	}
}

// inLine puts lengths one after the other, and says how long the bar is. There are none while nobody knows how much there
// is in all.
func inLine(lengths []part, all int64) (parts []part, whole int64) {
	if all == 0 {
		return nil, 1
	}
	whole = all
	for _, one := range lengths {
		if one.length == 0 {
			continue
		}
		seen := max(one.length, all/leastPart)
		whole += seen - one.length
		if len(parts) > 0 {
			last := parts[len(parts)-1]
			one.from = last.from + last.length
		}
		one.length = seen
		parts = append(parts, one)
	}
	return parts, whole
}

// soFar says how many rows have been gone through.
func (i ImportRun) soFar() string {
	if i.Total == 0 {
		return i.T("page.import.rows", "count", i.Rows)
	}
	return i.T("page.import.rows_of", "rows", i.Number(i.Rows), "count", i.Total)
}

// faultsLabel names the file of the faults by what it has.
func (i ImportRun) faultsLabel() string {
	if i.FaultsKept > 0 {
		return i.T("page.import.faults_first", "count", i.FaultsKept)
	}
	return i.T("page.import.faults_file")
}

// began says who has begun, and when.
func (i ImportRun) began() string {
	return i.T("page.import.began", "who", i.Who, "at", InText(i.When(i.Started)))
}

// tile is what has become of some of the rows.
type tile struct {
	name    string
	rows    int64
	look    look
	leadsTo string
}

func (i ImportRun) tiles() []tile {
	tiles := []tile{
		{name: "created", rows: i.Created, look: look{"ok", "plus"}},
		{name: "changed", rows: i.Changed, look: look{"info", "pencil"}},
		{name: "unchanged", rows: i.Unchanged, look: look{"quiet", "equal"}},
		{name: "refused", rows: i.Refused, look: look{"quiet", "circle-x"}},
	}
	if i.Refused > 0 {
		tiles[3].look.kind = "bad"
	}
	if len(i.Faults) > 0 {
		tiles[3].leadsTo = "#faults"
	}
	if len(i.Preview) > 0 {
		tiles[0].leadsTo, tiles[1].leadsTo = "#preview", "#preview"
	}
	return tiles
}

// tense completes a text: what a trial tells of is still to come.
func (i ImportRun) tense() string {
	if i.Status == "checking" || i.Status == "checked" {
		return ".to_come"
	}
	return ""
}

// actionLook is how it is shown what a row of a file does.
func actionLook(action string) look {
	if action == "create" {
		return look{"ok", "plus"}
	}
	return look{"info", "pencil"}
}
