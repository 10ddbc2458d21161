package kit

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	jwtware "github.com/gofiber/contrib/jwt"
	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"

	"b2b.example/kit/fault"
)

// Role is what an operator may do.
type Role string

// The roles. Each includes those before it.
const (
	Viewer   Role = "viewer"
	Operator Role = "operator"
	Manager  Role = "manager"
)

var ranks = map[Role]int{Viewer: 1, Operator: 2, Manager: 3}

// Known says whether there is such a role.
func (r Role) Known() bool { return ranks[r] > 0 }

// Includes says whether a role may do what another may. An unknown one may do nothing.
func (r Role) Includes(least Role) bool { return r.Known() && ranks[r] >= ranks[least] }

// Identity is who sent the request.
type Identity struct {
	Operator int64  // id; 0 for a service
	Service  string // name; "" for an operator
	Name     string // the operator's name, for the timeline
	Email    string
	Role     Role   // that of the operator's session, not the token's
	Session  int64  // id
	Channel  string // by which their token acts, where it says so: UI for one that a browser's session gave; "" else
}

// Caller is whose idempotency keys these are: "operator:7", "service:shop"; "" for nobody.
func (i Identity) Caller() string {
	switch {
	case i.Service != "":
		return "service:" + i.Service
	case i.Operator != 0:
		return "operator:" + strconv.FormatInt(i.Operator, 10)
	}
	return ""
}

// Guard says who may use an operation.
type Guard struct {
	Role     Role // least role of an operator; "" = no operators
	Services bool // SERVICE_TOKEN too
	Anyone   bool // no credential asked for, none read
}

// The guards that are not about a role.
var (
	Anyone       = Guard{Anyone: true}
	ServicesOnly = Guard{Services: true}
)

// Operators lets in operators of at least this role, and never a SERVICE_TOKEN.
func Operators(least Role) Guard { return Guard{Role: least} }

// OperatorsAndServices lets in operators of at least this role, and services.
func OperatorsAndServices(least Role) Guard { return Guard{Role: least, Services: true} }

// The claims that every token of ours has.
const (
	tokenIssuer   = "b2b"
	tokenAudience = "b2b"
)

// claims are a token's. The role is there for who reads the token; the session's decides.
type claims struct {
	jwt.RegisteredClaims
	Role    Role   `json:"role"`
	Session int64  `json:"sid"`
	Channel string `json:"channel,omitempty"`
}

// Validate checks what the parser leaves alone: that every claim is there and is ours. (It checks exp itself, if any.)
func (c *claims) Validate() error {
	_, subject := ParseID(c.Subject)
	switch {
	case c.ExpiresAt == nil:
		return fmt.Errorf("exp: %w", jwt.ErrTokenRequiredClaimMissing)
	case c.Issuer != tokenIssuer:
		return jwt.ErrTokenInvalidIssuer
	case len(c.Audience) != 1 || c.Audience[0] != tokenAudience:
		return jwt.ErrTokenInvalidAudience
	case !subject:
		return jwt.ErrTokenInvalidSubject
	case c.Session <= 0 || !c.Role.Known():
		return jwt.ErrTokenInvalidClaims
	}
	return nil
}

// Sign makes an operator's token: who it is, by which session, until when.
func Sign(secret string, who Identity, now time.Time, valid time.Duration) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, &claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Audience: jwt.ClaimStrings{tokenAudience},
			Subject:   strconv.FormatInt(who.Operator, 10),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(valid)),
		},
		Role: who.Role, Session: who.Session, Channel: who.Channel,
	})
	signed, err := token.SignedString([]byte(secret))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}

// gate finds out who sent a request, and is one for the whole app.
type gate struct {
	sessions *CachedSessions[int64]
	services []knownService
	operator fiber.Handler // contrib/jwt, which leads on to admitted
}

// knownService is a service by the hash of its token: hashes are of one length, so comparing them tells nothing.
type knownService struct {
	name string
	hash [sha256.Size]byte
}

