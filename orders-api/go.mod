module b2b.example/orders-api

go 1.26.0

require b2b.example v0.0.0

require pgregory.net/rapid v1.3.0 // indirect

replace b2b.example => ../
