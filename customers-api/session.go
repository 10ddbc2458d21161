package customers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

const (
	sessionLife  = 12 * time.Hour  // from its log-in
	sessionIdle  = time.Hour       // from when it was last used
	sessionTouch = time.Minute     // using it is written down this often at most
	tokenLife    = time.Hour       // of an access token; it cannot outlive its session
	actingLife   = 5 * time.Minute // of a token that acts for a browser's operator
	secretBytes  = 32              // of a browser's cookie
)

// session is one log-in, by a browser or for the API. Deleting it ends it.
type session struct {
	ID         int64
	OperatorID int64
	SecretHash []byte    // SHA-256 of a browser's secret; NULL for a token's session
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	LastUsedAt time.Time
}

// living is a session that has not ended, with its operator.
type living struct {
	ID, OperatorID int64
	SecretHash     []byte
	LastUsedAt     time.Time
	Name, Email    string
	Role           kit.Role
}

// sessions finds sessions for the guards of this service's own routes.
type sessions struct{ db *db.DB }

// Session is kit.Sessions.
func (s sessions) Session(ctx context.Context, id int64) (kit.Session, error) {
	found, err := findSession(ctx, s.db, id)
	if fault.Is(err, "NOT_FOUND") {
		return kit.Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	}
	if err != nil {
		return kit.Session{}, err
	}
	return kit.Session{ID: id, Operator: found.OperatorID, Name: found.Name, Email: found.Email, Role: found.Role}, nil
}

// findSession gives a session that has not ended, or the fault NOT_FOUND.
func findSession(ctx context.Context, d *db.DB, id int64) (*living, error) {
	found, now := new(living), d.Now()
	err := d.Read(ctx).Table("sessions").
		Select("sessions.id", "operator_id", "secret_hash", "last_used_at", "name", "email", "role").
		Joins("JOIN operators ON operators.id = sessions.operator_id").
		Where("sessions.id = ? AND sessions.created_at > ? AND last_used_at > ? AND disabled = ?",
			id, now.Add(-sessionLife), now.Add(-sessionIdle), false).
		Take(found).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	case err != nil:
		return nil, fmt.Errorf("find a session: %w", err)
	}
	return found, nil
}

// openSession begins a session of an operator whose password has just been checked. It is refused when the operator has
// changed since: a session must not survive the change that ends all of them. (Running twice leaves one session too
// many, which nobody knows of.)
func (s *service) openSession(ctx context.Context, who *entities.Operator, secretHash []byte) (*living, error) {
	var opened session
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var now entities.Operator
		if err := tx.Clauses(db.Lock()).Where("id = ?", who.ID).Take(&now).Error; err != nil {
			return fmt.Errorf("read an operator: %w", err)
		}
		if now.Disabled || now.Password != who.Password {
			return wrongCredentials()
		}
		opened = session{OperatorID: who.ID, SecretHash: secretHash, CreatedAt: tx.Now, LastUsedAt: tx.Now}
		if err := tx.Create(&opened).Error; err != nil {
			return fmt.Errorf("open a session: %w", err)
		}
		return nil
	})
	return &living{ID: opened.ID, OperatorID: who.ID, Name: who.Name, Email: who.Email, Role: kit.Role(who.Role)}, err
}

// endSession ends a session; one that is over is over.
func (s *service) endSession(ctx context.Context, id int64) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error { return tx.Where("id = ?", id).Delete(&session{}).Error })
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	s.app.Sessions.Forget(id)
	return nil
}

// touch notes that a session is in use.
func (s *service) touch(ctx context.Context, found *living) error {
	if s.db.Now().Sub(found.LastUsedAt) < sessionTouch {
		return nil
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		return tx.Model(&session{}).Where("id = ?", found.ID).Update("last_used_at", tx.Now).Error
	})
	if err != nil {
		return fmt.Errorf("touch a session: %w", err)
	}
	return nil
}

// sign makes an access token of a session.
func (s *service) sign(who *living, valid time.Duration, channel string) (string, error) {
	identity := kit.Identity{Operator: who.OperatorID, Role: who.Role, Session: who.ID, Channel: channel}
	return kit.Sign(s.settings.JWTSecret, identity, s.db.Now(), valid)
}

