package screens

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// deed is what can be done with several: some are deleted or restored, or a field of theirs is set.
type deed struct {
	name, verb   string // in addresses, and in words
	icon         string
	field, value string
	danger       bool
	toDeleted    bool
}

const toDelete, toRestore = "delete", "restore"

// deeds are all that there are.
func (r about) deeds(reader web.Reader) []deed {
	var deeds []deed
	for _, look := range r.looks {
		if look.Retires {
			deeds = append(deeds, r.setting(reader, look, "true", "archive"), r.setting(reader, look, "false", "archive-restore"))
		}
	}
	if r.Deletion != crud.Kept {
		deeds = append(deeds, deed{name: toDelete, verb: reader.T("page.entity.delete.do"), icon: "trash-2", danger: true})
	}
	if r.Deletion == crud.Soft {
		deeds = append(deeds, deed{name: toRestore, verb: reader.T("page.entity.restore"), icon: "undo-2", toDeleted: true})
	}
	return deeds
}

func (r about) setting(reader web.Reader, look crud.Look, value, icon string) deed {
	verb := word(reader, "set."+r.Name+"."+look.Name+"."+value, look.Name+" "+value)
	return deed{name: look.Name + "." + value, verb: verb, icon: icon, field: look.Name, value: value}
}

// deedOf finds a deed by its name, for who may do it.
func (r about) deedOf(c *fiber.Ctx, reader web.Reader, name string) (deed, error) {
	deeds := r.deeds(reader)
	i := slices.IndexFunc(deeds, func(d deed) bool { return d.name == name })
	switch {
	case i < 0:
		return deed{}, lists.InvalidParam(byAction)
	case !r.mayWrite(c):
		return deed{}, fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return deeds[i], nil
}

// do does it to one, and tells what became of it. What is so already is so for whoever made it so.
func (r resource[T]) do(c *fiber.Ctx, reader web.Reader, d deed, row chosenRow, call db.Call) (web.ChosenRow, error) {
	answer, err := r.write(kit.Context(c), d, crud.Request[T]{Call: call, ID: row.id, Match: writes.VersionMatch(row.version)})
	switch kind := fault.Of(err).Kind; {
	case err == nil && answer.ETag == writes.ETag(row.version): // nothing has changed
		return r.became(reader, row, "already"), nil
	case err == nil:
		return r.became(reader, row, "done"), nil
	case isUnsure(err) || kind == fault.Unauthenticated || kind == fault.Forbidden || kind == fault.Malformed:
		return web.ChosenRow{}, err
	case r.isSo(kit.Context(c), d, row.id, err):
		return r.became(reader, row, "already"), nil
	case kind == fault.Stale:
		told := r.became(reader, row, "changed")
		told.Why = reader.T("page.chosen.changed")
		return told, nil
	}
	told := r.became(reader, row, "refused")
	told.Why = r.whyRefused(c, reader, err)
	return told, nil
}

// write is the change of one that a deed is.
func (r resource[T]) write(ctx context.Context, d deed, request crud.Request[T]) (db.Answer, error) {
	switch d.name {
	case toDelete:
		return r.store.Delete(ctx, request)
	case toRestore:
		return r.store.Restore(ctx, request)
	}
	request.Input = r.Typed(map[string]string{d.field: d.value}, true)
	return r.store.Update(ctx, request)
}

// isSo says whether a refusal is of what somebody else has done meanwhile.
func (r resource[T]) isSo(ctx context.Context, d deed, id int64, refused error) bool {
	switch d.name {
	case toDelete:
		return fault.Is(refused, "NOT_FOUND")
	case toRestore:
		_, err := r.store.Get(ctx, id)
		return err == nil
	}
	if theirs := r.Current(refused); theirs != nil {
		for _, field := range r.FieldsOf(theirs) {
			if field.Look().Name == d.field {
				return field.Text() == d.value
			}
		}
	}
	return false
}

// whyRefused names the fields to blame, where there are some.
func (r about) whyRefused(c *fiber.Ctx, reader web.Reader, refused error) string {
	problem := kit.Refusal(c, refused)
	if len(problem.Errors) == 0 {
		return problem.Detail
	}
	var why []string
	for _, one := range problem.Errors {
		why = append(why, r.label(reader, one.Field)+": "+one.Detail)
	}
	return strings.Join(why, " ")
}

// became is one with what has become of it.
func (r about) became(reader web.Reader, row chosenRow, outcome string) web.ChosenRow {
	return web.ChosenRow{
		Link: web.Link{Label: row.title, URL: r.urlOf(row.id)}, Outcome: outcome, Text: reader.T("page.chosen.outcome." + outcome),
	}
}

// isUnsure says that something may go better another time, or may have been done already.
func isUnsure(err error) bool {
	f := fault.Of(err)
	return slices.Contains(unsureKinds, f.Kind) || f.Code == "IDEMPOTENCY_IN_PROGRESS"
}

var unsureKinds = []fault.Kind{fault.Internal, fault.Unavailable, fault.DeadlineExceeded, fault.TooManyRequests}
