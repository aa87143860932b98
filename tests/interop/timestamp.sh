#!/usr/bin/env bash
# Time-stamps by authorities that OpenSSL makes, with RSA and with ECDSA, and a witness' cosignature, as
# docs/time.md has it: what is asked for is what OpenSSL reads, what is answered is on record, and the
# token that comes back out verifies with OpenSSL alone. What is tampered with, of another checkpoint, by
# a certificate that had ended or is for something else, is refused with its own code.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
export PYTHONDONTWRITEBYTECODE=1
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
mkdir "$tmp/desk"
cd "$tmp/desk"

fail() { echo "timestamp.sh: $*" >&2; exit 1; }
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
outsiders() { "$python" "$root/tests/interop/outsiders.py" "$@"; }
# refused CODE COMMAND...: with that code, and no entry more.
refused() {
    local code=$1 before
    shift
    before=$(rk alice status --json | field entries)
    rk alice --json "$@" >said 2>error && fail "not refused: $*"
    grep -q "\"code\":\"$code\"" error || fail "$code expected: $(cat error)"
    [ "$(rk alice status --json | field entries)" = "$before" ] || fail "$code, and an entry"
}

for name in alice bob; do "$rootkeep" -q identity new $name --out . --plain >/dev/null; done
"$rootkeep" -q --batch -i alice.key init acme.ledger --name Acme --threshold 2 --card alice.card --card bob.card >/dev/null
code=$(rk alice show genesis --json | field code)
rk bob --code "$code" sign genesis >/dev/null
for how in rsa p384; do outsiders authority $how $how; done
outsiders authority code p256 --code
outsiders authority ended p256 --ended

# ---- what is asked for ---------------------------------------------------------------------------

rk alice checkpoint --timestamp-query log.tsq >/dev/null
openssl ts -query -in log.tsq -text >query.txt 2>/dev/null
grep -q 'Hash Algorithm: sha256' query.txt || fail "no SHA-256: $(cat query.txt)"
grep -q 'Certificate required: yes' query.txt || fail "no certificate: $(cat query.txt)"
grep -q 'Nonce: 0x' query.txt || fail "no nonce: $(cat query.txt)"
rk alice checkpoint | head -n 3 >asked.body
openssl ts -query -data asked.body -sha256 -cert -no_nonce -out other.tsq 2>/dev/null

# ---- what is answered ----------------------------------------------------------------------------

for how in rsa p384; do
    [ $how = rsa ] || { rm log.tsq; rk bob checkpoint --timestamp-query log.tsq >/dev/null; }
    size=$(rk alice checkpoint --json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["checkpoint"]["size"])')
    outsiders answer $how log.tsq >log.tsr
    openssl ts -verify -in log.tsr -queryfile log.tsq -CAfile $how/root.pem >/dev/null 2>&1 || fail "$how: OpenSSL refuses its own answer"
    # Any byte that is signed: one of the digest, one of the time, one of the signature at the end.
    "$python" - <<'PY'
import pathlib
answer = pathlib.Path("log.tsr").read_bytes()
digest = pathlib.Path("log.tsq").read_bytes()
at = {"digest": answer.index(digest[24:56]) + 5, "time": answer.index(b"Z", answer.index(digest[24:56])) - 1, "end": len(answer) - 1}
for name, place in at.items():
    pathlib.Path(f"bad-{name}").write_bytes(answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1:])
PY
    for bad in bad-digest bad-time bad-end; do
        openssl ts -verify -in $bad -queryfile log.tsq -CAfile $how/root.pem >/dev/null 2>&1 && fail "$how: OpenSSL takes $bad"
        refused timestamp-signature checkpoint --timestamp-response $bad
    done
    rk bob custodian away bob --from 2030-01-01 --to 2030-01-02 >/dev/null # the log goes on
    rk bob checkpoint --timestamp-response log.tsr >/dev/null || fail "$how: refused"
    refused already-recorded checkpoint --timestamp-response log.tsr
    # What comes back out, by docs/time.md.
    rm -f log.tst
    rk alice checkpoint --timestamp-token log.tst >/dev/null
    rk alice checkpoint --at "$size" --out log-$how.checkpoint
    head -n 3 log-$how.checkpoint >log.body
    openssl ts -verify -in log.tst -token_in -data log.body -CAfile $how/root.pem 2>&1 | grep -q 'Verification: OK' || fail "$how: not OK"
    openssl ts -verify -in log.tst -token_in -data log.body -CAfile code/root.pem >/dev/null 2>&1 && fail "$how: OK by another root"
    rk alice verify >/dev/null
done
rk alice checkpoint --json | grep -q '"authority":"CN=Example TSA,O=Example Time,C=CH"' || fail "no authority"
rk alice log | grep -q 'dated .* by CN=Example TSA,O=Example Time,C=CH' || fail "not in the log"
# One without a nonce, of the same checkpoint as the first, and a token without its response.
outsiders answer rsa other.tsq >other.tsr
openssl ts -reply -in other.tsr -token_out -out other.tst 2>/dev/null
rk alice checkpoint --timestamp-response other.tst >/dev/null || fail "a token alone is refused"

# ---- what is refused -----------------------------------------------------------------------------

outsiders answer code log.tsq --code >code.tsr
refused timestamp-purpose checkpoint --timestamp-response code.tsr
outsiders answer ended log.tsq >ended.tsr
refused timestamp-expired checkpoint --timestamp-response ended.tsr
echo anything >anything
openssl ts -query -data anything -sha256 -cert -no_nonce -out anything.tsq 2>/dev/null
outsiders answer rsa anything.tsq >anything.tsr
refused timestamp-imprint checkpoint --timestamp-response anything.tsr
openssl ts -query -data asked.body -sha256 -cert -out nonce.tsq 2>/dev/null
outsiders answer rsa nonce.tsq >nonce.tsr
refused timestamp-nonce checkpoint --timestamp-response nonce.tsr
openssl ts -query -data asked.body -sha256 -no_nonce -out bare.tsq 2>/dev/null
outsiders answer rsa bare.tsq >bare.tsr
refused timestamp-certificate checkpoint --timestamp-response bare.tsr
openssl ts -query -data asked.body -sha512 -cert -no_nonce -out long.tsq 2>/dev/null
outsiders answer rsa long.tsq >long.tsr
refused timestamp-refused checkpoint --timestamp-response long.tsr
refused bad-timestamp checkpoint --timestamp-response log.tsq
refused bad-timestamp checkpoint --timestamp-response rsa/own.pem

# ---- a witness -----------------------------------------------------------------------------------

witness=$(outsiders vkey)
[ "$(rk alice checkpoint --vkey | head -n 1 | cut -d+ -f1)" = "$(head -n 1 asked.body)" ] || fail "the log's key has another name"
for turn in first second; do
    rk alice checkpoint --request --witness "$witness" >request
    outsiders cosign <request >answer
    rk alice checkpoint --cosignature answer --witness "$witness" >/dev/null || fail "the $turn answer is refused"
    rk bob checkpoint --cosign >/dev/null
done
[ "$(head -n 1 request)" != 'old 0' ] || fail "the second request does not lead on from the first"
refused cosignature-known checkpoint --cosignature answer --witness "$witness"
rk bob verify >/dev/null
echo "RSA and ECDSA are on record and verify with OpenSSL; every fault was refused by its code; a witness has cosigned"
