// Package web is what the backoffice looks like: views in, HTML out, and the assets that the pages load. It knows no
// database and no HTTP.
package web

import "time"

// The views are made for the pages: whoever serves a page fills in its view, and the page formats what it finds there
// for its reader. Money is whole cents, times are UTC. Texts of a view are in the reader's language already.

// Reader is who reads a page, and how.
type Reader struct {
	Language string         // "en" or "es"
	Theme    string         // "light", "dark", or "" for what the system has
	Zone     *time.Location // of the times that are shown
	Now      time.Time
	Currency string // "USD"
}

// Frame is what stands around a page.
type Frame struct {
	Reader
	Company  string
	Operator Operator  // empty before the log-in
	Section  string    // what the navigation marks: "dashboard", "orders"; "" for nothing
	Path     string    // the page's own address with its query: where a switch of language or theme leads back to
	Waiting  Count     // orders that wait to be confirmed
	Live     bool      // what others change is told while the page is open
	KeysOff  bool      // the keys of one letter do nothing
	Nav      []NavItem // where the reader can go; nil: the dashboard and the orders
}

// NavItem is an entry of the navigation.
type NavItem struct {
	Section    string // marked when it is the frame's
	Label, URL string
	Icon       string // of the sprite; "" for that of a table
	Count      Count  // what waits there to be confirmed
	Apart      bool   // a rule stands before it, and what follows is needed less often
	Narrow     bool   // it is for phones alone; elsewhere a page leads there
}

// Operator is the one who is logged in.
type Operator struct {
	Name, Email, Role string // viewer, operator, manager
}

// Count is a number of rows that was counted up to a bound.
type Count struct {
	N    int64
	Over bool // there are more than N
}

// Note is a message on a page: its first sentence, and what to do about it.
type Note struct {
	Kind        string // "info", "ok", "warn", "bad"
	Title, Text string
	Links       []Link // ways on
}

// Link leads somewhere.
type Link struct{ Label, URL string }

// FieldError is what is wrong with one field of a form.
type FieldError struct {
	Field string // the id of its input
	Text  string
}

// Login is the page to log in.
type Login struct {
	Frame
	Email   string
	Next    string // where to go then: a path under /backoffice
	Subject string // what is there, to be named: "Order 1042"; "" names nothing
	Held    string // a form that was sent when its session had ended, URL-encoded: kept for after the log-in
	Note    *Note  // a refusal, or why this page is here
}

// Dashboard is the front page: what waits.
type Dashboard struct {
	Frame
	Newest              int64 // the newest event that is summed up here
	ToConfirm, Expiring Queue
	ExpiringWithin      time.Duration
	ExpiryOff           bool // orders never expire here
	LowStock            []LowProduct
	LowStockCount       Count
	LowStockURL         string // of the list with exactly these products
	ShowsNewOrder       bool
	Charts              Charts
}

// Charts are how the last days were, today last. What they are compared with are as many days before as are over.
type Charts struct {
	Zone                                     *time.Location // whose days they are
	Counting                                 bool           // they are not known yet
	Days                                     []ChartDay
	Orders, OrdersOver, OrdersBefore         int64
	OrdersURL                                string // of the list with exactly these orders
	RevenueCents, RevenueOver, RevenueBefore int64
	Products                                 []ChartBar // units and money, the most first
	Canceled                                 []ChartBar // orders by the code of their reason, the most first
}

// ChartDay is a day of a chart: the orders placed on it, and what those are worth that are confirmed.
type ChartDay struct {
	Begin                time.Time
	Orders, RevenueCents int64
	URL                  string // of the list with exactly these orders
}

// ChartBar is a bar of a chart.
type ChartBar struct {
	Label, URL string
	N, Cents   int64
}

// Queue is work that waits: how much, and the first of it.
type Queue struct {
	Count      Count
	TotalCents int64 // of all; only told where it is cheap to know
	Rows       []OrderRow
	URL        string // of the list with exactly these rows
	InList     string // what the address of an order ends with that is opened from here
}

// LowProduct is a product that is nearly sold out.
type LowProduct struct {
	URL               string
	SKU, Name         string
	Stock, LowStockAt int64
}

// Orders is a page of the list of orders.
type Orders struct {
	Frame
	Views         []View
	Search        string
	Kept          []Field // the other parameters that a search keeps, as hidden fields
	Chips         []Chip
	Customers     *CustomerFilter // nil where one can't be asked for
	Days          *DaysFilter     // nil where days can't be asked for
	Totals        *TotalsFilter   // nil where totals can't be asked for
	Filters       []Filter
	Columns       []ColumnChoice // nil: they can't be chosen
	ColumnsKept   []Field        // the other parameters that a choice of columns keeps
	Sort          Sort
	Rows          []OrderRow
	Newer, Older  string // addresses; "" at the end
	Filtered      bool   // a search or a filter is on: an empty list means something else then
	ClearURL      string // the list without search and filters
	CSVURL        string // the whole list as a file
	InList        string // what the address of an order ends with that is opened from here
	RowURL        string // of the list that one row is asked of
	ShowsNewOrder bool
	RunsURL       string     // of the bulk runs
	Selection     *Selection // nil for who may not change orders
	Note          *Note
}

