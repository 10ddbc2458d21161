package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// confirmedOnce says that an order is confirmed, shows it, and was confirmed once.
func (d *desk) confirmedOnce(p *browser.Page, order int64, by string) {
	d.t.Helper()
	p.See(fmt.Sprintf("Order %d", order), "Confirmed", by+" confirmed the order")
	require.Equal(d.t, []string{"created by Ana Ruiz", "confirmed by " + by}, d.happened(order))
}

// TestConfirm: one click, and status, timeline and what was done are there, with the focus; F5 changes nothing.
func TestConfirm(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 2)
		p := d.visit("operator", orderPath(order))
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(order))
		p.Leads(func() { p.Click(confirm) })
		for range 2 {
			require.Equal(t, order, orderOf(t, p))
			d.confirmedOnce(p, order, "Ana Ruiz")
			p.See(fmt.Sprintf("Order %d confirmed", order), "You confirmed it")
			p.HasFocus(doneBar)
			require.False(t, p.Has(confirm))
			p.Reload()
		}
	})
}

// TestConfirmTwice: whichever way a form is sent again, the order is confirmed once and the page shows it as it is.
func TestConfirmTwice(t *testing.T) {
	t.Run("double click", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			p := d.visit("operator", orderPath(order))
			release, sent := d.wire.holdAnswers("/confirm")
			defer release()
			noteBusy(p)
			p.Leads(func() {
				p.DoubleClick(confirm)
				release()
			})
			d.confirmedOnce(p, order, "Ana Ruiz")
			p.HasFocus(doneBar)
			if !d.noScripts {
				require.EqualValues(t, 1, sent.Load(), "the second click is swallowed")
				require.Regexp(t, `^<button [^>]*aria-busy="true"[^>]*>.*Confirm order`, browser.Eval[string](p, "sessionStorage.busy"))
			}
		})
	})
	t.Run("back", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			p := d.visit("operator", "/orders")
			p.Go("/backoffice" + orderPath(order))
			key := browser.Eval[string](p, `document.querySelector("form[action$=confirm] [name=key]").value`)
			p.Leads(func() { p.Click(confirm) })
			p.HasFocus(doneBar)
			p.Back() // with scripts, the page took the place of the one that was sent
			if d.noScripts {
				d.confirmedOnce(p, order, "Ana Ruiz")
			} else {
				require.Equal(t, "/backoffice/orders", p.Path())
			} // a browser that shows the page as it was would send this:
			byHand(p, orderPath(order)+"/confirm", map[string]string{"key": key})
			d.confirmedOnce(p, order, "Ana Ruiz")
			p.See(fmt.Sprintf("Order %d confirmed", order))
		})
	})
	t.Run("two tabs", func(t *testing.T) {
		everyWay(t, func(_ *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			first := d.visit("operator", orderPath(order))
			second := first.Another()
			second.Go("/backoffice" + orderPath(order))
			colleague := d.visit("manager", orderPath(order))
			first.Leads(func() { first.Click(confirm) })
			second.Leads(func() { second.Click(confirm) })
			second.See("You confirmed it", "Nothing was done a second time")
			colleague.Leads(func() { colleague.Click(confirm) })
			colleague.See("Ana Ruiz confirmed it at "+time.Now().UTC().Format("15:"), "Nothing was done a second time")
			d.confirmedOnce(colleague, order, "Ana Ruiz")
		})
	})
	t.Run("lost answer", func(t *testing.T) {
		everyWay(t, func(_ *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			p := d.visit("operator", orderPath(order))
			d.loses(p, "/confirm", func() { p.Click(confirm) })
			d.confirmedOnce(p, order, "Ana Ruiz")
		})
	})
}

// noteBusy remembers the button that says that it is busy: a page that waits for the next one cannot be asked.
func noteBusy(p *browser.Page) {
	browser.Eval[bool](p, `new MutationObserver(seen => seen.forEach(({target}) => {
		if (target.matches("button[aria-busy=true]")) sessionStorage.busy = target.outerHTML
	})).observe(document, {subtree: true, attributeFilter: ["aria-busy"]}), true`)
}

// TestConfirmTogether: two operators at once on a database with row locks. One confirms, and both see who.
func TestConfirmTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.MySQL(t))
	d := h.desk(t, browser.Desktop, false)
	order := d.sell(d.stockUp(10), 2)
	ana, max := d.visit("operator", orderPath(order)), d.visit("manager", orderPath(order))
	release, sent := d.wire.holdAnswers("/confirm")
	defer release()
	ana.Leads(func() {
		max.Leads(func() {
			ana.Click(confirm)
			max.Click(confirm)
			require.Eventually(t, func() bool { return sent.Load() == 2 }, time.Minute, time.Millisecond)
			release()
		})
	})
	told := d.happened(order)
	require.Len(t, told, 2)
	who := told[1][len("confirmed by "):]
	for _, p := range []*browser.Page{ana, max} {
		p.See("Confirmed", who+" confirmed the order")
	}
	h.checkInvariants()
}

