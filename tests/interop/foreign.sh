#!/usr/bin/env bash
# A real ledger, read by programs that others wrote: Go's sumdb/note and sumdb/tlog, proofbundle,
# aics-tlog, securesystemslib, stock age, oathtool, SQLCipher from PyPI, and sqlite3, which must NOT
# be able to read it. Nothing that tells what the ledger is about is in any of its files in clear.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON, ROOTKEEP_GONOTE: the program; a Python with requirements.txt;
#   gonote/ compiled
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
export ROOTKEEP_GONOTE=${ROOTKEEP_GONOTE:-$root/target/interop/gonote}
[ -x "$ROOTKEEP_GONOTE" ] || { echo "build $ROOTKEEP_GONOTE first: see tests/interop/gonote/main.go" >&2; exit 1; }
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
cd "$tmp"

fail() { echo "foreign.sh: $*" >&2; exit 1; }
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
fails() { if "$@" >/dev/null 2>&1; then fail "this ought to have failed: $*"; fi; }
people="alice bob carol dave erin"

# ---- a ledger, with a write-ahead log that is not empty ------------------------------------------

cards=()
for name in $people; do
    "$rootkeep" -q identity new "$name" --contact "$name@custodians.example" --out . --plain >/dev/null
    cards+=(--card "$name.card")
done
rk alice init acme.ledger --name "Acme Harbour" --threshold 3 "${cards[@]}" >/dev/null
code=$(rk alice show genesis --json | field code)
for name in bob carol dave erin; do rk $name --code "$code" sign genesis >/dev/null; done

