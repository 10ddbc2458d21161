package kit

import (
	"embed"
	"sync"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit/fault"
)

// docs is the page that shows the document: swagger-ui-dist 5.35.0 as it was published, and a page and a start of our
// own without inline scripts, which the policy forbids.
//
//go:embed docs
var docs embed.FS

// docsPolicy lets the page load its own files and nothing else. (Swagger UI's style sheet has data: images.)
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

var docsTypes = map[string]string{
	"index.html":           "text/html; charset=utf-8",
	"start.js":             "text/javascript; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"swagger-ui.css":       "text/css; charset=utf-8",
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
	kind, known := docsTypes[name]
	if !known {
		return fault.New(fault.NotFound, "NOT_FOUND")
	}
	content, err := docs.ReadFile("docs/" + name)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, kind)
	return c.Send(content)
}
