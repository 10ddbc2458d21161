package write

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"b2b.example/crud"
	"b2b.example/db"
)

// scratch is a transaction in a database, and what an entity needs there.
type scratch struct {
	*db.Tx
	dialect db.Dialect
	table   string
	columns []crud.Column
	log     recorder
}

// tableOptions are those of all tables on MySQL. SQLite has none.
const tableOptions = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"

// migrator is GORM's. What it sends is recorded.
func (s *scratch) migrator() gorm.Migrator {
	session := s.Session(&gorm.Session{Logger: &s.log})
	if s.dialect == db.MySQL {
		session = session.Set("gorm:table_options", tableOptions)
	}
	return session.Table(s.table).Migrator()
}

// there is what the table has.
type there struct {
	columns []string
	indexes []gorm.Index
}

func (s *scratch) there() (there, error) {
	indexes, err := s.migrator().GetIndexes(s.table)
	if err != nil {
		return there{}, err
	}
	rows, err := s.Table(s.table).Where("1 = 0").Rows() //nolint:forbidigo // there is no row to read
	if err != nil {
		return there{}, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return there{}, err
	}
	return there{columns, indexes}, rows.Err()
}

// serves says whether an index is there, by whatever name. Whether rows that are there could all be unique, nobody knows: a
// unique index of theirs is left to a person.
func (t there) serves(wanted index) bool {
	return wanted.unique || slices.ContainsFunc(t.indexes, func(i gorm.Index) bool { return slices.Equal(i.Columns(), wanted.columns) })
}

// model is an entity as GORM's migrator takes it: its columns with the indexes that its description asks for. Columns
// that are added to rows have a default.
func (s *scratch) model(added bool) any {
	var fields []reflect.StructField
	add := func(kind crud.Kind, tag string) {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)), Type: typeOf(kind), Tag: reflect.StructTag(fmt.Sprintf("gorm:%q", tag)),
		})
	}
	created := []string{"column:created_at;not null;precision:6", s.indexed("created_at", 1)}
	ids := []string{"column:id;primaryKey;autoIncrement", s.indexed("created_at", 2)}
	for _, c := range s.columns {
		if c.Filter {
			created = append(created, s.indexed(c.Name, 2))
			ids = append(ids, s.indexed(c.Name, 3))
		}
		if c.Ordered {
			ids = append(ids, s.indexed(ordered(c), 2))
		}
	}
	add(crud.KindInt, strings.Join(ids, ";"))
	for _, c := range s.columns {
		add(c.Kind, s.tag(c, added))
	}
	add(crud.KindInt, "column:version;not null")
	add(crud.KindTime, strings.Join(created, ";"))
	add(crud.KindTime, "column:updated_at;not null;precision:6")
	return reflect.New(reflect.StructOf(fields)).Interface()
}

func typeOf(kind crud.Kind) reflect.Type {
	switch kind {
	case crud.KindInt, crud.KindMoney, crud.KindRef:
		return reflect.TypeFor[int64]()
	case crud.KindBool:
		return reflect.TypeFor[bool]()
	case crud.KindTime:
		return reflect.TypeFor[time.Time]()
	case crud.KindText, crud.KindEmail, crud.KindChoice, crud.KindSecret:
	}
	return reflect.TypeFor[string]()
}

// tag says of a column what GORM is to know.
func (s *scratch) tag(c crud.Column, added bool) string {
	tag := "column:" + c.Name + ";"
	if c.Most > 0 {
		tag += fmt.Sprintf("size:%d;", c.Most)
	}
	if c.Kind == crud.KindTime {
		tag += "precision:6;"
	}
	if !c.Null {
		tag += "not null;"
	}
	if text, ok := c.Default.(string); added && ok && !c.Null {
		tag += "default:'" + text + "';"
	} else if added && !c.Null {
		tag += fmt.Sprintf("default:%v;", c.Default)
	}
	if c.Unique {
		tag += "uniqueIndex:" + s.uniqueName(c.Name) + ";"
	}
	if c.Filter {
		tag += s.indexed(c.Name, 1)
	}
	if c.Ordered {
		tag += s.indexed(ordered(c), 1)
	}
	return tag
}

// ordered is what the index is called after that a list is sorted by; that of its filter has the column's own name.
func ordered(c crud.Column) string {
	if c.Filter {
		return c.Name + "_order"
	}
	return c.Name
}

// indexed makes a column part of the index that is called after another.
func (s *scratch) indexed(after string, place int) string {
	return fmt.Sprintf("index:%s_%s,priority:%d;", s.table, after, place)
}

