package orders

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/crud/screens"
)

// listening is a page that listens to a stream.
type listening struct {
	w     *world
	end   context.CancelFunc
	lines chan string // closed when the stream ends
}

// listen opens a stream for what a page shows, and waits until it is open.
func (b *browser) listen(shown string) *listening {
	b.w.t.Helper()
	ctx, cancel := context.WithCancel(b.w.t.Context())
	b.w.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+home+"/live?shown="+shown, http.NoBody)
	require.NoError(b.w.t, err)
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Accept-Encoding", "gzip")
	request.AddCookie(b.cookie())
	response, err := http.DefaultTransport.RoundTrip(request) //nolint:bodyclose // it is, once all was read
	require.NoError(b.w.t, err)
	require.Equal(b.w.t, http.StatusOK, response.StatusCode)
	require.Equal(b.w.t, "text/event-stream", response.Header.Get("Content-Type"))
	l := &listening{b.w, cancel, make(chan string, 100)}
	go func() {
		defer func() { _ = response.Body.Close() }()
		defer close(l.lines)
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			l.lines <- lines.Text()
		}
	}()
	return l
}

// hears waits for the next line that says something, which must come within some time.
func (l *listening) hears(within time.Duration) string {
	l.w.t.Helper()
	for end := time.After(within); ; {
		select {
		case line, open := <-l.lines:
			if !open {
				return "the end"
			}
			if line != "" && line != ":" {
				return line
			}
		case <-end:
			require.Fail(l.w.t, "nothing was heard")
		}
	}
}

// live is what a page is told that asks.
func (b *browser) live(shown string) (status int, told []string) {
	b.w.t.Helper()
	request, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodGet, b.url+home+"/live?shown="+shown, http.NoBody)
	require.NoError(b.w.t, err)
	if b.session != 0 {
		request.AddCookie(b.cookie())
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(b.w.t, err)
	defer func() { _ = response.Body.Close() }()
	var news []struct {
		Entity  string
		Version int64
		Text    string
	}
	if response.StatusCode == http.StatusOK {
		require.NoError(b.w.t, json.UnmarshalRead(response.Body, &news, json.MatchCaseInsensitiveNames(true)))
	}
	for _, one := range news {
		told = append(told, fmt.Sprintf("%s.%d %s", one.Entity, one.Version, one.Text))
	}
	return response.StatusCode, told
}

// A change at one replica is heard of at another, once, by whoever shows what has changed.
func TestLiveStreams(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		first, second := w.place(item(1, 5)), w.place(item(1, 5))
		ana := w.browse(1)
		ana.url = w.replica().URL
		stream := ana.listen(fmt.Sprintf("order.%d.1", first.ID))
		w.confirm(second.ID)
		w.confirm(first.ID)
		require.Regexp(t, fmt.Sprintf(`^data: \{"entity":"order.%d","id":%d,"version":2,"label":".+ \d\d:\d\d","text":".+ confirmed the order at \d\d:\d\d"\}$`,
			first.ID, first.ID), stream.hears(2*time.Second))
		w.cancel(first.ID)
		require.Contains(t, stream.hears(2*time.Second), `"version":3`, "and not the second version once more")

		again := ana.listen(fmt.Sprintf("order.%d.1,order.%d.2", first.ID, second.ID))
		require.Contains(t, again.hears(time.Second), `"version":3`, "what was missed is told at once, the newest of it")
		w.cancel(second.ID)
		require.Contains(t, again.hears(2*time.Second), fmt.Sprintf(`"order.%d","id":%d,"version":3`, second.ID, second.ID))
	})
}

// A page whose stream does not get through asks.
func TestLiveAnswers(t *testing.T) {
	each(t, func(w *world) {
		made := w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		shown := fmt.Sprintf("order.%d.1,product.%d.1", o.ID, made.ID)
		ana := w.browse(1)
		status, told := ana.live(shown)
		require.Equal(t, http.StatusOK, status)
		require.Empty(t, told)
		w.confirm(o.ID)
		w.editProduct(made.ID, `{"name": "Bolt"}`)
		_, told = ana.live(shown)
		require.Len(t, told, 2)
		require.Regexp(t, `changed it at|confirmed the order at`, strings.Join(told, "\n"))
		_, told = ana.live(fmt.Sprintf("order.%d.2,product.%d.2", o.ID, made.ID))
		require.Empty(t, told)

		for shown, status := range map[string]int{
			"": 400, "order": 400, "order.1": 400, "order.x.1": 400, "order.1.x": 400, "order.1.1.1": 400, "order.1.1,": 400,
			strings.Repeat("order.1.1,", screens.MostShown) + "order.1.1": 400, "operator.1.1": 403, "secret.1.1": 403, "customer.1.1": 200,
		} {
			answered, _ := ana.live(shown)
			require.Equal(t, status, answered, shown)
		}
		answered, _ := w.browse(3).live("operator.1.1")
		require.Equal(t, http.StatusOK, answered, "a manager sees the operators")
		answered, _ = w.browse(0).live(shown)
		require.Equal(t, http.StatusUnauthorized, answered)
	})
}

