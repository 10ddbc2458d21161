package db

import (
	"context"
	"sync"
)

// keyedMutex lets one at a time through for each key. Its zero value is ready.
type keyedMutex struct {
	mu    sync.Mutex
	turns map[string]*turn
}

// turn is the right to go on for one key; people is who has it or waits for it.
type turn struct {
	free   chan struct{}
	people int
}

// lock waits for the key's turn and returns what gives it back; false when the context ended first.
func (m *keyedMutex) lock(ctx context.Context, key string) (unlock func(), ok bool) {
	t := m.join(key)
	select {
	case t.free <- struct{}{}:
		return func() { <-t.free; m.leave(key, t) }, true
	case <-ctx.Done():
		m.leave(key, t)
		return nil, false
	}
}

func (m *keyedMutex) join(key string) *turn {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.turns == nil {
		m.turns = map[string]*turn{}
	}
	t := m.turns[key]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		m.turns[key] = t
	}
	t.people++
	return t
}

func (m *keyedMutex) leave(key string, t *turn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.people--; t.people == 0 {
		delete(m.turns, key)
	}
}
