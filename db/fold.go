package db

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as a search sees it: without accents and case, blanks collapsed. "José  PÉREZ" and "jose perez" are one.
func Fold(s string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return norm.NFC.String(strings.Join(strings.Fields(plain), " "))
}

// MailKey is what makes an e-mail address unique: trimmed, composed, lower case. Accents count: josé@x.es is not jose@x.es.
func MailKey(s string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
}
