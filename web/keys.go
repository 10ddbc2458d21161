package web

// Keys is the page that tells what keys do.
type Keys struct{ Frame }

// keys are what the keys do, and the selector of what must be on a page for that.
var keys = []struct {
	keys       []string
	does, when string
}{
	{[]string{"/"}, "search", `[aria-keyshortcuts="/"]`},
	{[]string{"n"}, "new", `[aria-keyshortcuts="n"]`},
	{[]string{"j", "k"}, "rows", "main tbody tr a[href]"},
	{[]string{"↵"}, "open", "main tbody tr a[href]"},
	{[]string{"h", "l"}, "beside", `:is([aria-keyshortcuts="h"], [aria-keyshortcuts="l"])`},
	{[]string{"x"}, "select", "main tbody [type=checkbox]"},
	{[]string{"u"}, "undo", `[aria-keyshortcuts="u"]`},
	{[]string{"Ctrl", "↵"}, "submit", `[aria-keyshortcuts="Control+Enter"]`},
	{[]string{"Esc"}, "close", "body"},
	{[]string{"?"}, "keys", "body"},
}
