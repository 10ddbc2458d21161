package screens

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"b2b.example/db"
)

const (
	newsEvery    = time.Second // how often the hub looks for changes while somebody listens
	mostStreams  = 3           // of one operator: a browser has six connections to a host, and needs some for its pages
	mostUntold   = 16          // changes that a slow page may have before it
	becauseAgain = "again"     // the page missed something, or the service ends: it connects anew, and asks
	becausePoll  = "poll"      // its operator has opened others: it asks again and again instead
)

// Live hands the changes of entities to the pages that show them. It reads the events of all replicas, and only while a
// page listens.
type Live struct {
	db     *db.DB
	log    *slog.Logger
	wanted chan struct{}

	mu        sync.Mutex
	listeners []*listener // the oldest first
	ended     bool
}

// listener is a page that listens.
type listener struct {
	operator int64
	shown    map[subject]int64 // the newest version that it has been told of
	events   chan db.EventRow  // closed when it is let go
	types    []string          // of the events that it has summed up
	more     chan struct{}     // holds one when there are more of those
	why      string            // it was let go
}

// NewLive makes a hub, which works while Serve runs.
func NewLive(d *db.DB, log *slog.Logger) *Live {
	return &Live{db: d, log: log, wanted: make(chan struct{}, 1)}
}

// Serve reads the changes until ctx ends; then it lets all pages go.
func (l *Live) Serve(ctx context.Context) {
	defer l.end()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wanted:
			l.tell(ctx)
		}
	}
}

// tell reads the changes for as long as anybody listens.
func (l *Live) tell(ctx context.Context) {
	ticker := time.NewTicker(newsEvery)
	defer ticker.Stop()
	for tail := l.db.Tail(); l.isHeard(); {
		events, err := tail.Next(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Error("live", "error", err)
		}
		l.deliver(events)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (l *Live) isHeard() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.listeners) > 0
}

// deliver hands each change to the pages that show what has changed. Whoever does not take them in time is let go.
func (l *Live) deliver(events []db.EventRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, event := range events {
		for _, one := range slices.Clone(l.listeners) {
			one.hearOfMore(event.EntityType)
			about := subject{event.EntityType, event.EntityID}
			if version, isShown := one.shown[about]; !isShown || event.EntityVersion <= version {
				continue
			}
			one.shown[about] = event.EntityVersion
			select {
			case one.events <- event:
			default:
				l.letGo(one, becauseAgain)
			}
		}
	}
}

// hearOfMore tells a page that what it has summed up is more, once until it has counted again.
func (one *listener) hearOfMore(kind string) {
	if !slices.Contains(one.types, kind) {
		return
	}
	select {
	case one.more <- struct{}{}:
	default:
	}
}

// listen takes a page in; nil when the service ends. Of too many pages of one operator, the oldest is let go.
func (l *Live) listen(operator int64, page watching) *listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	own := slices.DeleteFunc(slices.Clone(l.listeners), func(one *listener) bool { return one.operator != operator })
	if len(own) >= mostStreams {
		l.letGo(own[0], becausePoll)
	}
	one := &listener{
		operator: operator, shown: maps.Clone(page.shown), events: make(chan db.EventRow, mostUntold),
		types: page.types, more: make(chan struct{}, 1),
	}
	l.listeners = append(l.listeners, one)
	select {
	case l.wanted <- struct{}{}:
	default: // it is asked for already
	}
	return one
}

// leave takes a page out that listens no more.
func (l *Live) leave(one *listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.letGo(one, becauseAgain)
}

// letGo ends what a page listens to, once. Callers hold the lock.
func (l *Live) letGo(one *listener, why string) {
	at := slices.Index(l.listeners, one)
	if at < 0 {
		return
	}
	l.listeners = slices.Delete(l.listeners, at, at+1)
	one.why = why
	close(one.events)
}

// end lets all pages go, for good.
func (l *Live) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for len(l.listeners) > 0 {
		l.letGo(l.listeners[0], becauseAgain)
	}
}

// changed are the newest events of what a page shows, where they are newer than that.
func (l *Live) changed(ctx context.Context, shown map[subject]int64) ([]db.EventRow, error) {
	ids := map[string][]int64{}
	for one := range shown {
		ids[one.kind] = append(ids[one.kind], one.id)
	}
	var changed []db.EventRow
	for kind, some := range ids {
		slices.Sort(some)
		latest, err := l.db.Latest(ctx, kind, some)
		if err != nil {
			return nil, err
		}
		for _, event := range latest {
			if event.EntityVersion > shown[subject{kind, event.EntityID}] {
				changed = append(changed, event)
			}
		}
	}
	return changed, nil
}
