// Migration writes the next migration of an entity, for both engines, from its description: what a database that has all
// migrations so far lacks for it. A person reviews what was written.
//
//	scripts/with-database go run ./scripts/migration -name suppliers
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
)

func main() {
	name := flag.String("name", "", "the plural of the entity: suppliers")
	flag.Parse()
	if err := run(context.Background(), *name); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

// run has a program written and run that knows the description: there is no list of descriptions to keep up to date.
func run(ctx context.Context, name string) error {
	found, err := find(name)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "b2b-migration-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	program := filepath.Join(folder, "main.go")
	if err := os.WriteFile(program, []byte(found.program()), 0o600); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", "run", program, found.migrations()) //nolint:gosec // the program is the one above
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

// described is where a description is: its package's folder, and its name there.
type described struct{ folder, name string }

// find looks for the description of an entity in entities and in the examples.
func find(plural string) (described, error) {
	if plural == "" {
		return described{}, errors.New("which entity? make migration name=suppliers")
	}
	this := regexp.MustCompile(`(?m)^var (\w+) = crud\.Resource\[\w+\]\{\s*Name: "\w+", Plural: "` + regexp.QuoteMeta(plural) + `"`)
	for _, pattern := range []string{"entities/*.go", "examples/*/entities/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return described{}, err
		}
		for _, file := range files {
			source, err := os.ReadFile(file) //nolint:gosec // a source of ours
			if err != nil {
				return described{}, err
			}
			if match := this.FindSubmatch(source); match != nil {
				return described{filepath.ToSlash(filepath.Dir(file)), string(match[1])}, nil
			}
		}
	}
	return described{}, fmt.Errorf("no file of entities or of an example's entities describes %q", plural)
}

// migrations is where the entity's migrations are.
func (d described) migrations() string {
	if d.folder == "entities" {
		return "db/migrations"
	}
	return path.Join(path.Dir(d.folder), "migrations")
}

func (d described) program() string {
	return fmt.Sprintf(`package main

import (
	"b2b.example/%s"
	"b2b.example/scripts/migration/write"
)

func main() { write.Main(entities.%s) }
`, d.folder, d.name)
}
