package exports_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/crud/exports"
)

// A file says what a spreadsheet shows, and nothing that it would calculate.
func TestFileHoldsNoFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+34 600 100 200": "'+34 600 100 200", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "'quoted": "''quoted",
		"-5": "-5", "-5.25": "-5.25", "-5,25": "-5,25", "plain": "plain", "": "", "a=b": "a=b", "-1e5": "'-1e5", "+inf": "'+inf", "-0x10": "'-0x10",
	} {
		var out strings.Builder
		file := exports.New(&out, "en", []string{"a"})
		require.NoError(t, file.Row([]string{cell, "end"}))
		require.NoError(t, file.End())
		reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
		reader.FieldsPerRecord = -1
		rows, err := reader.ReadAll()
		require.NoError(t, err)
		require.Equal(t, want, rows[1][0], cell)
	}
}

// Cells stand in a file as the language's own writer would put them there, whatever divides them.
func TestCellsAreWrittenAsCSV(t *testing.T) {
	cells := []string{
		"", "plain", "a,b", "a;b", `say "yes"`, `"`, "line\nnext", "line\r\nnext", "bare\rreturn", " blank", "blank ", "\u00a0hard blank", `\.`, `\`,
		"ñandú", "\xff", "-5", "5,25", "1.5",
	}
	for language, comma := range map[string]rune{"en": ',', "es": ';'} {
		var want, got strings.Builder
		writer := csv.NewWriter(&want)
		writer.Comma, writer.UseCRLF = comma, true
		file := exports.New(&got, language, []string{"a", "b"})
		require.NoError(t, writer.Write([]string{"a", "b"}))
		for _, first := range cells {
			for _, second := range cells {
				require.NoError(t, writer.Write([]string{first, second}))
				require.NoError(t, file.Row([]string{first, second}))
			}
		}
		writer.Flush()
		require.NoError(t, file.End())
		require.Equal(t, "\ufeff"+want.String(), got.String())
	}
}