// TestCancel: a dialog with scripts, a page without. The reason is required; the stock goes back once.
func TestCancel(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		order := d.sell(tool, 4)
		p := d.visit("operator", orderPath(order))
		d.askToCancel(p, order)
		p.See(fmt.Sprintf("Cancel order %d?", order), "4 units")
		p.Leads(func() { p.Click(cancel) })
		p.See("Choose a reason", fmt.Sprintf("Cancel order %d?", order))
		p.Fill(browser.ID("note"), "Ordered twice, says Bea")
		p.Click(browser.Role("radio", "Duplicate"))
		p.Leads(func() { p.Click(cancel) })
		for range 2 {
			require.Equal(t, order, orderOf(t, p))
			p.See(fmt.Sprintf("Order %d canceled", order), "Ana Ruiz canceled the order", "Duplicate", "Ordered twice, says Bea")
			p.HasFocus(doneBar)
			require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(order))
			require.EqualValues(t, 10, d.left(tool))
			p.Back() // to the form, which is sent again
			if p.Has(cancel) {
				p.Leads(func() { p.Click(cancel) })
			}
		}
	})
}

// askToCancel opens the question, in its dialog or on its page.
func (d *desk) askToCancel(p *browser.Page, order int64) {
	d.t.Helper()
	if d.noScripts {
		p.Leads(func() { p.Click(cancelLink) })
		require.Equal(d.t, fmt.Sprintf("/backoffice/orders/%d/cancel", order), p.Path())
		return
	}
	p.Click(cancelLink)
	p.There(browser.Role("dialog", fmt.Sprintf("Cancel order %d.*", order)))
}

// TestKeepOrder: every way out of the question leads back to the order, as it was; the dialog gives the focus back.
func TestKeepOrder(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 4)
		p := d.visit("operator", orderPath(order))
		d.askToCancel(p, order)
		if d.noScripts {
			p.Leads(func() { p.Click(keepOrder) })
		} else {
			p.Click(keepOrder)
			p.HasFocus(cancelLink)
			d.askToCancel(p, order)
			p.Press(kb.Escape)
			p.HasFocus(cancelLink)
		}
		require.Equal(t, order, orderOf(t, p))
		p.There(confirm)
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(order))
	})
}

// TestCancelTwice: two tabs, a colleague, and a lost answer: canceled once, its stock back once.
func TestCancelTwice(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		order := d.sell(tool, 4)
		p, colleague := d.visit("operator", orderPath(order)+"/cancel"), d.visit("manager", orderPath(order)+"/cancel")
		for _, each := range []*browser.Page{p, colleague} {
			each.Click(browser.Role("radio", "Customer request"))
		}
		d.loses(p, "/cancel", func() { p.Click(cancel) })
		p.See(fmt.Sprintf("Order %d canceled", order))
		colleague.Leads(func() { colleague.Click(cancel) })
		colleague.See("Ana Ruiz canceled it at "+time.Now().UTC().Format("15:"), "Nothing was done a second time")
		require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(order))
		require.EqualValues(t, 10, d.left(tool))
	})
}

// confirmedAt makes an order one that was confirmed at another time.
func (d *desk) confirmedAt(order int64, at time.Time) {
	d.t.Helper()
	require.NoError(d.t, d.open().Tx(d.t.Context(), func(tx *db.Tx) error {
		return errors.Join(
			tx.Exec("UPDATE orders SET confirmed_at = ? WHERE id = ?", at, order).Error,
			tx.Exec("UPDATE events SET changes = JSON_SET(changes, '$.confirmed_at.new', ?) WHERE entity_type = 'order' AND action = 'confirmed' AND entity_id = ?",
				at.Format(time.RFC3339Nano), order).Error,
		)
	}))
}

// TestCancelWhatIsGone: an order is canceled though its customer has been deleted and its product archived since.
func TestCancelWhatIsGone(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		customer := d.post(d.customers.url()+"/customers", d.operator, fmt.Sprintf(`{"name": "Gone %d", "email": "gone%d@example.test"}`, tool.id, tool.id))
		order := d.post(d.orders[0].url()+"/orders", d.operator, fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": 5}]}`, customer, tool.id))
		d.change(tool, `{"archived":true}`)
		answer := d.do(http.MethodDelete, fmt.Sprintf("%s/customers/%d", d.customers.url(), customer), d.operator, "", "If-Match", "*")
		require.Equal(t, http.StatusNoContent, answer.status, answer.body)
		p := d.visit("operator", orderPath(order))
		p.See(fmt.Sprintf("Gone %d", tool.id), tool.name)
		d.askToCancel(p, order)
		p.See("5 units", tool.sku)
		p.Click(browser.Role("radio", "Customer request"))
		p.Leads(func() { p.Click(cancel) })
		p.See(fmt.Sprintf("Order %d canceled", order))
		require.EqualValues(t, 10, d.left(tool))
	})
}

