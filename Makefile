# The habits of this repository, one command each. `make` alone lists them.
SHELL := /bin/bash
modules = $(shell go list -m -f '{{.Dir}}')

.DEFAULT_GOAL := help
.PHONY: help run test bench lint generate fmt tidy

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## everything in one process, on an embedded database: http://127.0.0.1:3000 to :3002
	go run ./b2b

test: ## every test of every module, on SQLite and on a real MySQL-compatible server
	scripts/with-database go test $(addsuffix /...,$(modules))

bench: ## placing orders over HTTP beside the bare database, in one run; on the server of TEST_DATABASE_URL, else on a private one
	DURABLE=1 scripts/with-database go run ./e2e/bench

lint: ## formatting, arrows, modules, generated files, golangci-lint
	scripts/lint

generate: ## write the services' OpenAPI documents anew
	for command in customers-api/cmd/customers-api orders-api/cmd/orders-api orchestrator/cmd/local; do \
		go run ./$$command openapi >.openapi.new && mv .openapi.new $${command%%/*}/openapi.yaml || exit 1; \
	done

fmt: ## format the Go code
	gofmt -w $(addsuffix /.,$(modules))

tidy: ## bring every go.mod and go.sum up to date
	for module in $(modules) scripts/tools; do (cd $$module && GOWORK=off go mod tidy) || exit 1; done
	go work sync
