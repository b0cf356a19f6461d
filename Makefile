# Every target is a script in scripts/; read there what it does.
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := help
.PHONY: run build test test-unit test-e2e check test-asan test-tsan fuzz bench install deb test-deb clean help

run:        ## build, then serve conf/demo.json with its embedded origins (curl localhost:8080)
	@scripts/run $(ARGS)
build:      ## the release executable, .build/release/portico
	@scripts/build
test:       ## everything: lint, unit tests, release build, end-to-end tests
	@scripts/test
test-unit:  ## lint and Swift Testing suites
	@scripts/test lint unit
test-e2e:   ## the built executable against real peers; ARGS goes to pytest
	@scripts/test build e2e -- $(ARGS)
check:      ## lint, and a build in which every warning is an error
	@scripts/check
test-asan:  ## unit and end-to-end tests under AddressSanitizer and LeakSanitizer; ARGS as in scripts/sanitize
	@scripts/sanitize address $(ARGS)
test-tsan:  ## the same under ThreadSanitizer
	@scripts/sanitize thread $(ARGS)
fuzz:       ## each parser for 20 seconds under libFuzzer and AddressSanitizer; ARGS='SECONDS [FUZZER...]'
	@scripts/fuzz $(ARGS)
bench:      ## CPU per request beside nginx, HAProxy, nghttpx and a raw forwarder; ARGS goes to the bench
	@scripts/bench $(ARGS)
install:    ## into $(DESTDIR)$(PREFIX): executable, configuration, systemd units, manual page, completions
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install
deb:        ## the Debian package, .build/deb/portico_VERSION_ARCHITECTURE.deb
	@scripts/deb
test-deb:   ## the Debian package through its life in a Debian made by debootstrap; as root
	@scripts/test-deb
clean:      ## remove what was built
	@rm -rf .build
help:       ## this list
	@sed -n 's/^\([a-z0-9-]*\): *## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14
