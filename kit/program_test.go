package kit

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A program's health is what the one that serves by the same settings says of itself, or that there is none.
func TestProgramHealth(t *testing.T) {
	t.Setenv("JWT_SECRET", rand.Text()+rand.Text())
	t.Setenv("SERVICE_TOKEN", rand.Text())
	t.Setenv("ALLOW_PLAIN_HTTP", "true")
	l, err := Listen(Settings{Host: "127.0.0.1"})
	require.NoError(t, err)
	t.Setenv("PORT", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	health := func() error {
		var settings Settings
		return Program{Name: "trial", Settings: &settings, Shared: &settings}.run([]string{"health"})
	}

	var away atomic.Bool
	app := New(Options{Name: "trial", Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error {
		if away.Load() {
			return errors.New("no database")
		}
		return nil
	}})
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l) }()
	require.NoError(t, health())
	t.Setenv("HOST", "0.0.0.0") // as in a container
	require.NoError(t, health())
	away.Store(true)
	require.ErrorContains(t, health(), "NOT_READY")

	stop()
	require.NoError(t, <-served)
	require.ErrorContains(t, health(), "refused")
}

// Who is silent is not ready either, and is not waited for any longer than the asker likes.
func TestAskReadyOfTheSilent(t *testing.T) {
	l, err := Listen(Settings{Host: "127.0.0.1"})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	require.ErrorIs(t, AskReady(ctx, "127.0.0.1", l.Addr().(*net.TCPAddr).Port), context.Canceled)
}

func TestProgramRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"healthy"}, {"health", "now"}, {"serve"}} {
		require.ErrorContains(t, Program{Name: "trial"}.run(args), "unknown argument")
	}
}
