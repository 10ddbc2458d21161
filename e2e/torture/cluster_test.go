package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOneWriterIsKilledAtATime: however close together the faults are, the cluster keeps its majority.
func TestOneWriterIsKilledAtATime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "done")
	c := &cluster{kill: "echo kill >>" + file, rejoin: "echo rejoin >>" + file}
	var strikes sync.WaitGroup
	for range 4 {
		strikes.Go(func() {
			mend, err := c.killWriter(t.Context(), nil, fault{})
			if assert.NoError(t, err) {
				assert.NoError(t, mend(t.Context()))
			}
		})
	}
	strikes.Wait()
	done, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("kill\nrejoin\n", 4), string(done))

	c.kill = "echo it is not there; false"
	_, err = c.killWriter(t.Context(), nil, fault{})
	require.ErrorContains(t, err, "it is not there")
}
