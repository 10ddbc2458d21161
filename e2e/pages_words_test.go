package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/customers-api"
	"b2b.example/kit"
	"b2b.example/kit/i18n"
	"b2b.example/kit/kittest"
	"b2b.example/orchestrator"
	"b2b.example/orders-api"
)

// contract is what the services' OpenAPI documents say that there is.
type contract struct {
	paths      []string // /orders/{id}
	operations []string // GET /orders/{id}
	codes      map[int][]string
	words      string // the documents themselves, the names of faults and those of settings
}

func readContract(t *testing.T) *contract {
	t.Helper()
	c := &contract{codes: map[int][]string{
		http.StatusMethodNotAllowed: {"METHOD_NOT_ALLOWED"}, // what no operation answers is in no document
	}}
	settings := kittest.Settings()
	customersAPI, err := customers.New(t.Context(), customers.Options{Settings: customers.Settings{Settings: settings}})
	require.NoError(t, err)
	ordersAPI, err := orders.New(t.Context(), orders.Options{Settings: orders.Settings{Settings: settings}})
	require.NoError(t, err)
	whole, err := orchestrator.New(t.Context(), orchestrator.Options{Settings: orchestrator.Settings{Settings: settings}})
	require.NoError(t, err)
	for _, app := range []*kit.App{customersAPI, ordersAPI, whole} {
		c.add(t, app)
	}
	var usage strings.Builder
	kit.Usage(&usage, "", &orders.Settings{})
	c.words += usage.String() + strings.Join(i18n.IDs("en"), "\n")
	return c
}

func (c *contract) add(t *testing.T, app *kit.App) {
	t.Helper()
	text, err := app.DocumentYAML()
	require.NoError(t, err)
	c.words += string(text)
	for path, item := range app.Document().Paths.Map() {
		c.paths = append(c.paths, path)
		for method, operation := range item.Operations() {
			c.operations = append(c.operations, method+" "+path)
			for status, response := range operation.Responses.Map() {
				_, list, _ := strings.Cut(*response.Value.Description, ": ")
				if number, _ := strconv.Atoi(status); number >= http.StatusBadRequest {
					c.codes[number] = append(c.codes[number], strings.Split(list, ", ")...)
				}
			}
		}
	}
}

// sorted are codes by status, each once.
func sorted(codes map[int][]string) map[int][]string {
	all := map[int][]string{}
	for status, list := range codes {
		slices.Sort(list)
		all[status] = slices.Compact(list)
	}
	return all
}

var (
	inCode      = regexp.MustCompile("`([^`\n]+)`")
	operationIs = regexp.MustCompile(`^(?:GET|POST|PUT|PATCH|DELETE) /`)
	nameIs      = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)
	parameter   = regexp.MustCompile(`:([a-z_]+)`)
)

// TestPagesNameWhatThereIs: every operation, path, code and setting that a page names exists.
func TestPagesNameWhatThereIs(t *testing.T) {
	c := readContract(t)
	for _, name := range pages {
		prose := fenced.ReplaceAllString(readPage(t, name).text, "")
		for _, found := range inCode.FindAllStringSubmatch(prose, -1) {
			said := parameter.ReplaceAllString(found[1], "{$1}")
			switch {
			case operationIs.MatchString(said):
				require.Contains(t, c.operations, said, name)
			case strings.HasPrefix(said, "/") && said != "/docs" && said != "/openapi.yaml":
				begins := func(path string) bool { return path == said || strings.HasPrefix(path, said+"/") }
				require.True(t, slices.ContainsFunc(c.paths, begins), "%s: there is no %s", name, said)
			case nameIs.MatchString(said):
				require.Regexp(t, `\b`+said+`\b`, c.words, name)
			}
		}
	}
}

var tableOfCodes = regexp.MustCompile(`(?m)^\| (\d{3}) \|([^|]+)\|`)

// TestTableOfCodes: the integrator's table has every code that there is, at its status, and no other.
func TestTableOfCodes(t *testing.T) {
	told := map[int][]string{}
	for _, row := range tableOfCodes.FindAllStringSubmatch(readPage(t, "docs/integrate.md").text, -1) {
		status, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		for _, code := range inCode.FindAllStringSubmatch(row[2], -1) {
			told[status] = append(told[status], code[1])
		}
	}
	require.Equal(t, sorted(readContract(t).codes), sorted(told))
}

var (
	link    = regexp.MustCompile(`\]\(([^)]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// TestPagesLeadSomewhere: every link to a file or to a heading finds it.
func TestPagesLeadSomewhere(t *testing.T) {
	for _, name := range pages {
		for _, found := range link.FindAllStringSubmatch(readPage(t, name).text, -1) {
			file, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			target := filepath.Join(filepath.Dir(name), file)
			if file == "" {
				target = name
			}
			_, err := os.Stat(filepath.Join(repository, target))
			require.NoError(t, err, name)
			if anchor != "" {
				require.Contains(t, anchors(readPage(t, target)), anchor, name)
			}
		}
	}
}

// anchors are the names of a page's headings, as GitHub makes them.
func anchors(p *page) (names []string) {
	for _, found := range heading.FindAllStringSubmatch(p.text, -1) {
		plain := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(found[1]), "")
		names = append(names, strings.ReplaceAll(plain, " ", "-"))
	}
	return names
}
