package crudtest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMissingTextsAreNamed(t *testing.T) {
	missing := missingTexts([]string{"entity.customer.one", "label.customer.shoe_size"})
	require.Equal(t, []string{"en.json: label.customer.shoe_size", "es.json: label.customer.shoe_size"}, missing)
}