func newGate(s Settings, sessions *CachedSessions[int64]) *gate {
	g := &gate{sessions: sessions}
	for _, token := range s.ServiceTokens {
		g.services = append(g.services, knownService{name: token.Name, hash: sha256.Sum256([]byte(token.Token))})
	}
	var keys jwt.VerificationKeySet
	for _, secret := range secretsOf(s) {
		keys.Keys = append(keys.Keys, []byte(secret))
	}
	g.operator = jwtware.New(jwtware.Config{
		Claims:         &claims{},
		ContextKey:     tokenKey,
		KeyFunc:        keyFunc(keys),
		ErrorHandler:   func(_ *fiber.Ctx, err error) error { return refused(err) },
		SuccessHandler: g.admit,
	})
	return g
}

// secretsOf are JWT_SECRET and, during a rotation, the one before.
func secretsOf(s Settings) []string {
	secrets := []string{s.JWTSecret}
	if s.JWTSecretPrevious != "" {
		secrets = append(secrets, s.JWTSecretPrevious)
	}
	return secrets
}

// keyFunc pins the algorithm: what a token says of itself must not choose how it is checked.
func keyFunc(keys jwt.VerificationKeySet) jwt.Keyfunc {
	return func(token *jwt.Token) (any, error) {
		if token.Method != jwt.SigningMethodHS256 {
			return nil, jwt.ErrTokenSignatureInvalid
		}
		return keys, nil
	}
}

// refused tells an expired token from all others, for its bearer can do something about it.
func refused(err error) error {
	if errors.Is(err, jwt.ErrTokenExpired) {
		return fault.New(fault.Unauthenticated, "TOKEN_EXPIRED")
	}
	return fault.New(fault.Unauthenticated, "UNAUTHENTICATED").Because(err)
}

// guard is the handler before an operation's own.
func (g *gate) guard(guard Guard) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if guard.Anyone {
			return c.Next()
		}
		if service, ok := g.service(bearer(c)); ok {
			if !guard.Services {
				return fault.New(fault.Forbidden, "FORBIDDEN")
			}
			identify(c, Identity{Service: service})
			return c.Next()
		}
		c.Locals(guardKey, guard)
		return g.operator(c)
	}
}

const (
	tokenKey = "kit.token"
	guardKey = "kit.guard"
)

// admit goes on with a valid token: its session must live, and its session's role must be enough.
func (g *gate) admit(c *fiber.Ctx) error {
	token, guard, ok := admitted(c)
	if !ok {
		return errors.New("the token's handler was called without a guard")
	}
	if guard.Role == "" {
		return fault.New(fault.Forbidden, "FORBIDDEN")
	}
	session, err := g.sessions.Session(Context(c), token.Session, !safeMethod(c.Method()))
	if err != nil {
		return err
	}
	if strconv.FormatInt(session.Operator, 10) != token.Subject {
		return fault.New(fault.Unauthenticated, "UNAUTHENTICATED").Because(errors.New("the session is another operator's"))
	}
	identify(c, Identity{
		Operator: session.Operator, Name: session.Name, Email: session.Email, Role: session.Role, Session: session.ID,
		Channel: token.Channel,
	})
	if !session.Role.Includes(guard.Role) {
		return fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return c.Next()
}

// admitted are the claims that the token's handler has checked, and the guard that they have come to.
func admitted(c *fiber.Ctx) (*claims, Guard, bool) {
	token, checked := c.Locals(tokenKey).(*jwt.Token)
	guard, guarded := c.Locals(guardKey).(Guard)
	if !checked || !guarded {
		return nil, Guard{}, false
	}
	own, ok := token.Claims.(*claims)
	return own, guard, ok
}

// service finds the service that a token belongs to. Every one of them is compared, so that time tells nothing.
func (g *gate) service(token string) (name string, ok bool) {
	if token == "" {
		return "", false
	}
	hash := sha256.Sum256([]byte(token))
	for _, known := range g.services {
		if subtle.ConstantTimeCompare(hash[:], known.hash[:]) == 1 {
			name, ok = known.name, true
		}
	}
	return name, ok
}

func bearer(c *fiber.Ctx) string {
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func safeMethod(method string) bool { return method == fiber.MethodGet || method == fiber.MethodHead }

// noSessions is the source of an app that was given none: nobody is signed in.
type noSessions struct{}

func (noSessions) Session(context.Context, int64) (Session, error) {
	return Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
}
