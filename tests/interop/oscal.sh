#!/usr/bin/env bash
# OSCAL assessment-results of a bundle's evidence.json are what NIST's model asks for: trestle reads
# and validates them, and refuses them once something in them is wrong. Run from the root of the
# repository.
set -euo pipefail

root=$PWD
venv=${ROOTKEEP_VENV:-$root/target/interop-venv}
examples=${CARGO_TARGET_DIR:-$root/target}/release/examples
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir LC_ALL=C.UTF-8

fail() { echo "oscal.sh: $*" >&2; exit 1; }
trestle() { "$venv/bin/trestle" "$@" >"$dir/said" 2>&1; }

"$examples/oscal_pipe" <tests/fixtures/evidence/evidence.json >"$dir/results.json"
"$examples/oscal_pipe" <tests/fixtures/evidence/evidence.json | cmp - "$dir/results.json" ||
    fail "the same evidence gives other bytes"

# trestle takes any version, and reads it as its own.
grep -q '"oscal-version":"1.2.1"' "$dir/results.json" || fail "they are of another version of OSCAL"

mkdir "$dir/workspace"
cd "$dir/workspace"
trestle init --local || fail "trestle init: $(cat "$dir/said")"
model=assessment-results/quarter/assessment-results.json
mkdir -p "$(dirname $model)"

# valid FILE: what trestle says of it.
valid() {
    cp "$1" $model
    trestle validate --type assessment-results --name quarter
}
valid "$dir/results.json" || fail "trestle refuses the results: $(cat "$dir/said")"
grep -q VALID "$dir/said" || fail "trestle says nothing of them: $(cat "$dir/said")"

# spoilt PYTHON: the change, made to the results `r` of the document `d`, is refused.
refused=0
spoilt() {
    "$venv/bin/python" - "$dir/results.json" "$1" >"$dir/spoilt.json" <<'PYTHON'
import json, sys
d = json.load(open(sys.argv[1]))["assessment-results"]
r = d["results"][0]
exec(sys.argv[2])
json.dump({"assessment-results": d}, sys.stdout)
PYTHON
    ! valid "$dir/spoilt.json" || fail "trestle takes a change: $1"
    refused=$((refused + 1))
}
spoilt 'r["findings"][0]["target"]["status"]["state"] = "compliant"'
spoilt 'r["start"] = "2026-07-01T00:00:00"'
spoilt 'r["observations"][0]["uuid"] = r["observations"][1]["uuid"]'
spoilt 'r["observations"][0]["relevant-evidence"] = []'
spoilt 'r["risks"][0]["props"][0]["name"] = "two words"'
spoilt 'r["findings"][0]["related-observations"][0]["observation-uuid"] = "none"'
spoilt 'del d["import-ap"]'

# It goes through trestle and comes out as it went in.
cp "$dir/results.json" ../in.json
trestle import --file ../in.json --output again || fail "trestle import: $(cat "$dir/said")"
"$venv/bin/python" - "$dir/results.json" assessment-results/again/assessment-results.json <<'PYTHON'
import json, re, sys
before, after = (json.load(open(path)) for path in sys.argv[1:])
# trestle spells times in its own way, and dates the import.
def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k != "last-modified"}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return re.sub(r"(\d\d:\d\d:\d\d)(\.0+)?\+00:00$", r"\1Z", value) if isinstance(value, str) else value
assert plain(before) == plain(after), "trestle's copy says something else"
PYTHON

echo "trestle validates the results, and refuses each of $refused changes"
