package web_test

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
	"b2b.example/web"
	"b2b.example/web/webtest"
)

// gallery renders every page in both languages, its views changed first.
func gallery(t *testing.T, change func(view any), look func(t *testing.T, page string)) {
	t.Helper()
	for _, language := range []string{i18n.English, i18n.Spanish} {
		for _, page := range webtest.Pages(webtest.Reader(language, "dark"), change) {
			t.Run(language+"/"+page.Name, func(t *testing.T) {
				var out strings.Builder
				require.NoError(t, page.HTML.Render(context.Background(), &out))
				look(t, out.String())
			})
		}
	}
}

var (
	// tag is a whole tag: no page writes < or > raw elsewhere, nor > in the value of an attribute.
	tag       = regexp.MustCompile(`<(/?[a-zA-Z!][^\s/>]*)((?:[^<>"]|"[^"]*")*)>`)
	attribute = regexp.MustCompile(`\s([^\s="]+)(?:="([^"]*)")?`)
	textID    = regexp.MustCompile(`\b(?:page|field|problem)\.[a-z_]+[.a-z_A-Z]*\b`)
)

// skeleton is a page without its texts and values: its tags, and the names of their attributes. What a search marks in a
// text depends on the text.
func skeleton(page string) []string {
	var tags []string
	for _, found := range tag.FindAllStringSubmatch(page, -1) {
		if strings.TrimPrefix(found[1], "/") == "mark" {
			continue
		}
		for _, a := range attribute.FindAllStringSubmatch(found[2], -1) {
			found[1] += " " + a[1]
		}
		tags = append(tags, found[1])
	}
	return tags
}

// What people typed is shown as text, whatever it is: the page is made of the same tags as with harmless texts.
func TestHostileTextsAreTexts(t *testing.T) {
	harmless := map[string][]string{}
	gallery(t, func(view any) { webtest.Fill(view, "x") }, func(t *testing.T, page string) { harmless[t.Name()] = skeleton(page) })
	gallery(t, func(view any) { webtest.Fill(view, webtest.Hostile) }, func(t *testing.T, page string) {
		require.Contains(t, html.UnescapeString(page), webtest.Hostile, "shown as it was typed")
		name := strings.Replace(t.Name(), "#01", "", 1)
		require.NotEmpty(t, harmless[name], "%s", name)
		require.Equal(t, harmless[name], skeleton(page))
		require.NotContains(t, tag.ReplaceAllString(page, ""), "<", "all markup is tags")
	})
}

// An address that is none is not linked to.
func TestHostileAddressesAreNotLinks(t *testing.T) {
	gallery(t, func(view any) { webtest.FillAddresses(view, "javascript:alert(1)//") }, func(t *testing.T, page string) {
		require.NotContains(t, page, "javascript:")
	})
}

// The pages live with the policy that they are served under: nothing inline, nothing from elsewhere.
func TestPagesKeepThePolicy(t *testing.T) {
	gallery(t, nil, func(t *testing.T, page string) {
		for _, found := range tag.FindAllStringSubmatch(page, -1) {
			require.NotEqual(t, "style", found[1])
			for _, a := range attribute.FindAllStringSubmatch(found[2], -1) {
				name, value := a[1], a[2]
				require.NotEqual(t, "style", name, "%s", found[0])
				require.NotRegexp(t, `^on|^hx-on|^hx-vars`, name, "%s", found[0])
				require.NotRegexp(t, `^(https?:)?//|^data:`, value, "%s", found[0])
				if name == "src" || name == "href" && (found[1] == "link" || found[1] == "use") {
					address, id, _ := strings.Cut(value, "#")
					if found[1] == "link" && address == "" {
						require.Contains(t, page, `id="`+id+`"`)
						continue
					}
					_, found := web.ServeAsset(address)
					require.True(t, found, "%s is served", value)
				}
			}
			if found[1] == "script" {
				require.Contains(t, found[2], " src=", "no script is inline")
			}
		}
	})
}

// Every text of a page is there in its language, with all that it names.
func TestPagesHaveTheirTexts(t *testing.T) {
	gallery(t, nil, func(t *testing.T, page string) {
		text := tag.ReplaceAllString(page, " ")
		require.NotRegexp(t, textID, text)
		require.NotContains(t, page, "no value")
		require.NotContains(t, page, "{{")
	})
}

// What a screen reader and a keyboard need: one heading of the page, landmarks, and labels that lead to their inputs.
func TestPagesCanBeFoundOnesWayIn(t *testing.T) {
	gallery(t, nil, func(t *testing.T, page string) {
		require.Equal(t, 1, strings.Count(page, "<h1"), "one heading")
		require.Equal(t, 1, strings.Count(page, "<main"), "one main part")
		require.Regexp(t, `<html lang="(en|es)"`, page)
		ids := map[string]int{}
		for _, found := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			ids[found[1]]++
		}
		for id, times := range ids {
			require.Equal(t, 1, times, "id %s", id)
		}
		for _, found := range regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|href)="(#?[^"]*)"`).FindAllStringSubmatch(page, -1) {
			target, isAnchor := strings.CutPrefix(found[1], "#")
			if strings.Contains(found[0], "href") && !isAnchor {
				continue
			}
			for id := range strings.FieldsSeq(target) {
				require.Contains(t, ids, id, "%s leads somewhere", found[0])
			}
		}
	})
}

// Every icon that a page shows is in the sprite: one that is not is shown as nothing.
func TestIconsAreInTheSprite(t *testing.T) {
	sprite := string(serve(t, "icons.svg").Content)
	gallery(t, nil, func(t *testing.T, page string) {
		for _, found := range regexp.MustCompile(`<use href="[^"]*#([^"]*)"`).FindAllStringSubmatch(page, -1) {
			require.Contains(t, sprite, `<symbol id="`+found[1]+`"`)
		}
	})
}
