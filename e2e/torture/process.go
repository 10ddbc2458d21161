package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a program that runs as in production: by itself, and started again whenever it ends.
type process struct {
	name        string
	command     []string
	environment []string
	folder      string // it runs there, and its log is there
	port        string

	mu      sync.Mutex
	extra   []string // environment for the time being
	running *exec.Cmd
	started int // times
	over    bool
	done    chan struct{}
}

// start begins to supervise the process.
func (p *process) start() {
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		for p.once() {
			time.Sleep(100 * time.Millisecond) // as a supervisor does, so that one that cannot start is no busy loop
		}
	}()
}

// once runs the process until it ends, and says whether it is to be started again.
func (p *process) once() bool {
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		return false
	}
	defer func() { _ = log.Close() }()
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return false
	}
	p.running = exec.CommandContext(context.Background(), p.command[0], p.command[1:]...)
	p.running.Env = slices.Concat(os.Environ(), p.environment, p.extra)
	p.running.Dir, p.running.Stdout, p.running.Stderr = p.folder, log, log
	err = p.running.Start()
	p.started++
	p.mu.Unlock()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		return false
	}
	_ = p.running.Wait() // how it ended says its log
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.over
}

func (p *process) logFile() string {
	return filepath.Join(p.folder, strings.ReplaceAll(p.name, " ", "-")+".log")
}

// signal sends a signal to the process that runs now.
func (p *process) signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil || p.running.Process == nil {
		return nil
	}
	if err := p.running.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// with ends the process gently, and has one started in its place that has this much more environment.
func (p *process) with(environment ...string) error {
	p.mu.Lock()
	p.extra = environment
	before := p.started
	p.mu.Unlock()
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	for start := time.Now(); time.Since(start) < gently; time.Sleep(20 * time.Millisecond) {
		if p.starts() > before {
			return nil
		}
	}
	return fmt.Errorf("%s did not end within %s of SIGTERM", p.name, gently)
}

// gently is how long a service may take to end: it finishes what it has begun.
const gently = 20 * time.Second

func (p *process) starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started
}

// end ends the process for good. One that does not end when told so politely is a fault.
func (p *process) end(patience time.Duration) error {
	if p.done == nil {
		return nil
	}
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	err := p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return err
	case <-time.After(patience):
		return errors.Join(err, fmt.Errorf("%s did not end within %s of SIGTERM", p.name, patience), p.signal(syscall.SIGKILL))
	}
}

// ready waits until the service says that it can work.
func (p *process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+p.port+"/health/ready", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not get ready; its log ends with:\n%s", p.name, p.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tail is the end of the process's log.
func (p *process) tail() string {
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

// panics counts the times that the process broke down by itself.
func (p *process) panics() int {
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		return 0
	}
	return strings.Count(string(text), "\npanic: ") + strings.Count(string(text), "\nfatal error: ")
}
