package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"b2b.example/db"
)

// allInOne is the part that is all services in one process, with the embedded database in it.
const allInOne = "b2b"

// embedded is the house of that one process.
type embedded struct {
	disk string // a folder on a small file system of its own, for the database; "" where no disk is to be full
}

// mostDisk is how big a file system may be for us to fill it: one that others need is not ours.
const mostDisk = 256 << 20

// check refuses a disk that is too big to be one of its own.
func (e *embedded) check() error {
	if e.disk == "" {
		return nil
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(e.disk, &disk); err != nil {
		return fmt.Errorf("%s: %w", e.disk, err)
	}
	if size := disk.Blocks * uint64(disk.Bsize); size > mostDisk {
		return fmt.Errorf("%s is on a file system of %d MB, and will be filled: give one of its own, of %d MB at most", e.disk, size>>20, mostDisk>>20)
	}
	return nil
}

// room makes a folder for the database.
func (e *embedded) room(folder string) (string, error) {
	if e.disk != "" {
		folder = e.disk
	}
	return os.MkdirTemp(folder, "b2b-torture-")
}

// process is b2b, with the ports that the services have elsewhere.
func (e *embedded) process(h *house) *process {
	return &process{
		name: allInOne, folder: h.folder, port: h.ports[ordersAPI1], command: []string{filepath.Join(h.folder, "b2b"), "serve"},
		environment: append([]string{
			"DATABASE_URL=" + h.url, "DEMO=off", "SERVICE_TOKEN=lambda:" + lambdaToken + ",shop:" + shopToken,
			"CUSTOMERS_PORT=" + h.ports[customersAPI], "ORDERS_PORT=" + h.ports[ordersAPI1], "ORCHESTRATOR_PORT=" + h.ports[orchestrator],
		}, environment...),
	}
}

// wiresOfClients are those that lead into the process.
func wiresOfClients() (all []string) {
	for _, name := range names(nil) {
		if strings.HasPrefix(name, "clients to ") {
			all = append(all, name)
		}
	}
	return all
}

const diskFull = "disk full"

// kinds are what can happen to the process and to its disk.
func (e *embedded) kinds() []*kind {
	all := []*kind{{"kill -9", []string{allInOne}, time.Second, kill}}
	if e.disk != "" {
		all = append(all, &kind{diskFull, []string{allInOne}, 3 * time.Second, e.fill})
	}
	return all
}

// fill leaves no room on the disk until it is mended, and none in the log of the database, which would else take many changes
// more.
func (e *embedded) fill(ctx context.Context, h *house, f fault) (func(context.Context) error, error) {
	d, err := db.Open(ctx, h.url, db.Options{})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.Read(ctx).Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error, d.Close()); err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(e.disk, f.toxic()))
	if err != nil {
		return nil, err
	}
	for size := 1 << 20; size > 0 && err == nil; {
		if _, err = file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size, err = size/2, nil
		}
	}
	return func(context.Context) error { return os.Remove(file.Name()) }, errors.Join(err, file.Close())
}

// feltDisk sees that a full disk was one: whoever wants to write then is told, but for those whose answer is lost, too.
func (c *campaign) feltDisk() {
	full := 0
	for _, s := range c.struck {
		if s.kind.name == diskFull {
			full++
		}
	}
	if told := c.tally.statuses[http.StatusServiceUnavailable]; 2*told < full {
		c.violation("the disk was full %d times, and only %d answers said so", full, told)
	}
}

// leaveAlone closes an embedded database: b2b alone has it open then, and recovers it when it is started after a kill.
func (h *house) leaveAlone() error {
	if h.embedded == nil {
		return nil
	}
	err := h.database.Close()
	h.database = nil
	return err
}

// lookAgain opens the embedded database that was left alone.
func (h *house) lookAgain(ctx context.Context) (err error) {
	if h.database == nil {
		h.database, err = db.Open(ctx, h.url, db.Options{})
	}
	return err
}
