// Command torture proves the promise of the product where it is hardest to keep: the real services as processes, on a
// database server of their own, while processes are killed and everything between them is cut and spoilt, and clients that
// retry as real ones do. In the end nothing acknowledged is lost, nothing has happened twice, and every history of an
// order or a stock makes sense.
//
//	go run ./e2e/torture -operations 10000 -faults 200 -seed 7
//
// From the repository's root. The same numbers make the same plan of faults. docs/reliability.md has more.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// The sizes of a campaign that TORTURE=short asks for.
const (
	shortOperations = 400
	shortFaults     = 12
	clients         = 16
)

func run() error {
	operations := flag.Int("operations", 10_000, "how much clients do")
	faults := flag.Int("faults", 200, "how much goes wrong meanwhile")
	seed := flag.Uint64("seed", 0, "makes the plan; 0: a new one, which is printed")
	address := flag.String("cluster", "", "DATABASE_URL of a cluster with an empty database, instead of a server of our own")
	kill := flag.String("kill-writer", "", "command that kills the server of the cluster that writes")
	rejoin := flag.String("rejoin", "", "command that brings back the server that was killed, and returns when it is part of the cluster again")
	inOne := flag.Bool("embedded", false, "b2b with its embedded database, instead of services with a server")
	disk := flag.String("disk", "", "folder on a small file system, for the embedded database; that will be full at times")
	test := flag.Bool("selftest", false, "break the product's rules, one after the other, and see that each is found")
	flag.Parse()
	if os.Getenv("TORTURE") == "short" {
		*operations, *faults = shortOperations, shortFaults
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := settings{operations: *operations, faults: *faults, clients: clients, seed: *seed, root: ".", progress: os.Stderr}
	if *address != "" {
		s.cluster = &cluster{url: *address, kill: *kill, rejoin: *rejoin}
	}
	if *inOne || *disk != "" {
		s.embedded = &embedded{disk: *disk}
		if err := s.embedded.check(); err != nil {
			return err
		}
	}
	if *test {
		return selftest(ctx, s)
	}
	r, err := torture(ctx, s)
	if err != nil {
		return fmt.Errorf("seed %d: %w", s.seed, err)
	}
	r.print(os.Stdout)
	if n := len(r.violations); n > 0 {
		return fmt.Errorf("%d violations, with seed %d", n, s.seed)
	}
	return nil
}