// uniqueName is the column's on MySQL, which says in its errors no more of a duplicate than the name of the index. On
// SQLite, where the names of indexes are the whole database's, it says the column.
func (s *scratch) uniqueName(column string) string {
	if s.dialect == db.MySQL {
		return column
	}
	return s.table + "_" + column + "_unique"
}

// index is one that a column asks for.
type index struct {
	name    string
	columns []string
	unique  bool
}

func (s *scratch) indexesOf(c crud.Column) []index {
	var indexes []index
	if c.Unique {
		indexes = append(indexes, index{s.uniqueName(c.Name), []string{c.Name}, true})
	}
	if c.Filter {
		indexes = append(indexes, index{name: s.table + "_" + c.Name, columns: []string{c.Name, "created_at", "id"}})
	}
	if c.Ordered {
		indexes = append(indexes, index{name: s.table + "_" + ordered(c), columns: []string{c.Name, "id"}})
	}
	return indexes
}

// dropped takes indexes and columns away again: on MySQL all at once.
func (s *scratch) dropped(columns, indexes []string) []string {
	var clauses, statements []string
	for _, name := range indexes {
		clauses = append(clauses, "DROP INDEX "+name)
		statements = append(statements, "DROP INDEX IF EXISTS "+name)
	}
	for _, name := range columns {
		clauses = append(clauses, "DROP COLUMN "+name)
		statements = append(statements, "ALTER TABLE "+s.table+" DROP COLUMN "+name)
	}
	if s.dialect == db.MySQL {
		return s.altered(clauses)
	}
	return statements
}

// recorder is GORM's logger, and keeps what changes a schema.
type recorder struct{ statements []string }

// LogMode is part of logger.Interface, as the three after it.
func (r *recorder) LogMode(logger.LogLevel) logger.Interface { return r }

// Info is of no interest here.
func (r *recorder) Info(context.Context, string, ...any) {}

// Warn neither.
func (r *recorder) Warn(context.Context, string, ...any) {}

// Error is told by what failed.
func (r *recorder) Error(context.Context, string, ...any) {}

// Trace keeps a statement.
func (r *recorder) Trace(_ context.Context, _ time.Time, said func() (sql string, rows int64), _ error) {
	if sql, _ := said(); strings.HasPrefix(sql, "CREATE ") || strings.HasPrefix(sql, "ALTER ") {
		r.statements = append(r.statements, sql)
	}
}

var (
	plainName = regexp.MustCompile("`(\\w+)`")
	adding    = regexp.MustCompile(`^ALTER TABLE \w+ ADD (?:COLUMN )?(.*)$`)
	indexing  = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (\w+) ON \w+ ?(\(.*\))$`)
	making    = regexp.MustCompile(`^(CREATE TABLE|CREATE (?:UNIQUE )?INDEX) `)
)

// sent are the statements as people read them: safe to run again where the engine can do that, one column a line, names
// without quotes.
func (s *scratch) sent() []string {
	var texts []string
	for _, text := range s.log.statements {
		text = plainName.ReplaceAllString(text, "$1")
		if s.dialect == db.SQLite || strings.HasPrefix(text, "CREATE TABLE") {
			text = making.ReplaceAllString(text, "$1 IF NOT EXISTS ")
		}
		if strings.HasPrefix(text, "CREATE TABLE") {
			text = inLines(text)
		}
		texts = append(texts, text)
	}
	if s.dialect == db.MySQL {
		return s.together(texts)
	}
	return texts
}

// together makes one statement of those that change a table, because MySQL commits each of them by itself: it is done as a
// whole or not at all.
func (s *scratch) together(texts []string) []string {
	var clauses []string
	for _, text := range texts {
		if found := adding.FindStringSubmatch(text); found != nil {
			clauses = append(clauses, "ADD COLUMN "+found[1])
		} else if found := indexing.FindStringSubmatch(text); found != nil {
			clauses = append(clauses, "ADD "+found[1]+"INDEX "+found[2]+" "+found[3])
		} else {
			return texts
		}
	}
	return s.altered(clauses)
}

// altered is one statement of several changes of the table; none of none.
func (s *scratch) altered(clauses []string) []string {
	if len(clauses) == 0 {
		return nil
	}
	return []string{"ALTER TABLE " + s.table + "\n  " + strings.Join(clauses, ",\n  ")}
}

// inLines puts each part of a table on a line of its own.
func inLines(sql string) string {
	var b strings.Builder
	depth := 0
	for _, r := range sql {
		switch r {
		case '(':
			if depth++; depth == 1 {
				b.WriteString("(\n  ")
				continue
			}
		case ')':
			if depth--; depth == 0 {
				b.WriteString("\n)")
				continue
			}
		case ',':
			if depth == 1 {
				b.WriteString(",\n  ")
				continue
			}
			b.WriteRune(r)
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
