package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// shows says whether a block shows what the block before it prints.
func (b block) shows() bool { return b.kind == "json" || b.kind == "http" || b.kind == "text" }

// differences are the places where what was printed is not what a block shows. A page may leave a value or a part of a
// text open by "..."; ids and times are others each time. All else is as it is shown: no member more, and none less.
func (b block) differences(printed string) []string {
	switch b.kind {
	case "json":
		return differentJSON(b.text, printed)
	case "http":
		return differentHTTP(b.text, printed)
	}
	return differentText("", strings.TrimSpace(b.text), strings.TrimSpace(strings.ReplaceAll(printed, "\r", "")))
}

func differentJSON(shown, printed string) []string {
	var is, was any
	if err := json.Unmarshal([]byte(shown), &is); err != nil {
		return []string{"shown: " + err.Error()}
	}
	if err := json.Unmarshal([]byte(printed), &was); err != nil {
		return []string{"printed: " + err.Error()}
	}
	return different("", is, was)
}

// differentHTTP looks at the status, at those headers that are shown, and at the body.
func differentHTTP(shown, printed string) (found []string) {
	is, err := readReply(shown)
	if err != nil {
		return []string{"shown: " + err.Error()}
	}
	was, err := readReply(printed)
	if err != nil {
		return []string{"printed: " + err.Error()}
	}
	if is.status != was.status {
		found = append(found, fmt.Sprintf("status is %d", was.status))
	}
	for name := range is.header {
		found = append(found, differentText(name, is.header.Get(name), was.header.Get(name))...)
	}
	return append(found, differentJSON(is.body, was.body)...)
}

func readReply(text string) (reply, error) {
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body)}, errors.Join(err, response.Body.Close())
}

func different(at string, shown, printed any) (found []string) {
	if shown == "..." && printed != nil {
		return nil
	}
	if fmt.Sprintf("%T", shown) != fmt.Sprintf("%T", printed) {
		return []string{fmt.Sprintf("%s is %v", at, printed)}
	}
	switch shown := shown.(type) {
	case map[string]any:
		printed := printed.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(shown)) {
			found = append(found, different(at+"."+name, shown[name], printed[name])...)
		}
		for name := range printed {
			if _, ok := shown[name]; !ok {
				found = append(found, at+"."+name+" is not shown")
			}
		}
	case []any:
		printed := printed.([]any)
		if len(shown) != len(printed) {
			return []string{fmt.Sprintf("%s has %d entries", at, len(printed))}
		}
		for i := range shown {
			found = append(found, different(fmt.Sprintf("%s[%d]", at, i), shown[i], printed[i])...)
		}
	case string:
		return differentText(at, shown, printed.(string))
	default:
		if shown != printed && !isID(at) {
			return []string{fmt.Sprintf("%s is %v", at, printed)}
		}
	}
	return found
}

// isID: "id", "product_id", "request_id".
func isID(at string) bool { return strings.HasSuffix(at, ".id") || strings.HasSuffix(at, "_id") }

var idInPath = regexp.MustCompile(`/\d+`)

func differentText(at, shown, printed string) []string {
	if isID(at) || isTime(shown) && isTime(printed) {
		return nil
	}
	if strings.HasPrefix(shown, "/") {
		shown, printed = idInPath.ReplaceAllString(shown, "/ID"), idInPath.ReplaceAllString(printed, "/ID")
	}
	open := strings.ReplaceAll(regexp.QuoteMeta(shown), `\.\.\.`, `.+`)
	if regexp.MustCompile(`^(?s:` + open + `)$`).MatchString(printed) {
		return nil
	}
	return []string{fmt.Sprintf("%s is %q", at, printed)}
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

// TestDifferences: what is compared is compared. Each pair differs in one way, or in none.
func TestDifferences(t *testing.T) {
	for _, one := range []struct {
		kind, shown, printed string
		want                 []string
	}{
		{"text", "CONFIRMED\nCANCELED\n", "CONFIRMED\r\nCANCELED\n", nil},
		{"text", "CONFIRMED\n", "CREATED\n", []string{` is "CREATED"`}},
		{"text", "CONFIRMED\n", "", []string{` is ""`}},
		{"json", `{"id": 1, "product_id": 2}`, `{"product_id":7,"id":8}`, nil},
		{"json", `{"id": 1}`, `{"id":"1"}`, []string{".id is 1"}},
		{"json", `{"qty": 1}`, `{"qty":2}`, []string{".qty is 2"}},
		{"json", `{"qty": 1}`, `{}`, []string{".qty is <nil>"}},
		{"json", `{}`, `{"qty":1}`, []string{".qty is not shown"}},
		{"json", `{"at": "2026-11-24T14:21:54.643169Z"}`, `{"at":"2027-01-01T00:00:00.000000Z"}`, nil},
		{"json", `{"at": "2026-11-24T14:21:54.643169Z"}`, `{"at":"2027-01-01"}`, []string{`.at is "2027-01-01"`}},
		{"json", `{"next": "..."}`, `{"next":"abc"}`, nil},
		{"json", `{"next": "..."}`, `{"next":null}`, []string{".next is <nil>"}},
		{"json", `{"next": null}`, `{"next":"abc"}`, []string{".next is abc"}},
		{"json", `{"detail": "Order ... is late."}`, `{"detail":"Order 7 is late."}`, nil},
		{"json", `{"detail": "Order ... is late."}`, `{"detail":"Order 7 is late!"}`, []string{`.detail is "Order 7 is late!"`}},
		{"json", `{"all": [{"qty": 1}]}`, `{"all":[{"qty":2}]}`, []string{".all[0].qty is 2"}},
		{"json", `{"all": [1]}`, `{"all":[1,2]}`, []string{".all has 2 entries"}},
		{"json", `{"instance": "/orders/1"}`, `{"instance":"/orders/2"}`, nil},
		{"json", `{"instance": "/orders/1"}`, `{"instance":"/products/1"}`, []string{`.instance is "/products/ID"`}},
		{"http", "HTTP/1.1 201 Created\nETag: \"1\"\n\n{}", "HTTP/1.1 201 Created\r\nEtag: \"1\"\r\nX: y\r\n\r\n{}", nil},
		{"http", "HTTP/1.1 201 Created\n\n{}", "HTTP/1.1 200 OK\r\n\r\n{}", []string{"status is 200"}},
		{"http", "HTTP/1.1 200 OK\nETag: \"1\"\n\n{}", "HTTP/1.1 200 OK\r\n\r\n{}", []string{`Etag is ""`}},
		{"http", "HTTP/1.1 200 OK\n\n{}", "HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", []string{".a is not shown"}},
	} {
		require.Equal(t, one.want, block{kind: one.kind, text: one.shown}.differences(one.printed), "%s beside %s", one.shown, one.printed)
	}
}
