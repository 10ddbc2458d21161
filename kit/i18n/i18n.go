// Package i18n holds every text that a person reads, in English and in Spanish. Codes never change; texts may.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
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
	catalogues = map[string]*catalogue{
		English: {texts: i18n.NewLocalizer(bundle, English), known: map[string]any{}},
		Spanish: {texts: i18n.NewLocalizer(bundle, Spanish), known: map[string]any{}},
	}
)

// Our own texts are there before anybody reads one.
func init() { Add(files) } //nolint:gochecknoinits // as with those of any other package, which are added at start

// catalogue is one language's texts.
type catalogue struct {
	texts *i18n.Localizer
	known map[string]any // by id, as its file has it: a text, or several forms of one
}

// Add takes further texts: those of the en.json and es.json of a folder. It is for the start of a program, before
// anything is read. Files that are broken, that have not the same ids, or that say otherwise what is said already, are a
// fault of the build: Add panics, and every test finds it. The same texts may be added again.
func Add(folder fs.FS) {
	english, spanish := read(folder, English), read(folder, Spanish)
	for id := range english {
		if _, both := spanish[id]; !both {
			panic("i18n: es.json lacks " + id)
		}
	}
	for id := range spanish {
		if _, both := english[id]; !both {
			panic("i18n: en.json lacks " + id)
		}
	}
	learn(English, english)
	learn(Spanish, spanish)
}

// read gives the texts of one file.
func read(folder fs.FS, lang string) map[string]any {
	name := lang + ".json"
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		panic(fmt.Errorf("i18n: %w", err))
	}
	var texts map[string]any
	if err := json.Unmarshal(content, &texts); err != nil {
		panic(fmt.Errorf("i18n: %s: %w", name, err))
	}
	return texts
}

// learn adds texts to a language. What is known already is left as it is, for somebody may be reading it.
func learn(lang string, texts map[string]any) {
	c, fresh := catalogues[lang], map[string]any{}
	for id, text := range texts {
		known, found := c.known[id]
		switch {
		case !found:
			fresh[id] = text
		case !reflect.DeepEqual(known, text):
			panic(fmt.Sprintf("i18n: %s.json: %s has another text already", lang, id))
		}
	}
	if len(fresh) == 0 {
		return
	}
	content, err := json.Marshal(fresh)
	if err == nil {
		_, err = bundle.ParseMessageFileBytes(content, lang+".json")
	}
	if err != nil {
		panic(fmt.Errorf("i18n: %s.json: %w", lang, err))
	}
	maps.Copy(c.known, fresh)
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
	if _, several := c.known[id].(map[string]any); several {
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
	_, found := c.known[id]
	return found
}

// IDs lists every id that a language has a text for, sorted.
func IDs(lang string) []string {
	return slices.Sorted(maps.Keys(catalogues[lang].known))
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
