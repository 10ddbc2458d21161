// Package examples has the test of docs/add-an-entity.md.
package examples

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	section = regexp.MustCompile(`(?m)^## (.*)$`)
	fenced  = regexp.MustCompile("(?ms)^```([a-z]+)(?: (\\S+))?\n(.*?)^```$")
	place   = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\d+|many) \\|$")
	numbers = regexp.MustCompile(`/\d{5}_`)
)

// TestGuide does what the guide says, in a copy of the repository, and counts the places and the lines that it took.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../docs/add-an-entity.md")
	require.NoError(t, err)
	g := &guide{T: t, folder: copied(t)}
	parts := section.FindAllIndex(text, -1)
	require.Len(t, parts, 4)
	for i, at := range parts {
		end := len(text)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		g.follow(string(text[at[0]:end]))
	}
}

type guide struct {
	*testing.T
	folder string
	server string // address of the example
	env    []string
}

// follow does what a section says. The places that its table names, and no others, have that many lines more.
func (g *guide) follow(text string) {
	for _, found := range fenced.FindAllStringSubmatch(text, -1) {
		kind, file, body := found[1], found[2], found[3]
		switch kind {
		case "console":
			require.Equal(g.T, "go run ./examples/suppliers\n", body)
			g.start()
		case "sh":
			g.run("bash", "-euo", "pipefail", "-c", strings.ReplaceAll(body, "127.0.0.1:3004", g.server))
		case "go":
			require.NoError(g.T, os.WriteFile(filepath.Join(g.folder, file), []byte(body), 0o600))
		case "diff":
			g.change(filepath.Join(g.folder, file), body)
		default:
			require.Fail(g.T, "nobody checks this: "+kind)
		}
	}
	told := map[string]string{}
	for _, row := range place.FindAllStringSubmatch(text, -1) {
		told[row[1]] = row[2]
	}
	g.run("git", "add", "-A")
	counted := map[string]string{}
	for line := range strings.Lines(g.run("git", "diff", "--cached", "--numstat")) {
		if columns := strings.Fields(line); len(columns) == 3 {
			path := numbers.ReplaceAllString(columns[2], "/*_")
			counted[path] = columns[0]
			if told[path] == "many" {
				counted[path] = "many"
			}
		}
	}
	require.Equal(g.T, told, counted)
	g.run("git", "commit", "-q", "--allow-empty", "-m", "as the guide says")
}

// change applies lines that begin with + after, or before, those that are there already and begin with a blank.
func (g *guide) change(file, diff string) {
	content, err := os.ReadFile(file)
	require.NoError(g.T, err)
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		after.WriteString(line[1:])
		if line[0] == ' ' {
			before.WriteString(line[1:])
		}
	}
	require.Equal(g.T, 1, strings.Count(string(content), before.String()), "%s has not once\n%s", file, before.String())
	changed := strings.Replace(string(content), before.String(), after.String(), 1)
	require.NoError(g.T, os.WriteFile(file, []byte(changed), 0o600))
}

// run runs a command in the copy, and gives what it printed.
func (g *guide) run(name string, args ...string) string {
	g.Helper()
	command := exec.CommandContext(g.Context(), name, args...)
	command.Dir, command.Env = g.folder, append(os.Environ(), g.env...)
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	require.NoError(g.T, err, "%s\n%s%s", args, output, complaints.String())
	return string(output)
}

// start starts the example, as go run does, until the test ends.
func (g *guide) start() {
	binary := filepath.Join(g.TempDir(), "suppliers")
	g.run("go", "build", "-o", binary, "./examples/suppliers")
	command := exec.Command(binary)
	command.Env = append(os.Environ(), "PORT=0")
	output, err := command.StdoutPipe()
	require.NoError(g.T, err)
	require.NoError(g.T, command.Start())
	g.Cleanup(func() {
		require.NoError(g.T, command.Process.Signal(syscall.SIGTERM))
		_, _ = io.Copy(io.Discard, output)
		require.NoError(g.T, command.Wait())
	})
	said := bufio.NewScanner(output)
	for said.Scan() {
		if address, ok := strings.CutPrefix(said.Text(), "backoffice  http://"); ok {
			g.server = strings.TrimSuffix(address, "/backoffice")
		}
		if strings.HasPrefix(said.Text(), "TOKEN=") {
			g.env = append(g.env, said.Text())
			break
		}
	}
	require.Eventually(g.T, func() bool {
		answer, err := http.Get(fmt.Sprintf("http://%s/health/ready", g.server))
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, 20*time.Second, 20*time.Millisecond)
	g.strangers()
}

// strangers: a browser that another site sends here, by that site's own name, is nobody.
func (g *guide) strangers() {
	request, err := http.NewRequestWithContext(g.Context(), http.MethodGet, "http://"+g.server+"/backoffice/suppliers", http.NoBody)
	require.NoError(g.T, err)
	for host, status := range map[string]int{"attacker.test": http.StatusForbidden, "localhost": http.StatusOK, g.server: http.StatusOK} {
		request.Host = host
		answer, err := http.DefaultClient.Do(request)
		require.NoError(g.T, err)
		require.NoError(g.T, answer.Body.Close())
		require.Equal(g.T, status, answer.StatusCode, host)
	}
}

// copied is the repository once more, as it is now, with git to count what is changed in it. Its programs are built
// without the folder's name in them, so that the next copy finds them built.
func copied(t *testing.T) string {
	t.Helper()
	g := &guide{T: t, folder: ".."}
	files := strings.Split(strings.TrimSuffix(g.run("git", "ls-files", "-coz", "--exclude-standard"), "\x00"), "\x00")
	folder := t.TempDir()
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join("..", name))
		if os.IsNotExist(err) || err != nil && strings.Contains(err.Error(), "is a directory") {
			continue // taken away and not committed yet, or a link to a folder
		}
		require.NoError(t, err)
		info, err := os.Stat(filepath.Join("..", name))
		require.NoError(t, err)
		to := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
		require.NoError(t, os.WriteFile(to, content, info.Mode()))
	}
	t.Setenv("GOFLAGS", "-trimpath")
	for name, value := range map[string]string{"GIT_AUTHOR_NAME": "guide", "GIT_AUTHOR_EMAIL": "guide@example.test"} {
		t.Setenv(name, value)
		t.Setenv(strings.Replace(name, "AUTHOR", "COMMITTER", 1), value)
	}
	g.folder = folder
	g.run("git", "init", "-q")
	g.run("git", "add", "-A")
	g.run("git", "commit", "-qm", "as it is")
	return folder
}
