package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// fault is one thing that goes wrong: from one operation to another, so that a seed gives the same plan on any machine.
type fault struct {
	number   int
	kind     *kind
	target   string
	from, to int // the numbers of operations that are begun
	strength int // 1..100
}

func (f fault) String() string {
	return fmt.Sprintf("fault %d, %s of %s, operations %d to %d", f.number, f.kind.name, f.target, f.from, f.to)
}

// toxic is the name of what the fault adds to a link.
func (f fault) toxic() string { return fmt.Sprintf("fault-%d", f.number) }

// kind is a way in which things go wrong. strike does it, and gives what ends it; nil where it ends by itself.
type kind struct {
	name    string
	targets []string
	longest time.Duration // it ends after that, should no operation end it
	strike  func(ctx context.Context, h *house, f fault) (mend func(context.Context) error, err error)
}

// kinds are all that can happen: to a cluster, which has wires of its own, that processes are killed.
func kinds(s settings) []*kind {
	storms := &kind{"storm on one product", []string{"all clients"}, 5 * time.Second, storm}
	switch {
	case s.cluster != nil:
		return []*kind{
			{"kill -9 of the writer", []string{database}, 30 * time.Second, s.cluster.killWriter},
			{"kill -9", services, time.Second, kill},
		}
	case s.embedded != nil:
		return append(append(kindsOfWires(wiresOfClients()), storms), s.embedded.kinds()...)
	}
	return append(kindsOfWires(names(nil)), storms,
		&kind{"kill -9", services, time.Second, kill},
		&kind{"kill -9 of the database", []string{database}, time.Second, kill},
		&kind{"a pool of two", []string{customersAPI, ordersAPI1, ordersAPI2}, 5 * time.Second, starve},
		&kind{"deadlocks", []string{database}, 3 * time.Second, deadlocks},
	)
}

// kindsOfWires are what can happen to wires.
func kindsOfWires(everyWire []string) []*kind {
	return []*kind{
		{"cut", everyWire, 2 * time.Second, cut},
		{"latency", everyWire, 4 * time.Second, spoil("latency", "downstream", func(s int) map[string]int {
			return map[string]int{"latency": 2 * s, "jitter": s}
		})},
		{"reset", everyWire, 2 * time.Second, spoil("reset_peer", "upstream", func(s int) map[string]int { return map[string]int{"timeout": s} })},
		{"slicer", everyWire, 3 * time.Second, spoil("slicer", "downstream", func(s int) map[string]int {
			return map[string]int{"average_size": 1 + s, "size_variation": s / 2, "delay": 500}
		})},
		{"half an answer", everyWire, 2 * time.Second, spoil("limit_data", "downstream", func(s int) map[string]int {
			return map[string]int{"bytes": 12 * s}
		})},
		{"answers lost", everyWire, 2 * time.Second, spoil("timeout", "downstream", func(int) map[string]int { return map[string]int{"timeout": 300} })},
		{"silence", everyWire, 1500 * time.Millisecond, spoil("timeout", "upstream", func(int) map[string]int { return map[string]int{"timeout": 0} })},
	}
}

// names are those of all wires; a cluster is reached without one.
func names(c *cluster) (all []string) {
	for _, w := range wires {
		if c == nil || w.to != database {
			all = append(all, w.name)
		}
	}
	return all
}

// plan makes so many faults for so many operations, every kind as often as every other. A seed makes the same plan always.
func plan(random *rand.Rand, all []*kind, operations, faults int) []fault {
	planned := make([]fault, faults)
	order := random.Perm(len(all))
	for i := range planned {
		k := all[order[i%len(all)]]
		from := 1 + operations*i/faults + random.IntN(max(1, operations/faults))
		planned[i] = fault{
			number: i + 1, kind: k, target: k.targets[random.IntN(len(k.targets))],
			from: from, to: from + 15 + random.IntN(60), strength: 1 + random.IntN(100),
		}
	}
	slices.SortFunc(planned, func(a, b fault) int { return cmp.Compare(a.from, b.from) })
	return planned
}

func cut(_ context.Context, h *house, f fault) (func(context.Context) error, error) {
	h.links[f.target].cut()
	return func(context.Context) error { return h.links[f.target].mend() }, nil
}

// spoil strikes with one of toxiproxy's toxics.
func spoil(name, stream string, attributes func(strength int) map[string]int) func(context.Context, *house, fault) (func(context.Context) error, error) {
	return func(_ context.Context, h *house, f fault) (func(context.Context) error, error) {
		l := h.links[f.target]
		return func(ctx context.Context) error { return l.cure(ctx, f.toxic()) }, l.spoil(f.toxic(), name, stream, attributes(f.strength))
	}
}

// kill ends a process as a power cut does. Its supervisor starts it again.
func kill(_ context.Context, h *house, f fault) (func(context.Context) error, error) {
	return nil, h.parts[f.target].signal(syscall.SIGKILL)
}

// starve ends a service gently, and leaves the one that is started in its place two connections to the database.
func starve(_ context.Context, h *house, f fault) (func(context.Context) error, error) {
	p := h.parts[f.target]
	return func(context.Context) error { return p.with() }, p.with("DATABASE_POOL=2")
}

// storm has all clients order and cancel one product.
func storm(_ context.Context, h *house, _ fault) (func(context.Context) error, error) {
	h.hot.Add(1)
	return func(context.Context) error { h.hot.Add(-1); return nil }, nil
}

// deadlocks has a stranger lock products in the wrong order, in transactions so big that the server ends ours instead.
func deadlocks(ctx context.Context, h *house, _ fault) (func(context.Context) error, error) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			_ = wrongOrder(ctx, h.admin) // it is meant to fail, now and then
		}
	})
	return func(context.Context) error { cancel(); done.Wait(); return nil }, nil
}

func wrongOrder(ctx context.Context, admin *sql.DB) (err error) {
	for _, statement := range []string{
		"CREATE DATABASE IF NOT EXISTS stranger", "CREATE TABLE IF NOT EXISTS stranger.ballast (n INT) ENGINE=InnoDB",
	} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	tx, err := admin.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if _, err := tx.ExecContext(ctx, "INSERT INTO stranger.ballast VALUES (0)"+strings.Repeat(", (0)", 99)); err != nil {
		return err
	}
	for id := products; id > 0; id-- {
		var found int
		if err := tx.QueryRowContext(ctx, "SELECT id FROM b2b.products WHERE id = ? FOR UPDATE", id).Scan(&found); err != nil {
			return err
		}
	}
	return nil
}
