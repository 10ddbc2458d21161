package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
	"b2b.example/kit/kittest/ports"
)

// program is the orchestrator as a process of its own, which can be killed. What it asks the house goes through wires.
type program struct {
	t             *testing.T
	path          string
	port          string
	customersWire *wire
	ordersWire    *wire
	printed       *transcript
	running       *exec.Cmd // nil once it has been killed
}

func newProgram(t *testing.T, path string, h *house) *program {
	t.Helper()
	p := &program{
		t: t, path: path, port: ports.For(t), customersWire: newWire(t, h.customers.url()), ordersWire: h.wires[0], printed: &transcript{},
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.printed)
		}
		p.kill()
	})
	return p
}

// start starts the process, unless it runs, and waits until it serves.
func (p *program) start() {
	p.t.Helper()
	if p.running != nil {
		return
	}
	p.running = exec.Command(p.path)
	p.running.Stdout, p.running.Stderr = p.printed, p.printed
	p.running.Env = append(os.Environ(), "PORT="+p.port, "JWT_SECRET="+kittest.JWTSecret, "SERVICE_TOKEN=shop:"+kittest.ServiceToken,
		"CUSTOMERS_API_URL="+p.customersWire.URL, "ORDERS_API_URL="+p.ordersWire.URL)
	require.NoError(p.t, p.running.Start())
	require.Eventually(p.t, func() bool {
		answer, err := ask(http.MethodGet, "http://127.0.0.1:"+p.port+"/health/ready", "", "")
		return err == nil && answer.status == http.StatusOK
	}, time.Minute, 10*time.Millisecond, p.printed)
}

// kill ends the process as a power cut does.
func (p *program) kill() {
	if p.running == nil {
		return
	}
	if err := p.running.Process.Signal(syscall.SIGKILL); err != nil {
		p.t.Error(err)
	}
	_ = p.running.Wait() // it says that it was killed
	p.running = nil
}

// wireOf is the one of an orchestrator's two wires that a step of the job goes through.
func wireOf(step string, customers, orders *wire) *wire {
	if step == "customer" {
		return customers
	}
	return orders
}

// call sends a body within so many milliseconds, "" for as long as it takes; the answer may never come.
func (p *program) call(token, body, within string) (reply, error) {
	return ask(http.MethodPost, "http://127.0.0.1:"+p.port+endpoint, token, body, "X-Remaining-Milliseconds", within)
}
