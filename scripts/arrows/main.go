// Arrows checks that packages import each other only as the house allows: the table is in rules.go. It prints every
// arrow that is forbidden, and ends with 1 if there is one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Package is what `go list` tells of a package: its imports, and all that it links.
type Package struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func main() {
	packages, err := list(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "arrows:", err)
		os.Exit(2)
	}
	faults := check(rules, packages)
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d packages, every arrow as the house allows\n", len(packages))
}

// list asks the go command for the packages of every module of the workspace, tests apart.
func list(ctx context.Context) ([]Package, error) {
	command := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Imports,Deps", House+"...")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var ours []Package
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p Package
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return ours, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if strings.HasPrefix(p.ImportPath, House) {
			ours = append(ours, p)
		}
	}
}

// check returns one sentence for each arrow that the rules forbid.
func check(rules []Rule, packages []Package) []string {
	var faults []string
	for _, p := range packages {
		rule, ok := ruleFor(rules, p.ImportPath)
		if !ok {
			faults = append(faults, fmt.Sprintf("%s belongs to no layer: say in rules.go what it may import", p.ImportPath))
			continue
		}
		faults = append(faults, imports(rule, p)...)
		faults = append(faults, links(rule, p)...)
	}
	return faults
}

func ruleFor(rules []Rule, path string) (Rule, bool) {
	for _, rule := range rules {
		if fits(rule.Of, strings.TrimPrefix(path, House)) {
			return rule, true
		}
	}
	return Rule{}, false
}

// imports looks at the direct imports among our own packages: the arrows proper.
func imports(rule Rule, p Package) []string {
	var faults []string
	for _, path := range p.Imports {
		name, ours := strings.CutPrefix(path, House)
		if ours && !anyFits(leaves, name) && !anyFits(rule.May, name) {
			faults = append(faults, fmt.Sprintf("%s must not import %s", p.ImportPath, path))
		}
	}
	return faults
}

// links looks at everything that the package brings with it: a library is as heavy when another package imports it.
func links(rule Rule, p Package) []string {
	var faults []string
	for _, library := range rule.Never {
		for _, path := range p.Deps {
			if strings.HasPrefix(path, library) {
				faults = append(faults, fmt.Sprintf("%s must not link %s", p.ImportPath, path))
				break
			}
		}
	}
	return faults
}
