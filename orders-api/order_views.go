package orders

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// View is a list of orders that an operator has saved under a name: for themselves, or for all.
type View struct {
	db.Entity
	OwnerID int64
	Name    string
	Query   string // of the list's address
	Shared  bool
}

// TableName is part of GORM's conventions.
func (View) TableName() string { return "order_views" }

// mostViews are how many views one may have, and all may share: as many as tabs can show, and a page can count.
const mostViews = 10

// viewInput is what is asked for of a view.
type viewInput struct {
	Name   string `json:"name" validate:"required,max=40"`
	Query  string `json:"query" validate:"max=2000"`
	Shared bool   `json:"shared"`
}

func (in viewInput) validate() error {
	return kit.Validate(&struct{ Body viewInput }{in})
}

// viewsOf are the views that an operator sees: those that are shared, and the operator's own.
func viewsOf(ctx context.Context, d *db.DB, operator int64) (views []View, err error) {
	var own []View
	err = errors.Join(
		d.Read(ctx).Where("shared = ?", true).Order("id").Limit(mostViews).Find(&views).Error,
		d.Read(ctx).Where("owner_id = ?", operator).Order("id").Limit(mostViews).Find(&own).Error,
	)
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	for _, view := range own {
		if !view.Shared {
			views = append(views, view)
		}
	}
	return views, nil
}

// viewFor gives a view to an operator who may see it; otherwise the fault NOT_FOUND.
func viewFor(query *gorm.DB, id, operator int64) (*View, error) {
	var view View
	err := query.Where("id = ?", id).Take(&view).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && !view.Shared && view.OwnerID != operator {
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	}
	if err != nil {
		return nil, fmt.Errorf("view %d: %w", id, err)
	}
	return &view, nil
}

// mayChange says whether somebody may change a view: who owns it, and managers what is shared.
func (v *View) mayChange(who kit.Identity) bool {
	return v.OwnerID == who.Operator || v.Shared && who.Role.Includes(kit.Manager)
}

// saveView makes a view.
func saveView(tx *db.Tx, who kit.Identity, in viewInput) (*View, error) {
	view := &View{OwnerID: who.Operator, Name: in.Name, Query: in.Query, Shared: in.Shared}
	if err := view.hasRoom(tx, nil); err != nil {
		return nil, err
	}
	view.Version, view.CreatedAt, view.UpdatedAt = 1, tx.Now, tx.Now
	if err := tx.Create(view).Error; err != nil {
		return nil, fmt.Errorf("save a view: %w", err)
	}
	return view, view.record(tx, "created", view.changes(&View{}))
}

// hasRoom refuses one view too many.
func (v *View) hasRoom(tx *db.Tx, before *View) error {
	for _, of := range []struct {
		added bool
		where string
		value any
	}{{before == nil, "owner_id = ?", v.OwnerID}, {v.Shared && (before == nil || !before.Shared), "shared = ?", true}} {
		var n int64
		if !of.added {
			continue
		}
		if err := tx.Model(&View{}).Where(of.where, of.value).Count(&n).Error; err != nil {
			return fmt.Errorf("count views: %w", err)
		}
		if n >= mostViews {
			return invalid([]fault.Field{{Field: "name", Code: "TOO_MANY_VIEWS", Args: fault.Args{"max": mostViews}}})
		}
	}
	return nil
}

// changeView renames a view, shares it, or takes it back; its list stays what it is.
func changeView(tx *db.Tx, who kit.Identity, id int64, match writes.Match, in viewInput) (*View, error) {
	view, err := lockView(tx, who, id, match)
	if err != nil {
		return nil, err
	}
	before := *view
	view.Name, view.Shared = in.Name, in.Shared
	if *view == before {
		return view, nil
	}
	if err := view.hasRoom(tx, &before); err != nil {
		return nil, err
	}
	view.Version, view.UpdatedAt = view.Version+1, tx.Now
	err = tx.Model(view).Select("name", "shared", "version", "updated_at").Updates(view).Error
	if err != nil {
		return nil, fmt.Errorf("change view %d: %w", id, err)
	}
	return view, view.record(tx, "updated", view.changes(&before))
}

// deleteView removes a view; the orders in it stay.
func deleteView(tx *db.Tx, who kit.Identity, id int64) error {
	view, err := lockView(tx, who, id, writes.AnyVersion)
	if err != nil {
		return err
	}
	if err := tx.Delete(view).Error; err != nil {
		return fmt.Errorf("delete view %d: %w", id, err)
	}
	view.Version++
	return view.record(tx, "deleted", db.Changes{})
}

func lockView(tx *db.Tx, who kit.Identity, id int64, match writes.Match) (*View, error) {
	view, err := viewFor(tx.Clauses(db.Lock()), id, who.Operator)
	if err != nil {
		return nil, err
	}
	if !view.mayChange(who) {
		return nil, fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return view, match.Refusal(view.Version, func() []byte { return []byte("null") })
}

func (v *View) record(tx *db.Tx, action string, changes db.Changes) error {
	return tx.Record(db.Event{EntityType: "view", EntityID: v.ID, EntityVersion: v.Version, Action: action, Changes: changes})
}

// changes are what an event tells: of a private view its name and its list are named, and never shown. Once it is shared,
// all of it is told.
func (v *View) changes(before *View) db.Changes {
	changes := db.Changes{}
	if v.Shared != before.Shared || before.ID == 0 {
		changes["shared"] = db.Change{Old: before.Shared, New: v.Shared}
	}
	for field, values := range map[string][2]string{"name": {before.Name, v.Name}, "query": {before.Query, v.Query}} {
		old, isNew := values[0], values[0] != values[1]
		switch {
		case !v.Shared && isNew:
			changes[field] = db.Change{Secret: true}
		case v.Shared && !before.Shared:
			changes[field] = db.Change{New: values[1]}
		case v.Shared && isNew:
			changes[field] = db.Change{Old: old, New: values[1]}
		}
	}
	return changes
}

// answer is where a view is.
func (v *View) answer() db.Answer {
	return db.Answer{Status: http.StatusSeeOther, Location: viewURL(v.ID), TargetType: "view", TargetID: v.ID}
}

func viewURL(id int64, below ...string) string {
	return strings.Join(append([]string{home, "views", strconv.FormatInt(id, 10)}, below...), "/")
}
