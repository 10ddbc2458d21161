package screens

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// The parameters of several that were chosen in a list.
const (
	byChosen = "id"     // one of them
	bySent   = "row"    // one, as the question was about it: its id, version and title
	byAction = "action" // what is to be done with them
	toExport = "export"
)

// mostChosen is how many can be chosen: as many as a page has at most.
const mostChosen = 100

// selection is how rows of a list are chosen by who may do something with them: that which has been done already to all
// that the list is narrowed to is not offered.
func (r about) selection(c *fiber.Ctx, reader web.Reader, params url.Values) *web.Selection {
	s := &web.Selection{URL: r.url("selected"), Name: byChosen, Label: reader.T("page.selection.label")}
	if len(params) > 0 {
		s.Kept = []web.Field{{Name: ByList, Value: params.Encode()}}
	}
	for _, d := range r.deeds(reader) {
		if !r.mayWrite(c) || d.toDeleted != isDeleted(params) || d.field != "" && params.Get(d.field) == d.value {
			continue
		}
		action := web.SelectionAction{Value: d.name, Label: d.verb + "…", Icon: d.icon}
		if d.danger {
			action.Kind = "danger"
		}
		s.Actions = append(s.Actions, action)
	}
	s.Actions = append(s.Actions, web.SelectionAction{
		Value: toExport, Label: reader.T("page.selection.export"), Icon: "download", File: true,
	})
	return s
}

// selected asks before something is done with those that were chosen. To export them changes nothing, and is done at once.
func (r resource[T]) selected(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	ids, err := idsOf(params[byChosen])
	if err != nil {
		return err
	}
	if params.Get(byAction) == toExport {
		query := url.Values{"ids": {strings.Join(ids, ",")}}
		if isDeleted(listBehind(c)) {
			query.Set("deleted", "true")
		}
		return r.file(c, query)
	}
	return r.askSelected(c, params.Get(byAction), ids, uuid.NewString())
}

// idsOf are ids, each once.
func idsOf(texts []string) (ids []string, err error) {
	for _, text := range texts {
		if _, ok := kit.ParseID(text); !ok {
			return nil, lists.InvalidParam(byChosen)
		}
		if !slices.Contains(ids, text) {
			ids = append(ids, text)
		}
	}
	if len(ids) == 0 || len(ids) > mostChosen {
		return nil, lists.InvalidParam(byChosen)
	}
	return ids, nil
}

// chosenRow is one of several, as it was when the question was asked.
type chosenRow struct {
	id, version int64
	title       string
}

func (o chosenRow) String() string {
	return strconv.FormatInt(o.id, 10) + ":" + strconv.FormatInt(o.version, 10) + ":" + o.title
}

// readChosen takes back what String made of several.
func readChosen(texts []string) ([]chosenRow, error) {
	if len(texts) == 0 || len(texts) > mostChosen {
		return nil, lists.InvalidParam(bySent)
	}
	rows := make([]chosenRow, 0, len(texts))
	for _, text := range texts {
		parts := strings.SplitN(text, ":", 3)
		if len(parts) < 3 {
			return nil, lists.InvalidParam(bySent)
		}
		id, isID := kit.ParseID(parts[0])
		version, isVersion := kit.ParseID(parts[1])
		if !isID || !isVersion {
			return nil, lists.InvalidParam(bySent)
		}
		rows = append(rows, chosenRow{id, version, parts[2]})
	}
	return rows, nil
}

// askSelected tells what would become of each, and asks. It is found out by doing it, and taking it back.
func (r resource[T]) askSelected(c *fiber.Ctx, name string, ids []string, key string) error {
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	d, err := r.deedOf(c, frame.Reader, name)
	if err != nil {
		return err
	}
	rows, err := r.chosen(kit.Context(c), ids)
	if err != nil {
		return err
	}
	call, err := writes.CallOf(c)
	if err != nil {
		return err
	}
	call.DryRun = true
	page := r.chosenPage(c, frame, d, key)
	for _, row := range rows {
		told, err := r.do(c, frame.Reader, d, row, call)
		if err != nil {
			return err
		}
		if told.Outcome == "done" {
			told.Outcome, told.Text = "will", d.verb
			page.Fields = append(page.Fields, web.Field{Name: bySent, Value: row.String()})
		}
		page.Rows = append(page.Rows, told)
	}
	r.fillQuestion(&page, d)
	c.Status(http.StatusOK) // whatever is refused in it
	return Show(c, page.Page)
}

