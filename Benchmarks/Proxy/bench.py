#!/usr/bin/env python3
"""Portico beside nginx, HAProxy, nghttpx and a forwarder that parses nothing, in one run.

One core is the proxy's; the load (wrk, h2load) and the origin share another. What counts is CPU
time of the proxy's processes divided by requests, and of that the ratio to the peers: absolute
numbers belong to a machine, ratios to the programs. Rounds are interleaved and the medians taken.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys

import http1_scenarios
import http2_scenarios
import tls_scenarios
from harness import Harness
from proxies import ROOT

SCENARIOS = http1_scenarios.SCENARIOS | http2_scenarios.SCENARIOS | tls_scenarios.SCENARIOS


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SCENARIOS), help="scenarios: %(default)s")
    parser.add_argument("--proxies", default="portico,nginx,haproxy,nghttpx,forwarder",
                        help="who takes part: %(default)s")
    parser.add_argument("--portico", default=str(ROOT / ".build/release/portico"),
                        help="the executable to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of each load; whole seconds")
    parser.add_argument("--json", action="store_true", help="JSON lines instead of tables")
    parser.add_argument("--check", action="store_true", help="exit 1 when a threshold is missed")
    options = parser.parse_args()
    options.scenarios = options.only.split(",")
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    if "portico" in options.proxies.split(",") and not os.access(options.portico, os.X_OK):
        parser.error(f"no executable at {options.portico}: make build")
    return options


def main() -> int:
    options = parsed()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Harness(options) as bench:
        for scenario in options.scenarios:
            SCENARIOS[scenario](bench)
        good = bench.verdicts()
        if options.json:
            for result in bench.results:
                print(json.dumps(result))
        for problem in bench.problems:
            print(f"note: {problem}", file=sys.stderr)
    return 0 if good or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
