package kit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"b2b.example/kit/fault"
)

// Session is the operator behind a log-in, as customers-api knows it.
type Session struct {
	ID       int64
	Operator int64 // id
	Name     string
	Email    string
	Role     Role
	Token    string // to act for the operator for a few minutes; only a browser's session has one
}

// Sessions finds the session behind a token's sid. Once it has ended the error is a fault of kind Unauthenticated; every
// other error means that it can't be told now.
type Sessions interface {
	Session(ctx context.Context, id int64) (Session, error)
}

const (
	sessionFresh = 30 * time.Second // an answer is good for this long
	sessionStale = 5 * time.Minute  // and for reading this long, while the source is away
	sessionRetry = 2 * time.Second  // reads leave a source that is away alone for this long
	sessionWait  = 5 * time.Second  // the source has this long to answer
)

// CachedSessions keeps a source's answers for 30 s. While the source is away, reads go on with an answer of up to 5
// minutes and writes don't: a disabled operator must not change anything.
// A session is known by its id, where a token that is signed names it, or by the credential of a browser.
type CachedSessions[K comparable] struct {
	source func(ctx context.Context, key K) (Session, error)
	now    func() time.Time
	flight singleflight.Group
	// wary: anyone can make up a key, so that one that never was a session's is not worth remembering.
	wary bool

	mu      sync.Mutex
	known   map[K]knownSession
	cleared time.Time
}

// knownSession is one answer. One that has ended never comes back, so that a late answer can't revive it.
type knownSession struct {
	session Session
	ended   bool
	at      time.Time // when the source said so
	away    time.Time // when the source last failed to
}

// NewCachedSessions puts the cache before a source.
func NewCachedSessions(source Sessions) *CachedSessions[int64] {
	return cachedSessions(source.Session, time.Now)
}

func cachedSessions[K comparable](source func(context.Context, K) (Session, error), now func() time.Time) *CachedSessions[K] {
	return &CachedSessions[K]{source: source, now: now, known: map[K]knownSession{}}
}

// Session is the session of a key, for a read or for a write. Errors: 401 SESSION_ENDED; whatever the source says when
// it is away.
func (s *CachedSessions[K]) Session(ctx context.Context, key K, write bool) (Session, error) {
	known, found := s.lookUp(key)
	age := s.now().Sub(known.at)
	switch {
	case found && known.ended:
		return Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	case found && age < sessionFresh:
		return known.session, nil
	case found && !write && age < sessionStale && s.now().Sub(known.away) < sessionRetry:
		return known.session, nil
	}
	session, err := s.ask(ctx, key)
	if err == nil || fault.Of(err).Kind == fault.Unauthenticated {
		return session, err
	}
	if found && !write && age < sessionStale {
		return known.session, nil
	}
	return Session{}, err
}

// Forget ends a session here at once: a log-out does not wait for the cache.
func (s *CachedSessions[K]) Forget(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[key] = knownSession{ended: true, at: s.now()}
}

// ask asks the source, once for all who want to know at the same time. The question outlives the one who asked first:
// the others wait for it too.
func (s *CachedSessions[K]) ask(ctx context.Context, key K) (Session, error) {
	answer := s.flight.DoChan(fmt.Sprint(key), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sessionWait)
		defer cancel()
		session, err := s.source(ctx, key)
		return s.learn(key, session, err)
	})
	select {
	case <-ctx.Done():
		return Session{}, fault.New(fault.Unavailable, "BUSY").Retry(time.Second).Because(ctx.Err())
	case result := <-answer:
		session, _ := result.Val.(Session)
		return session, result.Err
	}
}

// learn keeps what the source said.
func (s *CachedSessions[K]) learn(key K, session Session, err error) (Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	known, found := s.known[key]
	switch {
	case known.ended:
		return Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	case err == nil:
		s.known[key] = knownSession{session: session, at: s.now()}
	case fault.Of(err).Kind == fault.Unauthenticated && s.wary && !found:
	case fault.Of(err).Kind == fault.Unauthenticated:
		s.known[key] = knownSession{ended: true, at: s.now()}
	case known.at != (time.Time{}):
		known.away = s.now()
		s.known[key] = known
	}
	return session, err
}

func (s *CachedSessions[K]) lookUp(key K) (knownSession, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, found := s.known[key]
	return known, found
}

// sweep drops, once a minute, the answers that are of no more use. Callers hold the lock.
func (s *CachedSessions[K]) sweep() {
	if s.now().Sub(s.cleared) < time.Minute {
		return
	}
	s.cleared = s.now()
	for key, known := range s.known {
		if s.now().Sub(known.at) > sessionStale {
			delete(s.known, key)
		}
	}
}
