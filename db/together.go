package db

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm/clause"
)

// Outcome is what became of one of several changes that were made together: an answer, or the fault that refuses it.
type Outcome struct {
	Answer  Answer
	Refusal error
}

// ErrAlone says that changes could not be made together. Nothing of them was done that making each Alone would not find.
var ErrAlone = errors.New("these changes cannot be made together")

// Together makes several writes in one transaction: their keys are claimed at once, effect decides and applies all of
// them, and each keeps its own answer. One that is refused keeps no key and leaves no trace. The keys are distinct, which
// Once sees to for those that it hands to Write.Run. Where anything stands in the way (a key that is taken, a conflict
// that did not end, a commit whose outcome is unknown) the error is ErrAlone.
func (d *DB) Together(ctx context.Context, writes []Write, effect func(tx *Tx) ([]Outcome, error)) ([]Outcome, error) {
	var outcomes []Outcome
	err := d.Tx(ctx, func(tx *Tx) error {
		claims := make([]keyRow, len(writes))
		for i, w := range writes {
			claims[i] = claimOf(w, tx.Now)
		}
		err := Insert(tx, claims)
		if err != nil {
			return fmt.Errorf("claim keys: %w", err)
		}
		if outcomes, err = effect(tx); err != nil {
			return err
		}
		return tx.storeAll(claims, outcomes)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAlone, err)
	}
	return outcomes, nil
}

// storeAll keeps the answers beside their keys, and gives up the keys of what was refused.
func (tx *Tx) storeAll(claims []keyRow, outcomes []Outcome) error {
	var kept []keyRow
	var refused []int64
	for i, outcome := range outcomes {
		if outcome.Refusal != nil {
			refused = append(refused, claims[i].ID)
			continue
		}
		if err := claims[i].keep(outcome.Answer, tx.Now); err != nil {
			return err
		}
		kept = append(kept, claims[i])
	}
	if len(refused) > 0 {
		if err := tx.Where("id IN ?", Padded(refused)).Delete(&keyRow{}).Error; err != nil {
			return fmt.Errorf("give up keys: %w", err)
		}
	}
	// The rows are there, and locked: each INSERT meets its own, and becomes an update of it.
	answers := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{
		"status_code", "response_headers", "response_body", "target_type", "target_id", "answered_at",
	})}
	if err := insert(tx.DB, kept, answers); err != nil {
		return fmt.Errorf("store answers: %w", err)
	}
	return nil
}
