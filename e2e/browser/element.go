package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Element says which element of a page is meant: one that can be seen, and the only one of the kind.
type Element struct {
	selector   string // CSS; or
	role, name string // the accessible ones, name as a regular expression
	first      bool
}

// Button is a button, by the whole of its accessible name, as a regular expression.
func Button(name string) Element { return Element{role: "button", name: name} }

// Link is a link, by its accessible name.
func Link(name string) Element { return Element{role: "link", name: name} }

// Role is any element, by its role and its accessible name.
func Role(role, name string) Element { return Element{role: role, name: name} }

// ID is the element with an id.
func ID(id string) Element { return Element{selector: fmt.Sprintf("[id=%q]", id)} }

// Selector is what a selector finds, for what has neither a name nor an id.
func Selector(css string) Element { return Element{selector: css} }

// Named is the form's element with a name.
func Named(name string) Element { return Element{selector: fmt.Sprintf("[name=%q]", name)} }

// Value is the form's element with a name and a value: one button or radio of several.
func Value(name, value string) Element {
	return Element{selector: fmt.Sprintf("[name=%q][value=%q]", name, value)}
}

// Prefix is the form's element with a name and a value that begins so.
func Prefix(name, value string) Element {
	return Element{selector: fmt.Sprintf("[name=%q][value^=%q]", name, value)}
}

// First is the first of several such elements.
func (e Element) First() Element {
	e.first = true
	return e
}

func (e Element) String() string {
	if e.selector != "" {
		return e.selector
	}
	return fmt.Sprintf("%s %q", e.role, e.name)
}

// Click clicks in the middle of an element, or taps on it, once it is there and nothing covers it.
func (p *Page) Click(e Element) {
	p.t.Helper()
	p.clicks++
	x, y := p.pointAt(e)
	if p.options.Screen.Touch {
		p.run(chromedp.TapXY(x, y))
		return
	}
	p.run(chromedp.MouseClickXY(x, y))
}

// Hold presses the mouse's button on an element. Let it go there, wherever the element is by then.
func (p *Page) Hold(e Element) (letGo func()) {
	p.t.Helper()
	p.clicks++
	x, y := p.pointAt(e)
	button := func(kind input.DispatchMouseEventType) {
		do(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: "left", ClickCount: 1})
	}
	button("mousePressed")
	return func() { button("mouseReleased") }
}

// DoubleClick clicks twice in the same place, as fast as it can.
func (p *Page) DoubleClick(e Element) {
	p.t.Helper()
	x, y := p.pointAt(e)
	if p.options.Screen.Touch {
		p.run(chromedp.TapXY(x, y))
		p.tapAgain(x, y)
		return
	}
	p.run(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
}

// tapAgain taps once more. A tab that is on its way to the next page may never tell that it was touched, and it was.
func (p *Page) tapAgain(x, y float64) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.TapXY(x, y)); !errors.Is(err, context.DeadlineExceeded) {
		p.must(err)
	}
}

// Fill puts a text in place of what is in a field.
func (p *Page) Fill(e Element, text string) {
	p.t.Helper()
	p.until("the field "+e.String(), func() (bool, error) {
		field, err := p.find(e)
		if err != nil {
			return false, err
		}
		_, err = on[any](p, field, "function() { this.focus(); this.select(); return null }")
		return err == nil, err
	})
	if text == "" {
		p.Press("\b")
		return
	}
	do(p, input.InsertText, input.InsertTextParams{Text: text})
}

// Choose chooses a file, by its path, in a field for one.
func (p *Page) Choose(e Element, path string) {
	p.t.Helper()
	p.until("the field "+e.String(), func() (bool, error) {
		field, err := p.find(e)
		if err != nil {
			return false, err
		}
		_, err = call(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: field})
		return err == nil, err
	})
}

// Press presses keys, one after the other, wherever the focus is. kb has those that have no letter.
func (p *Page) Press(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	for _, key := range keys {
		for _, stroke := range strokes(key, modifiers) {
			do(p, input.DispatchKeyEvent, stroke)
		}
	}
}

