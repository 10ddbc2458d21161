package web

import "strings"

func (c Cancel) title() string { return c.T("page.cancel.title", "id", c.Order.ID) }

// undoing says whether a cancellation can be undone.
func (c Cancel) undoing() string {
	if c.UndoFor == 0 {
		return c.T("page.cancel.for_good")
	}
	return c.T("page.cancel.undo", "window", c.Frame.Until(c.UndoFor))
}

// noteInput is where what else there is to say is typed.
func (c Cancel) noteInput() input {
	return input{
		ID: "note", Label: c.T("page.cancel.note"), Hint: c.T("page.cancel.note.hint"), Error: errorOf(c.Errors, "note"), Optional: true,
	}
}

// label names a field of the question.
func (c Cancel) label(field string) string {
	if field == "note" {
		return c.T("page.cancel.note")
	}
	return c.T("page.cancel.reason")
}

// returnedLines is how many of an order's lines the question names.
const returnedLines = 6

// returned names what goes back to stock: "12 × ACE-OLI-5L · 10 × ARR-GRA-25".
func (c Cancel) returned() string {
	lines := c.Order.Lines
	if len(lines) > returnedLines {
		lines = lines[:returnedLines]
	}
	more := ""
	if rest := len(c.Order.Lines) - len(lines); rest > 0 {
		more = c.T("page.cancel.more_lines", "count", rest)
	}
	return returned(c.Reader, lines, more)
}

// returned are units of SKUs, and what is said of the rest; "" for none.
func returned(r Reader, lines []Line, more string) string {
	parts := make([]string, 0, len(lines)+1)
	for _, line := range lines {
		parts = append(parts, r.Number(line.Qty)+"\u00a0×\u00a0"+line.SKU)
	}
	if more != "" {
		parts = append(parts, more)
	}
	return strings.Join(parts, " · ")
}
