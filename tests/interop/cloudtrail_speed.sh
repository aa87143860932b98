#!/usr/bin/env bash
# `reconcile cloudtrail` beside DuckDB, over the same gzipped files: both find as many root events, and how
# long each takes. ROOTKEEP_TRAIL_MB=1000 by hand; 20 MB otherwise.
set -euo pipefail

root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-python3}
megabytes=${ROOTKEEP_TRAIL_MB:-20}
[[ $rootkeep != */* ]] || rootkeep=$(realpath "$rootkeep")
[[ $python != */* ]] || python=$(realpath -s "$python")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
cd "$dir"

for name in alice bob; do "$rootkeep" identity new "$name" --out . --plain -q; done
"$rootkeep" -i alice.key --batch -q init acme.ledger --name Acme --threshold 2 --card alice.card --card bob.card
speed=$root/tests/interop/cloudtrail_speed.py
"$python" "$speed" make trail "$megabytes"
"$python" "$speed" compare trail "$megabytes" \
    "$rootkeep" -L acme.ledger -i alice.key --batch --json reconcile cloudtrail trail --preview
