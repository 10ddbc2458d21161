package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what came of a campaign.
type report struct {
	settings
	tally
	violations []string
	length     time.Duration
	kinds      map[string]*kindReport // of operations
	faults     map[string]int         // by kind
	worst      *operation             // that which took longest
}

// kindReport is what came of one kind of operation.
type kindReport struct{ done, refused, unfinished, requests int }

func (c *campaign) report() *report {
	r := &report{
		settings: c.settings, tally: c.tally, violations: c.violations, length: c.since(),
		kinds: map[string]*kindReport{}, faults: map[string]int{},
	}
	for _, o := range c.done {
		k := r.kinds[o.kind]
		if k == nil {
			k = &kindReport{}
			r.kinds[o.kind] = k
		}
		switch {
		case o.reply.done():
			k.done++
		case o.finished:
			k.refused++
		default:
			k.unfinished++
		}
		k.requests += o.requests
		if r.worst == nil || o.ended-o.began > r.worst.ended-r.worst.began {
			r.worst = o
		}
	}
	for _, s := range c.struck {
		r.faults[s.kind.name]++
	}
	return r
}

// mostShown bounds the violations that are printed: the first ones tell enough.
const mostShown = 20

func (r *report) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "operation\tdone\trefused\tunfinished\trequests\n")
	var sum kindReport
	for _, name := range slices.Sorted(maps.Keys(r.kinds)) {
		k := r.kinds[name]
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\n", name, k.done, k.refused, k.unfinished, k.requests)
		sum = kindReport{sum.done + k.done, sum.refused + k.refused, sum.unfinished + k.unfinished, sum.requests + k.requests}
	}
	_, _ = fmt.Fprintf(table, "all\t%d\t%d\t%d\t%d\n\n", sum.done, sum.refused, sum.unfinished, sum.requests)
	_, _ = fmt.Fprintf(table, "fault\ttimes\n")
	total := 0
	for _, name := range slices.Sorted(maps.Keys(r.faults)) {
		_, _ = fmt.Fprintf(table, "%s\t%d\n", name, r.faults[name])
		total += r.faults[name]
	}
	_, _ = fmt.Fprintf(table, "all\t%d\n", total)
	_ = table.Flush()
	r.summary(w)
}

func (r *report) summary(w io.Writer) {
	var answers []string
	for _, status := range slices.Sorted(maps.Keys(r.statuses)) {
		name := strconv.Itoa(status)
		if status == 0 {
			name = "none"
		}
		answers = append(answers, fmt.Sprintf("%s: %d", name, r.statuses[status]))
	}
	_, _ = fmt.Fprintf(w, `
answers             %s
longest operation   %.1f s, %d requests (%s)
longest silence     %.1f s without any final answer
after all faults    %d deadlocks; %d requests sent once more, and %d whose answers were swept
expired             %d orders that nobody confirmed in time
in the database     %d events, %d movements
histories           %d, of orders, stocks, products and customers
took                %.0f s, %d clients
violations          %d
seed                %d
`, strings.Join(answers, ", "), (r.worst.ended - r.worst.began).Seconds(), r.worst.requests, r.worst.kind, r.longestSilence.Seconds(),
		r.deadlocks, r.replayed, r.replayedLate, r.expired, r.events, r.movements, r.histories, r.length.Seconds(), r.clients, len(r.violations), r.seed)
	for i, violation := range r.violations {
		if i == mostShown {
			_, _ = fmt.Fprintf(w, "and %d more\n", len(r.violations)-mostShown)
			break
		}
		_, _ = fmt.Fprintln(w, "  "+violation)
	}
}
