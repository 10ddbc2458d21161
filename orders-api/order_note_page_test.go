package orders

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A note is saved once; what else happened to the order is in nobody's way, and another's note is never lost unseen.
func TestPagesEditANote(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		o := w.place(item(1, 5))
		ana, boss := w.browse(2), w.browse(3)
		note := func(b *browser, form screen, note, before string) screen {
			return b.post(noteURL(o.ID), fields("key", form.key(t), "note", note, "before.note", before))
		}
		form, theirs := ana.get(noteURL(o.ID)), boss.get(noteURL(o.ID))
		w.confirm(o.ID)
		for range 3 {
			saved := ana.follow(note(ana, form, "rear <b>dock</b>\r\nring twice", ""))
			require.Contains(t, saved.text(), "Note of order 1 saved")
			require.Contains(t, saved.text(), "rear <b>dock</b> ring twice")
		}
		other := ana.follow(note(ana, form, "front dock", ""))
		require.Contains(t, other.text(), "Already done: this form has saved the note.")
		require.Equal(t, "rear <b>dock</b>\nring twice", w.get(o.ID).Note)

		conflict := note(boss, theirs, "by noon", "")
		require.Equal(t, http.StatusPreconditionFailed, conflict.status)
		require.Contains(t, conflict.text(), "Somebody else has changed the note meanwhile. It is now: “rear <b>dock</b> ring twice”.")
		require.Contains(t, conflict.html, "by noon", "what was typed is kept")
		require.Equal(t, theirs.key(t), conflict.key(t))
		long := note(boss, conflict, strings.Repeat("x", 501), "rear <b>dock</b>\r\nring twice")
		require.Equal(t, http.StatusUnprocessableEntity, long.status)
		require.Equal(t, http.StatusSeeOther, note(boss, conflict, "by noon", "rear <b>dock</b>\r\nring twice").status)
		require.Equal(t, []string{"created", "confirmed", "updated", "updated"}, w.told("/orders/1"))
		require.Equal(t, "Ana manager", w.events("/orders/1")[0].ActorName)

		viewer := w.browse(1)
		require.NotContains(t, viewer.get(orderURL(o.ID)).html, noteURL(o.ID))
		require.Equal(t, http.StatusForbidden, viewer.get(noteURL(o.ID)).status)
		require.Equal(t, http.StatusForbidden, note(viewer, form, "x", "by noon").status)
		require.Equal(t, http.StatusNotFound, ana.get(noteURL(99)).status)
	})
}

// "Order again" begins a new order with the customer and the lines of an old one, at the prices of today.
func TestPagesOrderAgain(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 99, 10)
		w.stock("OLD-8", 99, 10)
		w.place(item(2, 4), item(1, 3), item(3, 1))
		w.cancel(1)
		w.editProduct(1, `{"price_cents":300}`)
		w.editProduct(3, `{"archived":true}`)
		ana := w.browse(2)
		address := home + "/orders/new?again=1"
		require.Contains(t, ana.get(orderURL(1)).html, address)
		form := ana.get(address)
		require.Contains(t, form.text(), acme.Name)
		require.Contains(t, form.text(), "9.00", "at the price of today")
		require.Contains(t, form.text(), "archived")
		require.Regexp(t, `(?s)name="product_id" value="2".*name="product_id" value="1".*name="product_id" value="3"`, form.html, "in their order")
		require.Regexp(t, `name="qty"[^>]* value="4"`, form.html)
		require.EqualValues(t, 1, w.count("orders", "1 = 1"), "nothing is ordered yet")
		require.Equal(t, http.StatusNotFound, ana.get(home+"/orders/new?again=99").status)
		require.Equal(t, http.StatusForbidden, w.browse(1).get(address).status)
		require.NotContains(t, w.browse(1).get(orderURL(1)).html, address)
		w.customers.set(Customer{ID: 1})
		require.Contains(t, ana.get(address).text(), "This customer no longer exists. Choose another.")
	})
}
