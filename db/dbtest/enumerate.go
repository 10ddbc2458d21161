package dbtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// EveryFault is everything that can happen to a call.
var EveryFault = []Fault{NotSent, ReplyLost, Killed, Deadlock, LockWait}

// Trial is one operation: an attempt at it, which may be repeated and says whether it has been answered for good, and how
// many effects there have been.
type Trial struct {
	Attempt func() bool
	Effects func() int64
}

// Enumerate runs an operation once for each of its calls and each fault, every time one that prepare makes anew, and
// repeats it until it is answered: there is exactly one effect, whatever failed. It says how many runs there were.
// Preparing a statement is no step of an operation: it depends on the connection that it gets.
func (f *Faults) Enumerate(t *testing.T, name string, prepare func(key string) Trial) (runs int64) {
	t.Helper()
	for _, fault := range EveryFault {
		for k, met := 1, true; met; k++ {
			key := fmt.Sprintf("%s, fault %d at call %d", name, fault, k)
			one := prepare(key)
			var answered bool
			if met, answered = f.FailAt(k, fault, one.Attempt); answered {
				require.EqualValues(t, 1, one.Effects(), "%s: answered for good", key)
			}
			for again := 0; !one.Attempt(); again++ {
				require.Less(t, again, 20, key)
				time.Sleep(time.Duration(again) * time.Millisecond)
			}
			require.EqualValues(t, 1, one.Effects(), key)
			runs++
		}
	}
	return runs
}

// FailAt makes one attempt whose k-th call fails, and says whether it had that many and whether it was answered.
func (f *Faults) FailAt(k int, fault Fault, attempt func() bool) (met, answered bool) {
	calls := 0
	f.Arm(func(c Call) Fault {
		if c.Kind == Prepare {
			return None
		}
		if calls++; calls == k {
			met = true
			return fault
		}
		return None
	})
	answered = attempt()
	f.Arm(nil)
	return met, answered
}
