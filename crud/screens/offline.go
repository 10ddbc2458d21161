package screens

import (
	"github.com/gofiber/fiber/v2"

	"b2b.example/web"
)

// worker is the script that shows a page where no server answers. Its address stays the same, so browsers ask whether the
// script does, too.
func (s *Site) worker(c *fiber.Ctx) error {
	script, err := web.Worker(s.Company, map[string]string{
		fiber.HeaderContentType: "text/html; charset=utf-8", fiber.HeaderContentSecurityPolicy: contentPolicy,
		fiber.HeaderReferrerPolicy: "same-origin", fiber.HeaderCacheControl: "no-store",
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/javascript; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set("Service-Worker-Allowed", Home)
	return c.Send(script)
}
