package imports

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// mostLine is how many bytes one row may have.
const mostLine = 1 << 20

// record is one row of the file, as it stands there.
type record struct {
	at    int64 // where it begins
	line  int64
	cells []string
	fault string // the code of why it cannot be read; "" if it can
}

// empty says whether there is nothing in it, as in the rows that spreadsheets leave at the end.
func (r *record) empty() bool {
	for _, cell := range r.cells {
		if cell != "" {
			return false
		}
	}
	return r.fault == ""
}

// records reads rows from a place in the file on. What is wrong with one is told with it, and the next follows.
type records struct {
	open     func(at int64) io.Reader
	in       *bufio.Reader
	comma    byte
	at, line int64 // of the next record
}

func newRecords(open func(at int64) io.Reader, comma byte, at, line int64) *records {
	r := &records{open: open, comma: comma}
	r.seek(at, line)
	return r
}

func (r *records) seek(at, line int64) {
	r.at, r.line, r.in = at, line, bufio.NewReaderSize(r.open(at), pieceSize)
}

// next gives the next record; the error is io.EOF at the end, else one of the file's storage. A quote that is never
// closed would take in all that follows: its first line is a fault then, and the others are rows again.
func (r *records) next() (*record, error) {
	rec, begin, cells := &record{at: r.at, line: r.line}, r.at, splitter{comma: r.comma}
	text, err := r.readLine(rec)
	second := r.at
	for err == nil && cells.feed(text) && r.at-begin <= mostLine {
		text, err = r.readLine(rec)
	}
	switch {
	case err != nil && (!errors.Is(err, io.EOF) || r.at == begin):
		return nil, err
	case cells.state == quoted:
		r.seek(second, rec.line+1)
		rec.fault = "QUOTES"
	case cells.wrong && rec.fault == "":
		rec.fault = "QUOTES"
	}
	rec.cells = cells.end()
	return rec, nil
}

// readLine gives the next line of a record, with its end. One that is too long is passed over.
func (r *records) readLine(rec *record) ([]byte, error) {
	var text []byte
	begin := r.at
	for {
		piece, err := r.in.ReadSlice('\n')
		r.at += int64(len(piece))
		if r.at-begin <= mostLine {
			text = append(text, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || r.at == begin):
			return nil, err
		}
		break
	}
	r.line++
	switch {
	case r.at-begin > mostLine:
		rec.fault, text = "LINE_TOO_LONG", nil
	case bytes.IndexByte(text, 0) >= 0:
		rec.fault = "CONTROL_CHARACTER"
	case !utf8.Valid(text):
		rec.fault = "NOT_UTF8"
	}
	return text, nil
}

// The places where a splitter can be.
const (
	atStart = iota // of a cell
	plain
	quoted
	closed // after a quote within quotes: it ends them, or is the first of two that stand for one
)

// splitter divides a record into cells, line by line.
type splitter struct {
	comma byte
	cells []string
	cell  []byte
	state int
	wrong bool // there is a quote where none can be
}

// feed takes one line, and says whether the record goes on in the next.
func (s *splitter) feed(text []byte) bool {
	text = bytes.TrimSuffix(text, []byte("\n"))
	text = bytes.TrimSuffix(text, []byte("\r"))
	if s.state == quoted {
		s.cell = append(s.cell, '\n') // that of the line before
	}
	for _, b := range text {
		s.take(b)
	}
	return s.state == quoted
}

func (s *splitter) take(b byte) {
	switch {
	case s.state == quoted && b == '"':
		s.state = closed
	case s.state == quoted:
		s.cell = append(s.cell, b)
	case b == s.comma:
		s.cells, s.cell, s.state = append(s.cells, string(s.cell)), s.cell[:0], atStart
	case b == '"' && s.state == atStart:
		s.state = quoted
	case b == '"' && s.state == closed:
		s.cell, s.state = append(s.cell, b), quoted
	default:
		s.wrong = s.wrong || b == '"' || s.state == closed
		s.cell, s.state = append(s.cell, b), plain
	}
}

// end gives the cells.
func (s *splitter) end() []string { return append(s.cells, string(s.cell)) }
