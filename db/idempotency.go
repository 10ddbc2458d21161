package db

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"b2b.example/kit/fault"
)

// keyPatience is how long a request waits for another with the same key.
const keyPatience = 3 * time.Second

// Call is who asks for a change, in which request, and under which idempotency key.
type Call struct {
	Caller    string   // whose key it is: operator:7, service:shop
	Key       string   // 1..255 bytes; "" when the client sent none
	Hashes    [][]byte // of the request, under the secret of today and those before it; the first is stored
	Actor     string   // whom the events name
	ActorName string
	Channel   string // UI, API, LAMBDA, SYSTEM
	RequestID string
	DryRun    bool // decide everything, and change nothing
}

// Answer is a response that is stored with the effect that it tells of, and sent again to whoever repeats the request.
type Answer struct {
	Status      int
	ContentType string
	ETag        string
	Location    string
	Body        []byte
	TargetType  string // what the change was made to
	TargetID    int64
	Replayed    bool // it had been given before
	DryRun      bool // it tells what would have been
}

// Write is a change that has one effect however often it is asked for.
type Write struct {
	Call
	// Effect decides and applies, in the transaction that also stores its answer. A fault refuses: then nothing is kept,
	// not even the key. It may run more than once, see Tx.
	Effect func(tx *Tx) (Answer, error)
	// Now answers the target as it is now: for a retry that comes when the stored answer has been swept.
	Now func(ctx context.Context, targetID int64) (Answer, error)
	// LookedUp says that Stored was asked a moment ago, and found nothing.
	LookedUp bool
	// Run makes the change instead of a transaction of its own: with others, see Together. nil: Alone.
	Run func(ctx context.Context, w Write) (Answer, error)

	serverMade bool
}

// keyRow is a claimed key with its answer.
type keyRow struct {
	ID              int64
	Caller          string
	Key             string
	RequestHash     []byte
	StatusCode      int
	ResponseHeaders *string
	ResponseBody    []byte
	TargetType      string
	TargetID        int64
	ServerMade      bool
	AnsweredAt      *time.Time
	CreatedAt       time.Time `gorm:"autoCreateTime:false"`
}

// TableName is part of GORM's conventions.
func (keyRow) TableName() string { return "idempotency_keys" }

// answerHeaders are the response headers that are stored.
type answerHeaders struct {
	ContentType string `json:"Content-Type,omitempty"`
	ETag        string `json:"ETag,omitempty"`
	Location    string `json:"Location,omitempty"`
}

// errClaimed says that the key has been claimed by another transaction, which has been committed.
var errClaimed = errors.New("the key has been claimed")

// Once makes a change at most once for its caller and key. A repeated request gets the stored answer, byte for byte;
// another request under the same key is refused (422 IDEMPOTENCY_KEY_REUSED), and one that comes while the first is still
// running waits for it, and is told to try again after 3 s (409 IDEMPOTENCY_IN_PROGRESS).
//
// A request without a key gets one made here, so that running it again after a lost commit finds its own effect.
func (d *DB) Once(ctx context.Context, w Write) (Answer, error) {
	if w.DryRun {
		return d.attempt(ctx, w)
	}
	if w.Key == "" {
		w.Key, w.serverMade = uuid.NewString(), true
	}
	patience, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	unlock, ok := d.keys.lock(patience, w.Caller+"\x00"+w.Key)
	if !ok {
		return Answer{}, inProgress()
	}
	defer unlock()
	if !w.serverMade && !w.LookedUp {
		if stored, err := d.Stored(ctx, w); stored != nil || err != nil {
			return given(stored), err
		}
	}
	if w.Run != nil {
		return w.Run(ctx, w)
	}
	return d.Alone(ctx, w)
}

// errDryRun ends the transaction of a dry run, when all went well.
var errDryRun = errors.New("nothing is to be changed")

