package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest/ports"
)

// pages are what people read who begin, or who are woken at night. What they say is done here, against what they tell people to start.
var pages = []string{"README.md", "docs/integrate.md", "docs/operate.md"}

// repository is a link to all of it. The go command keeps a test's result until a file changes that the test has read,
// and looks only at those whose names are below the test's module.
const repository = "testdata/house"

// TestPages types whatever the pages tell people to type, each page in one shell, and holds what is printed against what
// they show.
func TestPages(t *testing.T) {
	binary := buildB2B(t)
	for _, name := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, b2b := readPage(t, name), startB2B(t, binary)
			printed := page.run(t, b2b)
			for i, b := range page.blocks {
				if b.shows() {
					require.Positive(t, i, b.place)
					require.Equal(t, "sh", page.blocks[i-1].kind, "%s: nothing was typed that could have printed this", b.place)
					assert.Empty(t, b.differences(printed[i-1]), "%s shows something else than\n%s", b.place, printed[i-1])
				}
			}
			if page.has("go") {
				require.EqualValues(t, len(interruptions)+1, b2b.sent.Load(), "the client of %s goes on until it has an answer", name)
			}
		})
	}
}

// page is a text with blocks of code.
type page struct {
	name   string
	text   string
	blocks []block
}

// block is what stands between two fences.
type block struct {
	place string // docs/integrate.md:17
	kind  string // what stands behind the first fence
	file  string // and behind that: where the block is to be saved
	text  string
}

var fenced = regexp.MustCompile("(?ms)^```([a-z]*)(?: (\\S+))?\n(.*?)^```$")

func readPage(t *testing.T, name string) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, name))
	require.NoError(t, err)
	p := &page{name: name, text: string(text)}
	for _, at := range fenced.FindAllStringSubmatchIndex(p.text, -1) {
		part := func(n int) string {
			if at[2*n] < 0 {
				return ""
			}
			return p.text[at[2*n]:at[2*n+1]]
		}
		line := 1 + strings.Count(p.text[:at[0]], "\n")
		p.blocks = append(p.blocks, block{fmt.Sprintf("%s:%d", name, line), part(1), part(2), part(3)})
	}
	return p
}

func (p *page) has(kind string) bool {
	for _, b := range p.blocks {
		if b.kind == kind {
			return true
		}
	}
	return false
}

// run does what a page says, in the folder in which b2b was started, and gives what each block printed.
func (p *page) run(t *testing.T, b2b *running) []string {
	t.Helper()
	outputs := t.TempDir()
	var script strings.Builder
	for i, b := range p.blocks {
		switch {
		case b.kind == "sh":
			// The place is told first: when the shell gives up, the last one told is where.
			fmt.Fprintf(&script, "echo %s >&2\n{\n%s} >%s/%d\n", b.place, b2b.reached(b.text), outputs, i)
		case b.file != "":
			require.NoError(t, os.WriteFile(filepath.Join(b2b.folder, b.file), []byte(b.text), 0o600))
		default: // what is shown is looked at later; what starts b2b has been done, and a drawing does nothing
			require.True(t, b.shows() || b.kind == "console" || b.kind == "", "%s: nobody checks %q", b.place, b.kind)
		}
	}
	path := filepath.Join(outputs, "script")
	require.NoError(t, os.WriteFile(path, []byte(script.String()), 0o600))
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", path)
	command.Dir, command.Env = b2b.folder, b2b.env
	complaints, err := command.CombinedOutput()
	require.NoError(t, err, "%s", complaints)
	printed := make([]string, len(p.blocks))
	for i := range printed {
		if text, err := os.ReadFile(filepath.Join(outputs, strconv.Itoa(i))); err == nil {
			printed[i] = string(text)
		}
	}
	return printed
}

// running is a b2b that runs in a folder of its own. A wire leads to its orders-api, and interrupts programs.
type running struct {
	folder    string
	env       []string          // its own, with b2b itself on the PATH
	addresses map[string]string // by those that the pages have
	sent      atomic.Int32      // by a program, through the wire
}

// reached is a text with the addresses at which b2b is reached here.
func (b *running) reached(text string) string {
	for written, served := range b.addresses {
		text = strings.ReplaceAll(text, written, served)
	}
	return text
}

func buildB2B(t *testing.T) string {
	t.Helper()
	_, err := os.ReadDir(filepath.Join(repository, "b2b")) // for the go command to see, see repository
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), "b2b")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = "../b2b"
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}

// startB2B runs b2b until the test ends.
func startB2B(t *testing.T, binary string) *running {
	t.Helper()
	b := &running{folder: t.TempDir(), addresses: map[string]string{}}
	command := exec.CommandContext(context.Background(), binary)
	command.Dir = b.folder
	b.env = append(os.Environ(), "DATABASE_URL=sqlite:./data/b2b.db", "LOG_LEVEL=error",
		"PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
	for variable, written := range map[string]string{"ORCHESTRATOR_PORT": "3000", "CUSTOMERS_PORT": "3001", "ORDERS_PORT": "3002"} {
		port := ports.For(t)
		b.env = append(b.env, variable+"="+port)
		b.addresses["127.0.0.1:"+written] = "127.0.0.1:" + port
	}
	metrics, err := ports.Row(3)
	require.NoError(t, err)
	b.env = append(b.env, "METRICS_PORT="+strconv.Itoa(metrics))
	command.Env = b.env
	command.Stdout, command.Stderr = t.Output(), t.Output()
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, command.Process.Signal(syscall.SIGTERM))
		require.NoError(t, command.Wait())
	})
	for _, address := range b.addresses {
		awaitReady(t, "http://"+address+"/health/ready")
	}
	b.addresses["127.0.0.1:9090"] = "127.0.0.1:" + strconv.Itoa(metrics)
	b.addWire(t)
	return b
}

// interruptions are what befalls the first requests of a program, one after the other.
var interruptions = []func(w http.ResponseWriter, r *http.Request, pass http.Handler){
	func(_ http.ResponseWriter, r *http.Request, pass http.Handler) { // it is done, and its answer is lost
		pass.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	},
	func(w http.ResponseWriter, r *http.Request, pass http.Handler) { // half of the answer arrives
		answer := httptest.NewRecorder()
		pass.ServeHTTP(answer, r)
		w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	},
	func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { // a proxy knows nobody behind it
		w.WriteHeader(http.StatusServiceUnavailable)
	},
}

// addWire puts a wire before orders-api. People's requests pass; a program's are interrupted.
func (b *running) addWire(t *testing.T) {
	t.Helper()
	wire := newWire(t, "http://"+b.addresses["127.0.0.1:3002"])
	wire.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if strings.HasPrefix(r.UserAgent(), "Go-http-client") {
			if n := int(b.sent.Add(1)); n <= len(interruptions) {
				interruptions[n-1](w, r, pass)
				return
			}
		}
		pass.ServeHTTP(w, r)
	})
	b.addresses["127.0.0.1:3002"] = strings.TrimPrefix(wire.URL, "http://")
}

func awaitReady(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := http.Get(address)
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, time.Minute, 50*time.Millisecond, address)
}
