package kit

import (
	"net"
	"sync"
)

// promptListener knows the connections that nothing has come in on yet, as browsers open them on the off chance. The
// server would wait 5 s for each of them before it ends; closeUnused spares it that.
type promptListener struct {
	net.Listener
	mu     sync.Mutex
	unused map[*promptConn]bool
}

func newPromptListener(l net.Listener) *promptListener {
	return &promptListener{Listener: l, unused: map[*promptConn]bool{}}
}

// Accept is part of net.Listener.
func (l *promptListener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &promptConn{Conn: inner, listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unused[c] = true
	return c, nil
}

// closeUnused closes the connections on which no request has begun.
func (l *promptListener) closeUnused() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.unused {
		_ = c.Conn.Close() // whoever opened it has lost nothing
	}
}

func (l *promptListener) forget(c *promptConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.unused, c)
}

// promptConn is a connection that tells its listener when it is used for the first time, or given up.
type promptConn struct {
	net.Conn
	listener *promptListener
	once     sync.Once
}

// Read is part of net.Conn.
func (c *promptConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.once.Do(func() { c.listener.forget(c) })
	return n, err
}

// Close is part of net.Conn.
func (c *promptConn) Close() error {
	c.once.Do(func() { c.listener.forget(c) })
	return c.Conn.Close()
}
