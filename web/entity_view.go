package web

import "time"

// The views of the pages that every entity has: what the fields are is told in them, and what they hold is written for the
// reader already.

// Entities is a page of a list.
type Entities struct {
	Frame
	Title      string // "Customers"
	URL        string // of the list itself
	NewURL     string // "" where the reader may make none
	NewLabel   string // "New customer"
	CSVURL     string // "" where there is no file to be had
	ImportURL  string // "" where the reader may import none
	Searchable bool
	SearchHint string // what can be searched: "Name or e-mail"
	Search     string
	Kept       []Field // the other parameters that a search keeps
	Filters    []Filter
	Columns    []Column
	Choice     []ColumnChoice // of the columns; nil: they can't be chosen
	ChoiceKept []Field        // the other parameters that a choice of columns keeps
	Selection  *Selection
	Rows       []EntityRow
	Newer      string // addresses; "" at the end
	Older      string
	Filtered   bool   // a search or a filter is on
	ClearURL   string // the list without
	AllURL     string // the same search without filters
	RowURL     string // of the list that one row is asked of
	Away       bool   // the rows could not be had: Note says why
	Note       *Note
	Done       *Note // what the reader has just done: told by the bar at the bottom, which takes the focus
}

// Filter narrows a list: one chip, with what can be chosen.
type Filter struct {
	Label     string
	Value     string // of what is chosen; "" for nothing
	RemoveURL string
	Options   []Link
}

// Column is one of a list's. Its head sorts the list, where an index serves that.
type Column struct {
	Label   string
	Number  bool   // right-aligned, in figures of one width
	Short   bool   // its texts are: a code, no name
	SortURL string // "" where it can't be sorted by
	Sorted  string // "ascending", "descending", ""
}

// EntityRow is a row of a list; its first cell leads to it.
type EntityRow struct {
	ID      int64
	Title   string // what people call it
	Entity  string // that it shows, in the version that it shows
	Version int64
	URL     string
	Muted   bool   // archived, disabled: no longer in use
	Badge   string // says so beside its name; "" where a cell does
	Cells   []Cell
}

// Cell is one value. None is shown as a dash.
type Cell struct {
	Text string
	Kind string // "text", "lines" of it, "number", "time", "yes", "no", "badge"
	URL  string // of what it names; "" for none
}

// Entity is the page of one.
type Entity struct {
	Frame
	Title        string // what people call this one
	Kind         string // "Customer"
	BackURL      string
	BackLabel    string // "Customers"
	Entity       string // that it shows, in the version that it shows
	Version      int64
	Badge        string // a word about its state: "Archived"; "" for none
	Facts        []Fact
	EditURL      string // "" where the reader may not
	RestoreURL   string // of one that is deleted, for who may restore it
	RestoreKey   string // the idempotency key of that
	Actions      []EntityAction
	Reason       string // why the reader can change nothing; "" where they can
	Related      []Link // "All their orders"
	Timeline     []Happening
	EarlierCount int64 // events that the timeline leaves out
	Notice       *Note
	Done         *Note // what the reader has just done
}

// Fact is a field and what it holds.
type Fact struct {
	Label string
	Cell
}

// EntityAction leads to a question.
type EntityAction struct {
	Label  string // "Delete customer…"
	URL    string
	Hint   string // its limit, and its effect; "" for none
	Danger bool
	Icon   string
}

// Question comes before something that cannot simply be taken back: a page, and the dialog that is taken out of it.
type Question struct {
	Frame
	Title     string // "Delete ACME Ltd?"
	Entity    string // "order.1042", where what others do to it meanwhile is told; "" for none
	Kept      string // what becomes of what was typed then
	Text      string // what will happen
	BackURL   string // to leave everything as it is
	BackLabel string // "Keep customer"
	Action    string // where the form goes
	Key       string
	Version   int64
	Label     string // "Delete customer"
	Danger    bool
	Icon      string // of its button; "" for none
	Inputs    []Input
	Errors    []FieldError
	Notice    *Note
}

// Chosen is what is to be done with several at once: the question before it, or what became of each.
type Chosen struct {
	Frame
	Title     string // "Delete 3 customers?"
	Text      string // what will happen; "" where the title says it
	BackURL   string // of the list that they were chosen in
	BackLabel string
	Action    string // where the form goes
	Fields    []Field
	Label     string // of its button: "Delete 2 customers"; "" where nothing can be done
	Danger    bool
	Icon      string
	Rows      []ChosenRow
	Done      bool // it was tried
	Notice    *Note
}

// ChosenRow is one of several.
type ChosenRow struct {
	Link
	Outcome string // "will", "done", "already", "refused", "changed", "untried"
	Text    string // the same in words: "Delete", "Done"
	Why     string // it is not what was asked for
}

