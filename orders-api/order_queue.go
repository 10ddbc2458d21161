package orders

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"b2b.example/db"
	"b2b.example/kit/fault"
)

const (
	mostTogether = 32 // orders in one transaction
	togetherTime = 8 * time.Second
)

// queue places orders that come at the same time in one transaction, with no waiting added: whoever comes while a
// transaction is on its way is placed in the next one. An order that nobody else came with is placed alone.
type queue struct {
	db    *db.DB
	rules Rules

	mu      sync.Mutex
	waiting []*arrival
	busy    bool // a transaction is on its way
}

// arrival is one order on its way.
type arrival struct {
	write     db.Write // its Effect places it alone
	placement Placement
	language  string
	done      chan db.Outcome // its refusal is whatever went wrong
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
	var placements []Placement
	var languages []string
	for _, p := range batch {
		placements, languages = append(placements, p.placement), append(languages, p.language)
	}
	placed, err := Place(tx, placements)
	if err != nil {
		return nil, err
	}
	outcomes := make([]db.Outcome, len(placed))
	for i, p := range placed {
		outcomes[i].Refusal = p.Refusal
		if p.Refusal == nil {
			outcomes[i].Answer, err = answerOf(p.Order, http.StatusCreated, asking{at: tx.Now}, q.rules, languages[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// run is db.Write's Run: it waits in the queue for the order's turn.
func (q *queue) run(placement Placement, language string) func(ctx context.Context, w db.Write) (db.Answer, error) {
	return func(ctx context.Context, w db.Write) (db.Answer, error) {
		p := &arrival{write: w, placement: placement, language: language, done: make(chan db.Outcome, 1)}
		p.placement.By = &w.Call
		q.join(p)
		select {
		case outcome := <-p.done:
			if errors.Is(outcome.Refusal, db.ErrAlone) {
				answer, err := q.db.Alone(ctx, w)
				return answer, db.Unsure(err)
			}
			return outcome.Answer, outcome.Refusal
		case <-ctx.Done():
			busy := fault.New(fault.Unavailable, "BUSY").Retry(time.Second).Because(ctx.Err())
			if q.leave(p) {
				return db.Answer{}, busy
			}
			return db.Answer{}, db.Unsure(busy) // it may be placed all the same: whoever asks again under its key will hear
		}
	}
}

func (q *queue) join(p *arrival) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, p)
	if !q.busy {
		q.busy = true
		go q.work()
	}
}

// leave takes back an order whose request has ended while it waited: nobody is there any more to hear of it. It says
// whether it still waited; one that does not is in a batch already.
func (q *queue) leave(p *arrival) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	before := len(q.waiting)
	q.waiting = slices.DeleteFunc(q.waiting, func(one *arrival) bool { return one == p })
	return len(q.waiting) < before
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
	q.busy = len(batch) > 0
	return batch
}

// placeAll places a batch and tells everybody in it. What goes wrong with the whole of it is each one's to try alone.
func (q *queue) placeAll(batch []*arrival) {
	outcomes, err := q.together(batch)
	for i, p := range batch {
		if err != nil {
			p.done <- db.Outcome{Refusal: err}
			continue
		}
		p.done <- outcomes[i]
	}
}

// together places a batch in one transaction; one of a single order is placed alone. A panic in it is nobody's end: each
// order meets it again alone, in its own request, which knows what to do with it.
func (q *queue) together(batch []*arrival) (outcomes []db.Outcome, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v", db.ErrAlone, reason)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), togetherTime)
	defer cancel()
	if len(batch) == 1 {
		answer, refusal := q.db.Alone(ctx, batch[0].write)
		return []db.Outcome{{Answer: answer, Refusal: refusal}}, nil
	}
	writes := make([]db.Write, len(batch))
	for i, p := range batch {
		writes[i] = p.write
	}
	return q.db.Together(ctx, writes, func(tx *db.Tx) ([]db.Outcome, error) { return q.place(tx, batch) })
}
