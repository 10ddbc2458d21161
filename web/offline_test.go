package web_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// held is what a worker's script begins with.
type held struct {
	Pages   map[string]string `json:"pages"`
	Headers map[string]string `json:"headers"`
	Assets  []string          `json:"assets"`
	Cache   string            `json:"cache"`
}

// A worker holds a page in each language and theme, with all that they load, and nothing of a reader.
func TestWorker(t *testing.T) {
	script, err := web.Worker("Andinos & Co.", map[string]string{"Content-Type": "text/html"})
	require.NoError(t, err)
	first, code, _ := strings.Cut(string(script), "\n")
	first, isHeld := strings.CutPrefix(first, "const offline = ")
	require.True(t, isHeld)
	require.Contains(t, code, `addEventListener("fetch"`)
	var h held
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(first, ";")), &h))
	require.Equal(t, map[string]string{"Content-Type": "text/html"}, h.Headers)
	require.Regexp(t, `^offline-[0-9a-f]{10}$`, h.Cache)
	require.Len(t, h.Pages, 6)
	for language, title := range map[string]string{i18n.English: "No connection.", i18n.Spanish: "Sin conexión."} {
		for _, theme := range []string{"", "light", "dark"} {
			page := h.Pages[language+" "+theme]
			require.Contains(t, page, `<html lang="`+language+`"`)
			require.Equal(t, theme != "", strings.Contains(page, `data-theme="`+theme+`"`))
			require.Contains(t, page, "<h1>"+title+"</h1>")
			require.Contains(t, page, "Andinos &amp; Co.")
			require.Regexp(t, `<a class="button [^"]*" href="">`, page, "to the same address")
			loads := regexp.MustCompile(`/backoffice/assets/[^"#]+`).FindAllString(page, -1)
			for _, address := range loads {
				require.Contains(t, h.Assets, address, "what the page loads is kept")
			}
			for _, address := range h.Assets {
				require.Contains(t, loads, address, "and nothing else")
			}
		}
	}
}