// TestTooLateToCancel: the window closes while the question is open. The page says which rule, since when, and what to do
// instead, and so does the order's page from then on.
func TestTooLateToCancel(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		order := d.sell(tool, 4)
		d.act(order, "confirm", d.operator, "")
		p := d.visit("operator", orderPath(order))
		d.askToCancel(p, order)
		p.Click(browser.Role("radio", "Other"))
		closed := time.Now().UTC().Add(-50 * time.Minute).Truncate(time.Microsecond)
		d.confirmedAt(order, closed.Add(-10*time.Minute))
		p.Leads(func() { p.Click(cancel) })
		rule := "A confirmed order can be canceled for 10 min; that ended " + inSentence(closed) + ". Agree on a return with the customer instead."
		p.See(rule)
		p.Go("/backoffice" + orderPath(order))
		p.See(rule)
		require.False(t, p.Has(cancelLink))
		require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(order))
		require.EqualValues(t, 6, d.left(tool))
	})
}

// inSentence is a time as the pages put it into a sentence.
func inSentence(at time.Time) string {
	if now := time.Now().UTC(); at.YearDay() != now.YearDay() {
		return "on " + at.Format("2 Jan 15:04")
	}
	return "at " + at.Format("15:04")
}

// TestViewer: no buttons, and the reason; a form made by hand is refused with a page and changes nothing.
func TestViewer(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.employ("Vera Lind", "viewer")
	t.Cleanup(h.checkInvariants)
	ways(t, func(t *testing.T, screen browser.Screen, noScripts bool) {
		d := h.desk(t, screen, noScripts)
		order := d.sell(d.stockUp(10), 1)
		p := d.visit("viewer", orderPath(order))
		p.See("your role can look at orders, not change them")
		require.False(t, p.Has(confirm) || p.Has(cancelLink))
		for _, path := range []string{"", "/orders"} {
			p.Go("/backoffice" + path)
			require.NotContains(t, p.Text(), "New order")
		}
		for _, path := range []string{orderPath(order) + "/cancel", "/orders/new"} {
			p.Go("/backoffice" + path)
			p.See("403")
		}
		for _, path := range []string{orderPath(order) + "/confirm", orderPath(order) + "/cancel", "/orders/new"} {
			p.Go("/backoffice/orders")
			byHand(p, path, map[string]string{"key": "by-hand", "reason": "OTHER", "do": "create"})
			p.See("403", "Your role does not allow this")
		}
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(order))
	})
}

// byHand sends a form that is not on the page.
func byHand(p *browser.Page, path string, fields map[string]string) {
	p.Leads(func() {
		browser.Eval[bool](p, fmt.Sprintf(`((f, fields) => {
			f.method = "post"; f.action = "/backoffice%s"; document.body.append(f)
			for (const [name, value] of Object.entries(fields)) {
				const i = f.appendChild(document.createElement("input")); i.name = name; i.value = value
			}
			f.submit(); return true
		})(document.createElement("form"), %s)`, path, jsonOf(fields)))
	})
}

// TestForgedForms: what another site sends, or does not say where it comes from, is refused and changes nothing.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	order := d.sell(d.stockUp(10), 1)
	cookie := d.cookie("operator")
	address := fmt.Sprintf("%s/backoffice/orders/%d/confirm", d.wire.URL, order)
	for name, headers := range map[string][]string{
		"another site":     {"Sec-Fetch-Site", "cross-site"},
		"a sibling":        {"Sec-Fetch-Site", "same-site"},
		"another origin":   {"Origin", "https://evil.example"},
		"no origin at all": nil,
	} {
		answer := send(t, address, map[string][]string{"key": {"forged"}}, append(headers, "Cookie", cookie.Name+"="+cookie.Value)...)
		require.Equal(t, http.StatusForbidden, answer.StatusCode, name)
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(order), name)
	}
	answer := d.do(http.MethodGet, fmt.Sprintf("%s/orders/%d", d.wire.URL, order), "", "", "Cookie", cookie.Name+"="+cookie.Value)
	require.Equal(t, http.StatusUnauthorized, answer.status, "the API reads no cookie")
	answer = d.do(http.MethodPost, fmt.Sprintf("%s/orders/%d/confirm", d.wire.URL, order), "", "", "Cookie", cookie.Name+"="+cookie.Value, "Idempotency-Key", "forged")
	require.Equal(t, http.StatusUnauthorized, answer.status)
	answer2 := send(t, address, map[string][]string{"key": {"true"}}, "Sec-Fetch-Site", "same-origin", "Cookie", cookie.Name+"="+cookie.Value)
	require.Equal(t, http.StatusSeeOther, answer2.StatusCode)
	require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(order))
}

// TestAnOrderOnPaper: what is printed of an order is what it says, and nothing that can be done.
func TestAnOrderOnPaper(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	tool := d.stockUp(10)
	p := d.visit("operator", orderPath(d.sell(tool, 3)))
	p.Paper()
	p.See("Order 1", tool.name, "37.50", "ACME")
	text := p.Text()
	for _, absent := range []string{"Confirm order", "Dashboard", "Timeline", "Order again"} {
		require.NotContains(t, text, absent)
	}
	require.Zero(t, p.Overflow())
}
