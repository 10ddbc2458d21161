package screens

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/kit"
	"b2b.example/web"
)

// ByList are the parameters of the list that a page was reached from: it leads back there.
const ByList = "list"

// list is a page of the list. Its whole state is in its address.
func (r resource[T]) list(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(params.Get("search")) == "" {
		params.Del("search")
	}
	if params.Has(ByColumn) {
		r.choosable().Choose(params)
		return c.Redirect(r.listURL(params, func(url.Values) {}), http.StatusSeeOther)
	}
	if r.columns, err = r.choosable().Shown(params); err != nil {
		return err
	}
	if params.Has("row") {
		return r.oneRow(c, params)
	}
	if params.Get("format") == "csv" {
		return r.file(c, params)
	}
	found, err := r.store.List(kit.Context(c), ofStore(params))
	if err != nil {
		return err
	}
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	if r, err = r.naming(c, r.listed(params, found.Rows)); err != nil {
		return err
	}
	page := r.listView(c, frame, params)
	for i := range found.Rows {
		page.Rows = append(page.Rows, r.row(frame.Reader, &found.Rows[i], params))
	}
	page.Newer, page.Older = r.at(params, found.Prev), r.at(params, found.Next)
	return Show(c, page.Page)
}

// ofStore are those of a page's parameters that its rows are asked for by.
func ofStore(params url.Values) url.Values {
	wanted := maps.Clone(params)
	wanted.Del(ByColumns)
	wanted.Del("format")
	return wanted
}

// listView is what the list's page shows around its rows.
func (r about) listView(c *fiber.Ctx, frame web.Frame, params url.Values) web.Entities {
	page := web.Entities{
		Frame: frame, Title: r.word(frame.Reader, "many"), URL: r.url(), Search: params.Get("search"), ClearURL: r.narrowedTo(params),
		AllURL: r.narrowedTo(params, "search"),
		CSVURL: r.listURL(params, func(p url.Values) { p.Set("format", "csv") }),
		RowURL: r.listURL(params, func(url.Values) {}), ImportURL: r.importURL(c), Selection: r.selection(c, frame.Reader, params),
	}
	if r.mayWrite(c) {
		page.NewURL, page.NewLabel = r.url("new"), r.word(frame.Reader, "new")
	}
	r.fillHead(&page, params)
	return page
}

// narrowedTo is the address of the list with the columns that it shows, and of its other parameters with these alone.
func (r about) narrowedTo(params url.Values, names ...string) string {
	return r.listURL(params, func(p url.Values) {
		maps.DeleteFunc(p, func(name string, _ []string) bool { return name != ByColumns && !slices.Contains(names, name) })
	})
}

// choosable are the columns that can be left out: all but the first, which leads to the row.
func (r about) choosable() (columns Columns) {
	for _, look := range r.looks {
		if shown(look) {
			columns = append(columns, look.Name)
		}
	}
	return columns[1:]
}

// isListed says whether the list shows a field.
func (r about) isListed(look crud.Look) bool {
	return shown(look) && (slices.Contains(r.columns, look.Name) || !slices.Contains(r.choosable(), look.Name))
}

// oneRow is the row of one as it is now, for a page that shows it as it was.
func (r resource[T]) oneRow(c *fiber.Ctx, params url.Values) error {
	id, ok := kit.ParseID(params.Get("row"))
	if !ok {
		return lists.InvalidParam("row")
	}
	params.Del("row")
	row, deleted, err := r.known(kit.Context(c), id)
	if err != nil {
		return err
	}
	if r, err = r.naming(c, r.listed(params, []T{*row})); err != nil {
		return err
	}
	page := r.listView(c, r.PlainFrame(c, r.Plural), params)
	fresh := r.row(page.Reader, row, params)
	if deleted && !isDeleted(params) {
		fresh.Muted, fresh.Badge = true, page.T("page.entity.deleted")
	}
	page.Rows = []web.EntityRow{fresh}
	return Show(c, page.Row)
}

