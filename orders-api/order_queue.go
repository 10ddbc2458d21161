package orders

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"b2b.example/db"
)

// The measures of placing together.
const (
	mostTogether = 32 // orders in one transaction
	mostAtOnce   = 2  // such transactions at a time: one writes while the other waits for the disk
	togetherTime = 8 * time.Second
)

// queue places orders that come at the same time in one transaction, with no waiting added: whoever comes while the
// transactions are on their way is placed in the next one. An order that nobody else came with is placed alone.
type queue struct {
	db    *db.DB
	rules Rules

	mu      sync.Mutex
	waiting []*arrival
	active  int // transactions on their way
}

// arrival is one order on its way.
type arrival struct {
	ctx       context.Context
	write     db.Write // its Effect places it alone
	placement Placement
	language  string
	done      chan placedOutcome
}

type placedOutcome struct {
	answer db.Answer
	err    error
}

// effect places an order in a transaction of its own.
func (q *queue) effect(placement Placement, language string) func(tx *db.Tx) (db.Answer, error) {
	return func(tx *db.Tx) (db.Answer, error) {
		outcomes, err := q.place(tx, []*arrival{{placement: placement, language: language}})
		if err != nil {
			return db.Answer{}, err
		}
		return outcomes[0].Answer, outcomes[0].Refusal
	}
}

// place places orders and makes their answers.
func (q *queue) place(tx *db.Tx, batch []*arrival) ([]db.Outcome, error) {
	placements := make([]Placement, len(batch))
	for i, p := range batch {
		placements[i] = p.placement
	}
	placed, err := Place(tx, placements)
	if err != nil {
		return nil, err
	}
	outcomes := make([]db.Outcome, len(batch))
	for i, p := range placed {
		if outcomes[i].Refusal = p.Refusal; p.Refusal != nil {
			continue
		}
		if outcomes[i].Answer, err = answerOf(p.Order, http.StatusCreated, tx.Now, q.rules, batch[i].language); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// run is db.Write's Run: it waits in the queue for the order's turn.
func (q *queue) run(placement Placement, language string) func(ctx context.Context, w db.Write) (db.Answer, error) {
	return func(ctx context.Context, w db.Write) (db.Answer, error) {
		p := &arrival{ctx: ctx, write: w, placement: placement, language: language, done: make(chan placedOutcome, 1)}
		p.placement.By = &w.Call
		q.join(p)
		outcome := <-p.done
		if errors.Is(outcome.err, db.ErrAlone) {
			return q.db.Alone(ctx, w)
		}
		return outcome.answer, outcome.err
	}
}

func (q *queue) join(p *arrival) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, p)
	if q.active < mostAtOnce {
		q.active++
		go q.work()
	}
}

// work places whoever waits, until nobody does.
func (q *queue) work() {
	for batch := q.next(); len(batch) > 0; batch = q.next() {
		q.placeAll(batch)
	}
}

// next takes the next orders from the queue; when there are none, the one who asked is done.
func (q *queue) next() []*arrival {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.waiting[:min(len(q.waiting), mostTogether)]
	q.waiting = q.waiting[len(batch):]
	if len(batch) == 0 {
		q.active--
	}
	return batch
}

// placeAll places a batch and tells everybody in it. What goes wrong with the whole of it is each one's to try alone.
func (q *queue) placeAll(batch []*arrival) {
	if len(batch) == 1 {
		answer, err := q.db.Alone(batch[0].ctx, batch[0].write)
		batch[0].done <- placedOutcome{answer, err}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), togetherTime)
	defer cancel()
	writes := make([]db.Write, len(batch))
	for i, p := range batch {
		writes[i] = p.write
	}
	outcomes, err := q.db.Together(ctx, writes, func(tx *db.Tx) ([]db.Outcome, error) { return q.place(tx, batch) })
	for i, p := range batch {
		if err != nil {
			p.done <- placedOutcome{err: err}
			continue
		}
		p.done <- placedOutcome{outcomes[i].Answer, outcomes[i].Refusal}
	}
}
