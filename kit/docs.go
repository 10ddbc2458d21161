package kit

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// docs is the page that shows the document: swagger-ui-dist 5.35.0 as it was published, and a page and a start of our
// own without inline scripts, which the policy forbids. Each program carries them, so the big ones are packed (gzip -9n).
//
//go:embed docs
var docs embed.FS

// docsPolicy lets the page load its own files and nothing else. (Swagger UI's style sheet has data: images.)
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// docsFile is a file that is served, as it is embedded.
type docsFile struct{ path, kind string }

var docsFiles = map[string]docsFile{
	"index.html":           {"docs/index.html", "text/html; charset=utf-8"},
	"start.js":             {"docs/start.js", "text/javascript; charset=utf-8"},
	"swagger-ui-bundle.js": {"docs/swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8"},
	"swagger-ui.css":       {"docs/swagger-ui.css.gz", "text/css; charset=utf-8"},
}

func (a *App) serveDocs() {
	text := sync.OnceValues(a.DocumentYAML) // when it is first asked for, all operations are there
	a.open("/openapi.yaml", "openapi", func(c *fiber.Ctx) error {
		body, err := text()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/yaml")
		return c.Send(body)
	})
	a.open("/docs", "docs", func(c *fiber.Ctx) error { return sendDocs(c, "index.html") })
	a.open("/docs/:file", "docsFile", func(c *fiber.Ctx) error { return sendDocs(c, c.Params("file")) })
}

// open registers a page that anyone may read.
func (a *App) open(path, id string, h fiber.Handler) {
	a.routes = append(a.routes, Route{Method: fiber.MethodGet, Path: path, ID: id, Guard: Anyone})
	a.Get(path, h)
}

func sendDocs(c *fiber.Ctx, name string) error {
	file, known := docsFiles[name]
	if !known {
		return fault.New(fault.NotFound, "NOT_FOUND")
	}
	content, err := docs.ReadFile(file.path)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, file.kind)
	if strings.HasSuffix(file.path, ".gz") {
		return sendPacked(c, content)
	}
	return c.Send(content)
}

// sendPacked sends what gzip has packed, unpacked to the few who cannot do that themselves.
func sendPacked(c *fiber.Ctx, packed []byte) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.AcceptsEncodings("identity", "gzip") == "gzip" {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(packed)
	}
	unpacking, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", c.Path(), err)
	}
	content, err := io.ReadAll(unpacking)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", c.Path(), err)
	}
	return c.Send(content)
}
