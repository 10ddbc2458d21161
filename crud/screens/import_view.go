package screens

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/imports"
	"b2b.example/web"
)

// runView is an import as its page shows it. A file that has faults is not run: they are mended in the file.
func (r *about) runView(frame web.Frame, report *imports.Report) web.ImportRun {
	view := web.ImportRun{
		Frame: frame, Title: r.importTitle(frame.Reader), BackURL: r.url(), BackLabel: r.word(frame.Reader, "many"), File: report.FileName,
		Status: strings.ToLower(report.Status), Rows: report.Rows, Created: report.Created, Changed: report.Changed, Unchanged: report.Unchanged,
		Refused: report.Refused, Started: report.CreatedAt, Who: report.ActorName, URL: r.runURL(report.ID), AgainURL: r.url("import"),
		MoreFaults: report.FaultCount - int64(len(report.Faults)), Key: uuid.NewString(),
	}
	switch report.Status {
	case imports.Checked:
		view.Total = report.Rows
		if report.Refused == 0 {
			r.offerRun(&view)
		}
	case imports.Done:
		view.Total = report.Rows
	case imports.Failed:
		view.Notice = stopped(frame.Reader, report)
	}
	if report.Position > 0 {
		view.Guess = report.Rows * report.Bytes / report.Position
	}
	for _, one := range report.Faults {
		view.Faults = append(view.Faults, web.ImportFault{Line: one.Line, Column: one.Column, Value: one.Value, Text: r.faultText(frame.Reader, &one)})
	}
	if report.FaultCount > 0 {
		view.FaultsURL = view.URL + "?format=csv"
	}
	if report.FaultCount > imports.MostFaults {
		view.FaultsKept = imports.MostFaults
	}
	if report.Status == imports.Checked {
		view.Preview = r.previewRows(frame.Reader, report)
	}
	return view
}

// faultText is what is wrong with a row; a value that cannot be read is told what its column takes.
func (r *about) faultText(reader web.Reader, f *imports.RowFault) string {
	for _, look := range r.fileLooks() {
		if f.Code == "INVALID" && (f.Column == crud.ColumnOf(look) || f.Column == look.Name) {
			return strings.TrimSuffix(f.Detail, ".") + ": " + r.rule(reader, look) + "."
		}
	}
	return f.Detail
}

// offerRun lets a checked file be run, where that would change anything.
func (r *about) offerRun(view *web.ImportRun) {
	switch {
	case view.Created+view.Changed > 0:
		view.RunURL = view.URL
	case view.Rows > 0:
		view.Notice = &web.Note{Kind: "info", Title: view.T("page.import.nothing")}
	default:
		view.Notice = &web.Note{Kind: "info", Title: view.T("page.import.no_rows")}
	}
}

// stopped says why an import went no further.
func stopped(reader web.Reader, report *imports.Report) *web.Note {
	text := reader.T("page.import.failure.header")
	if report.Failure == "EXPIRED" {
		text = reader.T("page.import.failure.expired")
	}
	return &web.Note{Kind: "bad", Title: reader.T("page.import.stopped", "count", report.Rows), Text: text}
}

