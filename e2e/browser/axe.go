package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
)

// axeRun asks axe for what a page breaks. The style sheets are not fetched again: only rules that are not among these need
// it.
const axeRun = `axe.run(document, {runOnly: %s, resultTypes: ["violations"], preload: false}).then(result => result.violations.flatMap(v =>
	v.nodes.map(n => v.id + " (" + v.help + "): " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " ") + " " + n.html.slice(0, 200))))`

// Axe is everything that axe finds wrong with the page as it is, by WCAG 2.2 AA and by good practice. It needs scripts.
func (p *Page) Axe() []string {
	p.t.Helper()
	return p.axe(`["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`)
}

// AxeContrast is Axe for what another theme changes: colours alone.
func (p *Page) AxeContrast() []string {
	p.t.Helper()
	return p.axe(`{type: "rule", values: ["color-contrast"]}`)
}

// axe works in a world of its own beside the page's, so that the page's Content-Security-Policy need not let it in.
func (p *Page) axe(rules string) []string {
	p.t.Helper()
	source, err := axe()
	p.must(err)
	world := do(p, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: p.frame().ID, WorldName: "axe"}).ExecutionContextID
	_, err = evaluateIn[bool](p, world, "if (!globalThis.axe) {"+source+"\n}\ntrue")
	p.must(err)
	found, err := evaluateIn[[]string](p, world, fmt.Sprintf(axeRun, rules))
	p.must(err)
	return found
}

// axe is axe-core as npm has it. The repository's npm packages are installed where they are missing.
var axe = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx, root, "scripts/node-modules"); err != nil {
		return "", fmt.Errorf("this needs the npm package axe-core, which could not be installed: %w", err)
	}
	source, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	return string(source), err
})

// Root is the repository's, found from a folder in it.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.work")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("this must be run in the repository")
		}
		folder = filepath.Dir(folder)
	}
}
