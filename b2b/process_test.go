package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest/ports"
)

// asCommand tells the test's own binary to be b2b: so tests run the real thing as a process, which can be killed.
const asCommand = "B2B_TEST_RUNS_THE_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// place is where a test's processes run: a folder of their own, a database, and ports.
type place struct {
	t      *testing.T
	folder string
	url    string // of the database, as seen from the folder
	env    []string
	ports  [3]string // customers-api, orders-api, orchestrator
}

// newPlace makes a folder; with no database named it is b2b's own, in the folder.
func newPlace(t *testing.T, databaseURL string, env ...string) *place {
	t.Helper()
	p := &place{t: t, folder: t.TempDir(), url: cmp.Or(databaseURL, defaultDatabase), ports: [...]string{ports.For(t), ports.For(t), ports.For(t)}}
	p.env = append([]string{
		asCommand + "=yes", "DATABASE_URL=" + databaseURL, "CUSTOMERS_PORT=" + p.ports[0], "ORDERS_PORT=" + p.ports[1],
		"ORCHESTRATOR_PORT=" + p.ports[2],
	}, env...)
	return p
}

// with is the same place with further environment.
func (p *place) with(env ...string) *place {
	other := *p
	other.env = append(append([]string{}, p.env...), env...)
	return &other
}

// process is a b2b that runs.
type process struct {
	*place
	command *exec.Cmd
	out     *output
	ended   chan struct{}
}

// output collects what a process prints, while it prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// run starts b2b with arguments. Whatever the test does, the process ends with it.
func (p *place) run(stdin string, args ...string) *process {
	p.t.Helper()
	binary, err := os.Executable()
	require.NoError(p.t, err)
	r := &process{place: p, command: exec.Command(binary, args...), out: &output{}, ended: make(chan struct{})}
	r.command.Dir, r.command.Env, r.command.Stdin = p.folder, p.env, strings.NewReader(stdin)
	r.command.Stdout, r.command.Stderr = r.out, r.out
	require.NoError(p.t, r.command.Start())
	go func() {
		_ = r.command.Wait() // how it ended is in its state
		close(r.ended)
	}()
	p.t.Cleanup(func() {
		_ = r.command.Process.Kill() // most have ended by now
		<-r.ended
	})
	return r
}

// does runs b2b to its end, and gives its exit status and all that it printed.
func (p *place) does(stdin string, args ...string) (status int, printed string) {
	p.t.Helper()
	r := p.run(stdin, args...)
	return r.wait(2 * time.Minute), r.out.String()
}

func (r *process) wait(patience time.Duration) (status int) {
	r.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(patience):
		require.Fail(r.t, "the process does not end", "%v\n%s", r.command.Args, r.out)
	}
	return r.command.ProcessState.ExitCode()
}

// serve starts everything and waits until all three services answer.
func (p *place) serve() *process {
	p.t.Helper()
	r := p.run("")
	require.Eventually(p.t, func() bool { return r.hasEnded() || p.isReady() }, 30*time.Second, 20*time.Millisecond, r.out)
	require.False(p.t, r.hasEnded(), r.out)
	return r
}

func (r *process) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

func (p *place) isReady() bool {
	for service := range p.ports {
		if status, _ := p.get(service, "/health"); status != http.StatusOK {
			return false
		}
	}
	return true
}

// signal sends a signal and waits for the end.
func (r *process) signal(s os.Signal, patience time.Duration) (status int) {
	r.t.Helper()
	require.NoError(r.t, r.command.Process.Signal(s))
	return r.wait(patience)
}

// stop ends it as Ctrl-C does, which must be without a complaint, also that it took too long.
func (r *process) stop() {
	r.t.Helper()
	require.Equal(r.t, 0, r.signal(syscall.SIGINT, 15*time.Second), r.out.String())
}

// secrets are those that b2b made in its folder.
func (p *place) secrets() secrets {
	p.t.Helper()
	path := secretsPath(p.url)
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.folder, path)
	}
	require.FileExists(p.t, path)
	made, err := secretsAt(path)
	require.NoError(p.t, err)
	return made
}

// answer is what a request came to: status 0 when there was no answer.
type answer struct {
	status int
	body   string
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// call sends one request to a service; a body is sent as JSON. No answer is no failure: the process may just be killed.
func (p *place) call(service int, method, path, token, key string, body any) answer {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer{body: err.Error()}
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, "http://127.0.0.1:"+p.ports[service]+path, content)
	if err != nil {
		return answer{body: err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{body: err.Error()}
	}
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return answer{body: err.Error()}
	}
	return answer{response.StatusCode, string(text)}
}

func (p *place) get(service int, path string) (int, string) {
	a := p.call(service, http.MethodGet, path, "", "", nil)
	return a.status, a.body
}

// logIn gives an operator's token.
func (p *place) logIn(email, password string) (token string, status int) {
	p.t.Helper()
	a := p.call(0, http.MethodPost, "/auth/token", "", "", map[string]string{"email": email, "password": password})
	var body struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(p.t, json.Unmarshal([]byte(a.body), &body), a.body)
	return body.AccessToken, a.status
}

// deliver has enough of some of the demo's products on the shelf for whatever a test orders.
func (p *place) deliver(products ...int) {
	p.t.Helper()
	token, status := p.logIn("manager@demo.test", demoPassword)
	require.Equal(p.t, http.StatusOK, status)
	for _, id := range products {
		a := p.call(1, http.MethodPost, fmt.Sprintf("/products/%d/stock-adjustments", id), token, "", map[string]any{"delta": 100_000, "note": "for a test"})
		require.Equal(p.t, http.StatusOK, a.status, a.body)
	}
}
