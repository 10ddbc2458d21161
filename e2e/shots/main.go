// Command shots takes a picture of every page in every state, theme and language, on a wide screen and on a phone, for
// people to look at: index.html has them all. One more of them is the README's.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"b2b.example/e2e/browser"
	"b2b.example/e2e/stage"
)

// readme is the one picture that is kept.
const readme = "docs/orders.png"

func main() {
	folder := flag.String("o", "docs/gallery", "the folder that the pictures go to")
	only := flag.String("only", "", "a pattern: pictures of the scenes whose names it matches, and no other")
	flag.Parse()
	run := &run{}
	defer run.end()
	pattern, err := regexp.Compile(*only)
	run.must(err)
	run.only = pattern
	run.shoot(*folder)
}

// run stands for a test where there is none: what goes wrong ends the command.
type run struct {
	ends   []func()
	failed bool
	only   *regexp.Regexp
}

func (*run) Helper()                         {}
func (*run) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
func (r *run) Failed() bool                  { return r.failed }
func (r *run) Cleanup(end func())            { r.ends = append(r.ends, end) }

func (r *run) Errorf(format string, args ...any) {
	r.failed = true
	r.Logf(format, args...)
}

func (r *run) FailNow() {
	r.failed = true
	r.end()
}

// end undoes what was done, last to first, and leaves.
func (r *run) end() {
	ends := r.ends
	r.ends = nil
	for _, end := range slices.Backward(ends) {
		end()
	}
	if r.failed {
		os.Exit(1)
	}
	os.Exit(0)
}

func (r *run) must(err error) {
	if err != nil {
		r.Errorf("shots: %v", err)
		r.FailNow()
	}
}

func (r *run) shoot(folder string) {
	r.must(os.RemoveAll(folder))
	r.must(os.MkdirAll(folder, 0o755))
	chromium, err := browser.Start(browser.Shell)
	r.must(err)
	r.Cleanup(func() { _ = chromium.Close() })
	s := stage.Raise(r, chromium)
	if r.only.String() == "" {
		p := s.Visit(r, browser.Options{})
		p.Go("/backoffice/orders")
		r.write(readme, p.Picture(false))
	}
	var looks []string
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
		for theme, dark := range map[string]bool{"light": false, "dark": true} {
			for _, language := range []string{"en", "es"} {
				o := browser.Options{Screen: screen, Dark: dark, Language: language}
				look := fmt.Sprintf("%s-%s-%s", screen.Name, theme, language)
				looks = append(looks, look)
				r.shootAll(s, o, filepath.Join(folder, "%s-"+look+".png"))
			}
		}
	}
	r.index(filepath.Join(folder, "index.html"), s, looks)
}

// shootAll takes every picture that a browser with these options shows.
func (r *run) shootAll(s *stage.Stage, o browser.Options, name string) {
	visit, stranger := s.Visits(r, o), s.Stranger(r, o)
	for _, scene := range r.scenes(s) {
		p := stranger
		if scene.Name != s.LogIn().Name {
			p = visit(scene)
		}
		scene.Set(p)
		r.write(fmt.Sprintf(name, scene.Name), p.Picture(true))
	}
	fmt.Println(fmt.Sprintf(name, "*"))
}

// scenes are those that pictures are taken of.
func (r *run) scenes(s *stage.Stage) (wanted []stage.Scene) {
	for _, scene := range append([]stage.Scene{s.LogIn()}, s.Scenes()...) {
		if r.only.MatchString(scene.Name) {
			wanted = append(wanted, scene)
		}
	}
	return wanted
}

//go:embed index.html
var index string

// index writes a page with all pictures: a row of looks for each scene.
func (r *run) index(path string, s *stage.Stage, looks []string) {
	var scenes []string
	for _, scene := range r.scenes(s) {
		scenes = append(scenes, scene.Name)
	}
	var page bytes.Buffer
	r.must(template.Must(template.New("").Parse(index)).Execute(&page, map[string][]string{"Scenes": scenes, "Looks": looks}))
	r.write(path, page.Bytes())
}

func (r *run) write(path string, content []byte) {
	r.must(os.WriteFile(path, content, 0o644))
}
