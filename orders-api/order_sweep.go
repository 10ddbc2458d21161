package orders

import (
	"context"
	"fmt"
	"time"

	"b2b.example/db"
)

// sweepEvery is how often what has expired is looked for, unless it expires sooner.
const sweepEvery = time.Minute

// expireBatch bounds how many orders are looked up at a time.
const expireBatch = 100

// sweeper is who the events of expired orders name.
var sweeper = db.Call{Caller: "system:sweeper", Actor: "system:sweeper", ActorName: "Expiry", Channel: "SYSTEM"}

// Expire cancels the orders that have waited for their confirmation for longer than they may, and says how many. Several
// replicas may run it at once: one that another holds is left to it, and each is cancelled once.
func Expire(ctx context.Context, d *db.DB, rules Rules) (expired int, err error) {
	if rules.OrderTTL == 0 {
		return 0, nil
	}
	after := db.Entity{CreatedAt: time.Unix(0, 0)} // before every order
	for {
		var due []Order
		limit := d.Now().Add(-rules.OrderTTL)
		err := d.Read(ctx).Select("id", "created_at").
			Where("status = ? AND created_at < ?", Created, limit).
			Where("created_at >= ? AND (created_at > ? OR id > ?)", after.CreatedAt, after.CreatedAt, after.ID).
			Order("created_at, id").Limit(expireBatch).Find(&due).Error
		if err != nil {
			return expired, fmt.Errorf("find expired orders: %w", err)
		}
		for _, o := range due {
			done, err := expire(ctx, d, rules, o.ID)
			if err != nil {
				return expired, fmt.Errorf("expire order %d: %w", o.ID, err)
			}
			if done {
				expired++
			}
			after = o.Entity
		}
		if len(due) < expireBatch {
			return expired, nil
		}
	}
}

// expire cancels one order, unless somebody has it in hand or has moved it since.
func expire(ctx context.Context, d *db.DB, rules Rules, id int64) (expired bool, err error) {
	err = d.Tx(ctx, func(tx *db.Tx) error {
		expired = false
		var waiting []Order
		err := tx.Clauses(db.LockSkip()).Where("id = ? AND status = ?", id, Created).Limit(1).Find(&waiting).Error
		if err != nil || len(waiting) == 0 {
			return err
		}
		o := &waiting[0]
		if err := tx.Where("order_id = ?", id).Order("line").Find(&o.Items).Error; err != nil {
			return err
		}
		to, reason := decide(o, Cancel, asking{at: tx.Now}, rules)
		if reason != nil {
			return nil
		}
		expired = true
		return o.cancel(tx.As(sweeper), to, Cancellation{Reason: Expired})
	})
	return expired, err
}

// sweep cancels the orders that expired, and forgets answers that need not be kept any longer.
func (s *service) sweep(ctx context.Context) (done map[string]int64, err error) {
	expired, err := Expire(ctx, s.db, s.rules)
	done = map[string]int64{"orders": int64(expired), "answers": 0}
	if err != nil {
		return done, err
	}
	done["answers"], err = s.db.SweepAnswers(ctx, s.idempotencyTTL)
	if expired > 0 || done["answers"] > 0 {
		s.log.Info("swept", "orders", expired, "answers", done["answers"])
	}
	return done, err
}