// strokes are a key's way down and up. What it types goes down with it, so that it types nothing where the page has taken
// the key for itself.
func strokes(key rune, modifiers []chromedp.Modifier) []input.DispatchKeyEventParams {
	events := kb.Encode(key)
	down, up := *events[0], *events[len(events)-1]
	for _, m := range modifiers {
		down.Modifiers, up.Modifiers = down.Modifiers|int64(m), up.Modifiers|int64(m)
	}
	if typed := events[1]; down.Modifiers&^int64(kb.ModifierShift) == 0 {
		down.Text, down.UnmodifiedText = typed.Text, typed.UnmodifiedText
	}
	return []input.DispatchKeyEventParams{down, up}
}

// Value is what is in a field.
func (p *Page) Value(e Element) (value string) {
	p.t.Helper()
	return property[string](p, e, "this.value")
}

// TextOf is the text of an element.
func (p *Page) TextOf(e Element) string {
	p.t.Helper()
	return property[string](p, e, "this.innerText")
}

// Attribute is an attribute of an element, "" where it has none.
func (p *Page) Attribute(e Element, name string) string {
	p.t.Helper()
	return property[string](p, e, fmt.Sprintf("this.getAttribute(%q) ?? ''", name))
}

// Holds waits until a field holds a text.
func (p *Page) Holds(e Element, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s with %q", e, text), func() (bool, error) {
		field, err := p.find(e)
		if err != nil {
			return false, err
		}
		value, err := on[string](p, field, "function() { return this.value }")
		return value == text, err
	})
}

// There waits until an element is there.
func (p *Page) There(e Element) {
	p.t.Helper()
	p.until(e.String(), func() (bool, error) {
		_, err := p.find(e)
		return err == nil, err
	})
}

// Has says whether an element is there now.
func (p *Page) Has(e Element) bool {
	_, err := p.find(e)
	return err == nil
}

// HasFocus waits until an element, or something in it, has the focus.
func (p *Page) HasFocus(e Element) {
	p.t.Helper()
	p.until("the focus on "+e.String(), func() (bool, error) {
		found, err := p.find(e)
		if err != nil {
			return false, err
		}
		has, err := on[bool](p, found, "function() { return this.contains(document.activeElement) }")
		if err == nil && !has {
			focus, _ := evaluate[string](p, "document.activeElement?.outerHTML.slice(0, 200) ?? ''")
			return false, fmt.Errorf("it is on %s", focus)
		}
		return has, err
	})
}

// IsFocused says whether an element has the focus now.
func (p *Page) IsFocused(e Element) bool {
	p.t.Helper()
	found, err := p.find(e)
	if err != nil {
		return false
	}
	has, err := on[bool](p, found, "function() { return this === document.activeElement }")
	return has && err == nil
}

// TabTo presses Tab until an element has the focus.
func (p *Page) TabTo(e Element) {
	p.t.Helper()
	p.There(e)
	var met []string
	for range mostTabs {
		p.Press(kb.Tab)
		if p.IsFocused(e) {
			return
		}
		role, name := p.Focus()
		met = append(met, role+" "+name)
	}
	p.fail("Tab does not lead to %s: %q", e, met)
}

// mostTabs is how often Tab is pressed for what it is to lead to.
const mostTabs = 100

// Focus is a description of what has the focus: role and accessible name.
func (p *Page) Focus() (role, name string) {
	p.t.Helper()
	answer, err := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
	p.must(err)
	tree := do(p, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: answer.Result.ObjectID, FetchRelatives: new(false),
	})
	if len(tree.Nodes) == 0 {
		return "", ""
	}
	return textOfAX(tree.Nodes[0].Role), textOfAX(tree.Nodes[0].Name)
}

func property[V any](p *Page, e Element, expression string) (value V) {
	p.t.Helper()
	p.until(e.String(), func() (bool, error) {
		found, err := p.find(e)
		if err != nil {
			return false, err
		}
		value, err = on[V](p, found, "function() { return "+expression+" }")
		return err == nil, err
	})
	return value
}

