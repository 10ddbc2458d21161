package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
	"b2b.example/kit/kittest/ports"
)

// functionTimeout is how long the function may take in these tests, in seconds.
const functionTimeout = 3

// offline is the Lambda's own program under serverless-offline, as `make offline` starts it, before a house of its own.
// What it asks the house goes through wires.
type offline struct {
	*house
	customersWire *wire
	ordersWire    *wire
	port          string
	lambdaPort    string // takes events as they are
	printed       *transcript
}

// transcript collects what a process prints, while it prints.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *transcript) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *transcript) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// nodeModules installs what package-lock.json names, where that is not done yet.
var nodeModules = sync.OnceValue(func() error {
	if output, err := exec.Command("../scripts/node-modules").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
})

// serverless is a command of the Serverless Framework, at the repository's root. All that it knows of its surroundings
// is told here: where Go keeps its things, and the variables.
func serverless(ctx context.Context, t *testing.T, arguments []string, variables map[string]string) *exec.Cmd {
	t.Helper()
	require.NoError(t, nodeModules())
	known := map[string]string{"PATH": os.Getenv("PATH"), "HOME": t.TempDir()}
	output, err := exec.CommandContext(t.Context(), "go", "env", "-json", "GOCACHE", "GOFLAGS", "GOMODCACHE", "GOPROXY", "GOSUMDB").Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(output, &known))
	maps.Copy(known, variables)
	command := exec.CommandContext(ctx, "node_modules/.bin/serverless", arguments...)
	command.Dir = ".."
	for name, value := range known {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// startOffline starts it and waits until it can be called; it has not been called then.
func startOffline(t *testing.T) *offline {
	t.Helper()
	h := newHouse(t, dbtest.SQLite(t))
	o := &offline{
		house: h, customersWire: newWire(t, h.customers.url()), ordersWire: h.wires[0], port: ports.For(t), lambdaPort: ports.For(t),
		printed: &transcript{},
	}
	command := serverless(context.Background(), t, []string{"offline", "--param", fmt.Sprintf("timeout=%d", functionTimeout)}, o.settings())
	command.Stdout, command.Stderr = o.printed, o.printed
	require.NoError(t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() { o.end(t, command, ended) })
	require.Eventually(t, func() bool {
		return strings.Contains(o.printed.String(), "Server ready") || len(ended) > 0
	}, 5*time.Minute, 20*time.Millisecond, o.printed)
	require.Empty(t, ended, o.printed)
	return o
}

// settings are some from the environment, which wins, and some from where b2b would serve and has its secrets.
func (o *offline) settings() map[string]string {
	o.t.Helper()
	folder := o.t.TempDir()
	secrets := "JWT_SECRET=not-this-one-for-the-environment-has-one\nSERVICE_TOKEN=shop:" + kittest.ServiceToken + "\n"
	require.NoError(o.t, os.WriteFile(filepath.Join(folder, "secrets.env"), []byte(secrets), 0o600))
	_, ordersPort, err := net.SplitHostPort(o.ordersWire.Listener.Addr().String())
	require.NoError(o.t, err)
	return map[string]string{
		"OFFLINE_PORT": o.port, "OFFLINE_LAMBDA_PORT": o.lambdaPort, "DATABASE_URL": "sqlite:" + filepath.Join(folder, "b2b.db"),
		"CUSTOMERS_API_URL": o.customersWire.URL, "CUSTOMERS_PORT": "1", "ORDERS_PORT": ordersPort, "JWT_SECRET": kittest.JWTSecret,
		"LOG_LEVEL": "warn",
	}
}

// end ends serverless-offline as Ctrl-C does, and sees that it leaves nothing behind.
func (o *offline) end(t *testing.T, command *exec.Cmd, ended <-chan error) {
	if t.Failed() {
		t.Log(o.printed)
	}
	_ = command.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(30 * time.Second):
		_ = command.Process.Kill()
		require.Fail(t, "serverless-offline does not end")
	}
	for _, process := range o.processes() {
		require.Eventually(t, func() bool { return !runs(process) }, 10*time.Second, 20*time.Millisecond, "process %d", process)
	}
}

var startedProcess = regexp.MustCompile(`bootstrap runs as process (\d+)`)

// processes are those of all the bootstraps that were ever started, oldest first.
func (o *offline) processes() (ids []int) {
	for _, match := range startedProcess.FindAllStringSubmatch(o.printed.String(), -1) {
		id, _ := strconv.Atoi(match[1]) // the pattern has digits only
		ids = append(ids, id)
	}
	return ids
}

// signal sends a signal to each bootstrap that runs.
func (o *offline) signal(s syscall.Signal) {
	for _, process := range o.processes() {
		if !runs(process) {
			continue
		}
		if err := syscall.Kill(process, s); err != nil {
			o.t.Error(err)
		}
	}
}

// runs says whether there is such a process. One that has ended and that nobody has asked about yet is none.
func runs(process int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err == nil {
		return !bytes.Contains(status, []byte(") Z "))
	}
	return syscall.Kill(process, 0) == nil
}

const endpoint = "/orchestrator/create-and-confirm-order"

func (o *offline) url() string { return "http://127.0.0.1:" + o.port + endpoint }

// call sends a body to the function's endpoint, as an operator.
func (o *offline) call(body string) reply { return o.do(http.MethodPost, o.url(), o.operator, body) }

// under is the house's job under a key of its own.
func (o *offline) under(key string) string { return strings.Replace(o.job(), "abc-123", key, 1) }

// invoke hands the function an event as it is, as AWS's own API does, and reads its answer.
func (o *offline) invoke(event map[string]any) (status int, body string) {
	o.t.Helper()
	payload, err := json.Marshal(event)
	require.NoError(o.t, err)
	var answer struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	address := "http://127.0.0.1:" + o.lambdaPort + "/2015-03-31/functions/b2b-orders-dev-create-and-confirm-order/invocations"
	o.do(http.MethodPost, address, "", string(payload)).into(o.t, &answer)
	return answer.StatusCode, answer.Body
}
