package crud

import "time"

// Kind is what a field is for the one who reads or types it.
type Kind string

// The kinds of fields.
const (
	KindText   Kind = "text"
	KindEmail  Kind = "email"
	KindChoice Kind = "choice"
	KindSecret Kind = "secret"
	KindInt    Kind = "number"
	KindMoney  Kind = "money" // whole cents
	KindRef    Kind = "reference"
	KindBool   Kind = "yes"
	KindTime   Kind = "time"
)

// Look is what a face may know of a field.
type Look struct {
	Name                                             string
	Kind                                             Kind
	Required, ReadOnly, Secret, Search, Filter, Sort bool
	Flag                                             bool // no field of the description: what the table works out, and created_at
	Unique, OnlyNew, Retires                         bool
	Least, Most                                      int64 // of a number, or of a text's length in characters
	Choices                                          []string
	To                                               string // of a reference: the name of what it refers to
	Default                                          any    // of a request that gives none; nil: the type's zero
}

// Look tells what a face may know of the field.
func (f *Field) Look() Look {
	look := Look{
		Name: f.name, Kind: f.kind, Required: f.required, ReadOnly: f.readOnly, Secret: f.secret, Search: f.search, Filter: f.filter,
		Sort: f.sort, Unique: f.unique, OnlyNew: f.onlyNew, Retires: f.retires, Least: f.min, Most: f.max, Choices: f.choices,
		Default: f.initial,
	}
	if f.target != nil {
		look.To = f.target.Name
	}
	return look
}

// Text is the field's value as an address has it; "" for none.
func (f *Field) Text() string {
	s, _ := f.value.text()
	return s
}

// Looks are all fields that lists can use, in their order: those of the description, its flags, and created_at.
func (d *Description[T]) Looks() []Look {
	var looks []Look
	for i, f := range d.listed() {
		look := f.Look()
		look.Flag = i >= len(d.names)
		looks = append(looks, look)
	}
	return looks
}

// CreatedAt is when a row was made.
func (d *Description[T]) CreatedAt(row *T) time.Time { return base(row).CreatedAt }

// UpdatedAt is when a row was changed last; of a deleted one, when it was deleted.
func (d *Description[T]) UpdatedAt(row *T) time.Time { return base(row).UpdatedAt }

// Fresh is a row that has its defaults.
func (d *Description[T]) Fresh() *T { return d.fresh().row }

// ID is a row's.
func (d *Description[T]) ID(row *T) int64 { return base(row).ID }

// Version is a row's.
func (d *Description[T]) Version(row *T) int64 { return base(row).Version }
