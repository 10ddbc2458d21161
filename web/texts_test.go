package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
)

// textInSources is the id of a text as the sources write it, between quotes. One that ends in a dot is completed by a code
// where it is used: "page.status." + status.
var textInSources = regexp.MustCompile(`"(page\.[A-Za-z0-9_.]+)"`)

// idsInSources lists the ids of the pages' texts that are written in the repository's Go and templ files.
func idsInSources(t *testing.T) []string {
	t.Helper()
	var ids []string
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && path != "..") {
			return filepath.SkipDir
		}
		if !isSource(path) {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range textInSources.FindAllStringSubmatch(string(source), -1) {
			ids = append(ids, found[1])
		}
		return nil
	})
	require.NoError(t, err)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// isSource says whether a file is written by hand and runs in the product.
func isSource(path string) bool {
	if strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "webtest") {
		return false
	}
	return strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".templ")
}

// Every text that a page names is there, in both languages.
func TestEveryTextIsThere(t *testing.T) {
	used := idsInSources(t)
	require.Contains(t, used, "page.login.title", "the sources are not read as they are meant to be")
	for _, lang := range []string{i18n.English, i18n.Spanish} {
		texts := i18n.IDs(lang)
		for _, id := range used {
			isThere := slices.Contains(texts, id)
			if strings.HasSuffix(id, ".") || strings.HasSuffix(id, "_") {
				isThere = slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, id) })
			}
			require.True(t, isThere, "%s.json lacks %s", lang, id)
		}
	}
}

// Every text of the pages is used by one.
func TestEveryTextIsUsed(t *testing.T) {
	used := idsInSources(t)
	for _, text := range i18n.IDs(i18n.English) {
		if !strings.HasPrefix(text, "page.") {
			continue
		}
		isUsed := slices.ContainsFunc(used, func(id string) bool {
			return text == id || (strings.HasSuffix(id, ".") || strings.HasSuffix(id, "_")) && strings.HasPrefix(text, id)
		})
		require.True(t, isUsed, "no page uses %s", text)
	}
}
