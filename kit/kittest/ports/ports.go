// Package ports finds ports for what tests start.
package ports

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
)

// Those that are given lie below all that a system gives to whoever asks for any: so nobody has one by chance between the
// look and the start, or while what listens there is started again.
const first, many = 20_000, 12_000

// begin is another for each process, and given goes on from there: nobody is given a port twice.
var (
	begin = rand.IntN(many) //nolint:gosec // nothing is secret about it
	given atomic.Int64
)

// T is what For needs of a test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// For is Free for a test, which fails where there is none.
func For(t T) string {
	t.Helper()
	port, err := Free()
	if err != nil {
		t.Errorf("%v", err)
		t.FailNow()
	}
	return port
}

// Free is a port of 127.0.0.1 at which nobody listens.
func Free() (string, error) {
	port, err := Row(1)
	return strconv.Itoa(port), err
}

// Row is the first of several such ports, one after the other.
func Row(n int) (int, error) {
	for range many {
		at := first + (begin+int(given.Add(int64(n)))-n)%many
		if areFree(at, n) {
			return at, nil
		}
	}
	return 0, errors.New("no port is free")
}

func areFree(at, n int) bool {
	for port := at; port < at+n; port++ {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil || l.Close() != nil {
			return false
		}
	}
	return true
}
