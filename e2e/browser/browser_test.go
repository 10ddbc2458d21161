package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var start = sync.OnceValues(func() (*Browser, error) { return Start(Shell) })

func TestMain(m *testing.M) {
	code := m.Run()
	if b, err := start(); err == nil {
		_ = b.Close()
	}
	os.Exit(code)
}

// serve serves pages by path, under a Content-Security-Policy like the product's.
func serve(t *testing.T, pages map[string]string) (base string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, found := pages[r.URL.Path]
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; connect-src 'self'")
		switch {
		case !found:
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/app.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = fmt.Fprint(w, content)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A page</title>`+
				`<link rel="icon" href="/app.js"></head><body><main><h1>A page</h1>%s</main></body></html>`, content)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func visit(t *testing.T, o Options, pages map[string]string) *Page {
	t.Helper()
	b, err := start()
	require.NoError(t, err)
	if pages["/app.js"] == "" {
		pages["/app.js"] = "//"
	}
	o.Base = serve(t, pages)
	p := b.Open(t, o)
	p.Go("/")
	return p
}

// TestFaults: each thing that a page must not do is seen.
func TestFaults(t *testing.T) {
	for name, one := range map[string]struct{ body, script, fault string }{
		"nothing":           {body: "<p>Good</p>"},
		"console":           {script: `console.error("oh", 7)`, fault: `^console error: oh 7$`},
		"exception":         {script: `throw new Error("oh")`, fault: `^exception: Error: oh`},
		"rejection":         {script: `Promise.reject(new Error("oh"))`, fault: `^exception: Error: oh`},
		"inline style":      {body: `<p style="color: red">Red</p>`, fault: `issue ContentSecurityPolicyIssue: .*style-src`},
		"inline script":     {body: `<script>1</script>`, fault: `issue ContentSecurityPolicyIssue: .*script-src`},
		"handler":           {body: `<p onclick="x()">Click</p>`, fault: `issue ContentSecurityPolicyIssue: .*script-src`},
		"image in the page": {body: `<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, fault: `issue ContentSecurityPolicyIssue: .*img-src`},
		"missing image":     {body: `<img alt="" src="/nowhere">`, fault: `^answer 404: .*/nowhere$`},
		"another host":      {body: `<img alt="" src="http://localhost:1/x">`, fault: `^request to another host: http://localhost:1/x$`},
		"fetch elsewhere":   {script: `fetch("http://127.0.0.1:1/").catch(() => {})`, fault: `issue ContentSecurityPolicyIssue: .*connect-src`},
		"dialog":            {script: `alert("oh")`, fault: `^dialog alert: oh$`},
	} {
		t.Run(name, func(t *testing.T) {
			body := one.body
			if one.script != "" {
				body = `<script src="/app.js" defer></script>`
			}
			p := visit(t, Options{}, map[string]string{"/": body, "/app.js": one.script})
			if one.fault == "" {
				require.Empty(t, p.Faults())
				return
			}
			p.until(one.fault, func() (bool, error) {
				p.watch.mu.Lock()
				defer p.watch.mu.Unlock()
				for _, f := range p.watch.faults {
					if matches(one.fault, f) {
						return true, nil
					}
				}
				return false, fmt.Errorf("there are %q", p.watch.faults)
			})
			require.NotEmpty(t, p.Faults())
		})
	}
}

// TestActing: fields, buttons, links, keys and pages, with and without scripts, on both screens.
func TestActing(t *testing.T) {
	for _, screen := range []Screen{Desktop, Phone} {
		for _, noScripts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s without scripts %t", screen.Name, noScripts), func(t *testing.T) {
				p := visit(t, Options{Screen: screen, NoScripts: noScripts}, map[string]string{
					"/": `<form action="/second"><label>Name <input name="name" id="n" value="old"></label> <button hidden>Send it</button>` +
						`<button>Send it</button></form> <noscript>No scripts</noscript><script src="/app.js" defer></script>`,
					"/app.js": `document.querySelector("h1").textContent = "Scripted"`,
					"/second": `<input autofocus aria-label="Focus"> <a href="/">Home again</a>`,
				})
				require.Equal(t, "A page\n Home again", textAfter(p, noScripts))
				p.See("a   PAGE")
				require.Equal(t, screen.Width, Eval[int64](p, "innerWidth"))
				p.HasFocus(Role("textbox", "Focus"))
				role, name := p.Focus()
				require.Equal(t, "textbox Focus", role+" "+name)
				p.Leads(func() { p.Click(Link("Home.*")) })
				p.Back()
				require.Equal(t, "/second?name=new", p.Path())
				p.Reload()
				p.See("Home again")
			})
		}
	}
}

// textAfter fills in the form, sends it, and gives the text of what it leads to.
func textAfter(p *Page, noScripts bool) string {
	if noScripts {
		p.See("No scripts")
	} else {
		p.See("Scripted")
	}
	p.Fill(ID("n"), "")
	p.Holds(Named("name"), "")
	p.Fill(Named("name"), "new")
	p.Leads(func() { p.Click(Button("Send it")) })
	return p.Text()
}

// TestAxe: axe sees what it should, under our policy.
func TestAxe(t *testing.T) {
	p := visit(t, Options{}, map[string]string{"/": `<input>`})
	found := p.Axe()
	require.NotEmpty(t, found)
	require.Contains(t, found[0], "label (Form elements must have labels): input")
	p = visit(t, Options{}, map[string]string{"/": `<label>Name <input></label>`})
	require.Empty(t, p.Axe())
}

// TestWidth: a page that is too wide is seen to be.
func TestWidth(t *testing.T) {
	p := visit(t, Options{Screen: Phone}, map[string]string{"/": `<textarea cols="100" aria-label="Wide"></textarea>`, "/good": "<p>narrow</p>"})
	require.Positive(t, p.Overflow())
	p.Go("/good")
	require.Zero(t, p.Overflow())
	require.Greater(t, p.Weight(), int64(500))
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
