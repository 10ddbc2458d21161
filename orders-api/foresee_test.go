package orders

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// What a move would come to, where no rule is against it; otherwise it comes to the reason's code.
const (
	itMoves = "it moves"
	itStays = "it is so already"
)

// everyStanding places an order for each way in which a move may find one, and says how many there are.
func (w *world) everyStanding() (orders int64) {
	w.t.Helper()
	w.placeAll(8)
	w.confirm(1) // too long ago
	w.clock.Pass(w.settings.CancelWindow + time.Second)
	w.confirm(2)
	w.cancel(3)
	w.confirm(4)
	w.cancel(4)
	w.confirm(5)
	w.undo(5)
	w.cancel(6)
	w.undo(6)
	w.confirm(7)
	w.cancel(7)
	w.undo(7)
	w.editProduct(1, `{"archived":true}`)
	return 8
}

// tried is what the dry run of a move of an order comes to.
func (w *world) tried(action Action, id int64) string {
	w.t.Helper()
	one := confirming(id, "try", 0)
	if action == Cancel {
		one = canceling(id, 0)
	}
	one.Path += "?dry_run=true"
	before := w.get(id)
	got, err := send(w.URL, as(w.operator, one))
	require.NoError(w.t, err)
	var said struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason"`
	}
	require.NoError(w.t, json.Unmarshal([]byte(got.body), &said), got.body)
	switch {
	case got.status == http.StatusConflict:
		return said.Reason
	case said.Version == before.Version:
		return itStays
	}
	return itMoves
}

// foretold is what the page before a bulk run says that it comes to.
func (w *world) foretold(action Action, id int64) string {
	w.t.Helper()
	list, err := listOfIDs([]string{strconv.FormatInt(id, 10)})
	require.NoError(w.t, err)
	chosen := &choice{list: list, params: url.Values{}}
	would, err := chosen.foresee(w.t.Context(), w.db, action, w.worker(w.db).rules)
	require.NoError(w.t, err)
	switch {
	case would.will == 1:
		return itMoves
	case len(would.already) == 1:
		return itStays
	}
	require.Len(w.t, would.cannot, 1)
	return would.cannot[0].code
}

// offered is what the API says of an action that it allows or blocks.
func (w *world) offered(action Action, id int64) string {
	w.t.Helper()
	o := w.get(id)
	if slices.Contains(o.AllowedActions, action) {
		return itMoves
	}
	at := slices.IndexFunc(o.BlockedActions, func(b BlockedAction) bool { return b.Action == action })
	if code := o.BlockedActions[at].Code; code != standing[map[Action]Status{Confirm: Confirmed, Cancel: Canceled}[action]] {
		return code
	}
	return itStays
}

// came is what came of the orders of a bulk run, as the others say it.
func (w *world) came(run int64) (said []string) {
	w.t.Helper()
	var rows []bulkOrder
	require.NoError(w.t, w.db.Read(w.t.Context()).Where("run_id = ?", run).Order("order_id").Find(&rows).Error)
	for _, o := range rows {
		switch o.Outcome {
		case Done:
			said = append(said, itMoves)
		case Skipped:
			said = append(said, itStays)
		default:
			said = append(said, o.Code)
		}
	}
	return said
}

// TestWhatIsForetoldIsWhatTheWriteDecides: whatever an order has been through, the pages before a move, the actions that the
// API offers and the move's dry run say the same, and that is what comes of it.
func TestWhatIsForetoldIsWhatTheWriteDecides(t *testing.T) {
	for _, action := range []Action{Confirm, Cancel} {
		t.Run(string(action), func(t *testing.T) {
			eachIdle(t, func(w *world) {
				orders, ana, said := w.everyStanding(), w.browse(2), []string{}
				for id := range orders {
					id++
					tried := w.tried(action, id)
					require.Equal(w.t, tried, w.foretold(action, id), "order %d", id)
					require.Equal(w.t, tried, w.offered(action, id), "order %d", id)
					if action == Cancel {
						asked := ana.get(fmt.Sprintf("%s/orders/%d/cancel", home, id))
						require.Equal(w.t, tried == itMoves, strings.Contains(asked.html, `name="reason"`), "order %d: %s", id, asked.text())
					}
					said = append(said, tried)
				}
				ana.run(string(action), "filter=")
				w.workOff()
				require.Equal(w.t, said, w.came(1))
				require.Subset(w.t, said, []string{itMoves, itStays})
			})
		})
	}
}
