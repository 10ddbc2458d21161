package customers

import (
	"context"
	"fmt"
	"time"

	"b2b.example/db"
)

// sweepEvery is how often what has expired is cleared away, unless it expires sooner. Several replicas may do so at once.
const sweepEvery = 10 * time.Minute

// sweep forgets stored answers after their time, sessions that can no longer be used, and failed log-ins of long ago.
func (s *service) sweep(ctx context.Context) (done map[string]int64, err error) {
	done = map[string]int64{"sessions": 0}
	if done["answers"], err = s.db.SweepAnswers(ctx, s.settings.IdempotencyTTL); err != nil {
		return done, err
	}
	var sessions int64
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		swept := tx.Where("created_at <= ?", tx.Now.Add(-sessionLife)).Delete(&session{})
		if swept.Error != nil {
			return fmt.Errorf("sweep sessions: %w", swept.Error)
		}
		sessions = swept.RowsAffected
		if err := tx.Where("last_at <= ?", tx.Now.Add(-forgetFailures)).Delete(&failures{}).Error; err != nil {
			return fmt.Errorf("sweep failed log-ins: %w", err)
		}
		return nil
	})
	if err == nil {
		done["sessions"] = sessions
	}
	return done, err
}