# The data key, by stock age, from any member.
for name in $people; do
    data_key=$(for sealed in acme.ledger/keys/*.member.age; do
        age -d -i $name.key "$sealed" 2>/dev/null | age -d -i - "${sealed%.member.age}.age" 2>/dev/null || :
    done)
    [[ "$data_key" =~ ^[0-9a-f]{64}$ ]] || fail "stock age gives $name no data key"
done
echo "stock age: the data key for each of 5 members"

# Somebody else's SQLCipher reads all along, so that the program can't empty the WAL.
coproc reader { "$python" -c '
import sys, sqlcipher3
db = sqlcipher3.connect("acme.ledger/ledger.db")
db.execute("PRAGMA key = \"x\x27%s\x27\"" % sys.stdin.readline().strip())
db.execute("BEGIN")
print(db.execute("SELECT count(*) FROM leaf").fetchone()[0], flush=True)
sys.stdin.read()'; }
echo "$data_key" >&"${reader[1]}"
read -r seen <&"${reader[0]}" || fail "an independent SQLCipher does not open the ledger"
[ "$seen" = 7 ] || fail "an independent SQLCipher sees $seen entries instead of 7"

rk alice --with bob.key --with carol.key --with alice.key \
    quorum define engineers --threshold 2 --member alice --member bob --member carol >/dev/null
rk alice account import --organizations "$root/examples/organizations.json" >/dev/null
password='p4ss-only-for-this-test-Zq'
printf '%s' "$password" | rk alice seal 111122223333/password --quorum engineers --stdin >/dev/null
rk dave seal 111122223333/mfa-seed --quorum engineers --qr "$root/examples/mfa-qr.png" >/dev/null
id=$(rk erin request 111122223333/password 111122223333/mfa-seed --purpose 'Change the support plan' --json | field id)
rk bob sign "$id" >/dev/null
rk carol sign "$id" >/dev/null
[ "$(rk erin reveal "$id" 111122223333/password)" = "$password" ] || fail "reveal"

# ---- one-time codes: oathtool --------------------------------------------------------------------

uri=$(zbarimg -q --raw "$root/examples/mfa-qr.png" 2>/dev/null)
seed=$(sed 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/' <<<"$uri")
for _ in 1 2; do
    before=$(date +%s)
    rk erin reveal "$id" 111122223333/mfa-seed --totp --json >totp
    said="$(field code <totp) $(field next_code <totp) $(field seconds_left <totp)"
    for ((at = before, agreed = 0; at <= $(date +%s); at++)); do
        codes=$(oathtool --totp -b -N "@$at" -w 1 "$seed" | paste -sd ' ')
        [ "$said" != "$codes $((30 - at % 30))" ] || agreed=1
    done
    [ $agreed = 1 ] || fail "the one-time codes are not oathtool's"
done
echo "oathtool: the same one-time codes, now and next"

rk erin close "$id" --outcome used --note 'Support plan changed' >/dev/null
for name in $people; do rk $name checkpoint --cosign >checkpoint; done
rk alice checkpoint --vkey >vkeys
rk alice log --raw >raw
rk alice log --checkpoints >checkpoints
size=$(wc -l <raw)
for ((n = 0; n < size; n++)); do
    rk alice show "#$n" --envelope >"$n.envelope"
    rk alice show "#$n" --proof >"$n.proof"
done

# ---- log, notes and envelopes: Go, securesystemslib ------------------------------------------------

"$python" - <<'PYTHON'
import base64, copy, hashlib, json, os, subprocess
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()

def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1

def root(hashes):
    """RFC 6962, section 2.1, as are the next two."""
    n = len(hashes)
    return hashes[0] if n == 1 else node(root(hashes[: split(n)]), root(hashes[split(n) :]))

def inclusion(index, hashes):
    n = len(hashes)
    if n == 1:
        return []
    k = split(n)
    if index < k:
        return inclusion(index, hashes[:k]) + [root(hashes[k:])]
    return inclusion(index - k, hashes[k:]) + [root(hashes[:k])]

def consistency(old, hashes, whole=True):
    n = len(hashes)
    if old == n:
        return [] if whole else [root(hashes)]
    k = split(n)
    if old <= k:
        return consistency(old, hashes[:k], whole) + [root(hashes[k:])]
    return consistency(old - k, hashes[k:], False) + [root(hashes[:k])]

def text(data):
    return base64.b64encode(data).decode()

envelopes = [base64.b64decode(json.loads(line)["envelope"]) for line in open("raw")]
leaves = [hashlib.sha256(b"\x00" + envelope).digest() for envelope in envelopes]
notes = [json.loads(line)["note"] for line in open("checkpoints")]
assert len(notes) == len(envelopes) and notes[-1] == open("checkpoint").read()
log_vkey, *custodians = open("vkeys").read().splitlines()
open("log.vkey", "w").write(log_vkey + "\n")

# Go: each stored checkpoint's own line; each entry's inclusion, and consistency with an older size.
def gonote(note, proof):
    open("note", "w").write(note)
    json.dump(proof, open("proof.json", "w"))
    command = [os.environ["ROOTKEEP_GONOTE"], "log.vkey", "note", "proof.json"]
    return subprocess.run(command, capture_output=True, text=True)

def proof_of(index, size, old):
    return {
        "leaf_b64": text(envelopes[index]), "index": index, "size": size,
        "inclusion": [text(h) for h in inclusion(index, leaves[:size])],
        "old_size": old, "old_root": text(root(leaves[:old])),
        "consistency": [text(h) for h in consistency(old, leaves[:size])],
    }

size = len(envelopes)
checked = [(size, index, index + 1) for index in range(size)]
checked += [(n, n - 1, max(1, n // 2)) for n in range(1, size)]
for n, index, old in checked:
    said = gonote(notes[n - 1], proof_of(index, n, old))
    assert said.returncode == 0 and said.stdout.startswith("OK"), (n, index, old, said.stderr)
assert gonote(notes[-1], {**proof_of(3, size, 4), "index": 4}).returncode == 1
assert gonote(notes[-1].replace(f"\n{size}\n", f"\n{size - 1}\n"), proof_of(3, size - 1, 4)).returncode == 1
print(f"Go: {size} checkpoints, {len(checked)} inclusion and consistency proofs")

# `show --proof` writes the same hashes, for the index it says.
for index in range(size):
    first, said, *rest = open(f"{index}.proof").read().splitlines()
    hashes = [base64.b64decode(line) for line in rest[: rest.index("")]]
    assert (first, said) == ("c2sp.org/tlog-proof@v1", f"index {index}"), index
    assert hashes == inclusion(index, leaves), index
    assert "\n".join(rest[rest.index("") + 1 :]) + "\n" == notes[-1], index

# DSSE: every envelope, by its author's key and no other.
keys = {}
for vkey in custodians:
    name, _, key = vkey.split("+", 2)
    public = base64.b64decode(key)[1:].hex()
    keys[name.rsplit("/", 1)[1]] = SSlibKey(public, "ed25519", "ed25519", {"public": public})

def verifies(envelope, key):
    try:
        return Envelope.from_dict(copy.deepcopy(envelope)).verify([key], 1)
    except VerificationError:
        return None

for index, content in enumerate(envelopes):
    assert open(f"{index}.envelope", "rb").read() == content, index
    envelope = json.loads(content)
    header = json.loads(base64.b64decode(envelope["payload"]))
    author = header["author"]
    assert [who for who, key in keys.items() if verifies(envelope, key)] == [author], index
    header["made_at"] = "2000-01-01T00:00:00Z"
    changed = {**envelope, "payload": text(json.dumps(header, separators=(",", ":")).encode())}
    assert not verifies(changed, keys[author]), index
print(f"securesystemslib: {size} DSSE envelopes")
PYTHON

# ---- cosignatures and tlog-proofs: proofbundle, aics-tlog ------------------------------------------

tail -n +2 vkeys >cosigners
[ "$(wc -l <cosigners)" = 5 ] || fail "not five cosigners' keys"
while read -r vkey; do
    echo "$vkey" >cosigner.vkey
    "$python" "$root/tests/interop/cosignature_oracle.py" checkpoint cosigner.vkey >said || fail "$vkey"
    grep -q 'proofbundle, aics_tlog' said || fail "a verifier is not installed: $(cat said)"
    sed "3s|.*|$(head -c 32 /dev/urandom | base64)|" checkpoint >other
    fails "$python" "$root/tests/interop/cosignature_oracle.py" other cosigner.vkey
done <cosigners
for n in 0 $((size / 2)) $((size - 1)); do
    "$python" "$root/tests/interop/cosignature_proof_oracle.py" $n.proof $n.envelope log.vkey cosigner.vkey >/dev/null ||
        fail "the proof of #$n"
done
fails "$python" "$root/tests/interop/cosignature_proof_oracle.py" 0.proof 1.envelope log.vkey cosigner.vkey
echo "proofbundle, aics-tlog: 5 cosignatures, 3 whole proofs"

# ---- age files: stock age --------------------------------------------------------------------------

opened=0
for name in $people; do
    rk $name shares export --out "shares-$name" >/dev/null 2>&1 || continue
    for share in "shares-$name"/*[0-9][0-9]-[0-9][0-9].age; do
        [ "$(age -d -i "$name.key" "$share" | wc -w)" = 33 ] || fail "$share is not 33 words"
        fails age -d -i erin.key "$share"
        ((++opened))
    done
done
[ "$opened" = 6 ] || fail "$opened shares were exported instead of 6"
for share in acme.ledger/keys/governance-[0-9]*.age; do
    holders=0
    for name in $people; do
        if words=$(age -d -i $name.key "$share" 2>/dev/null); then
            [ "$(wc -w <<<"$words")" = 33 ] || fail "$share is not 33 words"
            ((++holders))
        fi
    done
    [ $holders = 1 ] || fail "$share opens for $holders people"
done
echo "stock age: 6 shares of secrets, 5 governance shares, each for its holder alone"

# ---- the files as a thief has them -----------------------------------------------------------------

[ -s acme.ledger/ledger.db-wal ] || fail "there is no WAL to search"
"$python" - "$root/examples/organizations.json" "$seed" "$password" <<'PYTHON'
import base64, json, pathlib, sys

file, seed, password = sys.argv[1:]
needles = {"Acme", "Harbour", "rootkeep", "engineers", "CREATE TABLE", "payloadType", "SQLite", "otpauth",
           "Support plan", "support plan", "AGE-SECRET-KEY", "custodians.example", password, seed}
def texts(value):
    """Every text in the imported file that tells something: names, addresses, account ids."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("Id", "Name", "Email", "Arn"):
                yield inner
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
needles |= {text for text in texts(json.load(open(file))) if len(text) > 4}
assert len(needles) > 40, needles

forms = {}
for needle in needles:
    data = needle.encode()
    forms.update({data: needle, data.lower(): needle, data.upper(): needle, data.hex().encode(): needle})
    for shift in range(3):
        # What base64 makes of it wherever it begins, without the characters that its neighbours share.
        inside = base64.b64encode(bytes(shift) + data)[4 if shift else 0 :].rstrip(b"=")[:-1]
        forms[inside] = needle
forms[base64.b32decode(seed + "=" * (-len(seed) % 8))] = "the seed's bytes"
forms = {form: needle for form, needle in forms.items() if len(form) > 4}

# They are found where they are in clear: in what the log's entries say.
parts = [entry[part] for entry in map(json.loads, open("raw")) for part in ("facts", "personal") if entry[part]]
clear = b"".join(base64.b64decode(part["bytes"]) for part in parts)
assert sum(needle.encode() in clear for needle in needles) > 40
searched = 0
for path in sorted(pathlib.Path("acme.ledger").rglob("*")):
    if path.is_file():
        content = path.read_bytes()
        searched += len(content)
        for form, needle in forms.items():
            assert form not in content, f"{path} contains {needle!r}"
            assert needle.encode() not in bytes(path.name, "utf-8"), path
print(f"search: {len(forms)} forms of {len(needles)} texts are nowhere in {searched} bytes")
PYTHON

fails sqlite3 -readonly acme.ledger/ledger.db .schema

# ---- SQLCipher ---------------------------------------------------------------------------------------

exec {reader[1]}>&-
wait "$reader_PID" || fail "the independent SQLCipher"
echo "$data_key" | "$python" -c '
import sys, sqlcipher3
def opened(key):
    db = sqlcipher3.connect("acme.ledger/ledger.db")
    db.execute("PRAGMA cipher_log_level = NONE")
    db.execute("PRAGMA key = \"x\x27%s\x27\"" % key)
    return db
key = sys.stdin.readline().strip()
db = opened(key)
one = lambda statement: db.execute(statement).fetchall()
assert one("PRAGMA cipher_integrity_check") == [], "a page is damaged"
assert one("PRAGMA integrity_check") == [("ok",)]
assert one("PRAGMA user_version") == [(4,)]
assert one("SELECT count(*) FROM leaf") == [(int(sys.argv[1]),)]
try:
    opened(key[::-1]).execute("SELECT count(*) FROM leaf")
    sys.exit("another key opens it too")
except sqlcipher3.DatabaseError:
    print("SQLCipher", one("PRAGMA cipher_version")[0][0], "opens it with the raw key, and with no other")
' "$size"
rk bob verify | grep -q '^all good' || fail "verify, after others have read it"
echo OK
