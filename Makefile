# The habits of this repository, one command each. `make` alone lists them.
SHELL := /bin/bash
modules = $(shell go list -m -f '{{.Dir}}')
templ = GOWORK=off go tool -modfile=scripts/tools/go.mod templ

.DEFAULT_GOAL := help
.PHONY: help run offline env test compose-test torture torture-selftest shots bench times lint generate migration fmt tidy

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## everything in one process, on an embedded database: http://127.0.0.1:3000 to :3002
	go run ./b2b

offline: ## the Lambda's own program under serverless-offline: http://127.0.0.1:3000, or OFFLINE_PORT
	scripts/node-modules
	npx serverless offline

env: ## write .env for docker-compose.yml, with fresh secrets; one that is there is left as it is
	scripts/make-env

# Tests wait more than they work: four of a package at a time.
test: ## every test of every module, on SQLite and on a real MySQL-compatible server
	scripts/with-database go test -timeout 40m -parallel 4 $(addsuffix /...,$(modules))

compose-test: ## docker-compose.yml tried as a whole, with kills: needs a Docker engine
	scripts/compose-test

torture: ## 10,000 operations and 200 faults, on each engine, and every pair of faults; SEED=7 repeats a plan, TORTURE=short is a bit of each
	go run ./e2e/torture -seed $(or $(SEED),0)
	scripts/small-disk 64m sh -c 'go run ./e2e/torture -seed $(or $(SEED),0) -disk "$$SMALL_DISK"'
	$(if $(filter short,$(TORTURE)),,PAIRS=all) scripts/with-database go test -count 1 -v -p 1 -timeout 3h -run TestEveryPairOfFaults \
		./customers-api ./orders-api

torture-selftest: ## break five rules of the product, one after the other, and see that torture finds each
	go run ./e2e/torture -selftest -seed $(or $(SEED),0)

shots: ## a picture of every page, theme, language and width in docs/gallery, and the README's; ONLY=^products takes some
	go run ./e2e/shots -only "$(ONLY)"

bench: ## the API over HTTP beside the bare database, in one run; on the server of TEST_DATABASE_URL, else on a private one
	DURABLE=1 scripts/with-database go run ./e2e/bench

times: ## how long the flows take that name a time, in a browser among ORDERS orders, or a million
	ORDERS=$(or $(ORDERS),1000000) go test ./e2e -run 'TestTimes$$' -v -count 1 -timeout 2h

lint: ## formatting, arrows, modules, generated files, golangci-lint
	scripts/lint

generate: ## write the pages' Go code and the services' OpenAPI documents anew
	$(templ) generate -path web -log-level warn
	for command in customers-api/cmd/customers-api orders-api/cmd/orders-api orchestrator/cmd/local; do \
		go run ./$$command openapi >.openapi.new && mv .openapi.new $${command%%/*}/openapi.yaml || exit 1; \
	done

fmt: ## format the Go code and the pages
	gofmt -w $(addsuffix /.,$(modules))
	$(templ) fmt -log-level warn web

migration: ## name=suppliers: the next migrations of an entity, from its description, for a person to review
	scripts/with-database go run ./scripts/migration -name "$(name)"

tidy: ## bring every go.mod and go.sum up to date
	for module in $(modules) scripts/tools; do (cd $$module && GOWORK=off go mod tidy) || exit 1; done
	go work sync
