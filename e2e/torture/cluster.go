package main

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
)

// cluster is one that somebody else runs.
type cluster struct {
	url    string // with all its servers, of a database that is empty
	kill   string // the command that kills the server that writes
	rejoin string // the command that brings it back
	whole  sync.Mutex
}

// killWriter kills the server that writes, and in the end brings it back. No other is killed before: what is left would be
// no majority.
func (c *cluster) killWriter(ctx context.Context, _ *house, _ fault) (func(context.Context) error, error) {
	c.whole.Lock()
	if err := shell(ctx, c.kill); err != nil {
		c.whole.Unlock()
		return nil, err
	}
	return func(ctx context.Context) error {
		defer c.whole.Unlock()
		return shell(ctx, c.rejoin)
	}, nil
}

func shell(ctx context.Context, command string) error {
	if output, err := exec.CommandContext(ctx, "sh", "-c", command).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, output)
	}
	return nil
}
