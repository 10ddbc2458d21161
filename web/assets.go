package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// AssetsPath is where the pages look for their assets.
const AssetsPath = "/backoffice/assets/"

// htmxConfig keeps htmx within the policy of the pages, and to what they use it for: it brings no style of its own and
// leaves the history alone.
const htmxConfig = `{"includeIndicatorCSS": false, "history": false}`

//go:embed assets
var embedded embed.FS

// assetTypes are the types of what is served. Files of another kind, a licence for instance, only lie beside it.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// File is one asset, ready to be sent.
type File struct {
	Content []byte
	Gzipped []byte
	Type    string
}

// assets are all files, by their fingerprinted name, and that name by the plain one. They are made when first asked for.
var assets = sync.OnceValue(func() (all struct {
	files map[string]File
	names map[string]string
}) {
	all.files, all.names = map[string]File{}, map[string]string{}
	for name, content := range readAssets() {
		extension := path.Ext(name)
		fingerprinted := strings.TrimSuffix(name, extension) + "." + fingerprint(content) + extension
		all.files[fingerprinted] = File{Content: content, Gzipped: compress(content), Type: assetTypes[extension]}
		all.names[name] = fingerprinted
	}
	return all
})

// fingerprint is short, and another for each content.
func fingerprint(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:5])
}

// Asset is the address of an asset: Asset("app.css") is "/backoffice/assets/app.HASH.css". It changes whenever the
// content does, so what is there may be cached for ever. A name that does not exist is a mistake in a page: it panics.
func Asset(name string) string {
	fingerprinted, found := assets().names[name]
	if !found {
		panic(fmt.Errorf("web: there is no asset %q", name))
	}
	return AssetsPath + fingerprinted
}

// ServeAsset finds what is at an address: the whole path, or the part of it after AssetsPath. Only the very content that
// an address was made for is found there: a browser must not keep new content under an old name, nor old under a new
// one, when pages and assets come from two releases during a deploy.
func ServeAsset(address string) (File, bool) {
	file, found := assets().files[strings.TrimPrefix(address, AssetsPath)]
	return file, found
}

// readAssets reads what is embedded; the style sheets become one, app.css. What can't be read is a fault of the build.
func readAssets() map[string][]byte {
	files := map[string][]byte{"app.css": styleSheet()}
	entries, err := embedded.ReadDir("assets")
	if err != nil {
		panic(fmt.Errorf("web: %w", err))
	}
	for _, entry := range entries {
		if assetTypes[path.Ext(entry.Name())] != "" {
			files[entry.Name()] = read(path.Join("assets", entry.Name()))
		}
	}
	return files
}

// base are the sheets that the others build on, in their order. After them comes one for each page.
var base = []string{"tokens.css", "base.css", "components.css", "layout.css"}

// comment and indentation are for who reads the sources.
var (
	comment     = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indentation = regexp.MustCompile(`\n\s+`)
)

// styleSheet is all of assets/css in one.
func styleSheet() []byte {
	sheets, err := fs.Glob(embedded, "assets/css/*.css")
	if err != nil {
		panic(fmt.Errorf("web: %w", err))
	}
	slices.SortStableFunc(sheets, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	var all bytes.Buffer
	for _, sheet := range sheets {
		all.Write(read(sheet))
		all.WriteByte('\n')
	}
	return indentation.ReplaceAll(comment.ReplaceAll(all.Bytes(), nil), []byte("\n"))
}

// rank is a sheet's place: among the base, or after it.
func rank(sheet string) int {
	if at := slices.Index(base, path.Base(sheet)); at >= 0 {
		return at
	}
	return len(base)
}

func read(name string) []byte {
	content, err := embedded.ReadFile(name)
	if err != nil {
		panic(fmt.Errorf("web: %w", err))
	}
	return content
}

func compress(content []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(fmt.Errorf("web: %w", err)) // memory takes every write
	}
	return out.Bytes()
}
