package orders

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// TestFullDisk: where the database has no room for more, clients are told to come back, and what was acknowledged is
// there. Once there is room, the same requests are done, each once, by the same process.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t), func(*Settings) {})
	w.stock("BOLT-8", 250, 100_000)
	var pages int
	require.NoError(t, w.db.Read(t.Context()).Raw("PRAGMA page_count").Scan(&pages).Error)
	w.exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+20)) // of the one connection that writes

	tried, refused := w.placeUntilFull()
	for i := range tried { // also those that were placed, whose answer is there to be read
		one := as(w.operator, keyed(placing(w, 1), fmt.Sprintf("order %d", i)))
		if i >= tried-refused {
			one.Status, one.Code = http.StatusServiceUnavailable, "BUSY"
		}
		w.Do(t, one)
	}
	w.checkInvariants()

	w.exec("PRAGMA max_page_count = 1000000")
	for i := range tried {
		w.Do(t, keyed(placing(w, 1), fmt.Sprintf("order %d", i)))
	}
	require.EqualValues(t, tried, w.count("orders", "1 = 1"))
	w.checkInvariants()
}

// placeUntilFull places orders until three in a row are refused, and says how many it tried.
func (w *world) placeUntilFull() (tried, refused int) {
	w.t.Helper()
	for ; refused < 3; tried++ {
		require.Less(w.t, tried, 1000)
		got, err := send(w.URL, keyed(placing(w, 1), fmt.Sprintf("order %d", tried)))
		require.NoError(w.t, err)
		if got.status == http.StatusCreated {
			require.Zero(w.t, refused, "what is small may still find room, but an order is no smaller than another")
			continue
		}
		require.Equal(w.t, http.StatusServiceUnavailable, got.status, got.body)
		require.NotEmpty(w.t, got.header.Get("Retry-After"))
		refused++
	}
	return tried, refused
}

// TestClockJumps: while clients work and retry, the clock jumps by days, forwards and back. What depends on the time may be
// refused, and nothing else is; nothing is done twice or lost, and the timeline tells it in the order in which it happened.
func TestClockJumps(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		stop, jumping := make(chan struct{}), sync.WaitGroup{}
		jumping.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond):
					w.clock.Pass(time.Duration(rand.IntN(200)-100) * time.Hour)
				}
			}
		})
		var clients sync.WaitGroup
		var lives [80]life
		for client := range 8 {
			clients.Go(func() {
				for i := client; i < len(lives); i += 8 {
					lives[i] = w.live(fmt.Sprintf("order %d", i))
				}
			})
		}
		clients.Wait()
		close(stop)
		jumping.Wait()
		require.EqualValues(w.t, len(lives), w.count("orders", "1 = 1"))
		for _, one := range lives {
			require.Equal(w.t, one.done, w.told(orderPath(one.order, "")))
		}
	})
}

// life is what was done to an order, as clients were told.
type life struct {
	order int64
	done  []string
}

// live takes an order through its life, each request sent twice.
func (w *world) live(name string) life {
	id := idIn(w.twice(keyed(placing(w, 1), name+", place"), "").body)
	done := []string{"created"}
	for i, one := range []struct {
		request kittest.Case
		late    string // the reason of the only refusal that there may be
		does    string // "": it takes back what was done last
	}{
		{confirming(id, "", 0), "", "confirmed"},
		{undoing(id, 0), "UNDO_WINDOW_PASSED", ""},
		{canceling(id, 0), "CANCEL_WINDOW_PASSED", "canceled"},
		{undoing(id, 0), "UNDO_WINDOW_PASSED", ""},
	} {
		got := w.twice(as(w.operator, keyed(one.request, fmt.Sprintf("%s, step %d", name, i))), one.late)
		if got.status == http.StatusOK {
			done = append(done, cmp.Or(one.does, undoings[done[len(done)-1]]))
		}
	}
	return life{id, done}
}

// twice sends a request two times, and gives the answer that it has in the end. It is refused for no other reason than
// that it comes late, and what is done is answered in the same way again.
func (w *world) twice(one kittest.Case, late string) (last answer) {
	for range 2 {
		got, err := send(w.URL, one)
		switch {
		case err != nil:
			w.t.Errorf("%s: %v", one.Path, err)
		case last.status/100 == 2 && got.body != last.body:
			w.t.Errorf("%s: %s, and then %d %s", one.Path, last.body, got.status, got.body)
		case got.status/100 != 2 && (got.status != http.StatusConflict || late == "" || !strings.Contains(got.body, late)):
			w.t.Errorf("%s: %d %s", one.Path, got.status, got.body)
		}
		last = got
	}
	return last
}

// idIn is the id of the order in an answer.
func idIn(body string) (id int64) {
	_, _ = fmt.Sscanf(body, `{"id":%d`, &id) // 0 where there is none
	return id
}
