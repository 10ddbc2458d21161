package customers

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// world is the service, served over HTTP on a database of its own, with an operator of each role logged in.
type world struct {
	*kittest.Server
	t       *testing.T
	db      *db.DB
	service *service
	log     *kittest.Lines
	clock   *kittest.Clock
	faults  *dbtest.Faults // nil: nothing fails

	viewer, operator, manager string // tokens
	staff                     map[string]int64
}

// each runs a test in a world on every engine. Whatever it does, no invariant is broken and no secret is logged or told
// by an event.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	clock := &kittest.Clock{}
	dbtest.EachWith(t, db.Options{Now: clock.Now}, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock)
		test(w)
		w.checkInvariants()
		w.checkSecrets()
	})
}

func newWorld(t *testing.T, d *db.DB, clock *kittest.Clock) *world {
	w := &world{t: t, db: d, log: &kittest.Lines{}, clock: clock, staff: map[string]int64{}}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.service = newService(Options{DB: d, Settings: Settings{Settings: kittest.Settings()}, Log: log, Version: "test"})
	w.Server = kittest.Serve(t, w.service.app)
	w.viewer, w.operator, w.manager = w.employ("viewer"), w.employ("operator"), w.employ("manager")
	return w
}

// password is that of every operator here. It must never turn up in a log or an event.
const password = "tall grey herons 41"

// hash is the password's, made once: it takes its time.
var hash = sync.OnceValues(func() (string, error) { return entities.HashPassword(password) })

// employ makes an operator with this role, logs in, and gives the token.
func (w *world) employ(role string) string {
	w.t.Helper()
	hash, err := hash()
	require.NoError(w.t, err)
	row := map[string]any{
		"name": "Ana " + role, "name_key": "ana " + role, "email": role + "@example.test", "email_key": role + "@example.test",
		"role": role, "disabled": false, "password_hash": hash, "version": 1,
	}
	require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error {
		delete(row, "@id")
		row["created_at"], row["updated_at"] = tx.Now, tx.Now
		if err := tx.Table("operators").Create(row).Error; err != nil {
			return err
		}
		made := db.Event{EntityType: "operator", EntityID: row["@id"].(int64), EntityVersion: 1, Action: "created", Changes: db.Changes{
			"name": {New: row["name"]}, "email": {New: row["email"]}, "role": {New: role}, "disabled": {New: false}, "password": {Secret: true},
		}}
		return tx.As(db.Call{Actor: "system:test", Channel: "SYSTEM"}).Record(made)
	}))
	w.staff[role] = row["@id"].(int64)
	return w.logInAgain(role)
}

// logInAgain gives a new token of an operator whose session has ended.
func (w *world) logInAgain(role string) string {
	w.t.Helper()
	who, err := w.service.operatorByEmail(context.Background(), role+"@example.test")
	require.NoError(w.t, err)
	opened, err := w.service.openSession(context.Background(), who, nil)
	require.NoError(w.t, err)
	return kittest.Token(w.t, kit.Identity{Operator: who.ID, Session: opened.ID, Role: kit.Role(role)})
}

func (w *world) checkInvariants() {
	w.t.Helper()
	require.NoError(w.t, Check(context.Background(), w.db, func(f db.Finding) { w.t.Errorf("%+v", f) }))
}

func (w *world) checkSecrets() {
	w.t.Helper()
	var told []string
	require.NoError(w.t, w.db.Read(context.Background()).Table("events").Pluck("changes", &told).Error)
	told = append(told, w.log.String())
	for _, text := range told {
		for _, secret := range []string{password, "$argon2id$", kittest.ServiceToken, kittest.JWTSecret, w.manager} {
			require.NotContains(w.t, text, secret)
		}
	}
}

// runAs tries cases that are all of one sender, unless they say otherwise.
func (w *world) runAs(token string, cases ...kittest.Case) {
	w.t.Helper()
	for i := range cases {
		if cases[i].As == "" {
			cases[i].As = token
		}
	}
	w.Run(w.t, cases)
}

// entity is what tests look at in an answer.
type entity struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Phone     string    `json:"phone"`
	TaxID     string    `json:"tax_id"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// add makes a customer with this name, and an e-mail address to match.
func (w *world) add(name string) entity {
	w.t.Helper()
	var made entity
	w.Do(w.t, kittest.Case{
		Path: "/customers", As: w.operator, Status: 201,
		Body: fmt.Sprintf(`{"name":%q,"email":"%x@example.test"}`, name, name),
	}).JSON(w.t, &made)
	return made
}

func (w *world) events(path string) []event {
	w.t.Helper()
	var page struct {
		Data []event `json:"data"`
	}
	w.Do(w.t, kittest.Case{Path: path + "/events", As: w.manager, Status: 200}).JSON(w.t, &page)
	return page.Data
}

type event struct {
	Version   int64          `json:"version"`
	Action    string         `json:"action"`
	Actor     string         `json:"actor"`
	ActorName string         `json:"actor_name"`
	Channel   string         `json:"channel"`
	RequestID string         `json:"request_id"`
	Changes   map[string]any `json:"changes"`
}

// told is the actions of events, oldest first.
func told(events []event) []string {
	actions := make([]string, len(events))
	for i, e := range events {
		actions[len(events)-1-i] = e.Action
	}
	return actions
}

// send sends a request, for tests that send several at once.
func send(r *http.Request) (status int, body string, err error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}
