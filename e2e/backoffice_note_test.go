package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// TestNote: a note is added and edited after the order was placed, in a dialog with scripts, on a page without. Sent twice
// it is saved once; what a colleague has written meanwhile is shown, and what was typed is kept.
func TestNote(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 2)
		p, colleague := d.visit("operator", orderPath(order)), d.visit("manager", orderPath(order)+"/note")
		open := func(link string) {
			if d.noScripts {
				p.Leads(func() { p.Click(browser.Link(link)) })
				return
			}
			p.Click(browser.Link(link))
			p.There(browser.Role("dialog", fmt.Sprintf("Note of order %d.*", order)))
		}
		save := browser.Button("Save note")
		open("Add note…")
		p.Fill(browser.ID("note"), "Ring Luis first")
		release, _ := d.wire.holdAnswers("/note")
		defer release()
		p.Leads(func() {
			p.DoubleClick(save)
			release()
		})
		p.See(fmt.Sprintf("Note of order %d saved", order), "Ring Luis first", "Ana Ruiz changed the order")
		p.Reload()
		require.Equal(t, []string{"created by Ana Ruiz", "updated by Ana Ruiz"}, d.happened(order))

		colleague.Fill(browser.ID("note"), "Ring Bea first")
		colleague.Leads(func() { colleague.Click(save) })
		colleague.See("Somebody else has changed the note meanwhile", "It is now: “Ring Luis first”")
		require.Equal(t, "Ring Bea first", colleague.Value(browser.ID("note")))
		d.loses(colleague, "/note", func() { colleague.Click(save) })
		colleague.See("Ring Bea first")
		require.Len(t, d.happened(order), 3)

		p.Reload()
		open("Edit note…")
		keep := browser.Link("Leave the note as it is").First()
		if d.noScripts {
			p.Leads(func() { p.Click(keep) })
		} else {
			p.Click(keep)
			p.HasFocus(browser.Link("Edit note…"))
		}
		require.Len(t, d.happened(order), 3)
	})
}

// TestOrderAgain: two clicks make the same order once more, which is checked, priced and placed as a new one.
func TestOrderAgain(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		first := d.sell(tool, 4)
		p := d.visit("operator", orderPath(first))
		p.Leads(func() { p.Click(browser.Link("Order again")) })
		p.See("New order", tool.name, "$50.00")
		require.Equal(t, "4", p.Value(browser.Named("qty")))
		if d.noScripts || d.screen.Touch {
			p.Leads(func() { p.Click(doing("create")) })
		} else {
			p.Leads(func() { p.Press(kb.Enter, chromedp.ModifierCtrl) })
		}
		second := orderOf(t, p)
		require.Equal(t, []int64{first, second}, d.ordersOf(tool))
		require.EqualValues(t, 2, d.left(tool))
		p.Go(fmt.Sprintf("/backoffice/orders/new?again=%d", second))
		p.See("4 asked, 2 left")
	})
}
