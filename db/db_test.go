package db_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

func TestSmoke(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := db.Write{Call: db.Call{Caller: "a", Key: "k", Hashes: [][]byte{{1}}, Actor: "x"}, Effect: func(tx *db.Tx) (db.Answer, error) {
			return db.Answer{Status: 201, Body: []byte("hi"), TargetType: "x", TargetID: 3}, tx.Record(db.Event{EntityType: "x", EntityID: 3, EntityVersion: 1, Action: "created"})
		}}
		a, err := d.Once(context.Background(), w)
		require.NoError(t, err)
		b, err := d.Once(context.Background(), w)
		require.NoError(t, err)
		require.True(t, b.Replayed)
		require.Equal(t, a.Body, b.Body)
		rows, err := d.Events(context.Background(), "x", 3, 0, 10)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		t.Log(rows[0])
	})
}
