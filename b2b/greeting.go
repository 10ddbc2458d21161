package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// greet says where everything is, and who may come in.
func greet(w io.Writer, s *settings, demoEmails []string) {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintf(t, "backoffice\t%s\n", s.url(s.OrdersPort))
	fmt.Fprintf(t, "customers-api\t%s/docs\n", s.url(s.CustomersPort))
	fmt.Fprintf(t, "orders-api\t%s/docs\n", s.url(s.OrdersPort))
	fmt.Fprintf(t, "orchestrator\t%s/docs\n", s.url(s.OrchestratorPort))
	if len(demoEmails) > 0 {
		fmt.Fprintf(t, "demo accounts\t%s\n", strings.Join(demoEmails, ", "))
		fmt.Fprintf(t, "their password\t%s\n", demoPassword)
	}
	if s.secretsFile != "" {
		fmt.Fprintf(t, "SERVICE_TOKEN\tin %s\n", s.secretsFile)
	}
	fmt.Fprintln(t, "Ctrl-C ends it.")
	_ = t.Flush() // if the terminal is gone, nobody reads this
}
