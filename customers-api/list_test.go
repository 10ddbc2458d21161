package customers

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/kit/kittest"
)

// listed is a page of a list.
type listed[T any] struct {
	Data []T     `json:"data"`
	Next *string `json:"next_cursor"`
	Prev *string `json:"prev_cursor"`
}

func (w *world) cursor(path string) string {
	w.t.Helper()
	var page listed[struct{}]
	w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200}).JSON(w.t, &page)
	return *page.Next
}

var linked = regexp.MustCompile(`<([^>]+)>; rel="(next|prev)"`)

// walk follows a list's Link headers from a path on, and gives what each page shows.
func walk[T any](w *world, path, relation string, show func(T) int64) (pages [][]int64, last string) {
	w.t.Helper()
	for path != "" {
		var page listed[T]
		r := w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200})
		r.JSON(w.t, &page)
		ids := make([]int64, len(page.Data))
		for i, row := range page.Data {
			ids[i] = show(row)
		}
		pages, last = append(pages, ids), path
		links := map[string]string{}
		for _, found := range linked.FindAllStringSubmatch(r.Header.Get("Link"), -1) {
			links[found[2]] = found[1]
		}
		require.Equal(w.t, page.Next != nil, links["next"] != "")
		require.Equal(w.t, page.Prev != nil, links["prev"] != "")
		path = links[relation]
	}
	return pages, last
}

func forward[T any](w *world, path string, show func(T) int64) [][]int64 {
	w.t.Helper()
	pages, _ := walk(w, path, "next", show)
	return pages
}

// backward goes to a list's end, and back from there.
func backward[T any](w *world, path string, show func(T) int64) [][]int64 {
	w.t.Helper()
	_, last := walk(w, path, "next", show)
	pages, _ := walk(w, last, "prev", show)
	return pages
}

func entityID(e entity) int64 { return e.ID }

func TestCustomerLists(t *testing.T) {
	each(t, func(w *world) {
		for _, name := range []string{"García Hermanos", "GARCIA y Cía", "Beta", "alfa", "Ñandú", "Alfa"} {
			w.add(name)
		}
		for path, want := range map[string][][]int64{
			"/customers?limit=4":                                 {{6, 5, 4, 3}, {2, 1}},
			"/customers?limit=3":                                 {{6, 5, 4}, {3, 2, 1}},
			"/customers":                                         {{6, 5, 4, 3, 2, 1}},
			"/customers?sort=created_at&limit=4":                 {{1, 2, 3, 4}, {5, 6}},
			"/customers?sort=name&limit=2":                       {{4, 6}, {3, 1}, {2, 5}},
			"/customers?sort=-name&limit=5":                      {{5, 2, 1, 3, 6}, {4}},
			"/customers?search=garc%C3%ADa&limit=1":              {{2}, {1}},
			"/customers?search=GARCIA%20%20H&sort=name":          {{1}},
			"/customers?search=arcia":                            {{}},
			"/customers?search=" + fmt.Sprintf("%X", "Beta")[:6]: {{3}},
			"/customers?search=":                                 {{6, 5, 4, 3, 2, 1}},
			"/customers?search=%25":                              {{}},
			"/customers?search=nandu":                            {{5}},
		} {
			require.Equal(w.t, want, forward(w, path, entityID), path)
			back := backward(w, path, entityID)
			slices.Reverse(back)
			require.Equal(w.t, slices.Concat(want...), slices.Concat(back...), path)
		}
	})
}

func TestCustomerListsAreStableUnderInserts(t *testing.T) {
	each(t, func(w *world) {
		for i := range 6 {
			w.add(fmt.Sprintf("Customer %d", i))
		}
		next := w.cursor("/customers?limit=2")
		w.add("Late 1")
		var page listed[entity]
		w.Do(w.t, kittest.Case{Path: "/customers?limit=2&cursor=" + next, As: w.viewer, Status: 200}).JSON(w.t, &page)
		require.Equal(w.t, []int64{4, 3}, []int64{page.Data[0].ID, page.Data[1].ID}, "nothing twice, nothing left out")
		w.add("Late 2")
		w.Do(w.t, kittest.Case{Path: "/customers?limit=2&cursor=" + *page.Prev, As: w.viewer, Status: 200}).JSON(w.t, &page)
		require.Equal(w.t, []int64{6, 5}, []int64{page.Data[0].ID, page.Data[1].ID})
		require.NotNil(w.t, page.Prev, "the late ones are before it")
	})
}

