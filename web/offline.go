package web

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"b2b.example/kit/i18n"
)

// workerCode is what a browser does with the page that it holds in the name "offline".
//
//go:embed worker.js
var workerCode string

// Offline is what a page says where no other can be loaded.
type Offline struct{ Frame }

// heldPage is the page that a browser shows when no server answers, as each reader has it, its headers, and what it loads,
// with the name of the cache that they are kept in.
type heldPage struct {
	Pages   map[string]string `json:"pages"` // by language and theme, with a blank between them: "en ", "es dark"
	Headers map[string]string `json:"headers"`
	Assets  []string          `json:"assets"`
	Cache   string            `json:"cache"`
}

// offlineScript is the one script of that page.
const offlineScript = "offline.js"

// Worker is a script that has a browser show a page where no server answers. It begins with that page, so what belongs
// together comes together during a deploy, too. It is the same for every reader and stays so until a release has another:
// browsers that replace one while they load a page may never show that. It outlives the log-out, and knows nobody.
func Worker(company string, headers map[string]string) ([]byte, error) {
	held := heldPage{Pages: map[string]string{}, Headers: headers}
	for _, language := range []string{i18n.English, i18n.Spanish} {
		for _, theme := range []string{"", "light", "dark"} {
			var page strings.Builder
			anybody := Offline{Frame{Reader: Reader{Language: language, Theme: theme}, Company: company}}
			if err := anybody.Page().Render(context.Background(), &page); err != nil {
				return nil, fmt.Errorf("render a page: %w", err)
			}
			held.Pages[language+" "+theme] = page.String()
		}
	}
	held.Assets = []string{Asset("app.css"), Asset("icons.svg"), Asset("favicon.svg"), Asset(offlineScript)}
	held.Cache = "offline-" + fingerprint([]byte(strings.Join(held.Assets, "\n")))
	begin, err := json.Marshal(held, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("hold a page: %w", err)
	}
	return []byte("const offline = " + string(begin) + ";\n" + workerCode), nil
}

// clock is the time of day, in milliseconds since midnight.
func (r Reader) clock() int64 {
	now := r.local(r.Now)
	return int64(now.Hour()*3600+now.Minute()*60+now.Second()) * 1000
}
