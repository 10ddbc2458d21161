module b2b.example/customers-api

go 1.26.0

require b2b.example v0.0.0

replace b2b.example => ../
