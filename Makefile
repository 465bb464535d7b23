# What people run. Each target is one line here; the work is in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run demo check test crash outage faults bench fuzz

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Builds and starts Sluice on 127.0.0.1:3000 with its data in ./data
	scripts/web
	cargo build --release --locked -p sluice-gateway
	./target/release/sluice serve --data ./data

demo: ## The same with scripted upstreams and a ready key, for a first look without a vendor account
	scripts/web
	cargo build --release --locked -p sluice-gateway
	./target/release/sluice demo

check: ## Format, clippy without warnings, unit tests: what every commit passes
	scripts/test web format clippy unit

test: ## Everything: format, clippy, unit, store, end-to-end and SDK tests
	scripts/test

crash: ## Kills the gateway 200 times under load on each database and looks for lost or doubled calls and charges
	CRASH_ROUNDS=200 scripts/services run -- cargo test --locked -p sluice-gateway --test e2e crash -- --nocapture --test-threads 1

outage: ## Takes the database away for a minute under load and looks for lost or doubled calls and charges
	OUTAGE_SECS=60 scripts/services run -- cargo test --locked -p sluice-gateway --test e2e outage -- --nocapture --test-threads 1

faults: ## Lets a provider die under 500 calls a second and says how long calls took before, during and after that
	cargo build --release --locked -p sluice-gateway
	SLUICE_BIN="$${CARGO_TARGET_DIR:-$(CURDIR)/target}/release/sluice" FAULTS_LONG=1 \
		cargo test --locked -p sluice-gateway --test e2e staying_up -- --nocapture --test-threads 1

bench: ## Sluice beside nginx as a plain proxy
	cargo build --release --locked
	scripts/bench.sh

fuzz: ## Fuzzes every reader for FUZZ_SECS seconds each (600) and keeps what it found for the unit tests
	scripts/fuzz
