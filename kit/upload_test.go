package kit_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// An upload is read as it comes, up to its limit; every other body still ends at 1 MB, whether it tells its length or not.
func TestUploads(t *testing.T) {
	app := kit.New(kit.Options{Name: "files", Version: "1", Settings: kittest.Settings()})
	op := kit.Op{ID: "upload", Guard: kit.Anyone, Upload: 6 << 20}
	kit.Handle(app, "POST", "/files", op, func(c *fiber.Ctx, _ *kit.Nothing) (*kit.Answer, error) {
		n, err := io.Copy(io.Discard, kit.Upload(c))
		return &kit.Answer{Body: fmt.Append(nil, n)}, err
	})
	kit.Handle(app, "POST", "/texts", kit.Op{ID: "text", Guard: kit.Anyone}, func(c *fiber.Ctx, _ *struct{ Body []string }) (*kit.Answer, error) {
		return &kit.Answer{Body: fmt.Append(nil, len(c.Request().Body()))}, nil
	})
	server := kittest.Serve(t, app)
	small := `["` + strings.Repeat("a", 1<<20-4) + `"]`
	for name, one := range map[string]struct {
		path, body string
		chunked    bool
		status     int
		answer     string
	}{
		"a file":                     {"/files", strings.Repeat("a", 5<<20), false, 200, "5242880"},
		"a file in chunks":           {"/files", strings.Repeat("a", 5<<20), true, 200, "5242880"},
		"a small file":               {"/files", "abc", false, 200, "3"},
		"no file":                    {"/files", "", false, 200, "0"},
		"as large as may be":         {"/files", strings.Repeat("a", 6<<20), true, 200, "6291456"},
		"too large a file":           {"/files", strings.Repeat("a", 6<<20+1), false, 413, "FILE_TOO_LARGE"},
		"too large a file in chunks": {"/files", strings.Repeat("a", 6<<20+1), true, 413, "FILE_TOO_LARGE"},
		"a text":                     {"/texts", small, false, 200, "1048576"},
		"a text in chunks":           {"/texts", small, true, 200, "1048576"},
		"too long a text":            {"/texts", small + " ", false, 413, "BODY_TOO_LARGE"},
		"too long a text in chunks":  {"/texts", small + " ", true, 413, "BODY_TOO_LARGE"},
		"a far too long text":        {"/texts", strings.Repeat("a", 3<<20), true, 413, "BODY_TOO_LARGE"},
	} {
		t.Run(name, func(t *testing.T) {
			body := io.Reader(strings.NewReader(one.body))
			if one.chunked {
				body = io.MultiReader(body)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+one.path, body)
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			defer func() { _ = response.Body.Close() }()
			answer, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, one.status, response.StatusCode, "%s", answer)
			require.Contains(t, string(answer), one.answer)
		})
	}
}

// A body that is not what it says is refused, and so is what only claims to be refused already.
func TestBrokenBodies(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	for name, one := range map[string]struct {
		request string
		status  int
	}{
		"broken chunks":           {"POST /orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		"a far too large promise": {"POST /orders HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413},
		"a header of ours":        {"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Refused-Body: 1\r\n\r\n", 200},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
			require.NoError(t, err)
			defer func() { _ = connection.Close() }()
			_, err = io.WriteString(connection, one.request)
			require.NoError(t, err)
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			require.NoError(t, err)
			defer func() { _ = response.Body.Close() }()
			require.Equal(t, one.status, response.StatusCode)
		})
	}
}
