package dbtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Pairs says which pairs of faults an operation meets: all that begin with one fault, or some drawn at random.
type Pairs struct {
	first  Fault
	random *rand.Rand // nil: all that begin with first
	met    *atomic.Int64
}

// EachPair tries operations with pairs of faults: with all of them where PAIRS=all, which takes long, else with a sample.
// Where open opens a database, it gives what enumerates an operation's pairs there.
func EachPair(t *testing.T, operations []string, open func(t *testing.T, url string) func(operation string, which Pairs)) {
	t.Helper()
	var met atomic.Int64
	if os.Getenv("PAIRS") == "all" {
		t.Run("sqlite", func(t *testing.T) { allPairs(t, operations, SQLite, open, &met) })
		t.Run("mysql", func(t *testing.T) { allPairs(t, operations, MySQL, open, &met) })
		t.Logf("all %d pairs of faults", met.Load())
		return
	}
	seed := seedOfPairs(t)
	EachURL(t, func(t *testing.T, url string) {
		enumerate := open(t, url)
		for i, operation := range operations {
			random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a seed repeats the sample
			enumerate(operation, Pairs{random: random, met: &met})
		}
	})
	t.Logf("a sample of %d pairs of faults: PAIRS_SEED=%d repeats it, PAIRS=all tries every one", met.Load(), seed)
}

// allPairs gives each operation and each first fault a database of its own, so that they run beside each other.
func allPairs(t *testing.T, operations []string, database func(*testing.T) string, open func(*testing.T, string) func(string, Pairs), met *atomic.Int64) {
	for _, operation := range operations {
		for _, first := range EveryFault {
			t.Run(fmt.Sprintf("%s, fault %d first", operation, first), func(t *testing.T) {
				t.Parallel()
				start := time.Now()
				open(t, database(t))(operation, Pairs{first: first, met: met})
				t.Logf("took %.0f s; %d pairs so far", time.Since(start).Seconds(), met.Load())
			})
		}
	}
}

func seedOfPairs(t *testing.T) uint64 {
	text := os.Getenv("PAIRS_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano()) % 1_000_000
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, "PAIRS_SEED")
	return seed
}

// EnumeratePairs is Enumerate with two faults in each run: one at a call, and, as the operation goes on and is repeated,
// another at a later call.
func (f *Faults) EnumeratePairs(t *testing.T, which Pairs, name string, prepare func(key string) Trial) {
	t.Helper()
	if which.random != nil {
		f.drawPairs(t, which, name, prepare)
		return
	}
	for j := 1; ; j++ {
		for _, second := range EveryFault {
			met := 2
			for k := j + 1; met == 2; k++ {
				if met, _ = f.try(t, name, prepare, Failure{j, which.first}, Failure{k, second}); met == 2 {
					which.met.Add(1)
				}
			}
			if met == 0 { // there are no more calls
				return
			}
		}
	}
}

// drawn is how many pairs a sample draws of each operation.
const drawn = 3

// drawPairs tries some pairs: the second fault is at one of the calls that may follow, and sometimes there is none.
func (f *Faults) drawPairs(t *testing.T, which Pairs, name string, prepare func(key string) Trial) {
	t.Helper()
	_, calls := f.try(t, name+", none", prepare)
	draw := func(after int) Failure {
		return Failure{after + 1 + which.random.IntN(calls), EveryFault[which.random.IntN(len(EveryFault))]}
	}
	for i := range drawn {
		first := draw(0)
		if met, _ := f.try(t, fmt.Sprintf("%s, draw %d", name, i), prepare, first, draw(first.Call)); met == 2 {
			which.met.Add(1)
		}
	}
}
