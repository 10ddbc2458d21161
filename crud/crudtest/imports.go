package crudtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// imported: what a list says as a file is what an import of it takes, in either language, and nothing changes. So does the
// page of an import with its example. What changes in a file changes one entity; a fault in it is told by line and column.
func (w *world[T]) imported() {
	for _, text := range []string{"=1+1", "'quoted'", "a;b,c", "two \"quotes\"", "ñandú ★"} {
		values := w.values()
		for _, look := range w.texts() {
			if fits := values[look.Name].(string) + text; int64(len(fits)) <= look.Most {
				values[look.Name] = text + values[look.Name].(string)
			}
		}
		w.add(values)
	}
	w.roundTrip()
	w.changesOne()
}

// importsByPage: a page takes a file of the columns that it names, and only from who may send one.
func (w *world[T]) importsByPage() {
	w.takesItsExample()
	w.isTheManagers()
}

func (w *world[T]) roundTrip() {
	w.Helper()
	before := w.tags()
	for _, language := range []string{"en", "es"} {
		header := map[string]string{fiber.HeaderAccept: "text/csv", fiber.HeaderAcceptLanguage: language}
		file := w.Do(w.T, kittest.Case{Path: w.all(), As: w.writer, Header: header, Status: 200}).Body
		report := w.take(string(file))
		require.Empty(w.T, report.Faults, language)
		require.Equal(w.T, []int64{0, 0, int64(len(before)), 0}, counts(report), "%s: nothing changes", language)
	}
	require.Equal(w.T, before, w.tags())
}

// tags are the ids and versions of all that there is.
func (w *world[T]) tags() []string {
	w.Helper()
	query := "SELECT CONCAT(id, ' ', version) FROM " + w.Table()
	if w.Deletion == crud.Soft {
		query += " WHERE deleted_at IS NULL"
	}
	var tags []string
	require.NoError(w.T, w.d.Read(w.Context()).Raw(query+" ORDER BY id").Find(&tags).Error)
	return tags
}

func counts(r imports.Report) []int64 { return []int64{r.Created, r.Changed, r.Unchanged, r.Refused} }

func (w *world[T]) changesOne() {
	w.Helper()
	made, look := w.add(w.values()), w.plainField()
	to := w.other(look, made.values[look.Name])
	cell := typed(look, to)
	if look.Kind == crud.KindTime {
		cell = fmt.Sprint(to)
	}
	head := "id," + crud.ColumnOf(look) + "\n"
	file := fmt.Sprintf("%s%d,%s\n", head, made.id, cell)
	require.Equal(w.T, []int64{0, 1, 0, 0}, counts(w.take(file)))
	changed := w.get(made.id)
	require.EqualValues(w.T, to, changed.values[look.Name])
	require.Equal(w.T, int64(2), changed.version)
	require.Equal(w.T, []int64{0, 0, 1, 0}, counts(w.take(file)), "the same file again changes nothing")

	report := w.take(head + "x,\n")
	require.Equal(w.T, []int64{0, 0, 0, 1}, counts(report))
	require.Equal(w.T, imports.RowFault{Line: 2, Column: "id", Value: "x", Code: "ID_INVALID", Detail: report.Faults[0].Detail}, report.Faults[0])
}

// take takes a file in, and waits for its end.
func (w *world[T]) take(file string) imports.Report {
	w.Helper()
	header := map[string]string{fiber.HeaderContentType: "text/csv"}
	var report imports.Report
	w.Do(w.T, kittest.Case{Path: w.all() + "/imports", As: w.writer, Body: file, Header: header, Status: 202}).JSON(w.T, &report)
	require.Eventually(w.T, func() bool {
		w.Do(w.T, kittest.Case{Path: fmt.Sprintf("%s/imports/%d", w.all(), report.ID), As: w.writer, Status: 200}).JSON(w.T, &report)
		return report.Status == imports.Done
	}, 30*time.Second, 10*time.Millisecond)
	return report
}

// takesItsExample: the file that the page gives for an example has the right columns, and is tried on the pages.
func (w *world[T]) takesItsExample() {
	w.Helper()
	rows := w.tags()
	example := w.open(w.all() + "/import?example=csv").html
	form := w.fileForm(kit.Manager, example)
	require.Equal(w.T, http.StatusSeeOther, form.status, form.html)
	require.Equal(w.T, form.location, w.fileForm(kit.Manager, example).location, "a form that is sent twice is one import")
	var run page
	require.Eventually(w.T, func() bool {
		run = w.open(form.location)
		return !strings.Contains(run.html, "every 1s")
	}, 30*time.Second, 10*time.Millisecond)
	require.Contains(w.T, run.html, `aria-valuemax="1"`, "it has one row")
	require.Equal(w.T, rows, w.tags(), "nothing is changed by a trial")
}

// fileForm sends a file from the page for it.
func (w *world[T]) fileForm(role kit.Role, content string) page {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(w.T, form.WriteField("key", "crudtest "+w.pages+string(role)))
	file, err := form.CreateFormFile("file", "example.csv")
	require.NoError(w.T, err)
	_, err = io.WriteString(file, content)
	require.NoError(w.T, err)
	require.NoError(w.T, form.Close())
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.pages+screens.Home+w.all()+"/import", &body)
	require.NoError(w.T, err)
	request.Header.Set(fiber.HeaderContentType, form.FormDataContentType())
	return w.ask(role, request)
}

func (w *world[T]) isTheManagers() {
	w.Helper()
	link := `href="` + screens.Home + w.all() + `/import"`
	for _, role := range roles {
		may := role.Includes(imports.Role)
		status := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[may]
		require.Equal(w.T, status, w.browse(role, w.all()+"/import", nil).status, role)
		require.Equal(w.T, may, strings.Contains(w.browse(role, w.all(), nil).html, link), role)
		if !may {
			require.Equal(w.T, http.StatusForbidden, w.fileForm(role, "id\n").status, role)
			w.Do(w.T, kittest.Case{Path: w.all() + "/imports", As: w.tokens[role], Status: http.StatusForbidden})
		}
	}
}
