package crud

import "b2b.example/kit/fault"

// Errors collects the faults of an input: every one of them is told at once.
type Errors struct {
	fields []fault.Field
	broken error // they could not all be found
}

// Add tells of a fault of a field. The value is never repeated.
func (e *Errors) Add(field, code string) { e.AddWith(field, code, nil) }

// AddWith tells of a fault whose message names values, such as a limit.
func (e *Errors) AddWith(field, code string, args fault.Args) {
	e.fields = append(e.fields, fault.Field{Field: field, Code: code, Args: args})
}

// Err is the refusal, or nil when there is no fault.
func (e *Errors) Err() error {
	if e.broken != nil {
		return e.broken
	}
	if len(e.fields) == 0 {
		return nil
	}
	refusal := fault.New(fault.Invalid, "VALIDATION_FAILED")
	refusal.Fields = e.fields
	return refusal
}

func (e *Errors) between(f *Field, n int64, below, above string) {
	if n < f.min {
		e.AddWith(f.name, below, fault.Args{"min": f.min})
	}
	if n > f.max {
		e.AddWith(f.name, above, fault.Args{"max": f.max})
	}
}
