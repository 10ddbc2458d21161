package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
)

// repository is a link to all of it, through which the go command sees what a test has read.
const repository = "../testdata/house"

// TestTorture is a short campaign against each house, with a seed of its own, which it prints.
func TestTorture(t *testing.T) {
	for _, part := range []string{"db", "kit", "crud", "entities", "customers-api", "orders-api", "orchestrator", "b2b"} {
		_, err := os.ReadDir(filepath.Join(repository, part)) // for the go command to see
		require.NoError(t, err)
	}
	root, err := filepath.EvalSymlinks(repository) // as others build it, so that what they have built is used
	require.NoError(t, err)
	short := settings{operations: shortOperations, faults: shortFaults, clients: clients, root: root, progress: io.Discard}
	t.Run("services with a server", func(t *testing.T) { tortureShortly(t, short) })
	short.embedded = &embedded{}
	t.Run("b2b", func(t *testing.T) { tortureShortly(t, short) })
}

func tortureShortly(t *testing.T, s settings) {
	s.seed = uint64(time.Now().UnixNano()) % 1_000_000
	t.Logf("seed %d", s.seed)
	r, err := torture(t.Context(), s)
	require.NoError(t, err)
	var text bytes.Buffer
	r.print(&text)
	t.Log(text.String())
	require.Empty(t, r.violations)
	require.Len(t, r.faults, len(kinds(s)), "every kind of fault")
	require.Len(t, r.kinds, len(mix), "every kind of operation")
	require.Positive(t, r.expired, "orders that expired")
	require.Positive(t, r.replayed, "requests sent once more")
	require.Positive(t, r.replayedLate, "requests sent once more whose answers were swept")
}

// TestMutantsCanBeMade: what the self-test breaks is still there to be broken, and broken it is still Go.
func TestMutantsCanBeMade(t *testing.T) {
	for _, m := range mutants {
		folder := t.TempDir()
		_, err := m.write(repository, folder)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			_, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.AllErrors)
			require.NoError(t, err, m.name)
		}
	}
}

// TestPlanComesFromItsSeed: the same seed is the same plan, and every kind of fault is in it.
func TestPlanComesFromItsSeed(t *testing.T) {
	planned := func(seed uint64) (lines []string) {
		for _, f := range plan(rand.New(rand.NewPCG(seed, 0)), kinds(settings{}), 8000, 200) {
			lines = append(lines, f.String())
		}
		return lines
	}
	first := planned(7)
	require.Equal(t, first, planned(7))
	require.NotEqual(t, planned(7), planned(8))
	struck := map[string]int{}
	for _, f := range plan(rand.New(rand.NewPCG(7, 0)), kinds(settings{}), 8000, 200) {
		struck[f.kind.name]++
		require.Less(t, f.from, f.to)
		require.LessOrEqual(t, f.from, 8000+1)
	}
	require.Len(t, struck, len(kinds(settings{})))
}

