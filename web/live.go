package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// EntityName is what a page calls an entity that it shows.
func EntityName(kind string, id int64) string { return kind + "." + strconv.FormatInt(id, 10) }

// shownAt makes a page listen for what it shows; "" is nothing.
func shownAt(entity string, version int64) templ.Attributes {
	if entity == "" {
		return nil
	}
	return templ.Attributes{"data-entity": entity, "data-version": version}
}

// News is what the badge of a change says, and what is said aloud of it: "Ana 10:44", and "Ana Ruiz confirmed the order at
// 10:44". The words begin with those of a timeline; at is the time within a sentence.
func (r Reader) News(words, action, who, at string, happened time.Time) (label, text string) {
	first, _, _ := strings.Cut(who, " ")
	return first + " " + r.soon(happened), r.T("page.news", "who", who, "did", r.happened(words, action), "at", at)
}
