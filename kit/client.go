package kit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

const (
	mostRetries    = 3
	firstRetry     = 40 * time.Millisecond
	lastRetry      = 400 * time.Millisecond
	connectTimeout = 2 * time.Second
	answerLimit    = 8 << 20 // bytes of an answer that are read; a longer one is an error
)

// ClientOptions say whom a client calls and what it makes of silence.
type ClientOptions struct {
	BaseURL   string            // "http://127.0.0.1:3001"
	Token     ServiceToken      // what it sends: the first of SERVICE_TOKEN
	Away      string            // the code when the service can't be asked: "CUSTOMERS_UNAVAILABLE"
	Channel   string            // X-Channel, "" for none
	Timeout   time.Duration     // for one attempt, inside the context's; 5 s when 0
	Transport http.RoundTripper // for tests; a pool of its own when nil
}

// Client calls one other service. What a request hands on (its id, its reader's language, who it is for) it takes from
// the context, which is kit.Context's or made from it.
type Client struct {
	options ClientOptions
	http    *http.Client
	retry   failsafe.Executor[*Reply]
}

// Call is one request to the other service.
type Call struct {
	Method  string // GET when empty
	Path    string // escaped; joined to the base
	Query   url.Values
	Body    any    // sent as JSON; nil for none
	Key     string // Idempotency-Key
	Acting  bool   // in the name of the operator whose page asks, with the token of their session; else in our own
	IfMatch string
	Header  http.Header // whatever else
}

// Reply is a 2xx answer.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the reply's body. Members that the reader doesn't know are left alone: the other service may be newer.
func (r *Reply) JSON(target any) error {
	if err := json.Unmarshal(r.Body, target); err != nil {
		return fmt.Errorf("read the other service's answer: %w", err)
	}
	return nil
}

// NewClient makes a client.
func NewClient(o ClientOptions) *Client {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{
			DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
			MaxIdleConnsPerHost:   64,
			ResponseHeaderTimeout: o.Timeout,
			IdleConnTimeout:       10 * time.Second, // sooner than the server gives up on one that was never used
		}
	}
	policy := retrypolicy.NewBuilder[*Reply]().
		HandleIf(func(_ *Reply, err error) bool { return worthRetrying(err) }).
		WithMaxRetries(mostRetries).
		WithBackoff(firstRetry, lastRetry).
		WithJitterFactor(0.5).
		ReturnLastFailure().
		Build()
	return &Client{
		options: o,
		http: &http.Client{
			Transport:     o.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retry: failsafe.With[*Reply](policy),
	}
}

// Do makes a call. It is tried again on 502, 503, 504 and broken connections, if doing it twice is safe: a GET, or with
// a key. Errors are faults: the other service's own, with its code, fields and further members; or 503 with the code of
// ClientOptions.Away when it can't be reached, does not answer in time, or is itself at fault.
func (c *Client) Do(ctx context.Context, call Call) (*Reply, error) {
	if call.Method == "" {
		call.Method = http.MethodGet
	}
	var body []byte
	var err error
	if call.Body != nil {
		if body, err = json.Marshal(call.Body); err != nil {
			return nil, fmt.Errorf("encode a call: %w", err)
		}
	}
	attempt := func() (*Reply, error) { return c.attempt(ctx, call, body) }
	var reply *Reply
	if safeMethod(call.Method) || call.Key != "" {
		reply, err = c.retry.WithContext(ctx).Get(attempt)
	} else {
		reply, err = attempt()
	}
	if err != nil {
		return nil, c.faultOf(call, err)
	}
	return reply, nil
}

// Open makes a call whose answer may be long: the caller reads and closes it. It is read as long as ctx lasts, and is
// not asked for again.
func (c *Client) Open(ctx context.Context, call Call) (io.ReadCloser, error) {
	request, err := c.request(ctx, call, nil)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.faultOf(call, err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer func() { _ = response.Body.Close() }()
	content, _ := io.ReadAll(io.LimitReader(response.Body, answerLimit)) // what cannot be read is no problem document
	reply := &Reply{Status: response.StatusCode, Header: response.Header, Body: content}
	return nil, c.faultOf(call, &refusal{reply: reply, call: call.Method + " " + call.Path})
}

// Upload makes a call with a file, which is sent as it comes: as long as ctx lasts, and once. What was wrong with the
// file is the error where it could not be read.
func (c *Client) Upload(ctx context.Context, call Call, file io.Reader) (*Reply, error) {
	request, err := c.request(ctx, call, nil)
	if err != nil {
		return nil, err
	}
	source := &source{file: file}
	request.Body, request.ContentLength, request.GetBody = io.NopCloser(source), -1, nil
	reply, err := c.send(request, call)
	switch broken := source.leave(); {
	case broken != nil:
		return nil, broken
	case err != nil:
		return nil, c.faultOf(call, err)
	}
	return reply, nil
}

// source is a file that may be left before its end: the other service can answer without having read it all.
type source struct {
	mu     sync.Mutex
	file   io.Reader
	broken error // why it could not be read
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return 0, io.ErrClosedPipe
	}
	n, err := s.file.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken = err
	}
	return n, err
}

// leave gives the file back: nobody reads it any more.
func (s *source) leave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.file = nil
	return s.broken
}

// Get reads one thing.
func (c *Client) Get(ctx context.Context, path string, target any) error {
	reply, err := c.Do(ctx, Call{Path: path})
	if err != nil {
		return err
	}
	return reply.JSON(target)
}

// refusal is an answer that is not 2xx.
type refusal struct {
	reply *Reply
	call  string
}

