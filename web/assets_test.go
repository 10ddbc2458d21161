package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/web"
)

func serve(t *testing.T, name string) web.File {
	t.Helper()
	file, found := web.ServeAsset(web.Asset(name))
	require.True(t, found, name)
	return file
}

func TestAssets(t *testing.T) {
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "live.js": "text/javascript; charset=utf-8",
		"network.js": "text/javascript; charset=utf-8", "offline.js": "text/javascript; charset=utf-8", "htmx.min.js": "text/javascript; charset=utf-8",
		"icons.svg": "image/svg+xml", "favicon.svg": "image/svg+xml",
	} {
		t.Run(name, func(t *testing.T) {
			extension := filepath.Ext(name)
			require.Regexp(t, `^/backoffice/assets/`+strings.TrimSuffix(name, extension)+`\.[0-9a-f]{10}\`+extension+`$`, web.Asset(name))
			file := serve(t, name)
			require.Equal(t, kind, file.Type)
			require.NotEmpty(t, file.Content)

			unpacked, err := gzip.NewReader(bytes.NewReader(file.Gzipped))
			require.NoError(t, err)
			content, err := io.ReadAll(unpacked)
			require.NoError(t, err)
			require.Equal(t, file.Content, content)
			require.Less(t, len(file.Gzipped), len(file.Content))

			short, found := web.ServeAsset(strings.TrimPrefix(web.Asset(name), web.AssetsPath))
			require.True(t, found, "without the path before it")
			require.Equal(t, file, short)
		})
	}
}

// An address stands for one content for ever: any other is not found, so that nothing is kept under a wrong name.
func TestOnlyTheContentOfAnAddressIsServed(t *testing.T) {
	address := web.Asset("app.css")
	for _, other := range []string{
		"", "/", web.AssetsPath, "app.css", "css/tokens.css", "LICENSE.htmx", "../assets.go", address + "/", address + "?x", "/x" + address,
		strings.Replace(address, "app.", "app.0", 1), regexp.MustCompile(`\.[0-9a-f]{10}\.`).ReplaceAllString(address, ".0000000000."),
		strings.ToUpper(address),
	} {
		_, found := web.ServeAsset(other)
		require.False(t, found, other)
	}
	require.Panics(t, func() { web.Asset("no-such.css") })
}

// Every style sheet is in the one that is served, what the others build on first, without comments.
func TestStyleSheet(t *testing.T) {
	sheet := string(serve(t, "app.css").Content)
	at := func(text string) int {
		where := strings.Index(sheet, text)
		require.GreaterOrEqual(t, where, 0, text)
		return where
	}
	require.Less(t, at("--accent:"), at("box-sizing"), "tokens, base")
	require.Less(t, at("box-sizing"), at(".button {"), "base, components")
	require.Less(t, at(".button {"), at(".side {"), "components, layout")
	require.Less(t, at(".side {"), at(".queue {"), "layout, pages")
	require.NotContains(t, sheet, "/*")
	require.NotContains(t, sheet, "url(", "nothing else is loaded")
	require.Equal(t, strings.Count(sheet, "{"), strings.Count(sheet, "}"))
	sheets, err := filepath.Glob("assets/css/*.css")
	require.NoError(t, err)
	for _, one := range sheets {
		source, err := os.ReadFile(one)
		require.NoError(t, err)
		for line := range strings.Lines(string(source)) {
			if line = strings.TrimSpace(line); strings.HasSuffix(line, ";") {
				require.Contains(t, sheet, line, one)
			}
		}
	}
}

// What a first visit loads stays small.
func TestAssetsAreSmall(t *testing.T) {
	for name, most := range map[string]int{
		"app.css": 13_800, "app.js": 5_200, "live.js": 2_500, "network.js": 950, "offline.js": 400, "htmx.min.js": 14_000, "icons.svg": 3_000, "favicon.svg": 500,
	} {
		require.LessOrEqual(t, len(serve(t, name).Gzipped), most, name)
	}
}
