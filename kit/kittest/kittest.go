// Package kittest tries a service as its callers do: over real HTTP on a port of its own, with every answer checked
// against the service's own OpenAPI document. A route, a status, a header or a member that the document does not tell of
// fails the test.
//
//	server := kittest.Serve(t, app)
//	server.Run(t, []kittest.Case{
//		{Name: "unknown customer", Path: "/customers/9", As: viewer, Status: 404, Code: "NOT_FOUND"},
//	})
package kittest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// Secrets of tests, and of nothing else.
const (
	JWTSecret    = "kH3v9QzLw0TfYx7NbR2mCpJd5GsAe8Uu" //nolint:gosec // no service runs with it
	ServiceToken = "Zq4Wn8Rt1Yp6Lk3Jh9Gf2Ds7"         //nolint:gosec // no service runs with it
)

// Settings are right for a service on a port of the system's choice; its services' names are shop and other.
func Settings() kit.Settings {
	return kit.Settings{
		Host: "127.0.0.1", JWTSecret: JWTSecret, LogLevel: "error", IdempotencyTTL: 24 * time.Hour,
		ServiceTokens: []kit.ServiceToken{
			{Name: "shop", Token: ServiceToken}, {Name: "other", Token: "other-" + ServiceToken},
		},
	}
}

// Sessions are log-ins by id, for an app's Options.
type Sessions struct {
	mu    sync.Mutex
	known map[int64]kit.Session
	away  error
	asked int
}

// Add logs an operator in and returns its token. The session has the operator's id.
func (s *Sessions) Add(t testing.TB, operator int64, role kit.Role) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[int64]kit.Session{}
	}
	s.known[operator] = kit.Session{ID: operator, Operator: operator, Name: "Ana Ruiz", Email: "ana@example.test", Role: role}
	return Token(t, kit.Identity{Operator: operator, Session: operator, Role: role})
}

// End ends a session.
func (s *Sessions) End(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, id)
}

// Away makes every question fail with an error, until it is given nil.
func (s *Sessions) Away(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

// Asked is how often the source was asked.
func (s *Sessions) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Session is kit.Sessions.
func (s *Sessions) Session(_ context.Context, id int64) (kit.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	session, found := s.known[id]
	switch {
	case s.away != nil:
		return kit.Session{}, s.away
	case !found:
		return kit.Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	}
	return session, nil
}

// Token is a token for an hour.
func Token(t testing.TB, who kit.Identity) string {
	t.Helper()
	token, err := kit.Sign(JWTSecret, who, time.Now(), time.Hour)
	require.NoError(t, err)
	return token
}

// Server is a served app.
type Server struct {
	URL      string
	App      *kit.App
	contract *contract
	client   *http.Client
}

// Serve serves an app until the test ends.
func Serve(t testing.TB, app *kit.App) *Server {
	t.Helper()
	l, err := kit.Listen(kit.Settings{Host: "127.0.0.1"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l) }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
		require.NoError(t, <-served)
	})
	return &Server{
		URL: "http://" + l.Addr().String(), App: app, contract: newContract(t, app),
		client: &http.Client{
			Transport:     transport,
			Timeout:       20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Case is one request and what must come of it.
type Case struct {
	Name   string
	Method string // GET when empty, POST when there is a body
	Path   string // with its query
	As     string // token, JWT or SERVICE_TOKEN; "" for none
	Header map[string]string
	Body   string // sent as application/json unless Header says otherwise
	Status int
	Code   string   // of the problem; "" is not looked at
	Fields []string // every field that the problem names, as "path:CODE", in order; nil is not looked at
	Check  func(t *testing.T, r *Response)
}

// Response is an answer, read.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the body.
func (r *Response) JSON(t testing.TB, target any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(r.Body, target), "%s", r.Body)
}

// Problem reads the body as a problem document.
func (r *Response) Problem(t testing.TB) kit.Problem {
	t.Helper()
	var p kit.Problem
	r.JSON(t, &p)
	return p
}

// Run tries cases one after the other, each as a subtest.
func (s *Server) Run(t *testing.T, cases []Case) {
	t.Helper()
	for _, one := range cases {
		name := one.Name
		if name == "" {
			name = one.method() + " " + one.Path
		}
		t.Run(name, func(t *testing.T) { s.Do(t, one) })
	}
}

// Do tries one case, and returns its answer for what a case does not say.
func (s *Server) Do(t *testing.T, one Case) *Response {
	t.Helper()
	request := s.request(t, one)
	raw, err := s.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = raw.Body.Close() }()
	body, err := io.ReadAll(raw.Body)
	require.NoError(t, err)
	r := &Response{Status: raw.StatusCode, Header: raw.Header, Body: body}
	require.Equal(t, one.Status, r.Status, "%s %s: %s", request.Method, one.Path, body)
	s.contract.check(t, request, r)
	one.check(t, r)
	return r
}

func (one Case) method() string {
	switch {
	case one.Method != "":
		return one.Method
	case one.Body != "":
		return http.MethodPost
	}
	return http.MethodGet
}

func (s *Server) request(t testing.TB, one Case) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), one.method(), s.URL+one.Path, bytes.NewBufferString(one.Body))
	require.NoError(t, err)
	if one.Body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if one.As != "" {
		request.Header.Set("Authorization", "Bearer "+one.As)
	}
	for name, value := range maps.All(one.Header) {
		request.Header.Set(name, value)
	}
	return request
}

func (one Case) check(t *testing.T, r *Response) {
	t.Helper()
	if one.Code != "" {
		require.Equal(t, one.Code, r.Problem(t).Code, "%s", r.Body)
	}
	if one.Fields != nil {
		require.Equal(t, one.Fields, r.fields(t), "%s", r.Body)
	}
	if one.Check != nil {
		one.Check(t, r)
	}
}

func (r *Response) fields(t testing.TB) []string {
	t.Helper()
	found := []string{}
	for _, field := range r.Problem(t).Errors {
		found = append(found, field.Field+":"+field.Code)
	}
	return found
}

// Compact is JSON without blanks, for comparing.
func Compact(t testing.TB, text string) string {
	t.Helper()
	value := jsontext.Value(text)
	require.NoError(t, value.Compact())
	return strings.TrimSpace(string(value))
}

// Uncovered lists an app's routes that no row of a table of routes names, and rows that name no route, both as
// "GET /path": a matrix of credentials is whole when it is empty.
func Uncovered(app *kit.App, rows []string) []string {
	var routes []string
	for _, route := range app.Routes() {
		routes = append(routes, route.Method+" "+route.Path)
	}
	var odd []string
	for _, route := range routes {
		if !slices.Contains(rows, route) {
			odd = append(odd, route)
		}
	}
	for _, row := range rows {
		if !slices.Contains(routes, row) {
			odd = append(odd, row)
		}
	}
	return odd
}
