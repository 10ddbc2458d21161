// Package stage shows the product: b2b with its demo data, and each of its pages in every state that looks different.
package stage

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
	"b2b.example/kit/kittest/ports"
)

// Stage is a b2b that runs, as two of its demo accounts see it.
type Stage struct {
	Base    string // of every address
	Orders  map[string]string
	Deleted string // a customer that is: a path
	browser *browser.Browser
	folder  string
	session map[string][]*http.Cookie // by role
}

// Raise builds b2b and runs it until the test ends.
func Raise(t browser.T, b *browser.Browser) *Stage {
	t.Helper()
	s := &Stage{Orders: map[string]string{}, browser: b, session: map[string][]*http.Cookie{}}
	s.Base, s.folder = start(t)
	for _, role := range []string{operator, manager} {
		s.session[role] = logIn(t, s.Base, role)
	}
	s.restock(t)
	p := s.Visit(t, browser.Options{})
	for _, status := range []string{"CREATED", "CONFIRMED", "CANCELED"} {
		p.Go("/backoffice/orders?status=" + status)
		s.Orders[status] = browser.Eval[string](p, `document.querySelector("tbody a").pathname`)
	}
	p.Go("/backoffice/customers?sort=name")
	s.Deleted = browser.Eval[string](p, `document.querySelector("tbody tr:last-child a").pathname`)
	p.Go(s.Deleted + "/delete")
	p.Leads(func() { p.Click(browser.Button("Delete")) })
	return s
}

// Visit opens a browser in which the operator is logged in.
func (s *Stage) Visit(t browser.T, o browser.Options) *browser.Page {
	t.Helper()
	o.Base, o.Cookies = s.Base, s.session[operator]
	return s.browser.Open(t, o)
}

// Visits opens browsers in which those are logged in who see a scene.
func (s *Stage) Visits(t browser.T, o browser.Options) func(Scene) *browser.Page {
	t.Helper()
	theirs := s.Visit(t, o)
	o.Base, o.Cookies = s.Base, s.session[manager]
	managers := s.browser.Open(t, o)
	return func(scene Scene) *browser.Page {
		if scene.Manager {
			return managers
		}
		return theirs
	}
}

// Stranger opens a browser in which nobody is.
func (s *Stage) Stranger(t browser.T, o browser.Options) *browser.Page {
	t.Helper()
	o.Base = s.Base
	return s.browser.Open(t, o)
}

// The roles that look at the scenes.
const operator, manager = "operator", "manager"

// start starts b2b in a folder of its own, and gives the address of its backoffice.
func start(t browser.T) (base, folder string) {
	t.Helper()
	root, err := browser.Root()
	require.NoError(t, err)
	folder, err = os.MkdirTemp("", "b2b-stage-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	binary := filepath.Join(folder, "b2b")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "./b2b")
	build.Dir = root
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)

	orders := ports.For(t)
	command := exec.CommandContext(context.Background(), binary)
	command.Dir = folder
	command.Env = append(os.Environ(), "DATABASE_URL=sqlite:./b2b.db", "LOG_LEVEL=error", "ORDERS_PORT="+orders,
		"CUSTOMERS_PORT="+ports.For(t), "ORCHESTRATOR_PORT="+ports.For(t))
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, command.Process.Signal(syscall.SIGTERM))
		require.NoError(t, command.Wait())
	})
	base = "http://127.0.0.1:" + orders
	require.Eventually(t, func() bool { return isReady(base) }, time.Minute, 50*time.Millisecond)
	return base, folder
}

func isReady(base string) bool {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+"/health/ready", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

func logIn(t browser.T, base, role string) []*http.Cookie {
	t.Helper()
	status, cookies := send(t, base+"/backoffice/login", url.Values{"email": {role + "@demo.test"}, "password": {"demo1234"}}, nil)
	require.NotEmpty(t, cookies, status)
	return cookies
}

// restock sees to it that there is enough of the first product for all orders that scenes place.
func (s *Stage) restock(t browser.T) {
	t.Helper()
	form := url.Values{"key": {"restock"}, "delta": {"10000"}, "note": {"Delivery"}}
	status, _ := send(t, s.Base+"/backoffice/products/1/adjust", form, s.session[manager])
	require.Equal(t, http.StatusSeeOther, status)
}

// send sends a form as a browser does.
func send(t browser.T, address string, form url.Values, cookies []*http.Cookie) (status int, given []*http.Cookie) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode, answer.Cookies()
}
