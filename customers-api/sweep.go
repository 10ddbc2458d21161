package customers

import (
	"context"
	"fmt"
	"time"

	"b2b.example/db"
)

// sweepEvery is how often what has expired is cleared away. Several replicas may do so at once.
const sweepEvery = 10 * time.Minute

// sweep forgets stored answers after their time, sessions that can no longer be used, and failed log-ins of long ago.
func (s *service) sweep(ctx context.Context) error {
	if _, err := s.db.SweepAnswers(ctx, s.settings.IdempotencyTTL); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Where("created_at <= ?", tx.Now.Add(-sessionLife)).Delete(&session{}).Error; err != nil {
			return fmt.Errorf("sweep sessions: %w", err)
		}
		if err := tx.Where("last_at <= ?", tx.Now.Add(-forgetFailures)).Delete(&failures{}).Error; err != nil {
			return fmt.Errorf("sweep failed log-ins: %w", err)
		}
		return nil
	})
}
