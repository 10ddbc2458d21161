package dbtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// EveryFault is everything that can happen to a call.
var EveryFault = []Fault{NotSent, ReplyLost, Killed, HalfRead, Deadlock, LockWait}

// Trial is one operation: an attempt at it, which may be repeated and says whether it has been answered for good, and how
// many effects there have been.
type Trial struct {
	Attempt func() bool
	Effects func() int64
}

// Failure is a fault at a call, counted from 1 over all attempts at an operation. Preparing a statement is no call of an
// operation: it depends on the connection that it gets.
type Failure struct {
	Call  int
	Fault Fault
}

func (f Failure) String() string { return fmt.Sprintf("fault %d at call %d", f.Fault, f.Call) }

// Enumerate runs an operation once for each of its calls and each fault, every time one that prepare makes anew, and
// repeats it until it is answered: there is exactly one effect, whatever failed. It says how many runs there were.
func (f *Faults) Enumerate(t *testing.T, name string, prepare func(key string) Trial) (runs int64) {
	t.Helper()
	for _, fault := range EveryFault {
		for k, met := 1, 1; met == 1; k++ {
			met, _ = f.try(t, name, prepare, Failure{k, fault})
			runs++
		}
	}
	return runs
}

// attempts is how often an operation is repeated at most.
const attempts = 20

// try runs an operation whose calls fail by a plan, again and again until it is answered, and then once more: there is one
// effect. It says how many of the failures happened, and how many calls there were until the answer.
func (f *Faults) try(t *testing.T, name string, prepare func(key string) Trial, plan ...Failure) (met, calls int) {
	t.Helper()
	key := fmt.Sprintf("%s, %v", name, plan)
	one, script := prepare(key), script{plan: plan}
	f.Arm(script.next)
	for again := 0; !one.Attempt(); again++ {
		require.Less(t, again, attempts, key)
		time.Sleep(time.Duration(again) * time.Millisecond)
	}
	f.Arm(nil)
	require.EqualValues(t, 1, one.Effects(), "%s: answered for good", key)
	require.True(t, one.Attempt(), "%s: once more", key)
	require.EqualValues(t, 1, one.Effects(), "%s: once more", key)
	return script.met, script.calls
}

// script lets calls fail by a plan: a failure after the other.
type script struct {
	plan       []Failure
	met, calls int
}

func (s *script) next(c Call) Fault {
	if c.Kind == Prepare {
		return None
	}
	s.calls++
	if s.met == len(s.plan) || s.plan[s.met].Call != s.calls {
		return None
	}
	s.met++
	return s.plan[s.met-1].Fault
}

// EachCall makes an attempt for each of its calls, which fails then, until there are no more.
func (f *Faults) EachCall(fault Fault, attempt func(k int)) {
	for k, met := 1, 1; met == 1; k++ {
		s := script{plan: []Failure{{k, fault}}}
		f.Arm(s.next)
		attempt(k)
		f.Arm(nil)
		met = s.met
	}
}
