package e2e

import (
	"context"
	"fmt"
	"net"
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

// TestReadme runs what the README tells people to run, against what it tells them to start.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	script := scriptOf(string(readme))
	for written, served := range startB2B(t) {
		require.Contains(t, script, "127.0.0.1:"+written+"/")
		script = strings.ReplaceAll(script, "127.0.0.1:"+written+"/", "127.0.0.1:"+served+"/")
	}
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail")
	command.Stdin = strings.NewReader(script)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Regexp(t, `(?s)^CONFIRMED\nCANCELED\n.*"canceled".*"success":true.*"status":"CONFIRMED"`, string(output))
}

var shBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// scriptOf is all that is to be typed, in the order of reading.
func scriptOf(readme string) string {
	var script strings.Builder
	for _, block := range shBlock.FindAllStringSubmatch(readme, -1) {
		script.WriteString(block[1])
	}
	return script.String()
}

// startB2B runs b2b in a folder of its own until the test ends, and gives its ports by those that the README has.
func startB2B(t *testing.T) map[string]string {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "b2b")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = "../b2b"
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)

	ports := map[string]string{"3000": freePort(t), "3001": freePort(t), "3002": freePort(t)}
	command := exec.CommandContext(context.Background(), binary)
	command.Dir = folder
	command.Env = append(os.Environ(), "ORCHESTRATOR_PORT="+ports["3000"], "CUSTOMERS_PORT="+ports["3001"], "ORDERS_PORT="+ports["3002"],
		"DATABASE_URL=sqlite:./data/b2b.db", "LOG_LEVEL=error")
	command.Stdout, command.Stderr = t.Output(), t.Output()
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, command.Process.Signal(syscall.SIGTERM))
		require.NoError(t, command.Wait())
	})
	for _, port := range ports {
		awaitReady(t, fmt.Sprintf("http://127.0.0.1:%s/health/ready", port))
	}
	return ports
}

func awaitReady(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := http.Get(address)
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, time.Minute, 50*time.Millisecond, address)
}

// freePort is a port that nobody has just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return port
}
