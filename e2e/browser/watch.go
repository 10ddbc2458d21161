package browser

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch sees what happens behind a page, and remembers the faults.
type watch struct {
	host string // which alone may be asked

	mu        sync.Mutex
	faults    []string
	expected  []*regexp.Regexp
	addresses map[network.RequestID]string
	weight    int64  // in bytes
	dialog    func() // closes one
}

func newWatch(base string) (*watch, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &watch{host: u.Host, addresses: map[network.RequestID]string{}}, nil
}

// see is told of each event. It holds up all others, so it only takes notes.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if slices.Contains([]runtime.ConsoleAPICalledType{"error", "warning", "assert"}, e.Type) {
			w.note("console %s: %s", e.Type, textOf(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.note("exception: %s", exceptionText(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// What the network says is looked at below: an answer of 422 is no fault, one of 500 is.
		if e.Entry.Source != "network" && (e.Entry.Level == "error" || e.Entry.Level == "warning") {
			w.note("log %s: %s", e.Entry.Level, e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		// There is advice about names and ids of inputs, and the browser's own page of errors is not ours.
		if details := jsonOf(e.Issue.Details); e.Issue.Code != "GenericIssue" && !strings.Contains(details, "chrome-error://") {
			w.note("issue %s: %s", e.Issue.Code, details)
		}
	case *page.EventJavascriptDialogOpening:
		w.note("dialog %s: %s", e.Type, e.Message)
		go w.dialog()
	default:
		w.seeNetwork(event)
	}
}

func (w *watch) seeNetwork(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.addresses[e.RequestID] = e.Request.URL
		// What stands in the page itself asks nobody.
		if u, err := url.Parse(e.Request.URL); err != nil || u.Host != w.host && u.Scheme != "data" {
			w.note("request to another host: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if isRefusal := e.Type == "Document" || e.Type == "Fetch" || e.Type == "XHR"; e.Response.Status >= 500 || !isRefusal && e.Response.Status >= 400 {
			w.note("answer %d: %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			w.note("request failed: %s: %s %s", w.addresses[e.RequestID], e.ErrorText, e.BlockedReason)
		}
	case *network.EventLoadingFinished:
		w.weight += int64(e.EncodedDataLength)
	}
}

func (w *watch) note(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// expect takes faults that a test brings about for what they are.
func (w *watch) expect(pattern string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, regexp.MustCompile(pattern))
}

// unexpected are the faults that no test has brought about.
func (w *watch) unexpected() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.faults), func(f string) bool {
		return slices.ContainsFunc(w.expected, func(e *regexp.Regexp) bool { return e.MatchString(f) })
	})
}

func textOf(arguments []*runtime.RemoteObject) string {
	var texts []string
	for _, a := range arguments {
		var text string
		if json.Unmarshal(a.Value, &text) != nil {
			text = cmp.Or(a.Description, string(a.Value))
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

func exceptionText(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return details.Exception.Description
	}
	return details.Text
}

func jsonOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
