package db_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
)

func TestAKeyIsReplayed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, err := d.Once(ctx, write("operator:1", "k", 1))
		require.NoError(t, err)
		assert.False(t, first.Replayed)
		again, err := d.Once(ctx, write("operator:1", "k", 1))
		require.NoError(t, err)
		assert.True(t, again.Replayed)
		first.Replayed = true
		assert.Equal(t, first, again)
		assert.Equal(t, 1, effects(t, d, 1))
	})
}

func TestKeysOfOtherCallersNeverMeet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, caller := range []string{"operator:1", "operator:2", "service:k"} {
			for _, key := range []string{"k", "K", "k ", "ḱ"} {
				answer, err := d.Once(ctx, write(caller, key, 1))
				require.NoError(t, err)
				assert.False(t, answer.Replayed, "%s %q", caller, key)
			}
		}
		assert.Equal(t, 12, effects(t, d, 1))
	})
}

func TestAKeyOfAnotherRequestIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := d.Once(ctx, write("a", "k", 1))
		require.NoError(t, err)
		other := write("a", "k", 1)
		other.Hashes = [][]byte{{2}}
		_, err = d.Once(ctx, other)
		assert.True(t, fault.Is(err, "IDEMPOTENCY_KEY_REUSED"), "%v", err)
		rotated := write("a", "k", 1)
		rotated.Hashes = [][]byte{{3}, {1}}
		answer, err := d.Once(ctx, rotated)
		require.NoError(t, err, "the secret has been rotated; the old one is still known")
		assert.True(t, answer.Replayed)
		assert.Equal(t, 1, effects(t, d, 1))
	})
}

func TestARefusalKeepsNoKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refused := write("a", "k", 1)
		refused.Effect = func(*db.Tx) (db.Answer, error) { return db.Answer{}, fault.New(fault.Conflict, "NO") }
		_, err := d.Once(ctx, refused)
		assert.True(t, fault.Is(err, "NO"))
		answer, err := d.Once(ctx, write("a", "k", 1))
		require.NoError(t, err)
		assert.False(t, answer.Replayed)
	})
}

// TestOneKeyTwentyTimesAtOnce: on one replica and on two, one effect and twenty equal answers.
func TestOneKeyTwentyTimesAtOnce(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		replicas := []*db.DB{dbtest.Open(t, url, db.Options{}), dbtest.Open(t, url, db.Options{})}
		for n := 1; n <= 2; n++ {
			id := int64(n)
			var wait sync.WaitGroup
			var replayed atomic.Int64
			for i := range 20 {
				wait.Go(func() {
					answer, err := replicas[i%n].Once(ctx, write("a", fmt.Sprint("k", n), id))
					if !assert.NoError(t, err) {
						return
					}
					assert.JSONEq(t, `{"id":1}`, string(answer.Body))
					if answer.Replayed {
						replayed.Add(1)
					}
				})
			}
			wait.Wait()
			assert.EqualValues(t, 19, replayed.Load())
			assert.Equal(t, 1, effects(t, replicas[0], id))
		}
	})
}

// TestAKeyInProgress: one that is still running after 3 s is told to come back, on this replica and on another.
func TestAKeyInProgress(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		here, there := dbtest.Open(t, url, db.Options{}), dbtest.Open(t, url, db.Options{})
		if here.Dialect() == db.SQLite {
			there = here // a second process could not even begin: SQLite has one writer for everything
		}
		began, end := make(chan struct{}), make(chan struct{})
		slow := write("a", "k", 1)
		effect := slow.Effect
		slow.Effect = func(tx *db.Tx) (db.Answer, error) {
			close(began)
			<-end
			return effect(tx)
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			_, err := here.Once(ctx, slow)
			assert.NoError(t, err)
		})
		<-began
		for name, replica := range map[string]*db.DB{"here": here, "there": there} {
			wait.Go(func() {
				_, err := replica.Once(ctx, write("a", "k", 1))
				assert.True(t, fault.Is(err, "IDEMPOTENCY_IN_PROGRESS"), "%s: %v", name, err)
				assert.Equal(t, time.Second, fault.Of(err).RetryAfter)
			})
		}
		time.Sleep(4 * time.Second)
		close(end)
		wait.Wait()
		assert.Equal(t, 1, effects(t, here, 1))
	})
}

// TestEverySingleFault lets each driver call of a write fail in each way, and repeats the request until it is answered:
// there is one effect, whatever failed. Without a client's key the request is not repeated, and has at most one.
func TestEverySingleFault(t *testing.T) {
	faults := &dbtest.Faults{}
	runs := 0
	dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
		_, err := d.Once(ctx, write("a", "warm", 1)) // prepares the statements
		require.NoError(t, err)
		faults.Arm(nil)
		_, err = d.Once(ctx, write("a", "count", 1))
		require.NoError(t, err)
		calls := len(faults.Calls())
		id := int64(1)
		for _, kind := range []dbtest.Fault{dbtest.NotSent, dbtest.ReplyLost, dbtest.Killed, dbtest.HalfRead, dbtest.Deadlock, dbtest.LockWait} {
			for k := 1; k <= calls; k++ {
				for _, key := range []string{fmt.Sprintf("fault %d at %d", kind, k), ""} {
					id++
					runs++
					faults.Arm(func(c dbtest.Call) dbtest.Fault {
						if c.Number == k {
							return kind
						}
						return dbtest.None
					})
					_, err := d.Once(ctx, write("a", key, id))
					failed := err
					for attempt := 0; err != nil && key != "" && attempt < 5; attempt++ {
						_, err = d.Once(ctx, write("a", key, id))
					}
					faults.Arm(nil)
					if key != "" || failed == nil {
						require.NoError(t, err)
						require.Equal(t, 1, effects(t, d, id), "fault %d at call %d, key %q", kind, k, key)
					} else {
						require.LessOrEqual(t, effects(t, d, id), 1, "fault %d at call %d", kind, k)
					}
				}
			}
		}
	})
	t.Logf("%d runs", runs)
}

func TestAnswersAreSwept(t *testing.T) {
	clock := time.Now()
	dbtest.EachWith(t, db.Options{Now: func() time.Time { return clock }}, func(t *testing.T, d *db.DB) {
		_, err := d.Once(ctx, write("a", "k", 1))
		require.NoError(t, err)
		_, err = d.Once(ctx, write("a", "", 2))
		require.NoError(t, err)
		swept, err := d.SweepAnswers(ctx, time.Hour)
		require.NoError(t, err)
		require.Zero(t, swept, "they are not old enough")

		clock = clock.Add(2 * time.Hour)
		swept, err = d.SweepAnswers(ctx, time.Hour)
		require.NoError(t, err)
		assert.EqualValues(t, 2, swept)
		var keys []string
		require.NoError(t, d.Read(ctx).Table("idempotency_keys").Pluck("key", &keys).Error)
		assert.Equal(t, []string{"k"}, keys, "a client's key stays for ever, one of ours goes")

		late, err := d.Once(ctx, write("a", "k", 1))
		require.NoError(t, err)
		assert.True(t, late.Replayed)
		assert.Equal(t, 201, late.Status)
		assert.JSONEq(t, `{"now":true}`, string(late.Body), "the target as it is now")
		gone := write("a", "k", 1)
		gone.Now = func(context.Context, int64) (db.Answer, error) {
			return db.Answer{}, fault.New(fault.NotFound, "NOT_FOUND")
		}
		late, err = d.Once(ctx, gone)
		require.NoError(t, err)
		assert.Equal(t, http.StatusNoContent, late.Status)
		assert.Equal(t, 1, effects(t, d, 1))
	})
}
