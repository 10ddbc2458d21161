package main

import "strings"

// House is the path that all our packages begin with.
const House = "b2b.example/"

// Libraries that some layers must not link, not even through another package.
const (
	fiber = "github.com/gofiber/fiber/"
	gorm  = "gorm.io/"
	templ = "github.com/a-h/templ"
)

// Rule says what the packages of one layer may import of ours, and what they must not link. Packages are written
// without the house's path; "crud/..." is crud and everything below it.
type Rule struct {
	Of    string
	May   []string
	Never []string
}

// Leaves are for everyone.
var leaves = []string{"kit/fault", "kit/i18n"}

// Rules is the house. For a package the first rule that fits it holds, so the narrower ones come first; a package that
// none fits is refused, for each new folder belongs to a layer.
var rules = []Rule{
	{Of: "kit/fault"},
	{Of: "kit/i18n"},
	{Of: "kit/...", May: []string{"kit/..."}, Never: []string{gorm, templ}},
	{Of: "db/dbtest/...", May: []string{"db/..."}, Never: []string{fiber, templ}},
	{Of: "db/...", May: []string{"db/migrations/..."}, Never: []string{fiber, templ}},
	{Of: "web/...", May: []string{"web/..."}, Never: []string{fiber, gorm}},
	{Of: "crud/lists", May: []string{"kit"}, Never: []string{templ}},
	{Of: "crud/exports", May: []string{"crud/lists", "kit", "db"}, Never: []string{templ}},
	{Of: "crud/crudtest/...", May: []string{"crud/...", "kit", "kit/kittest", "db", "db/dbtest", "web"}},
	{Of: "crud/screens/...", May: []string{"crud/...", "kit", "db", "web/..."}},
	{
		Of: "crud/imports/...", Never: []string{templ},
		May: []string{"crud/imports/...", "crud", "crud/lists", "crud/exports", "crud/writes", "crud/remote", "kit", "db"},
	},
	{Of: "crud/writes", May: []string{"kit", "db"}, Never: []string{templ}},
	{Of: "crud", May: []string{"crud/lists", "crud/exports", "crud/writes", "kit", "db"}, Never: []string{templ}},
	{Of: "crud/check", May: []string{"crud", "db"}, Never: []string{templ}},
	{Of: "crud/rest", May: []string{"crud", "crud/lists", "crud/exports", "crud/writes", "kit", "db"}, Never: []string{templ}},
	{Of: "crud/remote", May: []string{"crud", "crud/lists", "crud/exports", "crud/writes", "kit", "db"}, Never: []string{templ}},
	{Of: "entities/...", May: []string{"crud", "db"}, Never: []string{templ}},
	{Of: "customers-api/...", May: []string{"customers-api/...", "entities", "crud/...", "kit", "db"}, Never: []string{templ}},
	{Of: "orders-api/...", May: []string{"orders-api/...", "entities", "crud/...", "kit", "db", "web/..."}},
	{Of: "orchestrator/...", May: []string{"orchestrator/...", "kit"}, Never: []string{gorm, templ}},
	{Of: "b2b/...", May: []string{"b2b/...", "customers-api", "orders-api", "orchestrator", "entities", "crud", "kit", "db"}},
	{Of: "examples/...", May: []string{"examples/...", "entities", "crud/...", "kit", "db", "web/..."}},
	{Of: "e2e/...", May: []string{"..."}},
	{Of: "scripts/migration/write", May: []string{"crud", "db"}},
	{Of: "scripts/..."},
}

// fits says whether a package is meant by a pattern of the table.
func fits(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	folder, below := strings.CutSuffix(pattern, "/...")
	return path == folder || below && strings.HasPrefix(path, folder+"/")
}

func anyFits(patterns []string, path string) bool {
	for _, pattern := range patterns {
		if fits(pattern, path) {
			return true
		}
	}
	return false
}
