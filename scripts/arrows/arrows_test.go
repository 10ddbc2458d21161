package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// pkg is a package as `go list` would tell of it; what it imports it links as well.
func pkg(path string, imports ...string) Package {
	return Package{ImportPath: path, Imports: imports, Deps: imports}
}

func TestWhatTheHouseAllows(t *testing.T) {
	assert.Empty(t, check(rules, []Package{
		pkg("b2b.example/kit/fault", "errors"),
		pkg("b2b.example/kit", "b2b.example/kit/fault", "b2b.example/kit/i18n", "github.com/gofiber/fiber/v2"),
		pkg("b2b.example/db", "b2b.example/kit/fault", "b2b.example/db/migrations", "gorm.io/gorm"),
		pkg("b2b.example/crud", "b2b.example/kit", "b2b.example/db"),
		pkg("b2b.example/orders-api/cmd/orders-api", "b2b.example/orders-api", "b2b.example/kit"),
		pkg("b2b.example/e2e", "b2b.example/b2b", "b2b.example/orders-api"),
	}))
}

func TestForbiddenArrowsAreFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		of    Package
		fault string
	}{
		{"a leaf that imports ours", pkg("b2b.example/kit/fault", "b2b.example/kit"), "must not import b2b.example/kit"},
		{"the database below the kit", pkg("b2b.example/kit", "b2b.example/db"), "must not import b2b.example/db"},
		{"the kit below the database", pkg("b2b.example/db", "b2b.example/kit"), "must not import b2b.example/kit"},
		{"tests' databases in the product", pkg("b2b.example/crud", "b2b.example/db/dbtest"), "must not import b2b.example/db/dbtest"},
		{"entities in dbtest", pkg("b2b.example/db/dbtest", "b2b.example/entities"), "must not import b2b.example/entities"},
		{"screens below crud", pkg("b2b.example/crud", "b2b.example/crud/screens"), "must not import b2b.example/crud/screens"},
		{"a service in a service", pkg("b2b.example/orders-api", "b2b.example/customers-api"), "must not import b2b.example/customers-api"},
		{"a database in the orchestrator", pkg("b2b.example/orchestrator", "b2b.example/db"), "must not import b2b.example/db"},
		{"GORM in the orchestrator", pkg("b2b.example/orchestrator", "gorm.io/gorm"), "must not link gorm.io/gorm"},
		{"templ in customers-api", pkg("b2b.example/customers-api", "github.com/a-h/templ"), "must not link github.com/a-h/templ"},
		{"Fiber in the pages", pkg("b2b.example/web", "github.com/gofiber/fiber/v2"), "must not link github.com/gofiber/fiber/v2"},
		{"a folder without a layer", pkg("b2b.example/misc"), "belongs to no layer: say in rules.go what it may import"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, []string{c.of.ImportPath + " " + c.fault}, check(rules, []Package{c.of}))
		})
	}
}

func TestALibraryIsFoundBehindAnotherPackage(t *testing.T) {
	orchestrator := Package{ImportPath: "b2b.example/orchestrator", Deps: []string{"b2b.example/kit", "gorm.io/gorm/schema"}}
	assert.Equal(t, []string{"b2b.example/orchestrator must not link gorm.io/gorm/schema"}, check(rules, []Package{orchestrator}))
}

func TestPatterns(t *testing.T) {
	assert.True(t, fits("crud", "crud"))
	assert.False(t, fits("crud", "crud/screens"))
	assert.True(t, fits("crud/...", "crud"))
	assert.True(t, fits("crud/...", "crud/screens"))
	assert.False(t, fits("crud/...", "crudities"))
}