// pointAt waits until an element is there and not covered, and gives its middle.
func (p *Page) pointAt(e Element) (x, y float64) {
	p.t.Helper()
	p.until(e.String()+" to click", func() (bool, error) {
		found, err := p.find(e)
		if err != nil {
			return false, err
		}
		x, y, err = p.middle(found)
		return err == nil, err
	})
	return x, y
}

// comesUp scrolls an element to where it can be clicked, as a person does, and gives its middle; nothing while something
// covers it. What met a click there may also be the element's label.
const comesUp = `function() {
	const isHit = () => {
		const box = this.getClientRects()[0]
		if (!box) return null
		const [x, y] = [box.x + box.width / 2, box.y + box.height / 2], met = document.elementFromPoint(x, y)
		return this.contains(met) || [...(this.labels ?? [])].some(label => label.contains(met)) ? [x, y] : null
	}
	for (const block of ["nearest", "center"]) {
		this.scrollIntoView({block, inline: "nearest", behavior: "instant"})
		const point = isHit()
		if (point) return point
	}
	return []
}`

func (p *Page) middle(found runtime.RemoteObjectID) (x, y float64, err error) {
	point, err := on[[]float64](p, found, comesUp)
	if err == nil && len(point) == 0 {
		err = errors.New("something covers it")
	}
	if err != nil {
		return 0, 0, err
	}
	return point[0], point[1], nil
}

// find finds an element that can be seen, and the only one.
func (p *Page) find(e Element) (runtime.RemoteObjectID, error) {
	if e.selector == "" {
		return p.findByRole(e)
	}
	count, err := evaluate[int](p, visible(e.selector)+".length")
	if err != nil {
		return "", err
	}
	if count == 0 || count > 1 && !e.first {
		return "", fmt.Errorf("there are %d", count)
	}
	return p.object(visible(e.selector) + "[0]")
}

func visible(selector string) string {
	return fmt.Sprintf("[...document.querySelectorAll(%q)].filter(e => e.checkVisibility({visibilityProperty: true}))", selector)
}

// object is a handle of what an expression gives.
func (p *Page) object(expression string) (runtime.RemoteObjectID, error) {
	answer, err := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: expression})
	if err == nil && answer.Result.ObjectID == "" {
		err = fmt.Errorf("%s is nothing", expression)
	}
	if err != nil {
		return "", err
	}
	return answer.Result.ObjectID, nil
}

func (p *Page) findByRole(e Element) (runtime.RemoteObjectID, error) {
	document, err := p.object("document")
	if err != nil {
		return "", err
	}
	tree, err := call(p, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document, Role: e.role})
	if err != nil {
		return "", err
	}
	name := regexp.MustCompile("^(?:" + e.name + ")$")
	var names []string
	found := slices.DeleteFunc(tree.Nodes, func(n *accessibility.Node) bool {
		if n.Ignored {
			return true
		}
		names = append(names, textOfAX(n.Name))
		return !name.MatchString(textOfAX(n.Name))
	})
	if len(found) == 0 || len(found) > 1 && !e.first {
		return "", fmt.Errorf("there are %d among %q", len(found), names)
	}
	node, err := call(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: found[0].BackendDOMNodeID})
	if err != nil {
		return "", err
	}
	return node.Object.ObjectID, nil
}

func textOfAX(value *accessibility.Value) (text string) {
	if value != nil {
		_ = json.Unmarshal(value.Value, &text) // what is no text has none
	}
	return text
}

// on calls a function on an element.
func on[V any](p *Page, object runtime.RemoteObjectID, function string) (value V, err error) {
	params := runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object, ReturnByValue: new(true), UserGesture: new(true),
	}
	answer, err := call(p, runtime.CallFunctionOn, params)
	switch {
	case err != nil:
		return value, err
	case answer.ExceptionDetails != nil:
		return value, errors.New(exceptionText(answer.ExceptionDetails))
	}
	return value, json.Unmarshal(answer.Result.Value, &value)
}
