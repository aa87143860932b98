#!/usr/bin/env bash
# Two real bundles of evidence (examples/audit.sh), checked by every command of their own VERIFY.md, with programs that
# others wrote; then each of these programs finds what was changed.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
export ROOTKEEP_BIN=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "audit.sh: $*" >&2; exit 1; }

# The commands of the guide find this Python, and Debian's Go library.
mkdir "$tmp/bin"
ln -s "$python" "$tmp/bin/python3"
export PATH=$(dirname "$python"):$tmp/bin:$PATH
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' CGO_ENABLED=0 GOCACHE=$root/target/interop/go-cache

examples/audit.sh "$tmp/audit" >"$tmp/said" || { tail -30 "$tmp/said"; fail "the example failed"; }
cd "$tmp/audit"

# section N: the commands of that section of the bundle's own guide, to be run in its folder
section() { awk -v n="## $1." 'index($0, "## ") == 1 { here = index($0, n) == 1 } /^```/ { on = !on && /^```sh/; next } here && on' VERIFY.md; }
run() { section "$1" | bash -euo pipefail; }
mkdir guide && (cd guide && unzip -q ../q4.zip)
for n in 1 2 3 4 5 6 7 8; do
    (cd guide && [ -n "$(section $n)" ] && run $n >"$tmp/$n" 2>&1) || { cat "$tmp/$n"; fail "section $n of VERIFY.md fails"; }
done
grep -q 'Good "evidence@rootkeep" signature' "$tmp/2" || fail 'ssh-keygen does not say that it is good'
grep -q 'the same in all three files' "$tmp/3" || fail 'the keys are not compared'
grep -q 'Signature Verified Successfully' "$tmp/4" || fail 'openssl does not say that it is good'
grep -q 'statements are signed by those they name' "$tmp/5" || fail securesystemslib
grep -q '^facts {' "$tmp/4" || fail 'the facts are not printed'
grep -q 'without a gap' "$tmp/6" || fail proofbundle
[ "$(grep -c '^cosigned by [0-9a-f]\{32\}$' "$tmp/6")" -ge 3 ] || fail 'the cosigners are not listed'
grep -q 'is in the log of size' "$tmp/7" || fail Go
grep -q 'continues that of 42' "$tmp/8" || fail 'the consistency proof'
echo 'VERIFY.md: every command of eight sections'

# The checkpoint by the two C2SP readers, one custodian's key after the other.
awk '$1 == "witness" { print $3 }' guide/policy >vkeys
while read -r vkey; do
    echo "$vkey" >cosigner.vkey
    "$python" "$root/tests/interop/cosignature_oracle.py" guide/checkpoint cosigner.vkey >said || fail "$vkey"
    grep -q 'proofbundle, aics_tlog' said || fail "a reader is not installed: $(cat said)"
done <vkeys
echo "proofbundle, aics-tlog: $(wc -l <vkeys) cosignatures"

# The page, in a browser without a network: it checks itself.
browser() {
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$tmp/chromium" --virtual-time-budget=20000 \
        --dump-dom "file://$1" 2>/dev/null
}
browser "$PWD/guide/index.html" >dom
grep -q '<section id="verdict"[^>]*data-state="good"' dom || fail "the page does not find the bundle good: $(grep -A 3 'id="verdict-status"' dom | head -c 600)"
echo 'Chromium: the page has checked itself'

# OSCAL: a workspace of its own.
mkdir trestle
(cd trestle && trestle init >/dev/null 2>&1 && trestle import -f ../guide/assessment-results.json -o evidence >/dev/null 2>&1 &&
    trestle validate -t assessment-results -n evidence 2>&1) | grep -q VALID || fail 'trestle does not take the assessment results'
echo 'compliance-trestle: assessment-results'

# What was changed is found: FILE, what to change, which sections have to fail.
changed() {
    local file=$1 change=$2
    shift 2
    rm -rf other && cp -r guide other
    perl -0pi -e "$change" "other/$file"
    if cmp -s "guide/$file" "other/$file"; then fail "nothing was changed in $file"; fi
    for n; do
        if (cd other && run "$n" >/dev/null 2>&1); then fail "section $n takes a changed $file"; fi
    done
    if "$ROOTKEEP_BIN" evidence verify other >said 2>&1; then fail "rootkeep takes a changed $file"; fi
    grep -q "${file##*/}\|entry #" said || fail "rootkeep does not name $file: $(cat said)"
}
first=$(sed -n 's/^N=//p' guide/VERIFY.md)
# Too few cosigners are no success: all proofs with the log's own line and one more.
rm -rf other && cp -r guide other
perl -ni -e 'print unless /^\x{e2}\x80\x94 rootkeep\S*\/[0-9a-f]{32} / && $seen{$ARGV}++' other/proofs/*.tlog-proof
(cd other && ! run 6 >"$tmp/few" 2>&1) && grep -q '1 have cosigned where' "$tmp/few" || fail "one cosigner is enough: $(cat "$tmp/few")"
changed index.html 's/<h1/<H1/' 1
changed SHA256SUMS 's/([0-9a-f]{63})([0-9a-f])  index/$1 . ($2 eq "0" ? "1" : "0") . "  index"/e' 1 2
changed "signatures/$(ls guide/signatures | head -n 1)" 's/AAAA/AAAB/' 2
changed "statements/$first.dsse.json" 's/"sig":"(.)(.)/"\"sig\":\"$1" . ($2 eq "+" ? "A" : "+")/e' 1 4 5 6 7
changed "statements/$first.parts.json" 's/"salt":"(.)/"\"salt\":\"" . ($1 eq "+" ? "A" : "+")/e' 1 4
changed "proofs/$first.tlog-proof" 's/\n\n(rootkeep\S+\n)(\d)/\n\n${1}9${2}/' 1 6
changed checkpoint 's/^(\S+\n)(\d)/${1}9${2}/' 1 7
changed consistency 's/\nold|old 42/old 41/' 1 8
echo 'each of eight changes is found by those that look, and named by rootkeep'