// credentials are what a person types.
type credentials struct {
	Email    string `json:"email" validate:"required,max=190"`
	Password string `json:"password" validate:"required,max=256"`
}

// Token is an access token for the API.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
}

func (s *service) createToken(c *fiber.Ctx, in *struct{ Body credentials }) (*Token, error) {
	ctx := kit.Context(c)
	who, err := s.logIn(ctx, in.Body, kit.ClientAddress(c))
	if err != nil {
		return nil, err
	}
	opened, err := s.openSession(ctx, who, nil)
	if err != nil {
		return nil, err
	}
	token, err := s.sign(opened, tokenLife, kit.ChannelAPI)
	return &Token{AccessToken: token, TokenType: "Bearer", ExpiresIn: int64(tokenLife / time.Second)}, err
}

func (s *service) logOut(c *fiber.Ctx, _ *kit.Nothing) (*kit.Nothing, error) {
	return &kit.Nothing{}, s.endSession(kit.Context(c), kit.Who(c).Session)
}

// browserLogIn is a browser's log-in, as the service that serves the browser hands it on.
type browserLogIn struct {
	Body struct {
		Email    string `json:"email" validate:"required,max=190"`
		Password string `json:"password" validate:"required,max=256"`
		Address  string `json:"address" validate:"required,ip"` // the browser's own
	}
}

// BrowserSession is a new session with the secret of its cookie, which nobody can ask for again.
type BrowserSession struct {
	kit.SessionAnswer
	Secret string `json:"secret"`
}

func (s *service) createSession(c *fiber.Ctx, in *browserLogIn) (*BrowserSession, error) {
	ctx := kit.Context(c)
	who, err := s.logIn(ctx, credentials{in.Body.Email, in.Body.Password}, in.Body.Address)
	if err != nil {
		return nil, err
	}
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // it never fails
	secret := base64.RawURLEncoding.EncodeToString(random)
	hash := sha256.Sum256([]byte(secret))
	opened, err := s.openSession(ctx, who, hash[:])
	if err != nil {
		return nil, err
	}
	return &BrowserSession{SessionAnswer: answerOf(opened), Secret: secret}, nil
}

func answerOf(l *living) kit.SessionAnswer {
	return kit.SessionAnswer{ID: l.ID, OperatorID: l.OperatorID, Name: l.Name, Email: l.Email, Role: l.Role}
}

// askSession asks for a session: by a token's sid, or for a browser with its cookie's secret.
type askSession struct {
	ID     int64  `path:"id"`
	Touch  string `query:"touch" validate:"omitempty,eq=1"` // 1: this is activity, the session is not idle
	Secret string `header:"X-Session-Secret"`
}

// SessionView is the operator behind a session. Who proves to be its browser gets a token to act for them.
type SessionView struct {
	kit.SessionAnswer
	AccessToken string `json:"access_token,omitempty"`
	ExpiresIn   int64  `json:"expires_in,omitempty"` // seconds
}

func (s *service) getSession(c *fiber.Ctx, in *askSession) (*SessionView, error) {
	ctx := kit.Context(c)
	found, err := findSession(ctx, s.db, in.ID)
	if err != nil {
		return nil, err
	}
	view := &SessionView{SessionAnswer: answerOf(found)}
	if in.Secret != "" {
		hash := sha256.Sum256([]byte(in.Secret))
		if subtle.ConstantTimeCompare(hash[:], found.SecretHash) != 1 {
			return nil, fault.New(fault.NotFound, "NOT_FOUND")
		}
		view.ExpiresIn = int64(actingLife / time.Second)
		if view.AccessToken, err = s.sign(found, actingLife, kit.ChannelUI); err != nil {
			return nil, err
		}
	}
	if in.Touch != "" {
		err = s.touch(ctx, found)
	}
	return view, err
}

func (s *service) deleteSession(c *fiber.Ctx, in *struct {
	ID int64 `path:"id"`
}) (*kit.Nothing, error) {
	return &kit.Nothing{}, s.endSession(kit.Context(c), in.ID)
}
