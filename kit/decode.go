package kit

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/kit/fault"
)

// decode reads a JSON body, and takes it only if it says exactly one thing: no field that is unknown, in other case or
// sent twice, no broken UTF-8, no NUL, no null where a value must be, nothing after the end. Faults are 400s that name
// the first faulty place.
func decode(body []byte, target any) error {
	if err := refuseNUL(body); err != nil {
		return err
	}
	options := []json.Options{json.RejectUnknownMembers(true)}
	if bytes.Contains(body, []byte("null")) {
		options = append(options, json.WithUnmarshalers(noNull))
	}
	if err := json.Unmarshal(body, target, options...); err != nil {
		return jsonFault(err)
	}
	return nil
}

var errNull = errors.New("null where a value must be")

// noNull refuses null for whatever can't be null: the decoder would quietly take zero for it.
var noNull = json.UnmarshalFromFunc(func(d *jsontext.Decoder, target any) error {
	if d.PeekKind() != 'n' || nullable(reflect.TypeOf(target).Elem()) {
		return errors.ErrUnsupported // go on as ever
	}
	return errNull
})

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	unmarshalerFrom = reflect.TypeFor[json.UnmarshalerFrom]()
)

func nullable(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || t == rawType ||
		t != timeType && (p.Implements(unmarshaler) || p.Implements(unmarshalerFrom))
}

// refuseNUL looks for NUL inside strings, which databases and C libraries take for an end. Written as it is, it is no
// JSON; so only where its escape occurs are the strings looked at.
func refuseNUL(body []byte) error {
	if !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return jsonFault(err)
		case token.Kind() == '"' && strings.Contains(token.String(), "\x00"):
			return fault.New(fault.Malformed, "MALFORMED_JSON").On(jsonPath(d.StackPointer()), "CONTROL_CHARACTER")
		}
	}
}

// jsonFault turns the decoder's error into a fault, with the place but never with the value.
func jsonFault(err error) error {
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	code, pointer := "MALFORMED_JSON", jsontext.Pointer("")
	switch {
	case errors.As(err, &syntax):
		pointer = syntax.JSONPointer
		if errors.Is(err, jsontext.ErrDuplicateName) {
			code = "DUPLICATE_FIELD"
		}
	case errors.As(err, &meaning):
		pointer, code = meaning.JSONPointer, "WRONG_TYPE"
		if errors.Is(err, json.ErrUnknownName) {
			code = "UNKNOWN_FIELD"
		}
	}
	return fault.New(fault.Malformed, code).On(jsonPath(pointer), code)
}

// jsonPath writes a JSON pointer as people write paths: /items/2/qty is items[2].qty; the whole document is "".
func jsonPath(pointer jsontext.Pointer) string {
	var path strings.Builder
	for token := range pointer.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil {
			path.WriteString("[" + token + "]")
			continue
		}
		if path.Len() > 0 {
			path.WriteByte('.')
		}
		path.WriteString(strings.ToValidUTF8(token, "?"))
	}
	return path.String()
}
