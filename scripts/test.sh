#!/bin/sh
# `npm test`: set up, then every check and test. `npm test -- cidr` runs the test files whose path has `cidr` in it.
cd "$(dirname "$0")/.." || exit 1
sh scripts/set-up.sh || exit 3
exec scripts/node test/run.ts "$@"
