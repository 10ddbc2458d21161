package kit_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// slow is a source that answers when it is told to, and counts its questions.
type slow struct {
	mu     sync.Mutex
	asked  int
	begun  chan struct{}
	answer chan error
}

func newSlow() *slow { return &slow{begun: make(chan struct{}, 100), answer: make(chan error)} }

func (s *slow) Session(ctx context.Context, id int64) (kit.Session, error) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	s.begun <- struct{}{}
	select {
	case err := <-s.answer:
		return kit.Session{ID: id, Operator: id}, err
	case <-ctx.Done():
		return kit.Session{}, ctx.Err()
	}
}

// Many who want to know at once ask once; the one who asked may leave, and the others still get their answer.
func TestSessionIsAskedForOnce(t *testing.T) {
	source := newSlow()
	cached := kit.NewCachedSessions(source)
	impatient, leave := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() {
		_, err := cached.Session(impatient, 7, true)
		first <- err
	}()
	<-source.begun

	var others sync.WaitGroup
	results := make(chan error, 20)
	for range 20 {
		others.Go(func() {
			session, err := cached.Session(context.Background(), 7, true)
			if err == nil && session.Operator != 7 {
				err = errors.New("another's session")
			}
			results <- err
		})
	}
	time.Sleep(50 * time.Millisecond) // lets them all come to wait
	leave()
	require.Equal(t, fault.Unavailable, fault.Of(<-first).Kind)
	source.answer <- nil
	others.Wait()
	for range 20 {
		require.NoError(t, <-results)
	}
	require.Equal(t, 1, source.asked)
}

// An answer that was on its way when the session was ended does not bring it back.
func TestLateAnswerDoesNotReviveASession(t *testing.T) {
	source := newSlow()
	cached := kit.NewCachedSessions(source)
	late := make(chan error, 1)
	go func() {
		_, err := cached.Session(context.Background(), 7, false)
		late <- err
	}()
	<-source.begun
	cached.Forget(7)
	source.answer <- nil
	require.True(t, fault.Is(<-late, "SESSION_ENDED"))
	_, err := cached.Session(context.Background(), 7, false)
	require.True(t, fault.Is(err, "SESSION_ENDED"))
}