// EntityForm is the form of a new one, or of one that is edited.
type EntityForm struct {
	Frame
	Title     string // "New customer", "Edit ACME Ltd"
	Entity    string // "customer.7"; "" for a new one
	BackURL   string
	BackLabel string
	Action    string
	Key       string
	Version   int64 // that the form was opened with; 0 for a new one
	Inputs    []Input
	Label     string // of its button: "Create customer", "Save"
	Focus     string // the name of the input to go on with after a button was pressed; "" for none
	Errors    []FieldError
	Notice    *Note
}

// Input is one field of a form. Its id is its name.
type Input struct {
	Name                  string
	Label                 string
	Hint                  string
	Kind                  string // "text", "email", "lines", "number", "money", "time", "yes", "choice", "secret", "reference"
	Value                 string // as the reader types it; "true" for a yes
	Before                string // what it was when the form was opened
	Required              bool
	Optional              bool   // says so beside its label
	Most                  int64  // characters; where there can be many, there is room for them
	Unit                  string // beside the input: "USD"
	LeastCents, MostCents int64  // of an amount
	Options               []Option
	Chosen                *Option  // of a reference: what Value stands for; do=choose:NAME: takes it away again
	Found                 []Option // of a reference: what its search found; each is a button do=choose:NAME:VALUE
	Search                string   // of a reference: what was searched for, in the field NAME_search
	Note                  string   // of a reference: that nothing was found, or nobody can be asked
	Error                 string   // "" where that of the form's Errors says it all
}

// Option is a choice.
type Option struct{ Value, Label, Hint string }

// Conflict is what two people have made of one thing: field by field before, theirs and yours. Its form is that of an edit:
// for each field take.NAME is "theirs" or "yours"; do=save takes these, do=theirs and do=mine all of one side.
type Conflict struct {
	Frame
	Title     string // "ACME Ltd was changed while you edited it"
	Entity    string // "customer.7"
	Intro     string // "Ana saved this at 10:41, while you were editing."
	Who       string // who saved in between; "" when nobody knows
	BackURL   string
	BackLabel string
	Action    string
	Key       string
	Version   int64 // theirs
	Rows      []ConflictRow
}

// ConflictRow is one field. What was typed goes along in the field NAME, what it was before in before.NAME.
type ConflictRow struct {
	Name                  string
	Label                 string
	Before, Theirs, Yours string // as the reader reads them; "" for none
	Typed                 string // yours, as it is sent
	Was                   string // before, as it is sent
	Other                 string // theirs, as it is sent
	Take                  string // "theirs" or "yours", chosen already
	Both                  bool   // both have changed it, each in another way
	Same                  bool   // there is nothing to choose
}

// Import is the page of a file that is taken in.
type Import struct {
	Frame
	Title      string
	BackURL    string
	BackLabel  string
	Action     string // where the file is sent
	Key        string
	Intro      string // how rows are told apart: "A row whose e-mail is known changes that customer; any other is a new one."
	Columns    []Fact // of the file: the name, and what it holds
	ExampleURL string
	Recent     []ImportDone // the newest files that were taken in
	Notice     *Note
	Errors     []FieldError
}

// ImportDone is a file that was taken in before.
type ImportDone struct {
	URL    string
	File   string // its name; "" where it has none
	Status string // as that of ImportRun
	At     time.Time
	Who    string
}

// ImportRun is what becomes of a file: first a trial that changes nothing, then the run.
type ImportRun struct {
	Frame
	Title                                string
	BackURL                              string
	BackLabel                            string
	File                                 string
	Status                               string // "checking", "checked", "running", "done", "failed"; "away" while nobody can tell
	Rows                                 int64  // seen so far
	Total                                int64  // 0 while nobody knows
	Guess                                int64  // of the total, by the bytes: for the bar alone
	Created, Changed, Unchanged, Refused int64
	Started                              time.Time
	Who                                  string
	Preview                              []ImportRow // the first rows that would change something
	Faults                               []ImportFault
	MoreFaults                           int64
	FaultsURL                            string // of the faults as a file
	FaultsKept                           int64  // how many the file has, where it has not all of them; else 0
	RunURL                               string // "" where it can't be run now
	AgainURL                             string // to send another file
	Key                                  string
	Notice                               *Note
	URL                                  string // of this page, which is asked again while it runs
}

// ImportRow is one row of the trial.
type ImportRow struct {
	Line    int64
	Action  string // "create", "change"
	Title   string
	Changes []Change
}

// ImportFault is what is wrong with one row of a file.
type ImportFault struct {
	Line          int64
	Column, Value string
	Text          string
}
