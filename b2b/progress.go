package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const barWidth = 30

// progress shows how far a long run is: a bar that is drawn anew on a terminal, a line for each tenth elsewhere.
type progress struct {
	w       io.Writer
	live    bool
	total   int
	started time.Time
	drawn   time.Time
	tenth   int
}

func newProgress(w *os.File, total int) *progress {
	info, err := w.Stat()
	return &progress{w: w, live: err == nil && info.Mode()&os.ModeCharDevice != 0, total: total, started: time.Now()}
}

// at shows that so many of the total are done.
func (p *progress) at(done int) {
	now := time.Now()
	tenth := done * 10 / p.total
	due := tenth > p.tenth
	if p.live {
		due = now.Sub(p.drawn) > 100*time.Millisecond || done == p.total
	}
	if !due {
		return
	}
	p.drawn, p.tenth = now, tenth
	taken := now.Sub(p.started)
	left := time.Duration(float64(taken) / float64(done) * float64(p.total-done))
	filled := barWidth * done / p.total
	line := fmt.Sprintf("[%s%s] %d of %d, %s left", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled),
		done, p.total, left.Round(time.Second))
	if p.live {
		line = "\r" + line + "   "
	} else {
		line += "\n"
	}
	_, _ = io.WriteString(p.w, line) // who does not look at it loses nothing
}

// end leaves the bar's line.
func (p *progress) end() {
	if p.live {
		_, _ = io.WriteString(p.w, "\n")
	}
}
