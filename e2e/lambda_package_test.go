package e2e

import (
	"archive/zip"
	"debug/elf"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// largestZip is how many bytes the function's zip may have.
const largestZip = 12 << 20

// TestPackage makes what is deployed, as somebody without an AWS account does.
func TestPackage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	output, err := serverless(t.Context(), t, []string{"package", "--package", folder}, nil).CombinedOutput()
	require.NoError(t, err, "%s", output)

	program := unpack(t, filepath.Join(folder, "create-and-confirm-order.zip"))
	file, err := elf.Open(program)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	require.Equal(t, elf.EM_AARCH64, file.Machine)
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries, "it must run where there is nothing else")

	require.Equal(t, map[string]any{
		"Architectures": []any{"arm64"}, "Runtime": "provided.al2023", "MemorySize": 512.0, "Timeout": 10.0,
		"CUSTOMERS_API_URL": "{{resolve:ssm:/b2b/dev/customers-api-url}}", "ORDERS_API_URL": "{{resolve:ssm:/b2b/dev/orders-api-url}}",
		"JWT_SECRET": "{{resolve:ssm:/b2b/dev/jwt-secret}}", "JWT_SECRET_PREVIOUS": "", "LOG_LEVEL": "info",
		"SERVICE_TOKEN": "{{resolve:ssm:/b2b/dev/service-token}}",
	}, functionIn(t, filepath.Join(folder, "cloudformation-template-update-stack.json")))
}

// unpack takes the one file out of the zip, which must be one that Lambda can start.
func unpack(t *testing.T, path string) (program string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, archive.Close()) }()
	size, err := os.Stat(path)
	require.NoError(t, err)
	t.Logf("the zip has %.1f MB", float64(size.Size())/1e6)
	require.Less(t, size.Size(), int64(largestZip))
	require.Len(t, archive.File, 1)
	require.Equal(t, "bootstrap", archive.File[0].Name)
	require.Equal(t, os.FileMode(0o755), archive.File[0].Mode())

	packed, err := archive.File[0].Open()
	require.NoError(t, err)
	content, err := io.ReadAll(packed)
	require.NoError(t, err)
	program = filepath.Join(t.TempDir(), "bootstrap")
	require.NoError(t, os.WriteFile(program, content, 0o600))
	return program
}

// functionIn tells what CloudFormation is asked for: the one function, with its variables.
func functionIn(t *testing.T, template string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(template)
	require.NoError(t, err)
	var stack struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(text, &stack))
	told := map[string]any{}
	for _, resource := range stack.Resources {
		if resource.Type != "AWS::Lambda::Function" {
			continue
		}
		for _, name := range []string{"Architectures", "Runtime", "MemorySize", "Timeout"} {
			told[name] = resource.Properties[name]
		}
		environment := resource.Properties["Environment"].(map[string]any)
		maps.Copy(told, environment["Variables"].(map[string]any))
	}
	return told
}
