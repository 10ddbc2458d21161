module b2b.example/e2e

go 1.26.0

require (
	b2b.example v0.0.0
	b2b.example/customers-api v0.0.0
	b2b.example/orchestrator v0.0.0
	b2b.example/orders-api v0.0.0
)

replace (
	b2b.example => ../
	b2b.example/customers-api => ../customers-api
	b2b.example/orchestrator => ../orchestrator
	b2b.example/orders-api => ../orders-api
)