// file is the whole list, as it is narrowed and sorted, to be saved.
func (r resource[T]) file(c *fiber.Ctx, params url.Values) error {
	write, err := r.store.File(kit.Context(c), ofStore(params))
	if err != nil {
		return err
	}
	return kit.Send(c, exports.Answer(c, r.Plural, r.Now(), write))
}

// at is the address of the page at a cursor; "" for none.
func (r about) at(params url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	return r.listURL(params, func(p url.Values) { p.Set("cursor", cursor) })
}

// fillHead tells what the list can be searched, narrowed and sorted by.
func (r about) fillHead(page *web.Entities, params url.Values) {
	var searched []string
	deleted := isDeleted(params)
	for _, look := range r.looks {
		label := r.label(page.Reader, look.Name)
		if deleted { // these come in the order of their deletion, and are not looked through
			look.Search, look.Filter, look.Sort = false, false, false
		}
		if look.Search {
			searched = append(searched, label)
		}
		if look.Filter {
			page.Filters = append(page.Filters, r.filter(page.Reader, look, params))
			if params.Has(look.Name) {
				page.Filtered = true
				page.Kept = append(page.Kept, web.Field{Name: look.Name, Value: params.Get(look.Name)})
			}
		}
		if r.isListed(look) {
			page.Columns = append(page.Columns, r.column(page.Reader, look, params))
		}
	}
	if r.Deletion == crud.Soft {
		page.Filters = append(page.Filters, r.deletedFilter(page.Reader, params))
	}
	for _, name := range []string{"sort", ByColumns} {
		if params.Has(name) {
			page.Kept = append(page.Kept, web.Field{Name: name, Value: params.Get(name)})
		}
	}
	page.Choice = r.choosable().Offer(r.columns, func(name string) string { return r.label(page.Reader, name) })
	for _, name := range slices.Sorted(maps.Keys(ofStore(params))) {
		if name != "cursor" {
			page.ChoiceKept = append(page.ChoiceKept, web.Field{Name: name, Value: params.Get(name)})
		}
	}
	page.Searchable, page.SearchHint = searched != nil, strings.Join(searched, ", ")
	page.Filtered = page.Filtered || deleted || params.Has("search")
}

func isDeleted(params url.Values) bool { return params.Get("deleted") == "true" }

// deletedFilter leads to those that are deleted, and back.
func (r about) deletedFilter(reader web.Reader, params url.Values) web.Filter {
	deleted := maps.Clone(params)
	deleted.Set("deleted", "true")
	filter := web.Filter{
		Label: reader.T("page.list.deleted"), Options: []web.Link{{Label: reader.T("page.yes"), URL: r.narrowedTo(deleted, "deleted")}},
	}
	if isDeleted(params) {
		filter.Value, filter.RemoveURL = reader.T("page.yes"), r.narrowedTo(params)
	}
	return filter
}

// listed are the references that a page of the list shows.
func (r resource[T]) listed(params url.Values, rows []T) references {
	refs := references{}
	if !r.refers() {
		return refs
	}
	for _, look := range r.Looks() {
		refs.add(look, params.Get(look.Name))
	}
	for i := range rows {
		for _, field := range r.FieldsOf(&rows[i]) {
			refs.add(field.Look(), field.Text())
		}
	}
	return refs
}

// shown says whether lists and pages show a field: not a secret, nor what the table works out for filters alone.
func shown(look crud.Look) bool { return !look.Secret && (!look.Flag || look.Name == "created_at") }

