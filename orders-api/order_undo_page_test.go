package orders

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What was just done can be undone from the page that says so: once, whichever way the form is sent again.
func TestPagesUndoOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		ana, boss := w.browse(2), w.browse(3)
		confirm := ana.get(orderURL(o.ID)).key(t)
		done := ana.follow(ana.post(orderURL(o.ID)+"/confirm", fields("key", confirm)))
		require.Regexp(t, `Order 1 confirmed until \d\d:\d\d:\d\d .* Undo`, done.text())
		require.NotEqual(t, confirm, done.key(t), "it is a request of its own")
		other := ana.get(orderURL(o.ID))
		require.NotContains(t, boss.get(orderURL(o.ID)).html, "data-ends-in", "it is not theirs to undo")
		for range 3 {
			undone := ana.follow(ana.post(orderURL(o.ID)+"/undo", fields("key", done.key(t))))
			require.Contains(t, undone.text(), "Order 1 is no longer confirmed")
			require.Contains(t, undone.text(), "Ana operator undid the confirmation")
			require.NotContains(t, undone.html, "data-ends-in")
			require.NotContains(t, undone.text(), "second time")
		}
		again := ana.follow(ana.post(orderURL(o.ID)+"/undo", fields("key", other.key(t))))
		require.Regexp(t, `You undid that at \d\d:\d\d\. Nothing was done a second time`, again.text())
		theirs := boss.follow(boss.post(orderURL(o.ID)+"/undo", fields("key", "by-hand")))
		require.Regexp(t, `Ana operator undid that at \d\d:\d\d\. Nothing was done a second time`, theirs.text())
		require.Equal(t, []string{"created", "confirmed", "confirmation_undone"}, w.told("/orders/1"))
		require.Equal(t, http.StatusSeeOther, ana.get(orderURL(o.ID)+"/undo").status, "its address leads to the order")
	})
}

// What can't be undone is said where it was asked for, with the reason and what to do instead; nothing changes.
func TestPagesSayWhyNothingIsUndone(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		ana, boss := w.browse(2), w.browse(3)
		cancel := func(id int64) string {
			question := ana.get(orderURL(id) + "/cancel")
			require.Contains(t, question.text(), "You can undo it for 1 min")
			return ana.follow(ana.post(orderURL(id)+"/cancel", fields("key", question.key(t), "reason", "OTHER"))).key(t)
		}
		for range 2 {
			w.place(item(1, 5))
		}
		first := cancel(1)
		w.place(item(1, 2))
		sold := ana.post(orderURL(1)+"/undo", fields("key", first))
		require.Equal(t, http.StatusConflict, sold.status)
		require.Contains(t, sold.text(), "What this order gave back has been sold meanwhile. BOLT-8: 5 needed, 3 left. The order stays canceled.")
		require.Equal(t, first, sold.key(t), "it can be tried again, as the same request")

		second := cancel(2)
		theirs := boss.post(orderURL(2)+"/undo", fields("key", "by-hand"))
		require.Equal(t, http.StatusConflict, theirs.status)
		require.Contains(t, theirs.text(), "Only Ana operator can undo it, who did it.")
		w.confirm(3)
		w.clock.Pass(time.Minute)
		for id, instead := range map[int64]string{2: "Order it again instead.", 3: "Cancel the order instead"} {
			late := ana.post(orderURL(id)+"/undo", fields("key", fmt.Sprint(second, id)))
			require.Equal(t, http.StatusConflict, late.status)
			require.Regexp(t, `The last step of this order cannot be undone\. .* can be undone for 1 min; that ended at \d\d:\d\d\. `+instead, late.text())
			require.NotContains(t, late.html, "data-ends-in")
		}
		require.Equal(t, []string{"created", "canceled"}, w.told("/orders/2"))
	})
}

// A form that is sent when its answer was lost is the same request; the other forms of that page are requests of their own.
func TestKeysOfAPageThatRefused(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 5))
		w.cancel(1)
		ana := w.browse(2)
		refused := ana.post(orderURL(1)+"/confirm", fields("key", "k-1"))
		require.Equal(t, http.StatusConflict, refused.status)
		require.Contains(t, refused.html, orderURL(1)+"/undo")
		require.NotEqual(t, "k-1", refused.key(t))
		require.Contains(t, ana.follow(ana.post(orderURL(1)+"/undo", fields("key", refused.key(t)))).text(), "no longer canceled")
	})
}
