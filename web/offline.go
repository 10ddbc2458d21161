package web

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// workerCode is what a browser does with the page that it holds in the name "offline".
//
//go:embed worker.js
var workerCode string

// Offline is what a page says where no other can be loaded.
type Offline struct{ Frame }

// heldPage is the page that a browser shows when no server answers, its headers, and what it loads, with the name of the
// cache that they are kept in.
type heldPage struct {
	Page    string            `json:"page"`
	Headers map[string]string `json:"headers"`
	Assets  []string          `json:"assets"`
	Cache   string            `json:"cache"`
}

// offlineScript is the one script of that page.
const offlineScript = "offline.js"

// Worker is a script that has a browser show a page where no server answers. It begins with that page, so what belongs
// together comes together during a deploy, too; and it is another script whenever the page is, so browsers take it anew. It
// outlives the log-out: of a reader it knows the language and the theme, and nothing else.
func Worker(f Frame, headers map[string]string) ([]byte, error) {
	anybody := Offline{Frame{Reader: Reader{Language: f.Language, Theme: f.Theme}, Company: f.Company}}
	var page strings.Builder
	if err := anybody.Page().Render(context.Background(), &page); err != nil {
		return nil, fmt.Errorf("render a page: %w", err)
	}
	held, err := json.Marshal(heldPage{
		Page: page.String(), Headers: headers, Cache: "offline-" + fingerprint([]byte(page.String())),
		Assets: []string{Asset("app.css"), Asset("icons.svg"), Asset("favicon.svg"), Asset(offlineScript)},
	}, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("hold a page: %w", err)
	}
	return []byte("const offline = " + string(held) + ";\n" + workerCode), nil
}

// clock is the time of day, in milliseconds since midnight.
func (r Reader) clock() int64 {
	now := r.local(r.Now)
	return int64(now.Hour()*3600+now.Minute()*60+now.Second()) * 1000
}
