package screens

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/exports"
	"b2b.example/crud/imports"
	"b2b.example/crud/writes"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// recentImports is how many of the files that were sent before lead back from the page of a new one.
const recentImports = 5

// serveImports registers the pages by which files come in, where there is a store for them.
func (r *about) serveImports(pages fiber.Router) {
	if r.imports == nil {
		return
	}
	r.app.TakeUploads(r.url("import"), imports.MostBytes)
	all, may := "/"+r.Plural, May(imports.Role)
	pages.Get(all+"/import", may, r.importPage)
	pages.Post(all+"/import", may, r.upload)
	pages.Get(all+"/imports/:id", may, r.importRun)
	pages.Post(all+"/imports/:id", may, Sent(r.backToImport, r.runImport))
}

// importURL is where a list leads to its imports; "" for who may not.
func (r *about) importURL(c *fiber.Ctx) string {
	if r.imports == nil || !kit.Who(c).Role.Includes(imports.Role) {
		return ""
	}
	return r.url("import")
}

func (r *about) runURL(id int64) string {
	return r.url("imports", strconv.FormatInt(id, 10))
}

// SendsFile says whether a request sends a file: that is read as it comes, and not kept for later.
func SendsFile(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
}

func (r *about) importPage(c *fiber.Ctx) error {
	if c.Query("example") == "csv" {
		return kit.Send(c, exports.Answer(c, r.Plural+"-example", r.Now(), r.exampleFile(c)))
	}
	return r.showImport(c, uuid.NewString(), nil)
}

// upload takes a file in for its trial, once for the form's key: the result has an address of its own.
func (r *about) upload(c *fiber.Ctx) error {
	fields, file, name, refused := imports.FormOf(c)
	if err := kit.CarryKey(c, fields.Get("key")); err != nil && refused == nil {
		return err
	}
	if refused != nil {
		return r.refusedUpload(c, fields.Get("key"), name, refused)
	}
	call, err := writes.CallOf(c)
	if err != nil {
		return err
	}
	answer, err := r.imports.Upload(kit.Context(c), imports.File{Call: call, Name: name, Trial: true, Content: file, Language: kit.Language(c)})
	if err != nil {
		return r.refusedUpload(c, call.Key, name, err)
	}
	return c.Redirect(r.runURL(answer.TargetID), http.StatusSeeOther)
}

// refusedUpload shows the form again with what is wrong with the file. A form that has sent another file is a new one now.
func (r *about) refusedUpload(c *fiber.Ctx, key, name string, refused error) error {
	f := fault.Of(refused)
	if f.Kind == fault.NotFound || f.Kind == fault.Unauthenticated || f.Kind == fault.Forbidden {
		return refused
	}
	problem, reader := kit.Refusal(c, refused), r.PlainFrame(c, "").Reader
	return r.showImport(c, key, func(page *web.Import) {
		switch {
		case f.Code == "IDEMPOTENCY_KEY_REUSED":
			page.Key = uuid.NewString()
			page.Notice = &web.Note{Kind: "warn", Title: reader.T("page.import.reused"), Text: reader.T("page.import.choose_again")}
		case f.Code == "BODY_REQUIRED" && name == "":
			page.Errors = []web.FieldError{{Field: "file", Text: reader.T("page.import.missing")}}
		case len(problem.Errors) > 0:
			page.Errors = []web.FieldError{{Field: "file", Text: columnFaults(problem)}}
		case f.Kind == fault.TooLarge || f.Kind == fault.Malformed:
			page.Errors = []web.FieldError{{Field: "file", Text: problem.Detail}}
		default:
			page.Notice = &web.Note{Kind: "warn", Title: problem.Detail, Text: reader.T("page.import.choose_again")}
		}
	})
}

// columnFaults tells what is wrong with the columns of a file, each by its name.
func columnFaults(problem kit.Problem) string {
	var told []string
	for _, one := range problem.Errors {
		if one.Field == "" {
			told = append(told, one.Detail)
		} else {
			told = append(told, one.Field+": "+one.Detail)
		}
	}
	return strings.Join(told, " ")
}

// showImport shows the form of a file, and what such a file looks like. That those sent before cannot be told of now is no
// reason not to show it.
func (r *about) showImport(c *fiber.Ctx, key string, change func(page *web.Import)) error {
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	page := web.Import{
		Frame: frame, Title: r.importTitle(frame.Reader), BackURL: r.url(), BackLabel: r.word(frame.Reader, "many"), Action: r.url("import"),
		Key: key, Intro: r.importIntro(frame.Reader), Columns: r.importColumns(frame.Reader), ExampleURL: r.url("import") + "?example=csv",
	}
	recent, err := r.imports.Newest(kit.Context(c), recentImports)
	if err != nil && change == nil {
		page.Notice = RefusalNote(frame.Reader, kit.Refusal(c, err))
		page.Notice.Text = ""
	}
	for _, one := range recent {
		page.Recent = append(page.Recent, web.ImportDone{
			URL: r.runURL(one.ID), File: one.FileName, Status: strings.ToLower(one.Status), At: one.CreatedAt, Who: one.ActorName,
		})
	}
	if change != nil {
		change(&page)
	}
	return Show(c, page.Page)
}

func (r *about) importTitle(reader web.Reader) string {
	return reader.T("page.import.title", "many", r.word(reader, "many"))
}

// importRun is what becomes of a file: what its trial has found, how far it is, what came of it.
func (r *about) importRun(c *fiber.Ctx) error {
	id, err := IDOf(c)
	if err != nil {
		return err
	}
	if c.Query("format") == "csv" {
		write, err := r.imports.FaultsFile(kit.Context(c), id)
		if err != nil {
			return err
		}
		return kit.Send(c, imports.FaultsAnswer(c, r.Plural, id, r.Now(), write))
	}
	report, err := r.imports.Get(kit.Context(c), id, kit.Language(c))
	if err != nil {
		return r.unseenImport(c, id, err)
	}
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	return Show(c, r.runView(frame, report).Page)
}

// unseenImport is the page of an import that cannot be told of just now: it goes on, and the page looks again.
func (r *about) unseenImport(c *fiber.Ctx, id int64, err error) error {
	if fault.Of(err).Kind != fault.Unavailable {
		return err
	}
	frame, failed := r.Frame(c, r.Plural)
	if failed != nil {
		return failed
	}
	problem := kit.Refusal(c, err)
	page := web.ImportRun{
		Frame: frame, Title: r.importTitle(frame.Reader), BackURL: r.url(), BackLabel: r.word(frame.Reader, "many"), Status: "away", URL: r.runURL(id),
		Notice: &web.Note{Kind: "warn", Title: frame.T("page.import.away.title"), Text: frame.T("page.import.away.text", "detail", problem.Detail)},
	}
	return Show(c, page.Page)
}

func (r *about) backToImport(c *fiber.Ctx, _ url.Values) error {
	id, err := IDOf(c)
	if err != nil {
		return err
	}
	return c.Redirect(r.runURL(id), http.StatusSeeOther)
}

// runImport begins the run. Whoever comes second finds it begun: the page tells how far it is.
func (r *about) runImport(c *fiber.Ctx, sent url.Values) error {
	id, call, err := asked(c, sent)
	if err != nil {
		return err
	}
	_, err = r.imports.Run(kit.Context(c), call, id, kit.Language(c))
	switch {
	case err == nil || fault.Is(err, "IMPORT_NOT_CHECKED"):
		return r.backToImport(c, sent)
	case fault.Of(err).Kind == fault.Unavailable:
		return r.unseenImport(c, id, err)
	}
	return err
}
