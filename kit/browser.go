package kit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

const (
	cookieName   = "b2b_session"
	cookieLife   = 12 * time.Hour // a session lives no longer
	headerSecret = "X-Session-Secret"
)

// Browsers lets operators in by the cookie of their log-in, for a service that has pages. customers-api keeps the
// sessions; the cookie holds a session's id and a secret. The API never reads it.
type Browsers struct {
	customers *Client
	sessions  *CachedSessions[string] // by the cookie's value
	watched   *CachedSessions[string] // likewise, of pages that listen, which is no activity
	cookie    string
	secure    bool
}

// Browsers makes the app's; customers is a client of customers-api.
func (a *App) Browsers(customers *Client) *Browsers {
	b := &Browsers{customers: customers, cookie: cookieName, secure: a.https}
	if a.https {
		b.cookie = "__Host-" + cookieName
	}
	b.sessions = cachedSessions(b.touch, a.now)
	b.watched = cachedSessions(b.look, a.now)
	b.sessions.wary, b.watched.wary = true, true
	return b
}

// Secure says whether browsers come by https, so that cookies go no other way.
func (b *Browsers) Secure() bool { return b.secure }

// SameOrigin is a handler before all that a page can make happen: what another site has sent is refused, and so is what
// does not say where it comes from. What is only read may come from anywhere.
func (a *App) SameOrigin(c *fiber.Ctx) error {
	if safeMethod(c.Method()) {
		return c.Next()
	}
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	request := &http.Request{Method: c.Method(), Host: string(c.Request().Host()), URL: &url.URL{Path: c.Path()}, Header: http.Header{}}
	for name, value := range map[string]string{"Sec-Fetch-Site": site, fiber.HeaderOrigin: origin} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	err := a.origins.Check(request)
	if err != nil || site == "" && origin == "" {
		return fault.New(fault.Forbidden, "CROSS_ORIGIN").Because(err)
	}
	return c.Next()
}

// originsOf are those whose requests are our own pages'. It panics on a PUBLIC_URL that is none, which Load has refused.
func originsOf(publicURL string) *http.CrossOriginProtection {
	origins := http.NewCrossOriginProtection()
	if publicURL == "" {
		return origins
	}
	address, err := url.Parse(publicURL)
	if err == nil {
		err = origins.AddTrustedOrigin(address.Scheme + "://" + address.Host)
	}
	if err != nil {
		panic(fmt.Errorf("PUBLIC_URL: %w", err))
	}
	return origins
}

// Page is a handler before every page: what it serves is the browser's channel, in the language that its reader chose
// ("" for what the browser prefers).
func Page(c *fiber.Ctx, language string) {
	x := exchangeOf(c)
	x.page.open, x.page.language = true, language
}

// CarryKey makes a request happen once for the key that its form carries. Faults: 400 IDEMPOTENCY_KEY_REQUIRED, 400
// IDEMPOTENCY_KEY_INVALID.
func CarryKey(c *fiber.Ctx, key string) error {
	switch {
	case key == "":
		return fault.New(fault.Malformed, "IDEMPOTENCY_KEY_REQUIRED")
	case len(key) > 255 || !plainText(key):
		return fault.New(fault.Malformed, "IDEMPOTENCY_KEY_INVALID")
	}
	exchangeOf(c).page.key = key
	return nil
}

// Enter finds out who sent a page's request. Faults: 401 SESSION_ENDED where nobody is logged in; 503 while that cannot
// be told.
func (b *Browsers) Enter(c *fiber.Ctx) error { return b.enter(c, b.sessions) }

// Watch is Enter for a page that listens, which does not keep its session alive: who leaves a page open is not there. still
// says later on whether the session goes on; its error is that of Enter.
func (b *Browsers) Watch(c *fiber.Ctx) (still func(ctx context.Context) error, err error) {
	credential := c.Cookies(b.cookie)
	still = func(ctx context.Context) error {
		_, err := b.watched.Session(ctx, credential, false)
		return err
	}
	return still, b.enter(c, b.watched)
}

func (b *Browsers) enter(c *fiber.Ctx, sessions *CachedSessions[string]) error {
	credential := c.Cookies(b.cookie)
	if !credentialForm.MatchString(credential) {
		return fault.New(fault.Unauthenticated, "SESSION_ENDED")
	}
	session, err := sessions.Session(Context(c), credential, !safeMethod(c.Method()))
	if err != nil {
		return err
	}
	As(c, Identity{
		Operator: session.Operator, Name: session.Name, Email: session.Email, Role: session.Role, Session: session.ID,
	}, session.Token)
	return nil
}