// TestModels: each model takes what the rules allow, and notices what they do not.
func TestModels(t *testing.T) {
	at := func(from, to time.Duration) span { return span{from, to} }
	placed := step{what: place, known: true, status: statusCreated, version: 1}
	confirmed := step{what: confirm, known: true, actor: "a", status: statusConfirmed, version: 2}
	for _, one := range []struct {
		name  string
		model porcupine.Model
		want  porcupine.CheckResult
		spans []span
		steps []step
	}{
		{"confirmed after it was placed", orders, porcupine.Ok, []span{at(0, 1), at(2, 3)}, []step{placed, confirmed}},
		{"confirmed before it was placed", orders, porcupine.Illegal, []span{at(2, 3), at(0, 1)}, []step{placed, confirmed}},
		{"confirmed twice", orders, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{placed, confirmed, {what: confirm, known: true, status: statusConfirmed, version: 3}}},
		{"confirmed when it was so already", orders, porcupine.Ok, []span{at(0, 1), at(2, 3), at(4, 5)}, []step{placed, confirmed, confirmed}},
		{"undone by another", orders, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{placed, confirmed, {what: undo, known: true, actor: "b", status: statusCreated, version: 3}}},
		{"another was refused to undo it", orders, porcupine.Ok, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{placed, confirmed, {what: undo, actor: "b", refusal: "ORDER_NOT_UNDOABLE", reason: "UNDO_NOT_YOURS"}}},
		{"a change is forgotten", orders, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{placed, confirmed, {what: readOrder, known: true, status: statusCreated, version: 1}}},
		{"expired", orders, porcupine.Ok, []span{at(0, 1), at(2, forever)},
			[]step{placed, {what: expire, known: true, actor: sweeper, status: statusCanceled, version: 2}}},
		{"expired twice", orders, porcupine.Illegal, []span{at(0, 1), at(2, forever), at(2, forever)},
			[]step{placed, {what: expire, known: true, actor: sweeper, status: statusCanceled, version: 2},
				{what: expire, known: true, actor: sweeper, status: statusCanceled, version: 3}}},
		{"expired when it was confirmed", orders, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, forever)},
			[]step{placed, confirmed, {what: expire, known: true, actor: sweeper, status: statusCanceled, version: 3}}},
		{"what has expired is undone by a person", orders, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{placed, {what: expire, known: true, actor: sweeper, status: statusCanceled, version: 2},
				{what: undo, known: true, actor: "a", status: statusCreated, version: 3}}},
		{"stock that was not there", stocks, porcupine.Illegal, []span{at(0, 1)}, []step{{what: moved, delta: -firstStock - 1, stock: -1}}},
		{"a movement is forgotten", stocks, porcupine.Illegal, []span{at(0, 1), at(2, 3)},
			[]step{{what: moved, delta: -1, stock: firstStock - 1}, {what: seen, stock: firstStock}}},
		{"a movement may still come", stocks, porcupine.Ok, []span{at(0, forever), at(2, 3)},
			[]step{{what: moved, delta: -1, stock: firstStock - 1}, {what: seen, stock: firstStock}}},
		{"refused though there was enough", stocks, porcupine.Illegal, []span{at(0, 1)}, []step{{what: seen, stock: firstStock - 1}}},
		{"a name is forgotten", records, porcupine.Illegal, []span{at(0, 1), at(2, 3), at(4, 5)},
			[]step{{what: rename, known: true, version: 2, word: "x"}, {what: rename, known: true, version: 3, word: "y"},
				{what: readProduct, known: true, version: 2, word: "x"}}},
	} {
		h := &history{}
		for i, s := range one.steps {
			h.add(one.spans[i], s)
		}
		require.Equal(t, one.want, h.linearizable(one.model), one.name)
	}
}

// TestVerdicts: whatever clients were told that is not so is a violation, and what is so is none.
func TestVerdicts(t *testing.T) {
	key, caller, other := "k", "operator:2", "another"
	event := db.EventRow{ID: 9, EntityType: anOrder, EntityID: 7, EntityVersion: 1, Action: "created", IdempotencyCaller: &caller, IdempotencyKey: &key}
	second, nobodys := event, event
	second.ID, second.EntityID, nobodys.IdempotencyKey = 10, 8, &other
	placed := operation{kind: place, caller: caller, finished: true, reply: reply{status: 201}, answer: answer{ID: 7, Version: 1}}
	placed.method, placed.key = "POST", key
	refused, late, elsewhere := placed, placed, placed
	refused.reply.status, late.reply.status, late.unheard, elsewhere.answer.Version = 409, 409, true, 2
	for _, one := range []struct {
		name      string
		operation operation
		events    []db.EventRow
		violation string
	}{
		{"done and there", placed, []db.EventRow{event}, ""},
		{"lost", placed, nil, "was acknowledged and is lost"},
		{"twice", placed, []db.EventRow{event, second}, "had two effects"},
		{"by nobody", placed, []db.EventRow{event, nobodys}, "was asked for by nobody"},
		{"refused and done", refused, []db.EventRow{event}, "was refused, and done all the same"},
		{"refused, and an earlier request came late", late, []db.EventRow{event}, ""},
		{"told of another version", elsewhere, []db.EventRow{event}, "was told of version 2"},
	} {
		c := &campaign{house: &house{furnished: 8}, done: []*operation{&one.operation}}
		e := newEvidence()
		e.events = one.events
		c.match(e)
		c.acknowledged(e, &one.operation)
		if one.violation == "" {
			require.Empty(t, c.violations, one.name)
			continue
		}
		require.NotEmpty(t, c.violations, one.name)
		require.Contains(t, c.violations[0], one.violation, one.name)
	}
}

// TestOnlyASmallDiskIsFilled: a file system that others need is refused.
func TestOnlyASmallDiskIsFilled(t *testing.T) {
	require.NoError(t, (&embedded{}).check())
	require.ErrorContains(t, (&embedded{disk: t.TempDir()}).check(), "give one of its own")
	require.ErrorContains(t, (&embedded{disk: filepath.Join(t.TempDir(), "nowhere")}).check(), "no such file")
}
