package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const barWidth = 30

// progress shows how far a long run is: a bar that is drawn anew on a terminal, a line for each tenth elsewhere, unless
// it is to be quiet there.
type progress struct {
	w       io.Writer
	live    bool
	quiet   bool
	started time.Time
	drawn   time.Time
	tenth   int64
}

func newProgress(w *os.File) *progress {
	info, err := w.Stat()
	return &progress{w: w, live: err == nil && info.Mode()&os.ModeCharDevice != 0, started: time.Now()}
}

// newBar is a progress that shows itself on a terminal only.
func newBar(w *os.File) *progress {
	p := newProgress(w)
	p.quiet = !p.live
	return p
}

// of shows that so many of the total are done.
func (p *progress) of(done, total int64) {
	now := time.Now()
	tenth := done * 10 / total
	due := tenth > p.tenth && !p.quiet
	if p.live {
		due = now.Sub(p.drawn) > 100*time.Millisecond || done == total
	}
	if !due || done == 0 {
		return
	}
	p.drawn, p.tenth = now, tenth
	taken := now.Sub(p.started)
	left := time.Duration(float64(taken) / float64(done) * float64(total-done))
	filled := int(barWidth * done / total)
	line := fmt.Sprintf("[%s%s] %d of %d, %s left", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled),
		done, total, left.Round(time.Second))
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
