package imports

import (
	"context"
	"fmt"
	"slices"
	"time"

	"b2b.example/db"
	"b2b.example/kit/fault"
)

const batchRows = 100

// step does a little of what there is to do, and says whether there was anything.
func (s *service[T]) step(ctx context.Context) (bool, error) {
	var open []int64
	err := s.d.Read(ctx).Table("imports").Where("entity_type = ? AND status IN ?", s.Name, []string{Checking, Running}).
		Order("id").Limit(batchRows).Pluck("id", &open).Error
	if err != nil {
		return false, fmt.Errorf("imports: %w", err)
	}
	for _, id := range open {
		if did, err := s.advance(ctx, id); did || err != nil {
			return did, err
		}
	}
	return s.sweep(ctx)
}

// refused is a row that could not be written, though nothing spoke against it before.
type refused struct {
	position int64
	fault    *fault.Fault
}

// advance takes in the next rows of an import. Where one of them is refused when it is written, nothing of the batch is
// kept: then each is written by itself, and the one that is refused is told.
func (s *service[T]) advance(ctx context.Context, id int64) (bool, error) {
	did, refusal, err := s.take(ctx, id, batchRows, nil)
	if refusal == nil || err != nil {
		return did, err
	}
	for range batchRows {
		_, refusal, err := s.take(ctx, id, 1, nil)
		if err == nil && refusal != nil {
			_, _, err = s.take(ctx, id, 1, refusal)
		}
		if err != nil {
			return true, err
		}
	}
	return true, nil
}

// refusals are the kinds of faults that are a row's own; after others the same rows are tried again.
var refusals = []fault.Kind{fault.Malformed, fault.NotFound, fault.Conflict, fault.Stale, fault.Invalid}

// take takes in up to some rows in one transaction, unless another process is at it. known is a row that need not be
// tried: its refusal is told.
func (s *service[T]) take(ctx context.Context, id int64, most int, known *refused) (did bool, refusal *refused, err error) {
	var at int64
	err = s.d.Tx(ctx, func(tx *db.Tx) error {
		var found []*row
		err := tx.Clauses(db.LockSkip()).Where("id = ? AND status IN ?", id, []string{Checking, Running}).Find(&found).Error
		if did = len(found) > 0; err != nil || !did {
			return err
		}
		at = found[0].Position
		b := &batch[T]{service: s, tx: tx.As(found[0].call()), row: found[0], begun: time.Now()}
		if known != nil && known.position == at {
			b.known = known.fault
		}
		return b.take(most)
	})
	if f := fault.Of(err); err != nil && slices.Contains(refusals, f.Kind) {
		return true, &refused{at, f}, nil
	}
	return did, nil, err
}
