// Package writes is how a request asks for a change: once for its idempotency key, and of the version that it was meant for.
package writes

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"b2b.example/db"
	"b2b.example/kit"
)

// Once makes a request's change once for its idempotency key: effect decides and applies, and gives the answer that is
// stored with it; now answers the target as it is, for a retry that comes after the stored answer has been swept.
func Once(
	c *fiber.Ctx, d *db.DB, effect func(tx *db.Tx) (db.Answer, error), now func(ctx context.Context, id int64) (db.Answer, error),
) (*kit.Answer, error) {
	call, err := CallOf(c)
	if err != nil {
		return nil, err
	}
	return Sent(d.Once(kit.Context(c), db.Write{Call: call, Effect: effect, Now: now}))
}

// CallOf is what the change's event and its idempotency key are to know of the request.
func CallOf(c *fiber.Ctx) (db.Call, error) {
	r, err := kit.RequestOf(c)
	if r.DryRun { // it has nothing to do with what was, or will be, done under its key
		r.Key = ""
	}
	return db.Call{
		Caller: r.Caller, Key: r.Key, Hashes: r.Hashes, DryRun: r.DryRun,
		Actor: r.Actor, ActorName: r.ActorName, Channel: r.Channel, RequestID: r.ID,
	}, err
}

// Sent is an answer as HTTP sends it.
func Sent(a db.Answer, err error) (*kit.Answer, error) {
	if err != nil {
		return nil, err
	}
	return &kit.Answer{
		Status: a.Status, ContentType: a.ContentType, ETag: a.ETag, Location: a.Location, Body: a.Body, Replayed: a.Replayed,
		DryRun: a.DryRun,
	}, nil
}
