package imports

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

const (
	batchBytes  = 256 << 10
	batchTime   = 500 * time.Millisecond
	previewRows = 20
	mostValue   = 200 // characters of a faulty value that are kept
)

// batch is the next rows of an import, which are taken in together.
type batch[T any] struct {
	*service[T]
	*row
	tx     *db.Tx
	begun  time.Time
	layout *layout
	lines  []*line[T]
	known  *fault.Fault // refuses the first row
	ended  bool         // the file has no more
	seen   map[string]bool
	marks  []subject
}

// line is one row of the file: what it says, and of which entity.
type line[T any] struct {
	*record
	id     int64
	values map[string]string // by field
	keys   []crud.Key
	before *T
	marks  []string
	faults []faultRow
}

func (l *line[T]) refused() bool { return len(l.faults) > 0 }

// running says whether what is decided is also done.
func (b *batch[T]) running() bool { return b.Status == Running }

func (b *batch[T]) take(most int) error {
	var err error
	b.UpdatedAt = b.tx.Now
	if b.layout, err = readLayout([]byte(b.Header), b.Looks()); err != nil { // the columns of another version
		b.Status, b.Failure = Failed, "HEADER_UNREADABLE"
		return b.save(b.tx)
	}
	for _, do := range []func() error{func() error { return b.read(most) }, b.resolve, b.recall, b.decide, b.finish} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// read reads the next rows, up to some bytes of them.
func (b *batch[T]) read(most int) error {
	open := func(at int64) io.Reader { return &content{tx: b.tx.DB, id: b.ID, at: at} }
	rows, begin := newRecords(open, b.layout.comma, b.Position, b.Line), b.Position
	for len(b.lines) < most && rows.at-begin < batchBytes {
		rec, err := rows.next()
		if errors.Is(err, io.EOF) {
			b.ended = true
			break
		}
		if err != nil {
			return err
		}
		if !rec.empty() {
			b.lines = append(b.lines, &line[T]{record: rec})
			b.understand(b.lines[len(b.lines)-1])
		}
	}
	b.Position, b.Line = rows.at, rows.line
	return nil
}

// understand finds out what the cells of a row are for.
func (b *batch[T]) understand(l *line[T]) {
	columns := b.layout.columns
	switch {
	case l.fault != "":
		b.refuse(l, "", l.fault, nil)
		return
	case len(l.cells) != len(columns):
		b.refuse(l, "", "CELLS", fault.Args{"found": len(l.cells), "wanted": len(columns)})
		return
	}
	l.values = map[string]string{}
	for i, cell := range l.cells {
		switch c := columns[i]; {
		case c.isID && cell != "":
			var ok bool
			if l.id, ok = kit.ParseID(strings.TrimSpace(cell)); !ok {
				b.refuse(l, c.name, "ID_INVALID", nil)
			}
		case c.taken():
			l.values[c.look.Name] = c.value(cell)
		}
	}
	l.keys = b.KeysOf(b.Typed(l.values, true))
}

// resolve finds the entities that the rows are for: by their ids, or by what no two have the same. They are locked in the
// order of their ids when they may be changed.
func (b *batch[T]) resolve() error {
	var keys []crud.Key
	var ids []int64
	for _, l := range b.lines {
		if !l.refused() {
			keys = append(keys, l.keys...)
		}
		if !l.refused() && l.id > 0 {
			ids = append(ids, l.id)
		}
	}
	owners, err := b.Owners(b.tx, keys)
	if err != nil {
		return err
	}
	for _, id := range owners {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rows, err := b.Some(b.tx, slices.Compact(ids), b.running())
	if err != nil {
		return err
	}
	byID, byKey := map[int64]*T{}, map[crud.Key]*T{}
	for _, one := range rows {
		byID[b.Table.ID(one)] = one
		for _, key := range b.Keys(one) {
			byKey[key] = one
		}
	}
	for _, l := range b.lines {
		b.resolveOne(l, byID, byKey)
	}
	return nil
}

func (b *batch[T]) resolveOne(l *line[T], byID map[int64]*T, byKey map[crud.Key]*T) {
	if l.refused() {
		return
	}
	if l.before = byID[l.id]; l.id > 0 && l.before == nil {
		b.refuse(l, "id", "NOT_FOUND", nil)
		return
	}
	for _, key := range l.keys {
		owner := byKey[key]
		if l.before == nil {
			l.before = owner
		}
		if owner != nil && owner != l.before {
			b.refuse(l, key.Field, "TAKEN", nil)
		}
	}
	l.marks = b.marksOf(l.before, l.keys)
}

// marksOf are what tells a later row for the same entity: its id, and its unique values before and after. A trial has its
// own, for the run follows it over the same file.
func (b *batch[T]) marksOf(entity *T, keys []crud.Key) []string {
	if entity != nil {
		keys = append(b.Keys(entity), keys...)
		if id := b.Table.ID(entity); id > 0 {
			keys = append(keys, crud.Key{Field: "id", Value: strconv.FormatInt(id, 10)})
		}
	}
	var marks []string
	for _, key := range keys {
		hash := sha256.Sum256([]byte(b.Status + "\x00" + key.Field + "\x00" + key.Value))
		marks = append(marks, string(hash[:16]))
	}
	return marks
}

// recall finds out which of the entities the file has had before.
func (b *batch[T]) recall() error {
	b.seen = map[string]bool{}
	var wanted [][]byte
	for _, l := range b.lines {
		for _, mark := range l.marks {
			wanted = append(wanted, []byte(mark))
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var found []subject
	if err := b.tx.Where("import_id = ? AND subject IN ?", b.row.ID, db.Padded(wanted)).Find(&found).Error; err != nil {
		return fmt.Errorf("rows before: %w", err)
	}
	for _, one := range found {
		b.seen[string(one.Subject)] = true
	}
	return nil
}

// decide decides each row, and in a run does what was decided. When that has taken long, the rows that are left are the
// next batch's.
func (b *batch[T]) decide() error {
	for i, l := range b.lines {
		if i > 0 && time.Since(b.begun) > batchTime {
			b.Position, b.Line, b.lines, b.ended = l.at, l.line, b.lines[:i], false
			return nil
		}
		switch {
		case l.refused():
		case i == 0 && b.known != nil:
			b.refuseAll(l, b.known)
		case slices.ContainsFunc(l.marks, func(mark string) bool { return b.seen[mark] }):
			b.refuse(l, l.column(), "REPEATED", nil)
		default:
			if err := b.decideOne(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// column is that by which a row says which entity it is for.
func (l *line[T]) column() string {
	if l.id > 0 || len(l.keys) == 0 {
		return "id"
	}
	return l.keys[0].Field
}

func (b *batch[T]) decideOne(l *line[T]) error {
	for _, c := range b.layout.columns {
		if c.look.OnlyNew && l.before != nil {
			delete(l.values, c.look.Name)
		}
	}
	p, err := b.Propose(b.tx, l.before, b.Typed(l.values, l.before != nil))
	if err != nil {
		b.refuseAll(l, fault.Of(err))
		return nil
	}
	if b.running() {
		if err := b.Apply(b.tx, p); err != nil {
			return err
		}
	}
	for _, mark := range append(l.marks, b.marksOf(p.After, nil)...) {
		if !b.seen[mark] {
			b.seen[mark] = true
			b.marks = append(b.marks, subject{b.ID, []byte(mark)})
		}
	}
	return b.count(l, p)
}

// count counts a row by what becomes of its entity, and shows the first ones of a trial.
func (b *batch[T]) count(l *line[T], p *crud.Proposal[T]) error {
	shown := PreviewRow{Line: l.line, Action: "created", Title: b.Title(p.After), Changes: map[string]Difference{}}
	switch p.Before {
	case p.After:
		b.UnchangedRows++
		return nil
	case nil:
		b.CreatedRows++
	default:
		b.ChangedRows++
		shown.Action, shown.ID = "changed", new(b.Table.ID(p.Before))
	}
	if b.running() || b.CreatedRows+b.ChangedRows > previewRows {
		return nil
	}
	for name, change := range p.Changes {
		shown.Changes[name] = Difference{change.Old, change.New}
	}
	var rows []PreviewRow
	if err := json.Unmarshal([]byte(b.Preview), &rows); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	text, err := json.Marshal(append(rows, shown))
	b.Preview = string(text)
	return err
}

// refuse tells what is wrong with a row: in which field, by which code.
func (b *batch[T]) refuse(l *line[T], field, code string, args fault.Args) {
	found := faultRow{ImportID: b.ID, Line: l.line, ColumnName: field, Code: code, Args: "{}"}
	for i, c := range b.layout.columns {
		if i < len(l.cells) && field != "" && (c.look.Name == field || c.isID && field == "id") {
			found.ColumnName, found.Value = c.name, shorten(l.cells[i])
		}
	}
	if text, err := json.Marshal(args); err == nil && args != nil {
		found.Args = string(text)
	}
	l.faults = append(l.faults, found)
}

// refuseAll tells all that is wrong with a row.
func (b *batch[T]) refuseAll(l *line[T], f *fault.Fault) {
	for _, one := range f.Fields {
		b.refuse(l, one.Field, one.Code, one.Args)
	}
	if len(f.Fields) == 0 {
		b.refuse(l, "", f.Code, f.Args)
	}
}

func shorten(value string) string {
	value = strings.ToValidUTF8(value, "\ufffd")
	if utf8.RuneCountInString(value) <= mostValue {
		return value
	}
	return string([]rune(value)[:mostValue])
}

// finish keeps what became of the rows, and how far the import has come.
func (b *batch[T]) finish() error {
	var faults []faultRow
	for _, l := range b.lines {
		if l.refused() {
			b.RefusedRows++
			faults = append(faults, l.faults...)
		}
	}
	kept := max(min(MostFaults-b.Faults, int64(len(faults))), 0)
	b.Faults += int64(len(faults))
	b.RowsSeen += int64(len(b.lines))
	if b.ended {
		b.Status = map[string]string{Checking: Checked, Running: Done}[b.Status]
		b.Version++
	}
	if err := db.Insert(b.tx, faults[:kept]); err != nil {
		return fmt.Errorf("keep faults: %w", err)
	}
	if err := db.Insert(b.tx, b.marks); err != nil {
		return fmt.Errorf("keep what the file has had: %w", err)
	}
	return b.save(b.tx)
}
