package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// settings are what a campaign is made of; the same ones make the same plan.
type settings struct {
	operations int
	faults     int
	clients    int
	seed       uint64
	root       string    // of the repository
	overlay    string    // of the build, "" for the product as it is
	progress   io.Writer // is told how far it is
	untilFirst bool      // violation: nothing is begun after it
	cluster    *cluster  // nil: a database server of its own
	embedded   *embedded // nil: services with a database server
}

// campaign is one run.
type campaign struct {
	settings
	house   *house
	start   time.Time
	begun   atomic.Int64   // operations
	calm    atomic.Bool    // all faults are over
	placed  pool           // operations that placed an order
	moved   pool           // operations of people's that confirmed or cancelled one
	reports sync.WaitGroup // faults on their way

	mu         sync.Mutex
	done       []*operation
	due        []fault // of the plan, not struck yet
	struck     []strike
	violations []string
	tally      tally
	lastDone   time.Time
}

// strike is a fault that happened.
type strike struct {
	fault
	mended chan struct{} // an operation has ended it
}

// tally counts what clients met.
type tally struct {
	requests, replayed int
	replayedLate       int         // after their answers had been swept
	expired            int         // orders
	statuses           map[int]int // 0: no answer
	longestSilence     time.Duration
	deadlocks          int64 // when nothing was wrong
	movements, events  int
	histories          int
}

// torture runs a campaign and gives its report. An error says that it could not be run; what it found is in the report.
func torture(ctx context.Context, s settings) (r *report, err error) {
	h, err := build(ctx, s)
	if err != nil {
		return nil, err
	}
	c := &campaign{settings: s, house: h, start: time.Now(), lastDone: time.Now()}
	c.tally.statuses = map[int]int{}
	defer func() {
		err = errors.Join(err, h.end())
		h.wipe()
	}()
	random := rand.New(rand.NewPCG(s.seed, 0))
	c.due = plan(random, kinds(s), s.operations*8/10, s.faults)
	c.work(ctx, s.operations*9/10)
	if err := c.heal(ctx); err != nil {
		return nil, err
	}
	if err := c.workInPeace(ctx); err != nil {
		return nil, err
	}
	if err := h.endServices(); err != nil {
		c.violation("%v", err)
	}
	if err := c.judge(ctx); err != nil {
		return nil, err
	}
	return c.report(), ctx.Err()
}

// work lets the clients begin operations until there were so many, and finish them.
func (c *campaign) work(ctx context.Context, until int) {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	go c.watch(watched)
	var clients sync.WaitGroup
	for i := range c.clients {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(c.seed, uint64(until)<<16+uint64(i)+1))
			for ctx.Err() == nil && !c.over() {
				number := int(c.begun.Add(1))
				if number > until {
					c.begun.Add(-1)
					return
				}
				c.reached(ctx, number)
				o := c.draw(random, number)
				c.finish(ctx, o)
				c.finished(o)
			}
		})
	}
	clients.Wait()
}

// reached begins the faults that are due when this operation begins, and ends those that last until it.
func (c *campaign) reached(ctx context.Context, number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.due) > 0 && c.due[0].from <= number {
		f := c.due[0]
		c.due = c.due[1:]
		s := strike{f, make(chan struct{})}
		c.struck = append(c.struck, s)
		c.reports.Go(func() { c.strike(ctx, s) })
	}
	for i := range c.struck {
		if s := c.struck[i]; s.mended != nil && s.to <= number {
			close(s.mended)
			c.struck[i].mended = nil
		}
	}
}

// strike lets a fault happen until it is mended, or for as long as its kind may last.
func (c *campaign) strike(ctx context.Context, s strike) {
	mend, err := s.kind.strike(ctx, c.house, s.fault)
	if err != nil {
		c.violation("%s could not be made: %v", s, err)
		return
	}
	if mend == nil {
		return
	}
	select {
	case <-s.mended:
	case <-ctx.Done():
	case <-time.After(s.kind.longest):
	}
	if err := mend(context.WithoutCancel(ctx)); err != nil {
		c.violation("%s could not be mended: %v", s, err)
	}
}

