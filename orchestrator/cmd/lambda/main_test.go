package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asCommand tells the test's own binary to be the function: so tests see how it ends.
const asCommand = "LAMBDA_TEST_RUNS_THE_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestSettingsAreWrong: all that is wrong is told at once, in one line, no secret is, and nothing is served.
func TestSettingsAreWrong(t *testing.T) {
	missing := []string{"CUSTOMERS_API_URL is missing", "ORDERS_API_URL is missing", "JWT_SECRET is missing", "SERVICE_TOKEN is missing"}
	wrong := map[string][]string{"": missing}
	wrong["ORDERS_API_URL=nowhere JWT_SECRET=short SERVICE_TOKEN=shop:change-me-change-me-change-me LOG_LEVEL=loud"] = []string{
		"CUSTOMERS_API_URL is missing", "ORDERS_API_URL must be", "JWT_SECRET is too short", "SERVICE_TOKEN is a known default", "LOG_LEVEL must be",
	}
	for environment, mistakes := range wrong {
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(strings.Fields(environment), asCommand+"=yes")
		var output bytes.Buffer
		command.Stdout, command.Stderr = &output, &output
		require.Error(t, command.Run())
		require.Equal(t, 1, command.ProcessState.ExitCode(), output.String())
		var line struct{ Level, Error string }
		require.NoError(t, json.Unmarshal(output.Bytes(), &line), output.String())
		require.Equal(t, "ERROR", line.Level)
		for _, mistake := range mistakes {
			require.Contains(t, line.Error, mistake)
		}
		require.NotContains(t, line.Error, "change-me")
	}
}
