module b2b.example/b2b

go 1.26.0

require (
	b2b.example v0.0.0
	b2b.example/customers-api v0.0.0
	b2b.example/orchestrator v0.0.0
	b2b.example/orders-api v0.0.0
)

require (
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
)

replace (
	b2b.example => ../
	b2b.example/customers-api => ../customers-api
	b2b.example/orchestrator => ../orchestrator
	b2b.example/orders-api => ../orders-api
)
