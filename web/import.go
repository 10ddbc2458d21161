package web

// fileInput is where the file is chosen.
func (i Import) fileInput() input {
	return input{ID: "file", Label: i.T("page.import.file"), Hint: i.T("page.import.file.hint"), Error: errorOf(i.Errors, "file")}
}

// label names a field of the form: there is one.
func (i Import) label(string) string { return i.T("page.import.file") }

// importStatuses are how far a run can be: the kind of its badge, and its icon.
var importStatuses = map[string]look{
	"checking": {"info", "clock"},
	"checked":  {"info", "circle-check"},
	"running":  {"info", "clock"},
	"done":     {"ok", "circle-check"},
	"failed":   {"bad", "circle-alert"},
}

func (i ImportRun) look() look { return importStatuses[i.Status] }

// works says whether the file is being gone through just now.
func (i ImportRun) works() bool { return i.Status == "checking" || i.Status == "running" }

// told is what there is to say: of a file that cannot be taken, what to do.
func (i ImportRun) told() *Note {
	if i.Notice != nil || i.Status != "checked" || i.Refused == 0 || i.RunURL != "" {
		return i.Notice
	}
	return &Note{Kind: "warn", Title: i.T("page.import.blocked", "count", i.Refused), Text: i.T("page.import.blocked.do")}
}

// whole is how many rows there are, as far as anybody knows.
func (i ImportRun) whole() int64 { return max(i.Total, i.Rows, 1) }

// part is a part of the progress bar.
type part struct {
	kind         string
	from, length int64
}

// leastPart is how much of the bar is the least to be seen: one part in so many.
const leastPart = 200

// parts are the lengths of what has become of the rows, one after the other, and how long the bar is.
func (i ImportRun) parts() (parts []part, whole int64) {
	whole = i.whole()
	var end int64
	for _, one := range []part{
		{kind: "ok", length: i.Created}, {kind: "info", length: i.Changed}, {kind: "quiet", length: i.Unchanged}, {kind: "bad", length: i.Refused},
	} {
		if one.length == 0 {
			continue
		}
		seen := max(one.length, i.whole()/leastPart)
		whole += seen - one.length
		one.from, one.length = end, seen
		end += seen
		parts = append(parts, one)
	}
	return parts, max(whole, end)
}

// soFar says how many rows have been gone through.
func (i ImportRun) soFar() string {
	if i.Total == 0 {
		return i.T("page.import.rows", "count", i.Rows)
	}
	return i.T("page.import.rows_of", "rows", i.Number(i.Rows), "count", i.Total)
}

// began says who has begun, and when.
func (i ImportRun) began() string {
	return i.T("page.import.began", "who", i.Who, "at", inText(i.When(i.Started)))
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
