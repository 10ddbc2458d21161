// Package i18n holds every text that a person reads, in English and in Spanish. Codes never change; texts may.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages that there are. English is what a reader of any other language gets.
const (
	English = "en"
	Spanish = "es"
)

//go:embed en.json es.json
var files embed.FS

var (
	matcher    = language.NewMatcher([]language.Tag{language.English, language.Spanish})
	bundle     = i18n.NewBundle(language.English)
	catalogues = map[string]*catalogue{English: load(English), Spanish: load(Spanish)}
)

// catalogue is one language's texts.
type catalogue struct {
	texts *i18n.Localizer
	forms map[string]bool // by id: whether it has a singular and a plural
}

// load reads one embedded file. It panics on a broken one: that is a fault of the build, and every test finds it.
func load(lang string) *catalogue {
	name := lang + ".json"
	content, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Errorf("i18n: %w", err))
	}
	if _, err = bundle.ParseMessageFileBytes(content, name); err != nil {
		panic(fmt.Errorf("i18n: %s: %w", name, err))
	}
	var flat map[string]any
	if err = json.Unmarshal(content, &flat); err != nil {
		panic(fmt.Errorf("i18n: %s: %w", name, err))
	}
	forms := make(map[string]bool, len(flat))
	for id, text := range flat {
		_, forms[id] = text.(map[string]any)
	}
	return &catalogue{texts: i18n.NewLocalizer(bundle, lang), forms: forms}
}

// Text is the text of an id in a language ("en" or "es"). A text in several forms ("1 character", "2 characters") takes
// the one for args["count"], or else for the limit that it names: "min" or "max". An id without a text is its own text:
// a code that a reader can quote is better than nothing.
func Text(lang, id string, args map[string]any) string {
	return Counted(lang, id, count(args), args)
}

// Counted is Text with the number that decides between the forms given apart, so that args may hold it as it is to be
// written.
func Counted(lang, id string, number any, args map[string]any) string {
	if !Has(lang, id) {
		return id
	}
	c, wanted := catalogues[lang], &i18n.LocalizeConfig{MessageID: id, TemplateData: args}
	if c.forms[id] {
		wanted.PluralCount = number
	}
	text, err := c.texts.Localize(wanted)
	if err != nil {
		return id
	}
	return text
}

// Has says whether a language has a text for an id.
func Has(lang, id string) bool {
	c := catalogues[lang]
	if c == nil {
		return false
	}
	_, found := c.forms[id]
	return found
}

// IDs lists every id that a language has a text for, sorted.
func IDs(lang string) []string {
	return slices.Sorted(maps.Keys(catalogues[lang].forms))
}

// count is the number that decides between singular and plural; other for none.
func count(args map[string]any) any {
	for _, name := range []string{"count", "min", "max"} {
		switch n := args[name].(type) {
		case int, int8, int16, int32, int64:
			return n
		}
	}
	return nil
}

// longestHeader bounds what is read of an Accept-Language: the languages that a person really reads come first.
const longestHeader = 200

// Language picks "en" or "es" from an Accept-Language header; what can't be read is English.
func Language(acceptLanguage string) string {
	if acceptLanguage == "" {
		return English
	}
	if len(acceptLanguage) > longestHeader {
		acceptLanguage = acceptLanguage[:longestHeader]
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English
	}
	if _, index, _ := matcher.Match(wanted...); index == 1 {
		return Spanish
	}
	return English
}
