package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// undo is the button beside what was just done.
var undo = browser.Button("Undo")

// confirmNow has the operator confirm a new order of two pieces, and shows it right after that.
func (d *desk) confirmNow() (p *browser.Page, order int64) {
	d.t.Helper()
	order = d.sell(d.stockUp(10), 2)
	p = d.visit("operator", "/orders")
	p.Go("/backoffice" + orderPath(order))
	p.Leads(func() { p.Click(confirm) })
	p.HasFocus(doneBar)
	return p, order
}

// undoneOnce says that an order's confirmation is undone, shows it, and was undone once.
func (d *desk) undoneOnce(p *browser.Page, order int64) {
	d.t.Helper()
	require.Equal(d.t, order, orderOf(d.t, p))
	p.See("Created", "Ana Ruiz undid the confirmation")
	p.There(confirm)
	require.Equal(d.t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz", "confirmation_undone by Ana Ruiz"}, d.happened(order))
}

// TestUndo: one click, or Tab and Enter, or u; F5 changes nothing, and what is undone can be done again.
func TestUndo(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		p, order := d.confirmNow()
		p.Press(kb.Tab) // from the bar, which has the focus
		p.HasFocus(undo)
		p.Leads(func() { p.Press(kb.Enter) })
		for range 2 {
			d.undoneOnce(p, order)
			p.See(fmt.Sprintf("Order %d is no longer confirmed", order))
			p.HasFocus(doneBar)
			require.False(t, p.Has(undo))
			p.Reload()
		}
		p.Leads(func() { p.Click(confirm) })
		p.See(fmt.Sprintf("Order %d confirmed", order))
		if d.noScripts || d.screen.Touch {
			p.Leads(func() { p.Click(undo) })
		} else {
			p.Leads(func() { p.Press("u") })
		}
		p.See(fmt.Sprintf("Order %d is no longer confirmed", order))
		require.Len(t, d.happened(order), 5)
	})
}

// TestUndoTwice: whichever way the form is sent again, it is undone once and the page shows the order as it is.
func TestUndoTwice(t *testing.T) {
	t.Run("double click", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			p, order := d.confirmNow()
			release, sent := d.wire.holdAnswers("/undo")
			defer release()
			p.Leads(func() {
				p.DoubleClick(undo)
				release()
			})
			d.undoneOnce(p, order)
			if !d.noScripts {
				require.EqualValues(t, 1, sent.Load(), "the second click is swallowed")
			}
		})
	})
	t.Run("back", func(t *testing.T) {
		everyWay(t, func(_ *testing.T, d *desk) {
			p, order := d.confirmNow()
			key := browser.Eval[string](p, `document.querySelector("form.undo [name=key]").value`)
			p.Leads(func() { p.Click(undo) })
			p.HasFocus(doneBar)
			p.Back()
			byHand(p, orderPath(order)+"/undo", map[string]string{"key": key}) // as a browser that shows the page as it was
			d.undoneOnce(p, order)
			p.See(fmt.Sprintf("Order %d is no longer confirmed", order))
		})
	})
	t.Run("two tabs", func(t *testing.T) {
		everyWay(t, func(_ *testing.T, d *desk) {
			first, order := d.confirmNow()
			second := first.Another()
			second.Go("/backoffice" + orderPath(order))
			first.Leads(func() { first.Click(undo) })
			second.Leads(func() { second.Click(undo) })
			second.See("You undid that at "+time.Now().UTC().Format("15:"), "Nothing was done a second time")
			d.undoneOnce(second, order)
		})
	})
	t.Run("lost answer", func(t *testing.T) {
		everyWay(t, func(_ *testing.T, d *desk) {
			p, order := d.confirmNow()
			d.loses(p, "/undo", func() { p.Click(undo) })
			d.undoneOnce(p, order)
		})
	})
}

// TestUndoCancel: the order takes its pieces again. When they have been sold meanwhile it says which are missing, and
// stays canceled.
func TestUndoCancel(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		order := d.sell(tool, 4)
		p := d.visit("operator", orderPath(order)+"/cancel")
		cancelIt := func() {
			p.See("You can undo it for 1 min")
			p.Click(browser.Role("radio", "Duplicate"))
			p.Leads(func() { p.Click(cancel) })
			require.EqualValues(t, 10, d.left(tool))
		}
		cancelIt()
		p.Leads(func() { p.Click(undo) })
		p.See(fmt.Sprintf("Order %d is no longer canceled", order), "Ana Ruiz undid the cancellation", "Created")
		require.EqualValues(t, 6, d.left(tool))

		p.Go("/backoffice" + orderPath(order) + "/cancel")
		cancelIt()
		d.sell(tool, 7)
		p.Leads(func() { p.Click(undo) })
		p.See("What this order gave back has been sold meanwhile", tool.sku+": 4 needed, 3 left", "The order stays canceled", "Canceled")
		require.EqualValues(t, 3, d.left(tool))
		require.Equal(t, []string{
			"created by Ana Ruiz", "canceled by Ana Ruiz", "cancellation_undone by Ana Ruiz", "canceled by Ana Ruiz",
		}, d.happened(order))
	})
}

// TestTooLateToUndo: the minute passes while the page is open. What is pressed then says which rule, since when, and what to
// do instead; a colleague is never offered what is not theirs to undo.
func TestTooLateToUndo(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		p, order := d.confirmNow()
		colleague := d.visit("manager", orderPath(order))
		colleague.See("Ana Ruiz confirmed the order")
		require.False(t, colleague.Has(undo))
		ended := time.Now().UTC().Add(-30 * time.Minute).Truncate(time.Microsecond)
		d.confirmedAt(order, ended.Add(-time.Minute))
		p.Leads(func() { p.Click(undo) })
		p.See("A confirmation can be undone for 1 min; that ended " + inSentence(ended) + ". Cancel the order instead")
		require.False(t, p.Has(undo))
		require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(order))
	})
}

// TestUndoCountsDown: with scripts the bar tells the seconds; when they are over its button goes, and the focus stays.
func TestUndoCountsDown(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		p, _ := d.confirmNow()
		if d.noScripts {
			if !d.screen.Touch {
				require.Regexp(t, `(?i)until \d\d:\d\d:\d\d`, p.Text())
			}
			return
		}
		p.Press(kb.Tab)
		p.HasFocus(undo)
		p.Await(`document.querySelector(".bar progress").value < 60_000`)
		browser.Eval[bool](p, `performance.now = (now => () => now.call(performance) + 61_000)(performance.now), true`)
		p.Await(`!document.querySelector(".bar button")`)
		p.See("The time to undo this is over")
		p.HasFocus(doneBar)
	})
}