func (r *refusal) Error() string { return fmt.Sprintf("%s answered %d", r.call, r.reply.Status) }

func (c *Client) attempt(ctx context.Context, call Call, body []byte) (*Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	request, err := c.request(ctx, call, body)
	if err != nil {
		return nil, err
	}
	return c.send(request, call)
}

// send sends a request and reads its answer.
func (c *Client) send(request *http.Request, call Call) (*Reply, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, answerLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer to %s %s: %w", call.Method, call.Path, err)
	}
	if len(content) > answerLimit {
		return nil, fmt.Errorf("the answer to %s %s is over %d bytes", call.Method, call.Path, answerLimit)
	}
	reply := &Reply{Status: response.StatusCode, Header: response.Header, Body: content}
	if reply.Status < 200 || reply.Status > 299 {
		return nil, &refusal{reply: reply, call: call.Method + " " + call.Path}
	}
	return reply, nil
}

func (c *Client) request(ctx context.Context, call Call, body []byte) (*http.Request, error) {
	address := c.options.BaseURL + call.Path
	if len(call.Query) > 0 {
		address += "?" + call.Query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a call: %w", err)
	}
	set := func(name, value string) {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	token := c.options.Token.Token
	if call.Acting {
		token = actingToken(ctx)
	}
	set(fiber.HeaderAuthorization, "Bearer "+token)
	set(fiber.HeaderAccept, fiber.MIMEApplicationJSON)
	maps.Copy(request.Header, call.Header)
	set(headerChannel, c.options.Channel)
	set(headerKey, quoted(call.Key))
	set(fiber.HeaderIfMatch, call.IfMatch)
	if body != nil {
		set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	}
	if t, ok := ctx.Value(trailKey{}).(*trail); ok {
		set(headerCorrelationID, t.requestID)
		set(headerTraceParent, t.traceparent)
		set(fiber.HeaderAcceptLanguage, t.language)
		if !call.Acting {
			set(headerOnBehalfOf, t.onBehalfOf)
		}
	}
	return request, nil
}

// quoted writes a key as a quoted string (RFC 9651), so that one that begins with a quote stays what it is.
func quoted(key string) string {
	if key == "" {
		return ""
	}
	var text bytes.Buffer
	text.WriteByte('"')
	for i := range len(key) {
		if key[i] == '"' || key[i] == '\\' {
			text.WriteByte('\\')
		}
		text.WriteByte(key[i])
	}
	text.WriteByte('"')
	return text.String()
}

// worthRetrying: the service was busy or being replaced, or the connection broke. One that is slow is not asked again.
func worthRetrying(err error) bool {
	var answered *refusal
	var network net.Error
	switch {
	case err == nil:
		return false
	case errors.As(err, &answered):
		status := answered.reply.Status
		return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.As(err, &network):
		return !network.Timeout()
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// faultOf turns what went wrong into a fault for the one who asked us.
func (c *Client) faultOf(call Call, err error) error {
	away := fault.New(fault.Unavailable, c.options.Away).Retry(time.Second).Because(err)
	var answered *refusal
	if !errors.As(err, &answered) {
		return away
	}
	theirs, ok := readProblem(answered.reply)
	switch {
	case !ok || theirs.Kind == fault.Internal:
		return away
	case !call.Acting && slices.Contains([]string{"UNAUTHENTICATED", "FORBIDDEN"}, theirs.Code):
		// Our own credential was refused: nothing that the one who asked us could do anything about.
		return away
	}
	return theirs.Because(err)
}

// readProblem reads the other service's problem document; not ok when the answer is none.
func readProblem(reply *Reply) (*fault.Fault, bool) {
	media, _, _ := mime.ParseMediaType(reply.Header.Get(fiber.HeaderContentType))
	var p Problem
	if media == problemType {
		_ = json.Unmarshal(reply.Body, &p) // what can't be read has no code
	}
	if p.Code == "" {
		return nil, false
	}
	f := fault.New(kindOf(reply.Status), p.Code).With(verbatim, p.Detail)
	for _, field := range p.Errors {
		f.Fields = append(f.Fields, fault.Field{
			Field: field.Field, Code: field.Code, Args: fault.Args{verbatim: field.Detail},
		})
	}
	f.Extra = p.Extra
	if seconds, err := strconv.Atoi(reply.Header.Get(fiber.HeaderRetryAfter)); err == nil && seconds > 0 {
		f.RetryAfter = time.Duration(seconds) * time.Second
	}
	return f, true
}

// RemoteSessions asks customers-api for sessions, through its client.
func RemoteSessions(customers *Client) Sessions { return remoteSessions{customers} }

type remoteSessions struct{ customers *Client }

// SessionAnswer is what GET /internal/sessions/:id answers.
type SessionAnswer struct {
	ID         int64  `json:"id"`
	OperatorID int64  `json:"operator_id"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	Role       Role   `json:"role"`
}

func (r remoteSessions) Session(ctx context.Context, id int64) (Session, error) {
	var answer SessionAnswer
	err := r.customers.Get(ctx, "/internal/sessions/"+strconv.FormatInt(id, 10), &answer)
	switch {
	case fault.Is(err, "NOT_FOUND"):
		return Session{}, fault.New(fault.Unauthenticated, "SESSION_ENDED")
	case err != nil:
		return Session{}, err
	}
	return answer.session(), nil
}

func (a SessionAnswer) session() Session {
	return Session{ID: a.ID, Operator: a.OperatorID, Name: a.Name, Email: a.Email, Role: a.Role}
}