// previewRows are the first rows of a trial, with what they would change.
func (r *about) previewRows(reader web.Reader, report *imports.Report) []web.ImportRow {
	actions := map[string]string{"created": "create", "changed": "change"}
	var rows []web.ImportRow
	for _, one := range report.Preview {
		row := web.ImportRow{Line: one.Line, Action: actions[one.Action], Title: one.Title}
		for _, look := range r.looks {
			change, ok := one.Changes[look.Name]
			before, after := r.shown(reader, look, plainValue(change.Old)).Text, r.shown(reader, look, plainValue(change.New)).Text
			if ok && before != after {
				row.Changes = append(row.Changes, web.Change{Label: r.label(reader, look.Name), Old: before, New: after})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// plainValue is a value of a report as an address has it. Numbers come as JSON has them, and are whole.
func plainValue(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

// fileLooks are the fields that a file can set.
func (r *about) fileLooks() []crud.Look {
	var looks []crud.Look
	for _, look := range r.looks {
		if !look.Flag && !look.ReadOnly && !look.Secret {
			looks = append(looks, look)
		}
	}
	return looks
}

// importIntro tells how rows find what they change.
func (r *about) importIntro(reader web.Reader) string {
	unique, secret := "", ""
	for _, look := range r.looks {
		label := r.label(reader, look.Name)
		switch {
		case look.Secret && look.Required:
			secret = label
		case look.Unique && unique == "":
			unique = label
		case look.Unique:
			unique = reader.T("page.import.intro.or", "before", unique, "last", label)
		}
	}
	intro := reader.T("page.import.intro.id")
	if unique != "" {
		intro = reader.T("page.import.intro", "fields", unique)
	}
	if secret != "" {
		intro += " " + reader.T("page.import.intro.secret", "fields", secret)
	}
	return intro
}

// importColumns tells what the columns of a file hold.
func (r *about) importColumns(reader web.Reader) []web.Fact {
	facts := []web.Fact{{Label: "id", Cell: web.Cell{Text: reader.T("page.import.rule.id")}}}
	for _, look := range r.fileLooks() {
		told := []string{r.label(reader, look.Name), r.rule(reader, look)}
		if look.Required {
			told = append(told, reader.T("page.import.rule.required"))
		}
		if look.OnlyNew {
			told = append(told, reader.T("page.import.rule.new"))
		}
		facts = append(facts, web.Fact{Label: crud.ColumnOf(look), Cell: web.Cell{Text: strings.Join(told, ", ")}})
	}
	return facts
}

// rule is what a field takes, as far as its kind says.
func (r *about) rule(reader web.Reader, look crud.Look) string {
	switch look.Kind {
	case crud.KindEmail:
		return reader.T("page.import.rule.email")
	case crud.KindChoice:
		return reader.T("page.import.rule.choice", "choices", strings.Join(look.Choices, " / "))
	case crud.KindInt:
		return reader.T("page.import.rule.number")
	case crud.KindMoney:
		return reader.T("page.import.rule.amount", "example", typed(reader, crud.KindMoney, "18450"))
	case crud.KindRef:
		return reader.T("page.import.rule.reference")
	case crud.KindBool:
		return reader.T("page.import.rule.yes")
	case crud.KindTime:
		return reader.T("page.import.rule.time", "example", reader.Now.UTC().Format(time.RFC3339))
	case crud.KindText, crud.KindSecret:
	}
	if look.Least > 0 {
		return reader.T("page.import.rule.length", "least", look.Least, "most", look.Most)
	}
	return reader.T("page.import.rule.most", "count", look.Most)
}

// exampleFile is a file as one can be sent: its columns, and a made-up row.
func (r *about) exampleFile(c *fiber.Ctx) exports.Writer {
	reader := r.PlainFrame(c, "").Reader
	return func(_ context.Context, w io.Writer, language string) error {
		var columns, cells []string
		for _, look := range r.fileLooks() {
			columns, cells = append(columns, crud.ColumnOf(look)), append(cells, r.exampleOf(reader, look))
		}
		file := exports.New(w, language, columns)
		if err := file.Row(cells); err != nil {
			return err
		}
		return file.End()
	}
}

func (r *about) exampleOf(reader web.Reader, look crud.Look) string {
	switch look.Kind {
	case crud.KindEmail:
		return "name@example.com"
	case crud.KindChoice:
		return look.Choices[0]
	case crud.KindInt, crud.KindRef:
		return strconv.FormatInt(max(look.Least, min(look.Most, 1)), 10)
	case crud.KindMoney:
		return typed(reader, look.Kind, strconv.FormatInt(max(look.Least, min(look.Most, 18450)), 10))
	case crud.KindBool:
		return "false"
	case crud.KindTime:
		return reader.Now.UTC().Format(time.RFC3339)
	case crud.KindText, crud.KindSecret:
	}
	text := r.label(reader, look.Name)
	if missing := int(look.Least) - len([]rune(text)); missing > 0 {
		text += strings.Repeat("x", missing)
	}
	return text
}
