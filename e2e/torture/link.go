package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/go-json-experiment/json"
)

// link is the wire between two parts, which can be cut and spoilt.
type link struct {
	proxy *toxiproxy.Proxy
	mu    sync.Mutex
	cuts  int // faults that have it cut just now
}

func newLink(server *toxiproxy.ApiServer, name, to string) (*link, error) {
	l := &link{proxy: toxiproxy.NewProxy(server, name, "127.0.0.1:0", to)}
	if err := l.proxy.Start(); err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	return l, nil
}

// port is where the nearer end of the wire is.
func (l *link) port() string {
	_, port, _ := net.SplitHostPort(l.proxy.Listen)
	return port
}

// cut ends all that goes over the wire, and refuses what comes.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cuts++; l.cuts == 1 {
		l.proxy.Stop()
	}
}

// mend takes one cut back; the last one lets everything pass again.
func (l *link) mend() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cuts--; l.cuts > 0 {
		return nil
	}
	return l.proxy.Start()
}

// spoil adds one of toxiproxy's toxics; cure, by the same name, takes it away.
func (l *link) spoil(name, kind, stream string, attributes map[string]int) error {
	toxic, err := json.Marshal(map[string]any{"name": name, "type": kind, "stream": stream, "attributes": attributes})
	if err != nil {
		return err
	}
	if _, err = l.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic))); err != nil {
		return fmt.Errorf("%s on %s: %w", kind, l.proxy.Name, err)
	}
	return nil
}

func (l *link) cure(ctx context.Context, name string) error {
	if err := l.proxy.Toxics.RemoveToxic(ctx, name); err != nil {
		return fmt.Errorf("cure %s: %w", l.proxy.Name, err)
	}
	return nil
}
