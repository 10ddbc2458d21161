package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
)

func TestText(t *testing.T) {
	for _, one := range []struct {
		name, lang, id string
		args           map[string]any
		want           string
	}{
		{"plain", "en", "field.REQUIRED", nil, "This is required."},
		{"the other language", "es", "field.REQUIRED", nil, "Es obligatorio."},
		{"one", "en", "field.TOO_SHORT", map[string]any{"min": int64(1)}, "This must have at least 1 character."},
		{"several", "en", "field.TOO_SHORT", map[string]any{"min": 2}, "This must have at least 2 characters."},
		{"uno", "es", "field.TOO_LONG", map[string]any{"max": 1}, "Debe tener como máximo 1 carácter."},
		{"varios", "es", "field.TOO_LONG", map[string]any{"max": 120}, "Debe tener como máximo 120 caracteres."},
		{"muchos", "es", "field.TOO_LONG", map[string]any{"max": 1000000}, "Debe tener como máximo 1000000 caracteres."},
		{"markup is text", "en", "field.NOT_A_CHOICE", map[string]any{"choices": "<b>"}, "This must be one of: <b>."},
		{"no such id", "en", "field.NO_SUCH_CODE", nil, "field.NO_SUCH_CODE"},
		{"no such language", "fr", "field.REQUIRED", nil, "field.REQUIRED"},
	} {
		t.Run(one.name, func(t *testing.T) { require.Equal(t, one.want, i18n.Text(one.lang, one.id, one.args)) })
	}
}

func TestLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "es": "es", "es-MX": "es", "es-419,en;q=0.5": "es", "en-GB,es;q=0.9": "en", "en;q=0.1,es;q=0.8": "es",
		"fr-FR": "en", "fr,es;q=0.5": "es", "*": "en", "<script>": "en", ";;;": "en", strings.Repeat("es,", 5000): "es",
	} {
		require.Equal(t, want, i18n.Language(header), "%.40s", header)
	}
}

// Every id is in both catalogues, and a text names the same values in both.
func TestCataloguesAgree(t *testing.T) {
	for _, id := range i18n.IDs("en") {
		require.True(t, i18n.Has("es", id), "es.json lacks %s", id)
	}
	for _, id := range i18n.IDs("es") {
		require.True(t, i18n.Has("en", id), "en.json lacks %s", id)
	}
}

// A service of its own brings its own texts; nothing is said in two ways.
func TestAdd(t *testing.T) {
	add := func(en, es string) func() {
		return func() { i18n.Add(fstest.MapFS{"en.json": {Data: []byte(en)}, "es.json": {Data: []byte(es)}}) }
	}
	own := add(`{"test.ship": {"one": "A ship", "other": "{{.count}} ships"}}`, `{"test.ship": {"one": "Un barco", "other": "{{.count}} barcos"}}`)
	require.False(t, i18n.Has("en", "test.ship"))
	own()
	own()
	require.Equal(t, "3 ships", i18n.Text("en", "test.ship", map[string]any{"count": 3}))
	require.Equal(t, "Un barco", i18n.Text("es", "test.ship", map[string]any{"count": 1}))
	require.Equal(t, "This is required.", i18n.Text("en", "field.REQUIRED", nil))
	require.NotPanics(t, add(`{"field.REQUIRED": "This is required."}`, `{"field.REQUIRED": "Es obligatorio."}`), "the same again")

	require.PanicsWithValue(t, "i18n: es.json lacks test.port", add(`{"test.port": "Port"}`, `{}`))
	require.PanicsWithValue(t, "i18n: en.json lacks test.port", add(`{}`, `{"test.port": "Puerto"}`))
	require.PanicsWithValue(t, "i18n: en.json: field.REQUIRED has another text already", add(`{"field.REQUIRED": "Give it."}`, `{"field.REQUIRED": "Es obligatorio."}`))
	require.Panics(t, add(`{"test.port": "Port"}`, `{"test.port": `), "broken JSON")
	require.Panics(t, add(`{"test.port": 7}`, `{"test.port": 7}`), "no text")
	require.Panics(t, func() { i18n.Add(fstest.MapFS{}) }, "no files")
	require.False(t, i18n.Has("es", "test.port"))
}

// Every code that the sources hand out has its text, in both languages; examples bring theirs.
func TestEveryCodeHasItsText(t *testing.T) {
	found := idsInSources(t, filepath.Join("..", ".."))
	require.Contains(t, found, "problem.NOT_FOUND", "the sources are not read as they are meant to be")
	var missing []string
	for _, id := range found {
		for _, lang := range []string{i18n.English, i18n.Spanish} {
			if !i18n.Has(lang, id) {
				missing = append(missing, lang+".json: "+id)
			}
		}
	}
	require.Empty(t, missing, "texts are missing")
}

// idsInSources reads the repository's Go files (tests apart) for codes, and lists the ids of their texts.
func idsInSources(t *testing.T, root string) []string {
	t.Helper()
	var ids []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "examples" || strings.HasPrefix(entry.Name(), ".") && path != root && entry.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "kittest") || strings.Contains(path, "crudtest") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			ids = append(ids, idsOf(node)...)
			return true
		})
		return nil
	})
	require.NoError(t, err)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// idsOf finds the codes in one call or literal: fault.New(kind, code), f.On(field, code), errs.Add(field, code),
// fault.Field{Code: code}, Op{Codes: ...}.
func idsOf(node ast.Node) []string {
	switch node := node.(type) {
	case *ast.CallExpr:
		selector, ok := node.Fun.(*ast.SelectorExpr)
		if !ok || len(node.Args) < 2 {
			return nil
		}
		called, owner := selector.Sel.Name, name(selector.X)
		switch {
		case called == "New" && owner == "fault":
			return prefixed("problem.", node.Args[1])
		case called == "On" || called == "Add" && strings.HasPrefix(owner, "err"):
			return prefixed("field.", node.Args[1])
		}
	case *ast.KeyValueExpr:
		switch key := name(node.Key); key {
		case "Code":
			return prefixed("field.", node.Value)
		case "Codes":
			if list, ok := node.Value.(*ast.CompositeLit); ok {
				return prefixed("problem.", list.Elts...)
			}
		}
	}
	return nil
}

func name(expression ast.Expr) string {
	if identifier, ok := expression.(*ast.Ident); ok {
		return identifier.Name
	}
	return ""
}

// a code is complete: one that ends in _ has its other half worked out where it is used.
var code = regexp.MustCompile(`^[A-Z][A-Z0-9_]*[A-Z0-9]$`)

func prefixed(prefix string, expressions ...ast.Expr) []string {
	var ids []string
	for _, expression := range expressions {
		literal, ok := expression.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && code.MatchString(text) {
			ids = append(ids, prefix+text)
		}
	}
	return ids
}