// What the dashboard sums up is counted from when it was made, what is placed among it; other changes are none of its.
func TestTheDashboardHearsOfMore(t *testing.T) {
	each(t, func(w *world) {
		made := w.stock("BOLT-8", 250, 1000)
		boss := w.browse(3)
		shown := regexp.MustCompile(`data-entity="(dashboard\.1)" data-version="(\d+)"`).FindStringSubmatch(boss.get(home).html)
		require.NotNil(t, shown)
		page := shown[1] + "." + shown[2]
		_, told := boss.live(page)
		require.Empty(t, told)
		stream := boss.listen(page)
		o := w.place(item(1, 1))
		require.Contains(t, stream.hears(2*time.Second), `"text":"1 change since you opened this page"`)
		w.confirm(o.ID)
		w.editProduct(made.ID, `{"name": "Bolt"}`)
		require.Eventually(t, func() bool { return strings.Contains(stream.hears(2*time.Second), "3 changes since") }, 4*time.Second, time.Millisecond)
		_, told = boss.live(page)
		require.Len(t, told, 1)
		require.Regexp(t, `^dashboard\.1\.\d+ 3 changes since you opened this page$`, told[0])

		boss.run("confirm", fmt.Sprintf("order=%d", w.place(item(1, 1)).ID)) // the run itself is nothing that it shows
		require.Eventually(t, func() bool { _, told := boss.live(page); return strings.Contains(told[0], " 5 changes ") },
			10*time.Second, 10*time.Millisecond, "that order was placed, and confirmed by the run")
		w.placeMany(100, 1)
		_, told = boss.live(page)
		require.Contains(t, told[0], " 99+ changes ")
	})
}

// The forms of what is there already listen for it, at the version that they were opened with; that of a new one does not.
func TestFormsListen(t *testing.T) {
	each(t, func(w *world) {
		made := w.stock("BOLT-8", 250, 1000)
		o := w.place(item(1, 1))
		boss := w.browse(3)
		for path, shown := range map[string]string{
			fmt.Sprintf("/products/%d/edit", made.ID): fmt.Sprintf("product.%d", made.ID),
			fmt.Sprintf("/orders/%d/note", o.ID):      fmt.Sprintf("order.%d", o.ID),
		} {
			page := boss.get(home + path).html
			require.Contains(t, page, fmt.Sprintf(`data-entity="%s" data-version="1"`, shown))
			require.Contains(t, page, "/live.")
			require.Contains(t, page, "What you typed is kept.")
			again := boss.post(home+path, with(formOf(boss.get(home+path)), "name", "", "note", strings.Repeat("x", 600), "do", "save"))
			require.Equal(t, http.StatusUnprocessableEntity, again.status)
			require.Contains(t, again.html, fmt.Sprintf(`data-entity="%s" data-version="1"`, shown), "what was refused was opened then")
		}
		fresh := boss.get(home + "/products/new").html
		require.NotContains(t, fresh, "data-entity")
		require.NotContains(t, fresh, "/live.")
	})
}

// A stream ends with its session, and keeps none alive.
func TestLiveEndsWithTheSession(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		ana := w.browse(2)
		stream := ana.listen(fmt.Sprintf("order.%d.1", o.ID))
		require.Zero(t, w.customers.touches(), "who only listens is not there")
		require.Equal(t, http.StatusOK, ana.get(home).status)
		require.Equal(t, 1, w.customers.touches())
		require.Equal(t, http.StatusSeeOther, ana.post(home+"/logout", nil).status)
		require.Equal(t, "event: end", stream.hears(6*time.Second))
		require.Equal(t, "the end", stream.hears(time.Second))
	})
}

// An operator has a few streams at once: the oldest is told to ask instead. Another's is left alone.
func TestLiveStreamsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		shown := fmt.Sprintf("order.%d.1", o.ID)
		boss, ana := w.browse(3).listen(shown), w.browse(2)
		var streams []*listening
		for range 4 {
			streams = append(streams, ana.listen(shown))
		}
		require.Equal(t, "event: poll", streams[0].hears(time.Second))
		require.Equal(t, "the end", streams[0].hears(time.Second))
		w.confirm(o.ID)
		for _, stream := range append(streams[1:], boss) {
			require.Contains(t, stream.hears(2*time.Second), `"version":2`)
		}
	})
}