// heal waits until all faults are over and every service says that it is well.
func (c *campaign) heal(ctx context.Context) error {
	healed := make(chan struct{})
	go func() { c.reports.Wait(); close(healed) }()
	select {
	case <-healed:
	case <-time.After(3 * time.Minute):
		return errors.New("the faults could not be mended")
	}
	return c.house.well(ctx)
}

// workInPeace is a storm with nothing wrong: then no client meets a 5xx, and the database no deadlock. At the end
// requests that were answered are sent once more, and the sweepers are waited for.
func (c *campaign) workInPeace(ctx context.Context) error {
	before, err := c.house.deadlocks(ctx)
	if err != nil {
		return err
	}
	c.calm.Store(true)
	c.house.hot.Add(1)
	c.work(ctx, c.operations)
	after, err := c.house.deadlocks(ctx)
	if err != nil {
		return err
	}
	if c.tally.deadlocks = after - before; c.tally.deadlocks > 0 {
		c.violation("%d deadlocks when nothing was wrong: rows are locked in different orders", c.tally.deadlocks)
	}
	c.replay(ctx)
	if err := c.house.lookAgain(ctx); err != nil {
		return err
	}
	if err := c.awaitSweepers(ctx); err != nil {
		return err
	}
	return c.replayLate(ctx)
}

// finished keeps an operation, and what others may do with the order that it made.
func (c *campaign) finished(o *operation) {
	switch {
	case o.kind == place && o.reply.done():
		c.placed.add(did{o.answer.ID, o.actor, o.token})
	case (o.kind == confirm || o.kind == cancel) && o.reply.done() && o.actor != shop:
		c.moved.add(did{o.target, o.actor, o.token})
	case !o.finished:
		c.violation("%s had no final answer", o)
	case !o.reply.done() && !o.refusedRightly():
		c.violation("%s: %s", o, o.reply.body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = append(c.done, o)
	now := time.Now()
	c.tally.longestSilence = max(c.tally.longestSilence, now.Sub(c.lastDone))
	c.lastDone = now
}

// count counts an answer, and reports one that no client should ever get.
func (c *campaign) count(o *operation, got reply) {
	c.mu.Lock()
	c.tally.requests++
	c.tally.statuses[got.status]++
	c.mu.Unlock()
	if got.broken() || o.calm && got.status >= 500 {
		c.violation("operation %d: %s %s was answered %d: %s", o.number, o.method, o.path, got.status, bytes.TrimSpace(got.body))
	}
}

// violation notes something that must never be.
func (c *campaign) violation(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.violations = append(c.violations, fmt.Sprintf(format, args...))
}

// over says whether enough has been found.
func (c *campaign) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.untilFirst && len(c.violations) > 0
}

// since is the time on the campaign's own clock, which no fault touches.
func (c *campaign) since() time.Duration { return time.Since(c.start) }

// watch tells how far the campaign is.
func (c *campaign) watch(ctx context.Context) {
	every := time.NewTicker(5 * time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			c.mu.Lock()
			_, _ = fmt.Fprintf(c.progress, "%4.0f s: %d of %d operations, %d of %d faults, %d requests, %d violations\n",
				c.since().Seconds(), len(c.done), c.operations, len(c.struck), c.faults, c.tally.requests, len(c.violations))
			c.mu.Unlock()
		}
	}
}

// did is an order that somebody did something to.
type did struct {
	target       int64
	actor, token string
}

// pool holds what was done last, for all clients to act upon.
type pool struct {
	mu   sync.Mutex
	last []did
}

const poolSize = 40

func (p *pool) add(one did) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last = append(p.last, one); len(p.last) > poolSize {
		p.last = p.last[1:]
	}
}

// pick gives one of them, nothing where there is none.
func (p *pool) pick(random *rand.Rand) did {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		return did{}
	}
	return p.last[random.IntN(len(p.last))]
}

// take gives one that no other client is given any more.
func (p *pool) take(random *rand.Rand) did {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		return did{}
	}
	i := random.IntN(len(p.last))
	one := p.last[i]
	p.last = slices.Delete(p.last, i, i+1)
	return one
}
