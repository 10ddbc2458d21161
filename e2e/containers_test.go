package e2e

import (
	"context"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest/ports"
)

// parts are what there is an image of, each with the command that its image runs.
var parts = map[string]string{
	"customers-api": "./cmd/customers-api", "orders-api": "./cmd/orders-api", "orchestrator": "./cmd/local", "b2b": ".",
}

// The most bytes that a program may have. With the base's 2 MB below it, the image of a service stays under 30 MB, and that of
// b2b, which is all of them together, under 31 MB.
const (
	largestService = 28_000_000
	largestB2B     = 28_700_000
)

// TestProgramsOfImages builds what the images hold: small, in need of nothing else, and made for a server's database.
func TestProgramsOfImages(t *testing.T) {
	t.Parallel()
	var settings strings.Builder
	for part, command := range parts {
		program := buildForImage(t, part, command)
		info, err := os.Stat(program)
		require.NoError(t, err)
		t.Logf("%s has %.1f MB", part, float64(info.Size())/1e6)
		most := int64(largestService)
		if part == "b2b" {
			most = largestB2B
		}
		require.Less(t, info.Size(), most, part)

		file, err := elf.Open(program)
		require.NoError(t, err)
		libraries, err := file.ImportedLibraries()
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.Empty(t, libraries, part)

		help, err := exec.CommandContext(t.Context(), program, "--help").Output()
		require.NoError(t, err)
		settings.Write(help)
		if strings.Contains(string(help), "DATABASE_URL") {
			requireNoSQLite(t, program)
		}
	}
	requireComposeToKnow(t, settings.String())
}

func buildForImage(t *testing.T, part, command string) (program string) {
	t.Helper()
	_, err := os.ReadDir(filepath.Join(repository, part)) // for the go command to see, see repository
	require.NoError(t, err)
	program = filepath.Join(t.TempDir(), part)
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "nosqlite", "-ldflags", "-s -w -X main.version=1.2.3", "-o", program, command)
	build.Dir, build.Env = filepath.Join(repository, part), append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return program
}

// requireNoSQLite: told to use a file, the program says that it cannot, and makes none.
func requireNoSQLite(t *testing.T, program string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b2b.db")
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second) // else it would serve
	defer cancel()
	run := exec.CommandContext(soon, program)
	run.Dir = t.TempDir()
	run.Env = append(withSecrets(t), "DATABASE_URL=sqlite:"+path, "PORT=0", "CUSTOMERS_PORT="+ports.For(t), "ORDERS_PORT="+ports.For(t), "ORCHESTRATOR_PORT="+ports.For(t))
	output, err := run.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(output), "built without SQLite")
	require.NoFileExists(t, path)
}

// withSecrets is an environment with secrets as make-env makes them.
func withSecrets(t *testing.T) []string {
	t.Helper()
	written := makeEnv(t, filepath.Join(t.TempDir(), ".env"))
	return append(os.Environ(), regexp.MustCompile(`(?m)^[A-Z_]+=.*$`).FindAllString(written, -1)...)
}

var composeSettings = regexp.MustCompile(`(?m)^ +([A-Z][A-Z_]+):`)

// helpSettings are those that a program's help lists.
var helpSettings = regexp.MustCompile(`(?m)^ +([A-Z][A-Z_]+) `)

// requireComposeToKnow: what docker-compose.yml hands on is what a program reads, and all of it but where a container
// listens inside its network; and what .env offers is what it hands on.
func requireComposeToKnow(t *testing.T, help string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	require.NoError(t, err)
	compose := string(text)
	for _, found := range composeSettings.FindAllStringSubmatch(compose, -1) {
		if name := found[1]; !strings.HasPrefix(name, "MYSQL_") && name != "VERSION" && !strings.HasSuffix(name, "_IMAGE") {
			require.Regexp(t, `(?m)^ +`+name+` `, help, "docker-compose.yml hands on what nobody reads")
		}
	}
	for _, found := range helpSettings.FindAllStringSubmatch(help, -1) {
		if name := found[1]; name != "PORT" {
			require.Regexp(t, `(\$\{|, |(?m)^ +)`+name+`:`, compose, "docker-compose.yml does not hand on what a program reads")
		}
	}
	for _, offered := range regexp.MustCompile(`(?m)^#?([A-Z_]+)=`).FindAllStringSubmatch(makeEnv(t, filepath.Join(t.TempDir(), ".env")), -1) {
		require.Regexp(t, `(\$\{|(?m)^ +)`+offered[1]+`:`, compose, ".env offers what docker-compose.yml does not heed")
	}
}

// makeEnv runs scripts/make-env, and gives what is in the file then.
func makeEnv(t *testing.T, path string) string {
	t.Helper()
	script := filepath.Join(repository, "scripts", "make-env")
	_, err := os.ReadFile(script) // for the go command to see, see repository
	require.NoError(t, err)
	output, err := exec.CommandContext(t.Context(), script, path).CombinedOutput()
	require.NoError(t, err, "%s", output)
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(written)
}

// TestMakeEnv: secrets are new each time, good enough for the services, for nobody else's eyes, and never written over.
func TestMakeEnv(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	first := makeEnv(t, path)
	require.Equal(t, first, makeEnv(t, path), "the second time it is left as it is")
	require.NotEqual(t, first, makeEnv(t, path+".other"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 2, "no drafts")

	secrets := regexp.MustCompile(`(?m)^([A-Z_]+)=(.{43,})$`).FindAllStringSubmatch(first, -1)
	require.Len(t, secrets, 4)
	for _, secret := range secrets {
		t.Setenv(secret[1], secret[2])
	}
	require.NoError(t, kit.Load(new(kit.Settings)))
}
