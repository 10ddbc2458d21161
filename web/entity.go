package web

// figures are the facts that are numbers: they stand above the others.
func (e Entity) figures() []Fact { return e.facts(true) }

// words are all other facts.
func (e Entity) words() []Fact { return e.facts(false) }

func (e Entity) facts(numbers bool) []Fact {
	var facts []Fact
	for _, f := range e.Facts {
		if (f.Kind == "number") == numbers {
			facts = append(facts, f)
		}
	}
	return facts
}

// look is how the link of an action looks.
func (a EntityAction) look() string {
	if a.Danger {
		return "danger wide"
	}
	return "wide"
}
