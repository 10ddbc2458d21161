package customers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/fault"
)

const (
	freeFailures   = 5           // of an account, before it waits
	firstWait      = time.Second // after these; it doubles with each further failure
	longestWait    = 15 * time.Minute
	addressTries   = 20 // failures of an address in a window, before it waits for the window's end
	addressWindow  = time.Minute
	forgetFailures = 24 * time.Hour // after the last one
)

// refusedLogIn are the codes of a log-in that fails.
var refusedLogIn = []string{"WRONG_CREDENTIALS", "TOO_MANY_REQUESTS", "BUSY"}

func wrongCredentials() error { return fault.New(fault.Unauthenticated, "WRONG_CREDENTIALS") }

// failures counts an account's or an address's failed log-ins.
type failures struct {
	Subject      []byte `gorm:"primaryKey"` // account:EMAIL_KEY or address:IP
	Failures     int64
	Since        time.Time
	LastAt       time.Time
	BlockedUntil *time.Time
}

// TableName is part of GORM's conventions.
func (*failures) TableName() string { return "login_failures" }

// logIn checks a password. An account that does not exist costs the same time and gets the same answer as a wrong
// password; a disabled one is refused when its session is to be opened.
func (s *service) logIn(ctx context.Context, given credentials, address string) (*entities.Operator, error) {
	account, from := accountOf(given.Email), []byte("address:"+address)
	if err := s.countAttempt(ctx, account, from); err != nil {
		return nil, err
	}
	who, err := s.operatorByEmail(ctx, given.Email)
	if err != nil {
		return nil, err
	}
	hash := who.Password
	if hash == "" {
		hash = nobodysHash()
	}
	matches, err := s.matches(ctx, given.Password, hash)
	if err != nil {
		return nil, err
	}
	if !matches || who.ID == 0 {
		return nil, wrongCredentials()
	}
	return who, s.forgetAttempt(ctx, account, from)
}

// accountOf is what an account's failures are counted under.
func accountOf(email string) []byte { return []byte("account:" + db.MailKey(email)) }

// nobodysHash is compared with where there is no account.
var nobodysHash = sync.OnceValue(func() string {
	hash, err := entities.HashPassword("nobody's password")
	if err != nil {
		panic(err) // the system has no randomness: nothing is safe then
	}
	return hash
})

// operatorByEmail gives an operator, or an empty one where there is none.
func (s *service) operatorByEmail(ctx context.Context, email string) (*entities.Operator, error) {
	var who entities.Operator
	err := s.db.Read(ctx).Where("email_key = ?", db.MailKey(email)).Take(&who).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fmt.Errorf("find an operator: %w", err)
	}
	return &who, nil
}

// countAttempt counts a log-in as a failure before its password is looked at, so that many at once cannot slip through
// together; one that succeeds is taken back. It refuses, with the time to wait, whoever has failed too often. The address is
// that of who is not known yet; nil counts for the account alone.
func (s *service) countAttempt(ctx context.Context, account, address []byte) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		ofAccount, err := lockFailures(tx, account)
		if err != nil {
			return err
		}
		ofAddress := &failures{}
		if address != nil {
			if ofAddress, err = lockFailures(tx, address); err != nil {
				return err
			}
		}
		if err := cmp.Or(ofAccount.refusal(tx.Now), ofAddress.refusal(tx.Now)); err != nil {
			return err
		}
		ofAccount.countAccount(tx.Now)
		if err := ofAccount.write(tx); err != nil || address == nil {
			return err
		}
		ofAddress.countAddress(tx.Now)
		return ofAddress.write(tx)
	})
}

// lockFailures takes the count of a subject, making it where there is none.
func lockFailures(tx *db.Tx, subject []byte) (*failures, error) {
	fresh := failures{Subject: subject, Since: tx.Now, LastAt: tx.Now}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
		return nil, fmt.Errorf("count log-ins: %w", err)
	}
	var f failures
	if err := tx.Clauses(db.Lock()).Where("subject = ?", subject).Take(&f).Error; err != nil {
		return nil, fmt.Errorf("count log-ins: %w", err)
	}
	return &f, nil
}

func (f *failures) refusal(now time.Time) error {
	if f.BlockedUntil == nil || !now.Before(*f.BlockedUntil) {
		return nil
	}
	return fault.New(fault.TooManyRequests, "TOO_MANY_REQUESTS").Retry(f.BlockedUntil.Sub(now))
}

func (f *failures) countAccount(now time.Time) {
	f.Failures, f.LastAt = f.Failures+1, now
	if wait := waitAfter(f.Failures); wait > 0 {
		f.block(now.Add(wait))
	}
}

// waitAfter is how long an account waits after so many failures in a row.
func waitAfter(count int64) time.Duration {
	if count < freeFailures {
		return 0
	}
	return min(firstWait<<min(count-freeFailures, 20), longestWait)
}

func (f *failures) countAddress(now time.Time) {
	if now.Sub(f.Since) >= addressWindow {
		f.Failures, f.Since, f.BlockedUntil = 0, now, nil
	}
	f.Failures, f.LastAt = f.Failures+1, now
	if f.Failures >= addressTries {
		f.block(f.Since.Add(addressWindow))
	}
}

func (f *failures) block(until time.Time) { f.BlockedUntil = &until }

func (f *failures) write(tx *db.Tx) error {
	values := map[string]any{"failures": f.Failures, "since": f.Since, "last_at": f.LastAt, "blocked_until": f.BlockedUntil}
	if err := tx.Model(&failures{}).Where("subject = ?", f.Subject).Updates(values).Error; err != nil {
		return fmt.Errorf("count log-ins: %w", err)
	}
	return nil
}

// forgetAttempt takes back the count of a log-in that succeeded: the account's whole, the address's by one.
func (s *service) forgetAttempt(ctx context.Context, account, address []byte) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Where("subject = ?", account).Delete(&failures{}).Error; err != nil {
			return fmt.Errorf("forget failed log-ins: %w", err)
		}
		err := tx.Model(&failures{}).Where("subject = ? AND failures > 0", address).
			Updates(map[string]any{"failures": gorm.Expr("failures - 1"), "blocked_until": nil}).Error
		if err != nil {
			return fmt.Errorf("forget failed log-ins: %w", err)
		}
		return nil
	})
}
