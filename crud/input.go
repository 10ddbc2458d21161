package crud

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/kit/fault"
)

// Input is what a request gives: values for some fields, and the faults of these.
type Input[T any] struct {
	form[T]
	errs Errors
}

// Input reads a whole entity, by the rules of POST and PUT.
func (d *Description[T]) Input(body jsontext.Value) (*Input[T], error) { return d.read(body, false) }

// Patch reads a part of one: a merge patch.
func (d *Description[T]) Patch(body jsontext.Value) (*Input[T], error) { return d.read(body, true) }

// read takes an entity from a JSON value. What is missing gets its default, or stays as it is where the input is partial
// (a merge patch); null gives the default either way. What cannot be read is refused at its first fault. Broken rules
// are kept: that there is no such entity, or that it has another version, comes before them.
func (d *Description[T]) read(body jsontext.Value, partial bool) (*Input[T], error) {
	in := &Input[T]{form: d.fresh()}
	for _, f := range in.fields {
		f.given = !partial && !f.readOnly
	}
	present, err := in.readMembers(body)
	if err != nil {
		return nil, err
	}
	for _, f := range in.fields {
		if f.given {
			f.check(present[f.name], &in.errs)
		}
	}
	return in, nil
}

// Typed is an input of the values that a form has for some of the fields, as they are written in an address. One that
// cannot be read is a fault of its field.
func (d *Description[T]) Typed(values map[string]string, partial bool) *Input[T] {
	in := &Input[T]{form: d.fresh()}
	for _, f := range in.fields {
		typed, sent := values[f.name]
		f.given = !f.readOnly && (sent || !partial)
		switch {
		case !f.given:
		case sent && typed != "" && !f.value.parse(typed):
			in.errs.Add(f.name, "INVALID")
		default:
			f.check(typed != "", &in.errs)
		}
	}
	return in
}

// JSON is an input as a request's body has it.
func (in *Input[T]) JSON() []byte {
	b := []byte{'{'}
	for _, f := range in.fields {
		if f.given {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = f.append(append(appendQuoted(b, f.name), ':'))
		}
	}
	return append(b, '}')
}

// Row is a new row of what was given.
func (in *Input[T]) Row() *T { return in.row }

// Err is what is wrong with the input by itself.
func (in *Input[T]) Err() error { return in.errs.Err() }

// readMembers reads the members of a JSON object whose syntax has been checked; present are those that are not null.
func (in *Input[T]) readMembers(body jsontext.Value) (present map[string]bool, err error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.ReadToken(); err != nil || start.Kind() != jsontext.KindBeginObject {
		return nil, wrong("WRONG_TYPE", "")
	}
	present = map[string]bool{}
	for decoder.PeekKind() != jsontext.KindEndObject {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, wrong("MALFORMED_JSON", "")
		}
		key := name.String() // the token is gone once the value is read
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, wrong("MALFORMED_JSON", "")
		}
		if err := in.readMember(key, value); err != nil {
			return nil, err
		}
		present[key] = value.Kind() != jsontext.KindNull
	}
	return present, nil
}

func (in *Input[T]) readMember(name string, value jsontext.Value) error {
	f := in.byName(name)
	switch {
	case common[name], f != nil && f.readOnly:
		in.errs.Add(name, "READ_ONLY")
		return nil
	case f == nil:
		return wrong("UNKNOWN_FIELD", name)
	case value.Kind() != jsontext.KindNull && !f.read(value):
		return wrong("WRONG_TYPE", name)
	}
	f.given = true
	return nil
}

func wrong(code, field string) error { return fault.New(fault.Malformed, code).On(field, code) }

// seal replaces the secrets that were given by what is stored of them.
func (in *Input[T]) seal() error {
	for _, f := range in.fields {
		if f.seal == nil || !f.given || in.errs.Err() != nil {
			continue
		}
		plain, _ := f.value.text()
		sealed, err := f.seal(plain)
		if err != nil {
			return err
		}
		f.value.set(sealed)
		f.seal = nil // once
	}
	return nil
}

// edit gives a row the values of the input, and tells of the input's faults.
func (d *Description[T]) edit(in *Input[T]) func(*T, *Errors) {
	return func(row *T, errs *Errors) {
		for i, f := range d.Fields(row) {
			if in.fields[i].given {
				f.value.set(in.fields[i].value.get())
			}
		}
		errs.fields = append(errs.fields, in.errs.fields...)
	}
}
