package db_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
)

// TestFewerConnectionsThanOurs: where the server allows an account fewer connections than the pool has, as managed ones
// do, changes wait for their turn or are told to come back: nobody hears that something is wrong, and each is done once.
func TestFewerConnectionsThanOurs(t *testing.T) {
	server := startServer(t) // accounts are made there, which not everybody may
	server.ready(t)
	t.Setenv("TEST_DATABASE_URL", "mysql://root@127.0.0.1:"+server.port+"/")
	address := dbtest.MySQL(t)
	owner := dbtest.Open(t, address, db.Options{})
	u, err := url.Parse(address)
	require.NoError(t, err)
	name := strings.Trim(u.Path, "/")
	run := func(statement string) {
		require.NoError(t, owner.Tx(ctx, func(tx *db.Tx) error { return tx.Exec(statement).Error }))
	}
	run("CREATE USER " + name + "@'%' IDENTIFIED BY 'few' WITH MAX_USER_CONNECTIONS 2")
	t.Cleanup(func() { run("DROP USER " + name + "@'%'") })
	run("GRANT ALL PRIVILEGES ON " + name + ".* TO " + name + "@'%'")
	u.User = url.UserPassword(name, "few")
	few := dbtest.Open(t, u.String(), db.Options{PoolSize: 16})

	var clients sync.WaitGroup
	for i := range 16 {
		clients.Go(func() {
			id := int64(i + 1)
			for tries := 0; ; tries++ {
				_, err := few.Once(ctx, write("operator:1", fmt.Sprint("key ", i), id))
				if err == nil {
					return
				}
				if fault.Of(err).Kind != fault.Unavailable || tries > 1000 {
					t.Errorf("client %d: %v", i, err)
					return
				}
			}
		})
	}
	clients.Wait()
	for i := range 16 {
		require.Equal(t, 1, effects(t, owner, int64(i+1)))
	}
}