// credentialForm is what a cookie of ours looks like: nobody needs to be asked about another.
var credentialForm = regexp.MustCompile(`^[1-9][0-9]{0,18}\.[A-Za-z0-9_-]{43}$`)

// touch asks customers-api for a browser's session: that the browser asks for a page is activity.
func (b *Browsers) touch(ctx context.Context, credential string) (Session, error) {
	return b.ask(ctx, credential, url.Values{"touch": {"1"}})
}

// look asks for a browser's session without that.
func (b *Browsers) look(ctx context.Context, credential string) (Session, error) {
	return b.ask(ctx, credential, nil)
}

func (b *Browsers) ask(ctx context.Context, credential string, query url.Values) (Session, error) {
	id, secret, _ := strings.Cut(credential, ".")
	reply, err := b.customers.Do(ctx, Call{Path: "/internal/sessions/" + id, Query: query, Header: http.Header{headerSecret: {secret}}})
	if fault.Is(err, "NOT_FOUND") {
		return Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	}
	if err != nil {
		return Session{}, err
	}
	var answer struct {
		SessionAnswer
		Token string `json:"access_token"`
	}
	if err := reply.JSON(&answer); err != nil {
		return Session{}, err
	}
	session := answer.session()
	session.Token = answer.Token
	return session, nil
}

// LogIn begins a session, and hands its cookie to the browser. Faults are those of a log-in: 401 WRONG_CREDENTIALS, 429
// TOO_MANY_REQUESTS, 422 VALIDATION_FAILED, 503.
func (b *Browsers) LogIn(c *fiber.Ctx, email, password string) error {
	reply, err := b.customers.Do(Context(c), Call{Method: fiber.MethodPost, Path: "/internal/sessions", Body: map[string]string{
		"email": email, "password": password, "address": ClientAddress(c),
	}})
	if err != nil {
		return err
	}
	var opened struct {
		ID     int64  `json:"id"`
		Secret string `json:"secret"`
	}
	if err := reply.JSON(&opened); err != nil {
		return err
	}
	credential := strconv.FormatInt(opened.ID, 10) + "." + opened.Secret
	b.setCookie(c, credential, cookieLife)
	c.Request().Header.SetCookie(b.cookie, credential) // the rest of this request is the operator's
	return nil
}

// LogOut ends the browser's session, here at once, and takes its cookie away. One that has ended has ended.
func (b *Browsers) LogOut(c *fiber.Ctx) error {
	credential := c.Cookies(b.cookie)
	if !credentialForm.MatchString(credential) {
		return nil
	}
	session, err := b.sessions.Session(Context(c), credential, true) // whoever has no secret ends nobody's session
	if err != nil && fault.Of(err).Kind != fault.Unauthenticated {
		return err
	}
	if err == nil {
		path := "/internal/sessions/" + strconv.FormatInt(session.ID, 10)
		if _, err := b.customers.Do(Context(c), Call{Method: fiber.MethodDelete, Path: path, Key: RequestID(c)}); err != nil {
			return err
		}
		b.sessions.Forget(credential)
		b.watched.Forget(credential)
	}
	b.setCookie(c, "", 0)
	return nil
}

// ChangePassword gives the operator another password, which ends all their sessions, and begins one anew here. Faults: 422
// VALIDATION_FAILED on current_password or new_password, 429 TOO_MANY_REQUESTS, 503; and those of LogIn.
func (b *Browsers) ChangePassword(c *fiber.Ctx, current, fresh string) error {
	credential, email := c.Cookies(b.cookie), Who(c).Email
	_, err := b.customers.Do(Context(c), Call{Method: fiber.MethodPost, Path: "/auth/password", Acting: true, Body: map[string]string{
		"current_password": current, "new_password": fresh,
	}})
	if err != nil {
		return err
	}
	b.sessions.Forget(credential)
	b.watched.Forget(credential)
	return b.LogIn(c, email, fresh)
}

// setCookie hands the browser a credential for so long; none at all takes it away.
func (b *Browsers) setCookie(c *fiber.Ctx, value string, life time.Duration) {
	cookie := fiber.Cookie{
		Name: b.cookie, Value: value, Path: "/", MaxAge: int(life.Seconds()), HTTPOnly: true, Secure: b.secure,
		SameSite: fiber.CookieSameSiteLaxMode,
	}
	if life == 0 {
		cookie.Expires = time.Unix(1, 0)
	}
	c.Cookie(&cookie)
}
