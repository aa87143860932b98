#!/usr/bin/env bash
# Recovers a ledger without Rootkeep and compares what comes out with what went in: by
# examples/recover.sh, on both ways in, and by every `sh` block of docs/recovery.md.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
export ROOTKEEP_PYTHON=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY

tmp=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$tmp"' EXIT
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
cd "$tmp"

fail() { echo "recovery.sh: $*" >&2; exit 1; }
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
together() { rk alice --with bob.key --with carol.key --with alice.key "$@" >/dev/null; }
# same FILE FILE: without showing what differs, as both are secrets.
same() { cmp -s "$1" "$2" || fail "$2 is not what was sealed"; }
# fails COMMAND...: it must.
fails() { if "$@"; then fail "this ought to have failed: $*"; fi; }

# ---- a ledger ------------------------------------------------------------------------------------

cards=()
for name in alice bob carol dave erin; do
    "$rootkeep" -q identity new $name --out . --plain >/dev/null
    cards+=(--card $name.card)
done
rk alice init acme.ledger --name Acme --threshold 3 "${cards[@]}" >/dev/null
code=$(rk alice show genesis --json | "$ROOTKEEP_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["code"])')
for name in bob carol dave erin; do rk $name --code "$code" sign genesis >/dev/null; done

together quorum define engineers --threshold 2 --member alice --member bob --member carol
together quorum define board --threshold 3 --member alice --member bob --member carol --member dave --member erin
together quorum define sites --groups-needed 2 --group east=2:alice,bob,carol --group west=1:dave --group north=2:erin,dave,alice
rk alice account import --organizations "$root/examples/organizations.json" >/dev/null

# seal WHO NAME EPOCH QUORUM: what comes on standard input, which is kept to compare.
mkdir sealed
seal() {
    local file=sealed/${2/\//_}.$3
    cat >"$file"
    rk "$1" seal "$2" --quorum "$4" --stdin <"$file" >/dev/null
}
printf '%s' 'correct horse battery staple' | seal alice 111122223333/password 1 engineers
printf '%s' 'Tr0ub4dor&3' | seal bob 111122223333/password 2 engineers
printf 'Müller\nГород\n東京' | seal carol mailbox:ops/recovery-codes:print 1 board
head -c 40000 /dev/urandom | base64 -w 64 | head -c 50000 >note; printf x >>note
seal dave phone:front/note 1 sites <note
head -c 5000 /dev/urandom >bytes; printf x >>bytes
seal erin org/note:binary 1 sites <bytes
uri=$(zbarimg -q --raw "$root/examples/mfa-qr.png" 2>/dev/null)
printf '%s' "$uri" >sealed/111122223333_mfa-seed.1
rk dave seal 111122223333/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png" >/dev/null
rk alice attach genesis note >/dev/null
rk alice verify >/dev/null

# The recovery starts from a copy that somebody else made, and nothing of the ledger's changes.
cp -r acme.ledger backup && chmod -R a-w backup
before=$(find backup -type f -exec sha256sum {} + | sort)

# ---- by script -----------------------------------------------------------------------------------

recover() { bash "$root/examples/recover.sh" "$@" 2>>recover.log; }

all() { # all OUTDIR: every secret came out, and nothing else
    local file
    [ "$(ls sealed)" = "$(ls "$1/secrets")" ] || fail "$1: other secrets than were sealed"
    for file in sealed/*; do same "$file" "$1/secrets/$(basename "$file")"; done
}

recover backup out-a alice.key bob.key dave.key || fail "$(cat recover.log)"
all out-a
recover --governance backup out-b alice.key bob.key dave.key || fail "$(cat recover.log)"
all out-b
[ "$(grep -c 'by the member key' recover.log) $(grep -c 'by the governance' recover.log)" = "1 1" ] ||
    fail "the two ways in were not both taken"
echo "by script: $(ls sealed | wc -l) secrets, on both ways in"

# All five at once: surplus shares do no harm.
recover backup out-c {alice,bob,carol,dave,erin}.key || fail "$(cat recover.log)"
all out-c

# One person opens the tables and no secret; too few governance holders open nothing.
fails recover backup out-one alice.key
[ -z "$(ls out-one/secrets)" ] || fail "one holder alone opened a secret"
[ -s out-one/log.jsonl ] || fail "one member alone could not read the log"
fails recover --governance backup out-two dave.key erin.key
[ ! -e out-two ] || fail "two of five governance holders opened the ledger"
age-keygen -o stranger.key 2>/dev/null
fails recover backup out-two stranger.key

# A quorum of its own opens its own secrets and no others.
fails recover backup out-k carol.key bob.key
[ "$(ls out-k/secrets | tr '\n' ' ')" = "111122223333_password.1 111122223333_password.2 " ] ||
    fail "bob and carol opened: $(ls out-k/secrets)"
recover --only mailbox:ops/ backup out-only alice.key carol.key erin.key || fail "$(cat recover.log)"
[ "$(ls out-only/secrets)" = mailbox:ops_recovery-codes:print.1 ] || fail "--only"

[ "$before" = "$(find backup -type f -exec sha256sum {} + | sort)" ] || fail "the ledger was written to"

# An identity under a passphrase, one SSH key under another, are asked for once each.
terminal() { "$ROOTKEEP_PYTHON" "$root/tests/interop/terminal.py" "$@"; }
terminal 'passphrase[^\n]*: ' 'six words that nobody ever guesses' -- age -p -o bob.locked bob.key >/dev/null
terminal 'passphrase[^\n]*: ' 'six words that nobody ever guesses' -- \
    bash "$root/examples/recover.sh" backup out-locked alice.key bob.locked dave.key >asked.log ||
    fail "$(cat asked.log)"
all out-locked
[ "$(grep -c 'Enter passphrase' asked.log)" = 1 ] || fail "asked more than once: $(cat asked.log)"
echo "too few holders open nothing; a passphrase is asked for once"

# ---- every table, as the program has it -----------------------------------------------------------

rk alice log --raw >raw
rk alice log --checkpoints >checkpoints
"$ROOTKEEP_PYTHON" - "$root"/schema/*.sql <<'PYTHON'
import base64, hashlib, json, re, sys

schema = "".join(open(file).read() for file in sys.argv[1:])
tables = set(re.findall(r"CREATE TABLE (\w+)", schema)) - set(re.findall(r"DROP TABLE (\w+)", schema))
rows = {name: [json.loads(line) for line in open(f"out-a/tables/{name}.jsonl")] for name in tables}
empty = [name for name in tables if not rows[name]]
assert empty in ([], ["cosignature"]), empty

raw = [json.loads(line) for line in open("raw")]
assert [base64.b64decode(entry["envelope"]).decode() for entry in raw] == [
    leaf["envelope"] for leaf in rows["leaf"]
]
for entry, leaf in zip(raw, rows["leaf"]):
    for part in filter(entry.get, ("facts", "personal")):
        salt, content = (base64.b64decode(entry[part][field]) for field in ("salt", "bytes"))
        assert (salt.hex(), content.decode()) == (leaf[f"{part}_salt"], leaf[part]), leaf["seq"]
notes = [json.loads(line)["note"] for line in open("checkpoints")]
roots = [base64.b64encode(bytes.fromhex(row["root"])).decode() for row in rows["leaf"]]
assert roots == [note.splitlines()[2] for note in notes]
assert len(rows["cosignature"]) == sum(note.count("\n— ") - 2 for note in notes)
for blob in rows["blob"]:
    assert hashlib.sha256(bytes.fromhex(blob["bytes"])).hexdigest() == blob["digest"]
print("tables:", ", ".join(f"{name} {len(rows[name])}" for name in sorted(tables)))
PYTHON

attached=$(sha256sum <note | cut -d ' ' -f 1)
cmp -s note "out-a/blobs/$attached" || fail "the attached file"

# ---- by hand: docs/recovery.md --------------------------------------------------------------------

mkdir blocks
awk -v dir=blocks '
    /^```sh$/ { n++; file = sprintf("%s/%02d", dir, n); next }
    /^```$/   { file = "" }
    file      { print > file }' "$root/docs/recovery.md"
[ "$(ls blocks | wc -l)" -ge 12 ] || fail "docs/recovery.md has few blocks"

# The lines that the page says to change, and the place in memory; the rest is as printed.
sed -i -e "s|^R=.*|R=$tmp/rescue|" \
    -e "s|^PY=.*|PY=$ROOTKEEP_PYTHON|" \
    -e "s|^LEDGER=.*|LEDGER=$tmp/backup|" \
    -e "s|^WHO=.*|WHO=(-i $tmp/alice.key -i $tmp/bob.key -i $tmp/erin.key)|" blocks/*
grep -q '^S=secrets/111122223333_password.1$' blocks/* || fail "the page opens another secret"
{
    echo "set -eu"
    for block in blocks/*; do
        echo ". $tmp/$block"
        # What is to be compared afterwards.
        case $(cat "$block") in
            KEY=*) echo 'first=$KEY; unset KEY' ;;
            RECOVERY=*) echo '[ "$KEY" = "$first" ] && echo "both ways give one key"' ;;
            *"ls secrets"*) echo "cp -r log.txt tables $tmp/" ;;
        esac
    done
} >by-hand
terminal 'Enter passphrase: ' 'last:^[0-9a-f]{64}(?=\r?$)' -- bash by-hand >by-hand.log ||
    fail "docs/recovery.md: $(cat by-hand.log)"

grep -qx 'both ways give one key' by-hand.log || fail "docs/recovery.md: the two data keys differ"
grep -q 'correct horse battery staple' by-hand.log || fail "docs/recovery.md: no secret came out"
[ ! -e rescue ] || fail "docs/recovery.md leaves files behind"
[ "$(wc -l <log.txt)" -ge "$(wc -l <raw)" ] || fail "docs/recovery.md: the log is not whole"
for table in meta leaf blob state shard undo; do
    [ -s "tables/$table.txt" ] || fail "docs/recovery.md: no table $table"
done
echo "by hand: $(ls blocks | wc -l) blocks of docs/recovery.md, as printed"

[ -z "$(find . -name '.recover.*' -o -name '*.py')" ] || fail "recover.sh left its own files"
echo OK
