package web

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatched(t *testing.T) {
	for _, one := range []struct{ text, search, want string }{
		{"Liquid detergent, 20 L drum", "deter", "Liquid [deter]gent, 20 L drum"},
		{"Detergente en polvo", "DETER", "[Deter]gente en polvo"},
		{"Ferretería García e Hijos", "garcia", "Ferretería [García] e Hijos"},
		{"Comercial Núñez", "nunez", "Comercial [Núñez]"},
		{"Comercial Nunez", "núñez", "Comercial [Nunez]"},
		{"Papel A4 80 g", "a4 papel", "[Papel] [A4] 80 g"},
		{"aaa", "a aa", "[aa]a"},
		{"SKU", "no such", "SKU"},
		{"SKU", "", "SKU"},
		{"SKU", "   ", "SKU"},
		{"SKU", "longer than the text", "SKU"},
		{"", "deter", ""},
		{"İstanbul", "i", "[İ]stanbul"},
		{"<b>", "<", "[<]b>"},
		{"a\xffb", "b", "a\ufffd[b]"},
	} {
		var got strings.Builder
		for _, piece := range matched(one.text, one.search) {
			if piece.hit {
				got.WriteString("[" + piece.text + "]")
			} else {
				got.WriteString(piece.text)
			}
		}
		require.Equal(t, one.want, got.String(), "%q in %q", one.search, one.text)
	}
}

// The form of a new order is complete without scripts: what Enter presses comes first, and each button says what it does.
func TestButtonsOfANewOrder(t *testing.T) {
	page := render(t, NewOrder{
		Frame:    Frame{Reader: Reader{Language: "en", Currency: "USD"}, Operator: Operator{Name: "Marta Tapia", Role: "operator"}},
		Customer: &Customer{ID: 7, Name: "Núñez"},
		Lines: []NewLine{
			{ProductID: 5, Name: "Paper", Qty: "5", Asked: 5, Stock: 3, Short: true},
			{ProductID: 6, Name: "Oil", Qty: "5", Asked: 5, Short: true},
			{ProductID: 8, SKU: "#8", Qty: "1", Error: "There is no such product."},
			{ProductID: 9, Name: "Soap", Qty: "x"},
		},
		ProductSearch: "deter",
		Products:      []Product{{ID: 12, Name: "Detergent"}},
		Focus:         "qty-5",
		Errors:        []FieldError{{Field: "qty-9", Text: "Type a whole number."}},
	}.Page())
	_, form, _ := strings.Cut(page, `id="new-order"`)
	first, _, _ := strings.Cut(form, "</button>")
	require.Contains(t, first, `value="update"`)
	for _, button := range []string{"change_customer", "find_product", "add:12", "set:5:3", "remove:5", "remove:6", "remove:8", "remove:9", "create"} {
		require.Contains(t, form, `value="`+button+`"`)
	}
	require.NotContains(t, form, `value="set:6`, "to set a line to none is to remove it")
	require.Contains(t, form, "5 asked, 3 left.")
	require.Contains(t, form, "5 asked, none left.")
	require.Contains(t, form, "There is no such product.")
	require.Contains(t, form, "<span>Type a whole number.</span>")
	require.Contains(t, form, `aria-describedby="qty-9-error"`)
	require.Contains(t, form, `id="qty-9-error"`)
	require.Contains(t, form, `href="#qty-9"`)
	require.Regexp(t, `<input[^>]* id="qty-5"[^>]* autofocus|<input[^>]* autofocus[^>]* id="qty-5"`, form)
	require.Equal(t, 2, strings.Count(form, " autofocus"), "the summary of what is wrong, and the input to go on with")
	create := regexp.MustCompile(`<button[^>]*value="create"[^>]*>`).FindString(form)
	require.NotEmpty(t, create)
	require.NotContains(t, create, "hx-post", "to create is a plain submit")
}

// A list that is sold out is said to be so, and money has its sign where it stands alone.
func TestSearchOfANewOrder(t *testing.T) {
	page := render(t, NewOrder{
		Frame:          Frame{Reader: Reader{Language: "es", Currency: "USD"}},
		CustomerSearch: "nu",
		Customers:      []Customer{{ID: 7, Name: "Núñez", Email: "a@b.ec", TaxID: "1790"}},
		ProductSearch:  "deter",
		Products:       []Product{{ID: 12, Name: "Detergente", Stock: 1}, {ID: 13, Name: "Neutro", PriceCents: 184250}},
		TotalCents:     272450,
	}.Page())
	for _, part := range []string{
		`value="find_customer"`, `value="choose:7"`, "<mark>Nú</mark>", "queda 1", "agotado", "1.842,50", "$2.724,50", `data-found="deter"`, "2 encontrados",
	} {
		require.Contains(t, page, part)
	}
}
