package screens

import (
	"sync"

	"github.com/gofiber/fiber/v2"

	"b2b.example/web"
)

// worker serves the script that shows a page where no server answers. Its address stays the same, so browsers ask with each
// page whether the script does, too: it is made once.
func (s *Site) worker() fiber.Handler {
	made := sync.OnceValues(func() ([]byte, error) {
		return web.Worker(s.Company, map[string]string{
			fiber.HeaderContentType: "text/html; charset=utf-8", fiber.HeaderContentSecurityPolicy: contentPolicy,
			fiber.HeaderReferrerPolicy: "same-origin", fiber.HeaderCacheControl: "no-store",
		})
	})
	return func(c *fiber.Ctx) error {
		script, err := made()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "text/javascript; charset=utf-8")
		c.Set(fiber.HeaderCacheControl, "no-cache")
		c.Set("Service-Worker-Allowed", Home)
		return c.Send(script)
	}
}
