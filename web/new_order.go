package web

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"
)

// newOrderPath is where the form of a new order is, and where each of its buttons sends it.
const newOrderPath = "/backoffice/orders/new"

// do makes a button of the form of a new order. With scripts the answer is taken into the page that is there.
func do(value string) templ.Attributes {
	return templ.Attributes{"name": "do", "value": value, "hx-post": newOrderPath}
}

// doWith is do for one of many: "add:17".
func doWith(verb string, numbers ...int64) templ.Attributes {
	value := []string{verb}
	for _, n := range numbers {
		value = append(value, strconv.FormatInt(n, 10))
	}
	return do(strings.Join(value, ":"))
}

// labelled gives a button whose label is an icon its name.
func labelled(attributes templ.Attributes, label string) templ.Attributes {
	attributes["aria-label"], attributes["title"] = label, label
	return attributes
}

// focus puts the focus on an input when it is the one to go on with.
func (n NewOrder) focus(id string) templ.Attributes {
	return templ.Attributes{"autofocus": n.Focus == id}
}

// label names the input that an error is about.
func (n NewOrder) label(field string) string {
	switch field {
	case "customer_search":
		return n.T("page.new_order.customer")
	case "product_search":
		return n.T("page.new_order.lines")
	case "reference":
		return n.T("page.new_order.reference")
	case "note":
		return n.T("page.new_order.note")
	}
	for _, line := range n.Lines {
		if field == line.inputID() {
			return line.called()
		}
	}
	return field
}

// short lists the lines of which more is asked than there is.
func (n NewOrder) short() []NewLine {
	var short []NewLine
	for _, line := range n.Lines {
		if line.Short {
			short = append(short, line)
		}
	}
	return short
}

// shortSKUs names the short lines.
func (n NewOrder) shortSKUs() string {
	var skus []string
	for _, line := range n.short() {
		skus = append(skus, line.SKU)
	}
	return strings.Join(skus, ", ")
}

// trouble is what is wrong with a line: its own error, or the one that the order was refused with.
func (n NewOrder) trouble(line NewLine) string {
	if line.Error != "" {
		return line.Error
	}
	return errorOf(n.Errors, line.inputID())
}

func (l NewLine) id() string { return strconv.FormatInt(l.ProductID, 10) }

func (l NewLine) inputID() string { return "qty-" + l.id() }

// called is the line's name, or what else is known of it.
func (l NewLine) called() string {
	if l.Name != "" {
		return l.Name
	}
	return l.SKU
}

// wrong ties a control that has no field around it to what is wrong with it.
func wrong(id, text string) templ.Attributes {
	return input{ID: id, Error: text}.attributes()
}

// quantity ties the input of a line's quantity to what is said below it.
func (l NewLine) quantity(wrong bool) templ.Attributes {
	tied := templ.Attributes{"id": l.inputID()}
	if wrong {
		tied["aria-invalid"], tied["aria-describedby"] = "true", l.inputID()+"-error"
	}
	return tied
}

// left says how much of a product there is.
func (r Reader) left(stock int64) string {
	if stock <= 0 {
		return r.T("page.new_order.none_left")
	}
	return r.T("page.new_order.left", "count", stock)
}

// shortage says how far a line is from what there is.
func (r Reader) shortage(line NewLine) string {
	if line.Stock <= 0 {
		return r.T("page.new_order.short_none", "asked", r.Number(line.Asked))
	}
	return r.T("page.new_order.short", "asked", r.Number(line.Asked), "count", line.Stock)
}

// piece is a part of a text, which a search has hit or not.
type piece struct {
	text string
	hit  bool
}

// matched cuts a text where the words of a search are in it, whatever their case and accents.
func matched(text, search string) []piece {
	letters := []rune(text)
	hits := make([]bool, len(letters))
	folded := fold(letters)
	for word := range strings.FieldsSeq(search) {
		length := len([]rune(word))
		for i := range len(letters) - length + 1 {
			if string(folded[i:i+length]) == string(fold([]rune(word))) {
				for j := range length {
					hits[i+j] = true
				}
				break
			}
		}
	}
	var pieces []piece
	for i, letter := range letters {
		if i == 0 || hits[i] != hits[i-1] {
			pieces = append(pieces, piece{hit: hits[i]})
		}
		pieces[len(pieces)-1].text += string(letter)
	}
	return pieces
}

// plainLetters are the letters that the accented ones of Spanish and its neighbours are found by.
var plainLetters = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i",
	"ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ñ", "n", "ç", "c")

// fold takes case and accents from each letter, one for one.
func fold(letters []rune) []rune {
	folded := make([]rune, len(letters))
	for i, letter := range letters {
		folded[i] = []rune(plainLetters.Replace(string(unicode.ToLower(letter))))[0]
	}
	return folded
}