// attempt makes the change and takes it back, so that everything is decided as it would be, the database's own checks
// included. It claims no key. What would be made has no address.
func (d *DB) attempt(ctx context.Context, w Write) (answer Answer, err error) {
	err = d.Tx(ctx, func(tx *Tx) (err error) {
		tx.call = w.Call
		if answer, err = w.Effect(tx); err == nil {
			err = errDryRun
		}
		return err
	})
	if !errors.Is(err, errDryRun) {
		return Answer{}, err
	}
	answer.Location, answer.DryRun = "", true
	return answer, nil
}

// Alone makes the change of a Write.Run in a transaction of its own.
func (d *DB) Alone(ctx context.Context, w Write) (Answer, error) {
	var answer Answer
	err := d.Tx(ctx, func(tx *Tx) error {
		tx.call = w.Call
		claim, err := tx.claim(w)
		if err != nil {
			return err
		}
		if answer, err = w.Effect(tx); err != nil {
			return err
		}
		return tx.store(claim, answer)
	})
	if !errors.Is(err, errClaimed) {
		return answer, err
	}
	stored, err := d.Stored(ctx, w)
	if err == nil && stored == nil {
		return Answer{}, inProgress()
	}
	return given(stored), Unsure(err)
}

func given(stored *Answer) Answer {
	if stored == nil {
		return Answer{}
	}
	return *stored
}

// claim inserts the key as the first statement of its transaction. It waits for another that holds the key: when that
// one commits, the key is claimed; when it rolls back, the claim is ours.
func (tx *Tx) claim(w Write) (keyRow, error) {
	row := claimOf(w, tx.Now)
	err := tx.Create(&row).Error
	if _, taken := Duplicate(err); taken {
		return row, errClaimed
	}
	if mysqlCode(err) == mysqlLockWait {
		return row, inProgress().Because(err)
	}
	if err != nil {
		return row, fmt.Errorf("claim a key: %w", err)
	}
	return row, nil
}

func claimOf(w Write, at time.Time) keyRow {
	row := keyRow{Caller: w.Caller, Key: w.Key, ServerMade: w.serverMade, CreatedAt: at, RequestHash: []byte{}}
	if len(w.Hashes) > 0 {
		row.RequestHash = w.Hashes[0]
	}
	return row
}

// store keeps the answer beside its key, as the last statement of the transaction.
func (tx *Tx) store(claim keyRow, answer Answer) error {
	if err := claim.keep(answer, tx.Now); err != nil {
		return err
	}
	result := tx.Model(&keyRow{}).Where("id = ?", claim.ID).Updates(map[string]any{
		"status_code": claim.StatusCode, "response_headers": claim.ResponseHeaders, "response_body": claim.ResponseBody,
		"target_type": claim.TargetType, "target_id": claim.TargetID, "answered_at": claim.AnsweredAt,
	})
	if result.Error != nil {
		return fmt.Errorf("store an answer: %w", result.Error)
	}
	if result.RowsAffected != 1 {
		return errors.New("store an answer: its key is gone")
	}
	return nil
}

// keep puts an answer into the row of its key.
func (row *keyRow) keep(answer Answer, at time.Time) error {
	headers, err := json.Marshal(answerHeaders{answer.ContentType, answer.ETag, answer.Location})
	if err != nil {
		return fmt.Errorf("store an answer: %w", err)
	}
	text := string(headers)
	row.StatusCode, row.ResponseHeaders, row.ResponseBody = answer.Status, &text, answer.Body
	row.TargetType, row.TargetID, row.AnsweredAt = answer.TargetType, answer.TargetID, &at
	return nil
}

