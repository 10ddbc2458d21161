package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// errNoWriter says that no server takes changes just now, as while a cluster has no writer.
var errNoWriter = errors.New("no server takes changes")

// hostPatience is how long a server may take to say whether it takes changes, before another one is asked.
const hostPatience = 2 * time.Second

// hosts connects to the one of several servers that takes changes, whichever it is just now.
type hosts struct {
	driver.Connector // the first one's
	names            []string
	all              []driver.Connector
	writer           atomic.Int64 // the index of the one that was it last
}

// connectorTo leads to the server of the settings, or to the writer of several, whose addresses have commas between.
func connectorTo(config *mysqldriver.Config) (driver.Connector, error) {
	h := &hosts{names: strings.Split(config.Addr, ",")}
	for _, name := range h.names {
		one := config.Clone()
		one.Addr = name
		connector, err := mysqldriver.NewConnector(one)
		if err != nil {
			return nil, err
		}
		h.all = append(h.all, connector)
	}
	h.Connector = h.all[0]
	if len(h.all) == 1 {
		return h.Connector, nil
	}
	return h, nil
}

// Connect asks one server after the other, beginning with the one that was the writer last.
func (h *hosts) Connect(ctx context.Context) (driver.Conn, error) {
	var tried []string
	last := int(h.writer.Load())
	for i := range h.all {
		at := (last + i) % len(h.all)
		conn, err := h.connect(ctx, at)
		if err == nil {
			h.writer.Store(int64(at))
			return conn, nil
		}
		tried = append(tried, h.names[at]+": "+err.Error())
	}
	return nil, fmt.Errorf("%w: %s", errNoWriter, strings.Join(tried, "; "))
}

func (h *hosts) connect(ctx context.Context, at int) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, hostPatience)
	defer cancel()
	inner, err := h.all[at].Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := &hostConn{mysqlConn: inner.(mysqlConn), hosts: h, at: at} //nolint:forcetypeassert // the driver's have all of it
	if err := conn.takesChanges(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// mysqlConn is what the driver's connections have.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// hostConn is a connection that is given up when its server is not the writer any more: what is read there may be old.
type hostConn struct {
	mysqlConn
	hosts *hosts
	at    int
}

// ResetSession is called before the connection is used again.
func (c *hostConn) ResetSession(ctx context.Context) error {
	if int(c.hosts.writer.Load()) != c.at {
		return driver.ErrBadConn
	}
	if err := c.mysqlConn.ResetSession(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hostPatience)
	defer cancel()
	if c.takesChanges(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
}

// takesChanges asks the server whether it does. Where super_read_only is on, read_only is too.
func (c *hostConn) takesChanges(ctx context.Context) error {
	rows, err := c.QueryContext(ctx, "SELECT @@GLOBAL.read_only IN ('0', 'OFF')", nil)
	if err != nil {
		return err
	}
	answer := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(answer), rows.Close()); err != nil {
		return err
	}
	if answer[0] != int64(1) {
		return errors.New("it is read-only")
	}
	return nil
}