// Selection is how rows of a list are chosen, and what can be done with them.
type Selection struct {
	URL              string  // where what is chosen is sent
	Name             string  // of a check box
	Label            string  // "Selected orders"
	Kept             []Field // what else is sent
	Actions          []SelectionAction
	All              bool   // that match are chosen, on whichever page they are
	Matching         *Count // how many those are; nil where that takes long to tell
	Filter           string // the list's parameters
	AllURL, ClearURL string // "" where only rows of the page can be chosen
}

// SelectionAction is a button of a selection's bar.
type SelectionAction struct {
	Value string // that it sends
	Label string // "Confirm…"
	Kind  string // as that of a button
	Icon  string
	File  bool // a file is its answer
}

// View is a tab above a list, or what can be done about one.
type View struct {
	Label, URL string
	Icon       string // "" for none
	IconText   string // what the icon says; "" where the label says it
	Count      *Count
	Current    bool
	Asks       bool // it leads to a question
}

// Field is a form's hidden field.
type Field struct{ Name, Value string }

// DaysFilter is the form that narrows a list to days, told as 2006-01-02; "" for no bound.
type DaysFilter struct {
	URL         string
	First, Last string
	FirstLabel  string
	LastLabel   string
	Kept        []Field // the list's other parameters
}

// TotalsFilter is the form that narrows a list of orders to a range of totals, told as people type them; "" for no bound.
type TotalsFilter struct {
	Least, Most string
	Kept        []Field // the list's other parameters
}

// CustomerFilter is the form that narrows a list of orders to those of a customer, who is searched for.
type CustomerFilter struct {
	Search  string
	Found   []Customer
	Note    *Note  // customers cannot be asked just now, or nothing was found
	FindURL string // of the list as it is: what is searched for is added to it
	Kept    []Field
}

// ColumnChoice is a column that a list may show.
type ColumnChoice struct {
	Name  string // its class
	Label string
	Shown bool
}

// Chip is a filter that is on.
type Chip struct{ Name, Value, RemoveURL string }

// Sort is what a list is sorted by, and the addresses that sort it otherwise; "" where that is not offered.
type Sort struct {
	By                  string // "-created_at", "created_at", "-total_cents", "total_cents"
	PlacedURL, TotalURL string
}

// OrderRow is an order in a list.
type OrderRow struct {
	ID, Version       int64
	Status            string // CREATED, CONFIRMED, CANCELED
	Customer, Email   string
	Reference         string
	Placed            time.Time
	Expires           *time.Time // nil: it doesn't
	Units, TotalCents int64
}

// Order is the page of one order.
type Order struct {
	Frame
	ID, Version       int64
	Status            string
	Units, TotalCents int64
	Placed            time.Time
	PlacedBy          string // "" when nobody knows
	PlacedThrough     string // API, UI, LAMBDA, SYSTEM
	Confirmed         *time.Time
	ConfirmedBy       string
	Canceled          *time.Time
	CanceledBy        string
	CancelReason      string // a code
	CancelNote        string
	Reference, Note   string
	Customer          Customer
	CustomerURL       string // the customer's own page
	OrdersURL         string // the list of the customer's orders
	Lines             []Line
	Actions           []Action
	Upcoming          []Upcoming
	Timeline          []Happening
	EarlierCount      int64  // events that the timeline leaves out
	Notice            *Note  // a refusal, or what an action found
	NoteURL, AgainURL string // where the note is edited, and where the same is ordered again; "" for who may not
	Done              *Note  // what the reader has just done: told by the bar at the bottom, which takes the focus
	Past              bool   // it is shown as it was, and nothing can be done to it
	CSVURL            string // its lines as a file; "" for none
	InList            string // what its addresses end with, to stay in the list that it was opened from; "" for none
	List              *Neighbours
	Undo              *Undo // how that can be undone; nil: not, or no longer
}

// Neighbours are what stands beside an order in the list that it was opened from.
type Neighbours struct {
	ListURL        string
	Previous, Next string // addresses; "" at the end
}

// Undo is the button that undoes what was just done.
type Undo struct {
	Key    string
	Until  time.Time
	Window time.Duration // how long that could be done, from the beginning
}

// Customer is a customer as it was when the order was placed, or as it is now where one is chosen.
type Customer struct {
	ID                        int64
	Name, Email, Phone, TaxID string
}

// Line is one line of an order.
type Line struct {
	ProductID                          int64
	SKU, Name                          string
	Qty, UnitPriceCents, SubtotalCents int64
}

// Action is what can be done to an order, or why it can't be done now.
type Action struct {
	Name    string // "confirm", "cancel"
	Allowed bool
	Key     string // the idempotency key that the action's form carries
	Hint    string // of an allowed one: its limit and its effect
	Reason  string // of one that is not
	Focus   bool   // it is what the reader will want next: it takes the focus
}

