package orders

import (
	"fmt"
	"math/rand/v2"
	"net/http"
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

// TestClockJumps: while clients work and retry, the clock jumps by hours, forwards and back. What depends on the time may
// be refused, and nothing is done twice or lost.
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
					w.clock.Pass(time.Duration(rand.IntN(24)-12) * time.Hour)
				}
			}
		})
		var clients sync.WaitGroup
		for i := range 8 {
			clients.Go(func() { w.lives(i) })
		}
		clients.Wait()
		close(stop)
		jumping.Wait()
		require.EqualValues(w.t, 8*10, w.count("orders", "1 = 1"))
	})
}

// lives takes orders through their life, each request sent twice.
func (w *world) lives(client int) {
	for i := range 10 {
		var id int64
		for _, one := range []func() kittest.Case{
			func() kittest.Case { return placing(w, 1) },
			func() kittest.Case { return as(w.operator, confirming(id, "", 0)) },
			func() kittest.Case { return as(w.operator, undoing(id, 0)) },
			func() kittest.Case { return as(w.operator, canceling(id, 0)) },
			func() kittest.Case { return as(w.operator, undoing(id, 0)) },
		} {
			request := one()
			key := fmt.Sprintf("client %d, order %d, %s %d", client, i, request.Path, time.Now().UnixNano())
			first, again := w.twice(keyed(request, key))
			if first.status/100 == 2 && first.body != again.body {
				w.t.Errorf("%s: %s, and then %s", key, first.body, again.body)
			}
			if id == 0 {
				id = idIn(first.body)
			}
		}
	}
}

// twice sends a request two times, and holds that neither answer says that something is wrong with the service.
func (w *world) twice(one kittest.Case) (first, again answer) {
	var answers [2]answer
	for i := range answers {
		got, err := send(w.URL, one)
		if err != nil || got.status >= 500 {
			w.t.Errorf("%s: %d %s %v", one.Path, got.status, got.body, err)
		}
		answers[i] = got
	}
	return answers[0], answers[1]
}

// idIn is the id of the order in an answer.
func idIn(body string) (id int64) {
	_, _ = fmt.Sscanf(body, `{"id":%d`, &id) // 0 where there is none
	return id
}