// chosen are those with these ids, in their order. One that is not there has its id for a title.
func (r resource[T]) chosen(ctx context.Context, ids []string) ([]chosenRow, error) {
	found, err := r.some(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]chosenRow, 0, len(ids))
	for _, text := range ids {
		id, _ := kit.ParseID(text) // they are
		row := chosenRow{id: id, title: "#" + text}
		if one := found[text]; one != nil {
			row.version, row.title = r.Version(one), r.Title(one)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r about) chosenPage(c *fiber.Ctx, frame web.Frame, d deed, key string) web.Chosen {
	return web.Chosen{
		Frame: frame, BackURL: r.backToList(c), BackLabel: r.word(frame.Reader, "many"), Action: Behind(c, r.url("selected")), Icon: d.icon,
		Danger: d.danger, Fields: []web.Field{{Name: "key", Value: key}, {Name: byAction, Value: d.name}},
	}
}

// fillQuestion says how many it is about.
func (r about) fillQuestion(page *web.Chosen, d deed) {
	n := 0
	for _, row := range page.Rows {
		if row.Outcome == "will" {
			n++
		}
	}
	if n == 0 {
		page.Title = page.T("page.chosen.none", "do", d.verb)
		return
	}
	name := r.word(page.Reader, "many")
	if n == 1 {
		name = r.word(page.Reader, "one")
	}
	args := []any{"do", d.verb, "n", n, "name", web.InText(name), "all", len(page.Rows)}
	page.Title, page.Label = page.T("page.chosen.ask", args...), page.T("page.chosen.begin", args...)
	var text []string
	if d.name == toDelete {
		text = append(text, page.T("page.chosen.delete"))
	}
	if n < len(page.Rows) {
		text = append(text, page.T("page.chosen.left", args...))
	}
	page.Text = strings.Join(text, " ")
}

// selectedAgain asks again for a form that was held back.
func (r resource[T]) selectedAgain(c *fiber.Ctx, sent url.Values) error {
	rows, err := readChosen(sent[bySent])
	if err != nil {
		return err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, strconv.FormatInt(row.id, 10))
	}
	return r.askSelected(c, sent.Get(byAction), ids, sent.Get("key"))
}

// doSelected does it to each by itself, under a key that is made of the form's and its id: the same form is one effect for
// each, however often it is sent. When nothing can be done just now, the rest is left for the next time.
func (r resource[T]) doSelected(c *fiber.Ctx, sent url.Values) error {
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	d, err := r.deedOf(c, frame.Reader, sent.Get(byAction))
	if err != nil {
		return err
	}
	rows, err := readChosen(sent[bySent])
	if err != nil {
		return err
	}
	page := r.chosenPage(c, frame, d, sent.Get("key"))
	page.Done = true
	var unsure error
	for _, row := range rows {
		told, isStopped := r.became(frame.Reader, row, "untried"), unsure != nil && fault.Of(unsure).Kind != fault.Internal
		if !isStopped {
			told, err = r.doOne(c, frame.Reader, d, row, sent.Get("key"))
		}
		switch {
		case isStopped || err == nil:
		case !isUnsure(err):
			return err
		default:
			told, unsure = r.became(frame.Reader, row, "untried"), err
		}
		page.Rows = append(page.Rows, told)
		page.Fields = append(page.Fields, web.Field{Name: bySent, Value: row.String()})
	}
	r.fillResult(c, &page, d, unsure)
	return Show(c, page.Page)
}

// fillResult says how many have been done, and lets the same form be sent again where that is of use.
func (r about) fillResult(c *fiber.Ctx, page *web.Chosen, d deed, unsure error) {
	n := 0
	for _, row := range page.Rows {
		if row.Outcome == "done" {
			n++
		}
	}
	page.Title = page.T("page.chosen.result", "do", d.verb, "n", n, "all", len(page.Rows))
	c.Status(http.StatusOK)
	if unsure == nil {
		return
	}
	kit.Refusal(c, unsure)
	page.Label, page.Icon = page.T("page.chosen.again"), "refresh-cw"
	page.Notice = &web.Note{Kind: "warn", Title: page.T("page.chosen.untried"), Text: page.T("page.chosen.untried.do")}
}

// doOne does it to one, in the version that the question was about.
func (r resource[T]) doOne(c *fiber.Ctx, reader web.Reader, d deed, row chosenRow, key string) (web.ChosenRow, error) {
	if key != "" {
		key += ":" + strconv.FormatInt(row.id, 10)
	}
	if err := kit.CarryKey(c, key); err != nil {
		return web.ChosenRow{}, err
	}
	call, err := writes.CallOf(c)
	if err != nil {
		return web.ChosenRow{}, err
	}
	return r.do(c, reader, d, row, call)
}