// Upcoming is what will happen by itself.
type Upcoming struct {
	What string // "expires", "cancel_closes"
	At   time.Time
}

// Happening is one event of a timeline.
type Happening struct {
	Action     string // created, confirmed, canceled, updated
	Who        string
	At         time.Time
	URL        string // of the page as it was then; "" for none
	Channel    string // UI, API, LAMBDA, SYSTEM
	RequestID  string
	RequestURL string // all that its request did; "" for nowhere
	Key        string // the client's own idempotency key; "" for none
	Changes    []Change
}

// Change is one field before and after.
type Change struct{ Label, Old, New string }

// Activity is a page of all that has happened, newest first.
type Activity struct {
	Frame
	Filters      []Filter
	Chips        []Chip // other filters that are on
	Days         *DaysFilter
	Rows         []ActivityRow
	Newer, Older string // addresses; "" at the end
	ClearURL     string // the list without filters
	CSVURL       string // the whole list as a file
}

// ActivityRow is an event, and what it happened to.
type ActivityRow struct {
	Happening
	Words   string // that the ids of its sentences begin with
	Subject Link   // "Order 1042"
	WhoURL  string // all that they did
}

// Cancel is the question that comes before an order is cancelled: a page, and the dialog that is taken out of it.
type Cancel struct {
	Frame
	Order   Order // of which the question tells number, status, units and lines
	Until   *time.Time
	Key     string
	Reason  string        // chosen
	Note    string        // typed
	Reasons []string      // that there are, by code
	UndoFor time.Duration // how long that can be undone; 0: not at all
	Errors  []FieldError
	Notice  *Note
}

// NewBulkRun tells what a bulk run would do, and begins it.
type NewBulkRun struct {
	Frame
	Action          string // "confirm", "cancel"
	Key             string
	Fields          []Field // which orders
	Chosen          string  // the same, in words
	BackURL         string
	Orders, Will    int64
	Most            int64  // that one run takes, where more were chosen; 0: they are all
	Units, Cents    int64  // of those that it will move
	Returned        []Line // the first of what goes back to stock, by SKU
	ReturnedMore    int64  // SKUs beyond those
	Already, Cannot []BulkGroup
	Cancel          *Cancel       // asks for the reason; nil: none is needed
	UndoFor         time.Duration // 0: it cannot be undone
	Notice          *Note
}

// BulkGroup are orders that a run leaves as they are, for one reason.
type BulkGroup struct {
	Why    string
	N      int64
	Orders []Link // the first of them
}

// BulkSummary is a bulk run in a list.
type BulkSummary struct {
	ID                            int64
	URL                           string
	Action                        string // "confirm", "cancel", "undo"
	Chosen                        string // which orders, in words
	Who                           string
	Started                       time.Time
	Ended                         *time.Time // nil: it goes on
	Orders, Done, Skipped, Failed int64
	DoneCents                     int64 // of those that are done, once it has ended
}

// BulkRun is the page of a bulk run.
type BulkRun struct {
	Frame
	BulkSummary
	ChosenURL    string // where they were chosen
	Reason       string // of a cancellation
	RequestID    string
	RetryKey     string // "": nothing can be tried again
	Undo         *Undo  // nil: nothing can be undone
	CSVURL       string
	Outcome      string // of the orders that are listed: "done", "skipped", "failed"
	ListURL      string // of this list
	Rows         []BulkRow
	Newer, Older string
	Notice       *Note
}

// BulkRow is an order in a run, as it is now.
type BulkRow struct {
	OrderRow
	Why string // it was left as it is
	At  *time.Time
}

// BulkRuns is the list of bulk runs.
type BulkRuns struct {
	Frame
	Runs         []BulkSummary
	Newer, Older string
}

// NewOrder is the form of a new order. Everything typed is in it; each button of it sends it whole.
type NewOrder struct {
	Frame
	Key            string
	Customer       *Customer // chosen
	CustomerSearch string
	Customers      []Customer // found
	CustomersNote  *Note      // customers cannot be asked just now, or nothing was found
	Lines          []NewLine
	ProductSearch  string
	Products       []Product // found
	ProductsNote   *Note
	Reference      string
	Note           string
	Units          int64
	TotalCents     int64
	Focus          string // the id of the input to go on with after a button was pressed; "" leaves the focus where it is
	Errors         []FieldError
	Notice         *Note
}

// NewLine is a line of an order that is not placed yet.
type NewLine struct {
	ProductID     int64
	SKU, Name     string
	Qty           string // as it was typed
	Stock         int64
	PriceCents    int64
	SubtotalCents int64
	Asked         int64  // Qty as a number; 0 where it is none
	Short         bool   // more is asked than there is
	Error         string // what else is wrong with the line
}

// Product is a product to choose.
type Product struct {
	ID                int64
	SKU, Name         string
	Stock, PriceCents int64
	Low               bool
}

// Failure is a page that could not be shown.
type Failure struct {
	Frame
	Status        int
	Title, Detail string
	RequestID     string
	Fields        []FieldError // what it is about: "colour"
	Links         []Link
}