// Stored finds the answer that a key already has, in one indexed read: nil when it has none. A key that was used for
// another request is a fault. After its answer was swept, the target is answered as it is now, a deleted one with 204.
func (d *DB) Stored(ctx context.Context, w Write) (*Answer, error) {
	if w.Key == "" {
		return nil, nil
	}
	var rows []keyRow
	err := d.Read(ctx).Where("caller = ? AND `key` = ?", w.Caller, w.Key).Limit(1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look up a key: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if !matches(rows[0].RequestHash, w.Hashes) {
		return nil, fault.New(fault.Invalid, "IDEMPOTENCY_KEY_REUSED")
	}
	return rows[0].answer(ctx, w)
}

// Target is what the change under a caller's key was made to, whatever its request was; 0 where the key was never used.
func (d *DB) Target(ctx context.Context, caller, key string) (targetType string, id int64, err error) {
	var rows []keyRow
	err = d.Read(ctx).Select("target_type", "target_id").Where("caller = ? AND `key` = ?", caller, key).Limit(1).Find(&rows).Error
	if err != nil {
		return "", 0, fmt.Errorf("look up a key: %w", err)
	}
	if len(rows) == 0 {
		return "", 0, nil
	}
	return rows[0].TargetType, rows[0].TargetID, nil
}

func matches(stored []byte, hashes [][]byte) bool {
	for _, hash := range hashes {
		if bytes.Equal(stored, hash) {
			return true
		}
	}
	return len(stored) == 0 && len(hashes) == 0
}

func (row keyRow) answer(ctx context.Context, w Write) (*Answer, error) {
	if row.AnsweredAt == nil {
		return row.answerNow(ctx, w)
	}
	var headers answerHeaders
	if row.ResponseHeaders != nil {
		if err := json.Unmarshal([]byte(*row.ResponseHeaders), &headers); err != nil {
			return nil, fmt.Errorf("a stored answer: %w", err)
		}
	}
	return &Answer{
		Status: row.StatusCode, ContentType: headers.ContentType, ETag: headers.ETag, Location: headers.Location,
		Body: row.ResponseBody, TargetType: row.TargetType, TargetID: row.TargetID, Replayed: true,
	}, nil
}

func (row keyRow) answerNow(ctx context.Context, w Write) (*Answer, error) {
	now, err := w.Now(ctx, row.TargetID)
	switch {
	case err != nil && fault.Of(err).Kind == fault.NotFound:
		now = Answer{Status: http.StatusNoContent}
	case err != nil:
		return nil, err
	case row.StatusCode != http.StatusNoContent:
		now.Status = row.StatusCode
	}
	now.Replayed, now.TargetType, now.TargetID = true, row.TargetType, row.TargetID
	return &now, nil
}

// sweepBatch bounds the rows that one transaction of a sweeper holds.
const sweepBatch = 500

// SweepAnswers forgets the answers that are older than their keeping, and says how many. The rows of clients' keys stay
// for ever, so that a late retry is still recognised; keys made by the server have done their work, and go.
func (d *DB) SweepAnswers(ctx context.Context, olderThan time.Duration) (int64, error) {
	total := int64(0)
	for {
		swept, err := d.sweepAnswers(ctx, olderThan)
		total += swept
		if err != nil || swept < sweepBatch {
			return total, err
		}
	}
}

func (d *DB) sweepAnswers(ctx context.Context, olderThan time.Duration) (swept int64, err error) {
	err = d.Tx(ctx, func(tx *Tx) error {
		var rows []keyRow
		err := tx.Clauses(LockSkip()).Select("id", "server_made").Where("answered_at < ?", tx.Now.Add(-olderThan)).
			Order("answered_at").Limit(sweepBatch).Find(&rows).Error
		if err != nil {
			return fmt.Errorf("sweep answers: %w", err)
		}
		swept = int64(len(rows))
		return tx.forget(rows)
	})
	return swept, err
}

func (tx *Tx) forget(rows []keyRow) error {
	var clients, ours []int64
	for _, row := range rows {
		if row.ServerMade {
			ours = append(ours, row.ID)
		} else {
			clients = append(clients, row.ID)
		}
	}
	if len(ours) > 0 {
		if err := tx.Where("id IN ?", Padded(ours)).Delete(&keyRow{}).Error; err != nil {
			return fmt.Errorf("sweep answers: %w", err)
		}
	}
	if len(clients) > 0 {
		blank := map[string]any{"response_headers": nil, "response_body": nil, "answered_at": nil}
		if err := tx.Model(&keyRow{}).Where("id IN ?", Padded(clients)).Updates(blank).Error; err != nil {
			return fmt.Errorf("sweep answers: %w", err)
		}
	}
	return nil
}

func inProgress() *fault.Fault {
	return fault.New(fault.Conflict, "IDEMPOTENCY_IN_PROGRESS").Retry(time.Second)
}