// column is a field as a list's: its head sorts by it, descending first where that is what people look for.
func (r about) column(reader web.Reader, look crud.Look, params url.Values) web.Column {
	column := web.Column{
		Label: r.label(reader, look.Name), Number: isNumber(look.Kind), Short: look.Kind == crud.KindText && look.Most > 0 && look.Most <= shortText,
	}
	if isDeleted(params) && look.Name == "created_at" {
		column.Label = reader.T("page.entity.deleted")
	}
	if look.Kind == crud.KindMoney {
		column.Label += ", " + reader.Currency
	}
	if !look.Sort {
		return column
	}
	by := params.Get("sort")
	if by == "" {
		by = "-created_at"
	}
	next := look.Name
	switch by {
	case look.Name:
		column.Sorted, next = "ascending", "-"+look.Name
	case "-" + look.Name:
		column.Sorted = "descending"
	default:
		if isNumber(look.Kind) || look.Kind == crud.KindTime {
			next = "-" + look.Name
		}
	}
	column.SortURL = r.listURL(params, func(p url.Values) { p.Set("sort", next) })
	return column
}

// shortText is how long the texts of a narrow column may be, in characters.
const shortText = 64

func isNumber(kind crud.Kind) bool { return kind == crud.KindInt || kind == crud.KindMoney }

// filter is what a list can be narrowed to by one field.
func (r about) filter(reader web.Reader, look crud.Look, params url.Values) web.Filter {
	filter := web.Filter{Label: r.label(reader, look.Name)}
	if params.Has(look.Name) {
		filter.Value = r.shown(reader, look, params.Get(look.Name)).Text
		filter.RemoveURL = r.listURL(params, func(p url.Values) { p.Del(look.Name) })
	}
	values := look.Choices
	if look.Kind == crud.KindBool {
		values = []string{"true", "false"}
	}
	for _, value := range values {
		filter.Options = append(filter.Options, web.Link{
			Label: r.shown(reader, look, value).Text, URL: r.listURL(params, func(p url.Values) { p.Set(look.Name, value) }),
		})
	}
	return filter
}

func (r resource[T]) row(reader web.Reader, row *T, params url.Values) web.EntityRow {
	shownRow := web.EntityRow{
		ID: r.ID(row), Title: r.Title(row), Entity: web.EntityName(r.Name, r.ID(row)), Version: r.Version(row),
		URL: reachedFrom(params, r.urlOf(r.ID(row))), Muted: r.retired(reader, row) != "",
	}
	for _, field := range r.FieldsOf(row) {
		if look := field.Look(); r.isListed(look) {
			shownRow.Cells = append(shownRow.Cells, r.shown(reader, look, field.Text()))
		}
	}
	at := r.CreatedAt(row)
	if isDeleted(params) {
		at, shownRow.Muted = r.UpdatedAt(row), true
	}
	if slices.Contains(r.columns, "created_at") {
		shownRow.Cells = append(shownRow.Cells, web.Cell{Text: reader.When(at), Kind: "time"})
	}
	return shownRow
}

// retired is the word for one that is no longer in use; "" for one that is.
func (r resource[T]) retired(reader web.Reader, row *T) string {
	for _, field := range r.FieldsOf(row) {
		if look := field.Look(); look.Retires && field.Text() == "true" {
			return r.label(reader, look.Name)
		}
	}
	return ""
}

// reachedFrom is the address of a page that is reached from a list with these parameters.
func reachedFrom(params url.Values, address string) string {
	if len(params) == 0 {
		return address
	}
	return address + "?" + url.Values{ByList: {params.Encode()}}.Encode()
}

// Behind is an address about the same row, or the next one, with the list from which the request's own page was opened: whoever
// goes through a list stays in it, whatever they do to its rows.
func Behind(c *fiber.Ctx, address string) string {
	if !c.Context().QueryArgs().Has(ByList) {
		return address
	}
	divider := "?"
	if strings.Contains(address, divider) {
		divider = "&"
	}
	return address + divider + url.Values{ByList: {c.Query(ByList)}}.Encode()
}

// listBehind are the parameters of the list that a page was reached from.
func listBehind(c *fiber.Ctx) url.Values {
	params, err := url.ParseQuery(c.Query(ByList))
	if err != nil {
		return nil
	}
	return params
}

// backToList is the address of the list that a page was reached from.
func (r about) backToList(c *fiber.Ctx) string {
	if params := listBehind(c); len(params) > 0 {
		return r.url() + "?" + params.Encode()
	}
	return r.url()
}
