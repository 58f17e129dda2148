# The system's Node only runs npm; everything else runs on the Node 26 that the packages bring.
SHELL := /bin/bash
.DELETE_ON_ERROR:
BIN  := node_modules/.bin
NODE := $(BIN)/node
SOURCES := $(shell find src appliance console -name '*.ts' -o -name '*.tsx' -o -name '*.css' 2>/dev/null)

.PHONY: help run test test-vm check unit fuzz sim bench bench-ha pair soak format docs clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.installed: package.json package-lock.json
	@echo "Installing packages (once) …"
	@npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
	@touch $@

dist/.built: node_modules/.installed $(SOURCES)
	@$(NODE) appliance/firmware/bundle.ts
	@touch $@

run: dist/.built ## Builds and starts one unit in the foreground, with its state under .state/
	@# At a terminal the unit gets a process group of its own: Ctrl-C is for it to drain, not for make to die of.
	@if [ -t 0 ]; then set -m; $(NODE) dist/futago.js run --state .state; \
	else exec $(NODE) dist/futago.js run --state .state; fi

check: node_modules/.installed ## Format, lint, types, layers, dead code and unit tests
	@$(BIN)/biome ci --error-on-warnings --colors=off .
	@$(NODE) $(BIN)/oxlint --type-aware --deny-warnings .
	@$(NODE) $(BIN)/tsc -p .
	@$(NODE) $(BIN)/tsc -p console/ui
	@$(NODE) $(BIN)/tsc -p test/console-ui
	@$(NODE) $(BIN)/knip
	@$(MAKE) --no-print-directory unit

unit: node_modules/.installed ## Unit tests only
	@$(NODE) test/run.ts unit

test: node_modules/.installed ## Installs what the tests need and runs every test
	@test/support/install-debian-packages.sh test
	@$(MAKE) --no-print-directory dist/.built
	@$(NODE) test/run.ts all

test-vm: node_modules/.installed ## The pair on VLAN and bond, in a virtual machine where this kernel has none (root)
	@test/support/install-debian-packages.sh test
	@$(NODE) test/run.ts test/vm/made-interfaces.test.ts

fuzz: node_modules/.installed ## One million inputs through every parser
	@$(NODE) test/fuzz/run.ts --inputs 1000000

sim: node_modules/.installed ## Two units in a seeded simulator: make sim SIM="--hours 10000", SIM="--seed 7" to replay
	@$(NODE) test/sim/run.ts $(SIM)

bench: dist/.built ## Compares with Squid, Traffic Server, Varnish, nginx, HAProxy and tinyproxy
	@test/support/install-debian-packages.sh bench
	@status=0; for part in run footprint reload-under-load cache workers wpad console; do $(NODE) test/bench/$$part.ts || status=$$?; \
	  [ $$status -ne 130 ] || break; done; exit $$status

bench-ha: dist/.built ## Compares the pair with keepalived and ucarp (root): make bench-ha HA="--trials 5 --interval 100"
	@test/support/install-debian-packages.sh bench
	@$(NODE) test/bench/ha.ts $(HA)

pair: dist/.built ## Two units, a client and a bridge on this machine (root): one key kills, cuts, heals, hands over
	@$(NODE) test/pair/run.ts

soak: dist/.built ## Half an hour of proxy load beside the heartbeat (root): make soak SOAK="--minutes 5"
	@$(NODE) test/soak/run.ts $(SOAK)

format: node_modules/.installed ## Formats the tree
	@$(BIN)/biome check --write .

docs: node_modules/.installed ## Regenerates the settings reference in README.md
	@$(NODE) appliance/firmware/write-reference.ts

clean: ## Removes what was built and the state of make run
	rm -rf dist .state