func TestCustomersMadeInOneMicrosecond(t *testing.T) {
	each(t, func(w *world) {
		for i := range 5 {
			w.add(fmt.Sprintf("Customer %d", i))
		}
		same := time.Now().UTC().Truncate(time.Second)
		require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
			return errors.Join(
				tx.Table("customers").Where("id > ?", 0).Updates(map[string]any{"created_at": same, "updated_at": same}).Error,
				tx.Table("events").Where("entity_type = ?", "customer").Updates(map[string]any{"created_at": same}).Error,
			)
		}))
		require.Equal(w.t, [][]int64{{5, 4}, {3, 2}, {1}}, forward(w, "/customers?limit=2", entityID))
		require.Equal(w.t, [][]int64{{1, 2}, {3, 4}, {5}}, forward(w, "/customers?limit=2&sort=created_at", entityID))
	})
}

func TestCustomerListParametersAreStrict(t *testing.T) {
	each(t, func(w *world) {
		for i := range 3 {
			w.add(fmt.Sprintf("Customer %d", i))
		}
		byName := w.cursor("/customers?limit=1&sort=name&search=cust")
		raw, err := base64.RawURLEncoding.DecodeString(byName)
		require.NoError(w.t, err)
		forged := func(made, instead string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), made, instead, 1)))
		}
		refused := func(query, code string) kittest.Case {
			return kittest.Case{Name: query, Path: "/customers?" + query, As: w.viewer, Status: 400, Code: code}
		}
		w.Run(w.t, []kittest.Case{
			refused("nickname=x", "PARAMETER_UNKNOWN"),
			refused("name=x", "PARAMETER_UNKNOWN"),
			refused("Limit=1", "PARAMETER_UNKNOWN"),
			refused("limit=1&limit=2", "PARAMETER_REPEATED"),
			refused("sort=name&sort=name", "PARAMETER_REPEATED"),
			refused("limit=0", "PARAMETER_INVALID"),
			refused("limit=101", "PARAMETER_INVALID"),
			refused("limit=+5", "PARAMETER_INVALID"),
			refused("limit=05", "PARAMETER_INVALID"),
			refused("limit=1e1", "PARAMETER_INVALID"),
			refused("limit=", "PARAMETER_INVALID"),
			refused("sort=phone", "PARAMETER_INVALID"),
			refused("sort=--name", "PARAMETER_INVALID"),
			refused("sort=", "PARAMETER_INVALID"),
			refused("sort=id%20desc", "PARAMETER_INVALID"),
			refused("search=%00", "PARAMETER_INVALID"),
			refused("search=%ff", "PARAMETER_INVALID"),
			refused("cursor=", "CURSOR_INVALID"),
			refused("cursor=abc", "CURSOR_INVALID"),
			refused("cursor="+byName+"A", "CURSOR_INVALID"),
			refused("cursor="+byName+"&sort=-name", "CURSOR_INVALID"),
			refused("cursor="+byName+"&search=other", "CURSOR_INVALID"),
			refused("cursor="+url.QueryEscape(forged("search=cust", "secret=cust")), "PARAMETER_UNKNOWN"),
			refused("cursor="+url.QueryEscape(forged("sort=name", "sort=created_at")), "CURSOR_INVALID"),
			refused("cursor="+url.QueryEscape(forged("false", "no")), "CURSOR_INVALID"),
			{Name: "a cursor carries its list", Path: "/customers?cursor=" + byName, As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), "Customer 1")
			}},
			{Name: "what it carries may be said again", Path: "/customers?cursor=" + byName + "&sort=name&search=cust&limit=50", As: w.viewer, Status: 200},
		})
	})
}
