package kit_test

import (
	"encoding/hex"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

type told struct {
	Caller    string   `json:"caller"`
	Key       string   `json:"key"`
	Hashes    []string `json:"hashes"`
	Actor     string   `json:"actor"`
	ActorName string   `json:"actor_name"`
	Channel   string   `json:"channel"`
	Language  string   `json:"language"`
	Address   string   `json:"address"`
	Left      int64    `json:"left"`
}

// newTelling is an app that tells what it knows of a request.
func newTelling(sessions kit.Sessions, settings kit.Settings) *kit.App {
	app := kit.New(kit.Options{Name: "telling", Version: "1", Log: slog.New(slog.DiscardHandler), Settings: settings, Sessions: sessions})
	tell := func(c *fiber.Ctx) (*told, error) {
		r, err := kit.RequestOf(c)
		deadline, _ := kit.Context(c).Deadline()
		told := &told{
			r.Caller, r.Key, []string{}, r.Actor, r.ActorName, r.Channel, r.Language,
			kit.ClientAddress(c), time.Until(deadline).Milliseconds(),
		}
		for _, hash := range r.Hashes {
			told.Hashes = append(told.Hashes, hex.EncodeToString(hash))
		}
		return told, err
	}
	op := kit.Op{Guard: kit.OperatorsAndServices(kit.Viewer), Key: kit.KeyHonoured}
	type in struct {
		Body map[string]int
	}
	handler := func(c *fiber.Ctx, _ *in) (*told, error) { return tell(c) }
	op.ID = "post"
	kit.Handle(app, "POST", "/tell", op, handler)
	op.ID = "put"
	kit.Handle(app, "PUT", "/tell", op, handler)
	op.ID = "more"
	kit.Handle(app, "POST", "/tell/more", op, handler)
	return app
}

func ask(t *testing.T, server *kittest.Server, one kittest.Case) told {
	t.Helper()
	if one.Path == "" {
		one.Path = "/tell"
	}
	if one.Body == "" {
		one.Body = `{"a":1}`
	}
	if one.As == "" {
		one.As = kittest.ServiceToken
	}
	one.Status = 200
	var answer told
	server.Do(t, one).JSON(t, &answer)
	return answer
}

func (a told) who() []string { return []string{a.Caller, a.Actor, a.ActorName, a.Channel} }

func refused(t *testing.T, server *kittest.Server, header, value, code string, fields ...string) {
	t.Helper()
	server.Do(t, kittest.Case{
		Path: "/tell", Body: `{}`, As: kittest.ServiceToken, Header: map[string]string{header: value},
		Status: 400, Code: code, Fields: fields,
	})
}

func TestKeys(t *testing.T) {
	server := kittest.Serve(t, newTelling(nil, kittest.Settings()))
	for header, want := range map[string]string{
		"abc": "abc", `"abc"`: "abc", `"say \"x\" \\"`: `say "x" \`, `ab"c`: `ab"c`, "with blanks in": "with blanks in",
		"clé": "clé", strings.Repeat("k", 255): strings.Repeat("k", 255), `"` + strings.Repeat("k", 255) + `"`: strings.Repeat("k", 255),
	} {
		require.Equal(t, want, ask(t, server, kittest.Case{Header: map[string]string{"Idempotency-Key": header}}).Key)
		require.Equal(t, want, ask(t, server, kittest.Case{Header: map[string]string{"X-Idempotency-Key": header}}).Key)
	}
	require.Empty(t, ask(t, server, kittest.Case{}).Key)
	for _, header := range []string{`"`, `"a"b`, `"a\b"`, "\xff", `"` + strings.Repeat("k", 256) + `"`} {
		refused(t, server, "Idempotency-Key", header, "IDEMPOTENCY_KEY_INVALID")
	}
}

// A request's fingerprint is the same for the same request, and another for any other.
func TestHashes(t *testing.T) {
	server := kittest.Serve(t, newTelling(nil, kittest.Settings()))
	same := ask(t, server, kittest.Case{}).Hashes
	require.Len(t, same, 1)
	again := kittest.Case{As: "other-" + kittest.ServiceToken, Header: map[string]string{"Accept-Language": "es"}}
	require.Equal(t, same, ask(t, server, again).Hashes, "who asks, and in which language, is no part of it")
	for name, one := range map[string]kittest.Case{
		"method": {Method: "PUT"}, "path": {Path: "/tell/more"}, "query": {Path: "/tell?dry_run=true"}, "body": {Body: `{"a":2}`},
	} {
		require.NotEqual(t, same, ask(t, server, one).Hashes, "another %s", name)
	}

	rotated := kittest.Settings()
	rotated.JWTSecret, rotated.JWTSecretPrevious = "N"+kittest.JWTSecret, kittest.JWTSecret
	server = kittest.Serve(t, newTelling(nil, rotated))
	after := ask(t, server, kittest.Case{}).Hashes
	require.Len(t, after, 2)
	require.NotEqual(t, same[0], after[0])
	require.Equal(t, same[0], after[1], "what was stored before a rotation is still recognised")
}

func TestActorAndChannel(t *testing.T) {
	sessions := &kittest.Sessions{}
	server := kittest.Serve(t, newTelling(sessions, kittest.Settings()))
	header := map[string]string{"X-On-Behalf-Of": "operator:7;Ana%20Ruiz%3B%20hija", "X-Channel": "LAMBDA", "Accept-Language": "es"}
	got := ask(t, server, kittest.Case{Header: header})
	require.Equal(t, []string{"service:shop", "operator:7", "Ana Ruiz; hija", "LAMBDA"}, got.who())
	require.Equal(t, "es", got.Language)

	got = ask(t, server, kittest.Case{Header: header, As: sessions.Add(t, 3, kit.Viewer)})
	require.Equal(t, []string{"operator:3", "operator:3", "Ana Ruiz", "API"}, got.who(), "an operator speaks for itself alone")

	got = ask(t, server, kittest.Case{Header: map[string]string{"X-On-Behalf-Of": "service:erp"}})
	require.Equal(t, []string{"service:shop", "service:erp", "", "API"}, got.who())
	got = ask(t, server, kittest.Case{})
	require.Equal(t, "service:shop", got.Actor)
	require.InDelta(t, 8000, got.Left, 500, "milliseconds until the request's deadline")

	refused(t, server, "X-Channel", "UNKNOWN", "PARAMETER_INVALID", "X-Channel:PARAMETER_INVALID")
	for _, value := range []string{
		"7", "operator:", "operator:0", "operator:x", "system:sweeper", "service:", "service:a b",
		"operator:7;%zz", "operator:7;a%00", "operator:7;%ff",
	} {
		refused(t, server, "X-On-Behalf-Of", value, "PARAMETER_INVALID", "X-On-Behalf-Of:PARAMETER_INVALID")
	}
}

func TestClientAddress(t *testing.T) {
	settings := kittest.Settings()
	forwarded := map[string]string{"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.0.0.7"}
	server := kittest.Serve(t, newTelling(nil, settings))
	require.Equal(t, "127.0.0.1", ask(t, server, kittest.Case{Header: forwarded}).Address, "nobody is trusted")
	settings.TrustedProxies = []string{"127.0.0.1", "10.0.0.0/8"}
	server = kittest.Serve(t, newTelling(nil, settings))
	require.Equal(t, "203.0.113.9", ask(t, server, kittest.Case{Header: forwarded}).Address, "the last that is no proxy of ours")
	require.Equal(t, "127.0.0.1", ask(t, server, kittest.Case{}).Address)
	require.Equal(t, "127.0.0.1", ask(t, server, kittest.Case{Header: map[string]string{"X-Forwarded-For": "unknown"}}).Address)
	require.Equal(t, "2001:db8::1", ask(t, server, kittest.Case{Header: map[string]string{"X-Forwarded-For": "2001:db8::1"}}).Address)
}
