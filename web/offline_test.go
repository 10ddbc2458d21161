package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
	"b2b.example/web"
	"b2b.example/web/webtest"
)

// held is what a worker's script begins with.
type held struct {
	Page    string            `json:"page"`
	Headers map[string]string `json:"headers"`
	Assets  []string          `json:"assets"`
	Cache   string            `json:"cache"`
}

func worker(t *testing.T, f web.Frame) held {
	t.Helper()
	script, err := web.Worker(f, map[string]string{"Content-Type": "text/html"})
	require.NoError(t, err)
	first, code, _ := strings.Cut(string(script), "\n")
	first, isHeld := strings.CutPrefix(first, "const offline = ")
	require.True(t, isHeld)
	require.Contains(t, code, `addEventListener("fetch"`)
	var h held
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(first, ";")), &h))
	return h
}

// A worker holds a page in the reader's language and theme, with all that it loads, and knows nothing else of the reader; it
// is another worker, with another cache, whenever the page is another.
func TestWorker(t *testing.T) {
	caches := map[string]string{}
	for language, title := range map[string]string{i18n.English: "No connection.", i18n.Spanish: "Sin conexión."} {
		for _, theme := range []string{"", "light", "dark"} {
			f := webtest.Frame(webtest.Reader(language, theme))
			f.Company = "Andinos & Co."
			h := worker(t, f)
			require.Equal(t, map[string]string{"Content-Type": "text/html"}, h.Headers)
			require.Contains(t, h.Page, `<html lang="`+language+`"`)
			require.Equal(t, theme != "", strings.Contains(h.Page, `data-theme="`))
			require.Contains(t, h.Page, "<h1>"+title+"</h1>")
			require.Contains(t, h.Page, "Andinos &amp; Co.")
			require.Regexp(t, `<a class="button [^"]*" href="">`, h.Page, "to the same address")
			for _, theirs := range []string{f.Operator.Name, f.Operator.Email, f.Path, "23"} {
				require.NotContains(t, tag.ReplaceAllString(h.Page, " "), theirs)
			}
			loads := regexp.MustCompile(`/backoffice/assets/[^"#]+`).FindAllString(h.Page, -1)
			for _, address := range loads {
				require.Contains(t, h.Assets, address, "what the page loads is kept")
			}
			for _, address := range h.Assets {
				require.Contains(t, loads, address, "and nothing else")
			}
			require.Regexp(t, `^offline-[0-9a-f]{10}$`, h.Cache)
			require.Empty(t, caches[h.Cache], "%s %s", language, theme)
			caches[h.Cache] = language + theme

			f.Operator, f.Path, f.Now = web.Operator{}, "/backoffice/login", f.Now.AddDate(0, 0, 1)
			require.Equal(t, h, worker(t, f), "whoever asks, and whenever")
		}
	}
}
