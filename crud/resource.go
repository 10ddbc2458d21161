// Package crud makes an entity's REST API out of one description of it: its fields with their rules, who may see and
// change it, and how it is deleted. What is more than create, read, update and delete is written by hand, elsewhere.
package crud

import (
	"cmp"
	"fmt"
	"reflect"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"b2b.example/db"
	"b2b.example/kit"
)

// Deletion is what DELETE does to an entity.
type Deletion uint8

// The kinds of deletion.
const (
	Kept Deletion = iota // it is never deleted: there is no such route
	Hard                 // the row goes; its events stay
	Soft                 // the row stays, with the time in deleted_at; it frees what was unique about it, and can be restored
)

// Resource describes an entity. T embeds db.Entity and has no further columns than those of its Fields.
type Resource[T any] struct {
	Name, Plural string   // "supplier", "suppliers": in events and in paths
	Read, Write  kit.Role // the least roles that may; viewers read where it does not say
	Replace      bool     // PUT is served too
	Deletion     Deletion

	Title  func(*T) string   // what people call this one
	Fields func(*T) []*Field // bound to the row that it is given
	Flags  []string          // yes-or-no columns that the table itself works out, to filter lists by

	// Check tells of faults that lie between fields.
	Check func(*T, *Errors)
	// Changed does what else a change brings with it, in its transaction. The row is locked and has just been written;
	// before is nil for a new or restored row, after for a deleted one. A fault refuses the change.
	Changed func(tx *db.Tx, before, after *T) error
	// AsOf completes a row that its events have told as it was at a time: for fields that change without an event.
	AsOf func(q *gorm.DB, row *T, at time.Time) error
}

// Description is a Resource whose fields have been named, once, at start.
type Description[T any] struct {
	Resource[T]
	table   string
	columns []string // those of the model
	names   []naming // those of the fields, in their order
}

// naming is what the model says of one field: its name in JSON, its column, the column of its folded copy, and what it
// refers to.
type naming struct {
	name, column, key string
	target            *Outline
}

// common are the members that every entity has, and no request sets.
var common = map[string]bool{"id": true, "version": true, "created_at": true, "updated_at": true}

// Outline is what there is to know of a resource whatever its type.
type Outline struct {
	Name, Plural string
	Read, Write  kit.Role
	Replace      bool
	Deletion     Deletion
	table        string
}

// Outlined is a resource, or what is made of one, whatever its type.
type Outlined interface{ Outline() Outline }

// Outline is the resource without its type.
func (r Resource[T]) Outline() Outline {
	table := schema.NamingStrategy{}.TableName(reflect.TypeFor[T]().Name())
	if named, ok := any(new(T)).(schema.Tabler); ok {
		table = named.TableName()
	}
	return Outline{r.Name, r.Plural, cmp.Or(r.Read, kit.Viewer), r.Write, r.Replace, r.Deletion, table}
}

// Describe names the fields of a resource. It panics on a description that cannot work: that is found at start.
func Describe[T any](r Resource[T]) *Description[T] {
	r.Read = r.Outline().Read
	row := new(T)
	model, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Errorf("crud: describe %s: %w", r.Name, err))
	}
	d := &Description[T]{Resource: r, table: model.Table, columns: model.DBNames}
	described := map[string]bool{}
	for _, f := range r.Fields(row) {
		f.naming = nameOf(model, reflect.ValueOf(row).Elem(), f)
		f.target = refersTo(r, f)
		f.clear()
		d.names = append(d.names, f.naming)
		described[f.column] = true
		if r.Deletion == Soft && f.unique && f.key == "" {
			panic(fmt.Sprintf("crud: %s: a deleted row could not free its %s", r.Name, f.name))
		}
	}
	for _, column := range d.columns {
		if !described[column] && !common[column] {
			panic(fmt.Sprintf("crud: %s: the column %s has no field", r.Name, column))
		}
	}
	base(row).Version = 0 // panics unless T embeds db.Entity
	return d
}

// nameOf finds the member of the model that a field is bound to: the one at its address, of its type.
func nameOf(model *schema.Schema, row reflect.Value, f *Field) naming {
	bound := reflect.ValueOf(f.value.pointer())
	for _, member := range model.Fields {
		at := row.FieldByIndex(member.StructField.Index).Addr()
		if at.Type() != bound.Type() || at.Pointer() != bound.Pointer() {
			continue
		}
		n := naming{name: schema.NamingStrategy{}.ColumnName("", member.Name), column: member.DBName}
		if f.fold != nil {
			n.key = n.column + "_key"
		}
		return n
	}
	panic("crud: a field of " + model.Name + " is bound to no member of the model")
}

// Describe is the description itself, for who has only the store that it is part of.
func (d *Description[T]) Describe() *Description[T] { return d }

// FieldsOf are a row's fields, which show what it holds.
func (d *Description[T]) FieldsOf(row *T) []*Field { return d.bind(row).fields }

// form is a row with its fields bound to it.
type form[T any] struct {
	row    *T
	fields []*Field
}

func (d *Description[T]) bind(row *T) form[T] {
	f := form[T]{row: row, fields: d.Fields(row)}
	for i, field := range f.fields {
		field.naming = d.names[i]
	}
	return f
}

// fresh is a form of a new row that has its defaults.
func (d *Description[T]) fresh() form[T] {
	f := d.bind(new(T))
	for _, field := range f.fields {
		field.clear()
	}
	return f
}

func (f form[T]) byName(name string) *Field {
	for _, field := range f.fields {
		if field.name == name {
			return field
		}
	}
	return nil
}

// base is the Entity that a row begins with.
func base[T any](row *T) *db.Entity { return any(row).(interface{ Base() *db.Entity }).Base() }
