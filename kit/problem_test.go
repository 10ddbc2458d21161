package kit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

// Each code has one status, and a text for its reader; each status has a title.
func TestCodesHaveOneStatusAndAText(t *testing.T) {
	seen := map[string]int{}
	for status, list := range codes {
		require.True(t, i18n.Has("en", "problem.title."+strconv.Itoa(status)), "no title for %d", status)
		for _, code := range list {
			require.Zero(t, seen[code], "%s is %d and %d", code, seen[code], status)
			require.True(t, i18n.Has("en", "problem."+code), "no text for %s", code)
			seen[code] = status
		}
	}
}

// kinds are the kinds of fault as the sources write them.
var kinds = map[string]fault.Kind{
	"Internal": fault.Internal, "Malformed": fault.Malformed, "Unauthenticated": fault.Unauthenticated,
	"Forbidden": fault.Forbidden, "NotFound": fault.NotFound, "MethodNotAllowed": fault.MethodNotAllowed,
	"Conflict": fault.Conflict, "Stale": fault.Stale, "TooLarge": fault.TooLarge, "UnsupportedMedia": fault.UnsupportedMedia,
	"Invalid": fault.Invalid, "VersionRequired": fault.VersionRequired, "TooManyRequests": fault.TooManyRequests,
	"HeadersTooLarge": fault.HeadersTooLarge, "RequestTimeout": fault.RequestTimeout, "Unavailable": fault.Unavailable, "DeadlineExceeded": fault.DeadlineExceeded,
}

// Every fault that the repository's sources make is in the list of codes, with the status of its kind.
func TestEveryFaultIsInTheListOfCodes(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if kind, code, ok := madeFault(node); ok {
				found++
				require.Equal(t, statuses[kinds[kind]], statusOfCode(code), "%s: fault.New(fault.%s, %q) and codes in problem.go", path, kind, code)
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, found, 20, "the sources are not read as they are meant to be")
}

// madeFault reads fault.New(fault.KIND, "CODE").
func madeFault(node ast.Node) (kind, code string, ok bool) {
	call, isCall := node.(*ast.CallExpr)
	if !isCall || len(call.Args) != 2 || !isFault(call.Fun, "New") {
		return "", "", false
	}
	selector, isSelector := call.Args[0].(*ast.SelectorExpr)
	literal, isLiteral := call.Args[1].(*ast.BasicLit)
	if !isSelector || !isLiteral {
		return "", "", false
	}
	code, err := strconv.Unquote(literal.Value)
	return selector.Sel.Name, code, err == nil
}

func isFault(expression ast.Expr, name string) bool {
	selector, ok := expression.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	owner, ok := selector.X.(*ast.Ident)
	return ok && owner.Name == "fault"
}

func TestStatusOfEveryKind(t *testing.T) {
	for kind, want := range map[fault.Kind]int{
		fault.Malformed: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.MethodNotAllowed: 405,
		fault.Conflict: 409, fault.Stale: 412, fault.TooLarge: 413, fault.UnsupportedMedia: 415, fault.Invalid: 422,
		fault.VersionRequired: 428, fault.TooManyRequests: 429, fault.HeadersTooLarge: 431, fault.RequestTimeout: 408, fault.Internal: 500,
		fault.Unavailable: 503, fault.DeadlineExceeded: 504,
	} {
		require.Equal(t, want, statuses[kind])
		require.Equal(t, kind, kindOf(want))
	}
}
