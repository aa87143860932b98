#!/usr/bin/env bash
# Recovers a ledger without Rootkeep: every secret that the given identities suffice for, every
# table, every stored file. docs/recovery.md says what it does, and how to do the same by hand.
#
#   examples/recover.sh [--governance] [--only SUBJECT/KIND] LEDGER OUTDIR IDENTITY...
#
#   LEDGER          a ledger's directory, or any copy of it; it is only read
#   OUTDIR          a new directory for what is found, in memory: somewhere under /dev/shm
#   IDENTITY        what `age -i` takes: a key file, an SSH key, a hardware token's identity file
#   --governance    the second way in: by the governance shares, not by a member's key
#   --only NAME     open only secrets whose name begins so, such as 111122223333/password
#
# Needs age, and Python with shamir-mnemonic and sqlcipher3-wheels (ROOTKEEP_PYTHON names it;
# else python3). Exit code 0: everything was opened; 1: something was not; 2: usage.
#
# It trusts what it reads: it checks digests, but neither signatures nor the log's tree.
set -euo pipefail
umask 077

say() { printf '%s\n' "$*" >&2; }
die() { say "recover.sh: $*"; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

governance=no only=
while [[ "${1-}" == -* ]]; do
    case "$1" in
        --governance) governance=yes ;;
        --only) only=${2-}; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
[ $# -gt 0 ] || { usage; exit 0; }
[ $# -ge 3 ] || { usage >&2; exit 2; }
ledger=$1 out=$2
shift 2

python=${ROOTKEEP_PYTHON:-python3}
command -v age >/dev/null || die "age is not installed: apt-get install age"
"$python" -c 'import shamir_mnemonic, sqlcipher3' 2>/dev/null ||
    die "$python lacks shamir-mnemonic or sqlcipher3-wheels: docs/recovery.md, step 2"
[ -f "$ledger/ledger.db" ] && [ -d "$ledger/keys" ] || die "$ledger is not a ledger's directory"
[ ! -e "$out" ] || die "$out exists already: name a new directory"
mkdir -p "$out"
# What has to be in a file for a moment is in memory where the system has a place for that.
scratch=$out
case $(stat -f -c %T "$out" 2>/dev/null) in
    tmpfs | ramfs) ;;
    *)
        say "WARNING: $out is on a disk. What is written there can be read long after it was deleted."
        [ ! -d /dev/shm ] || scratch=/dev/shm
        ;;
esac
work=$(mktemp -d -p "$scratch" .recover.XXXXXX)
trap 'rm -rf "$work"; rmdir "$out" 2>/dev/null || :' EXIT
trap 'exit 1' HUP INT TERM
export TMPDIR=$work

# ---- Python: SQLCipher, SLIP-39, and age's passphrase prompt -------------------------------------

cat >"$work/recover.py" <<'PYTHON'
import base64, collections, hashlib, itertools, json, os, pty, re, sys

def dump(database, out):
    """Writes every table, every blob and the log; prints what is sealed. Data key on stdin."""
    import sqlcipher3
    for key in sys.stdin.read().split():
        db = sqlcipher3.connect(database)
        db.execute("PRAGMA key = \"x'%s'\"" % re.fullmatch("[0-9a-f]{64}", key)[0])
        try:
            db.execute("SELECT count(*) FROM sqlite_master")
            break
        except sqlcipher3.DatabaseError:
            db = None
    if db is None:
        raise SystemExit(1)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if not re.fullmatch("[a-z0-9_]+", table):
            print(f"WARNING: table {table!r} is not the ledger's; left out", file=sys.stderr)
            continue
        rows = db.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in rows.description]
        with open(f"{out}/tables/{table}.jsonl", "x") as file:
            for row in rows:
                print(json.dumps({n: readable(table, n, v) for n, v in zip(names, row)}), file=file)
    blobs = set()
    for digest, content in db.execute("SELECT digest, bytes FROM blob"):
        if hashlib.sha256(content).digest() != digest:
            print(f"WARNING: blob {digest.hex()} was changed; left out", file=sys.stderr)
            continue
        blobs.add(digest.hex())
        with open(f"{out}/blobs/{digest.hex()}", "xb") as file:
            file.write(content)
    with open(f"{out}/log.jsonl", "x") as file:
        columns = "seq, envelope, facts_salt, facts, personal_salt, personal"
        for seq, envelope, *parts in db.execute(f"SELECT {columns} FROM leaf ORDER BY seq"):
            header = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
            entry = {"seq": seq, **{k: header[k] for k in ("made_at", "author", "kind", "id")}}
            for part, salt, content in (("facts", *parts[:2]), ("personal", *parts[2:])):
                salt, content = salt or b"", content or b"null"
                made_of = f"rootkeep/{part}/v1\n".encode() + salt + content
                if salt and hashlib.sha256(made_of).hexdigest() != header[part]:
                    print(f"WARNING: #{seq}: its {part} were changed", file=sys.stderr)
                entry[part] = json.loads(content)
            print(json.dumps(entry, ensure_ascii=False), file=file)
            if header["kind"] == "seal":
                sealed(entry["facts"], blobs)

def readable(table, column, value):
    """Bytes as hex, but for the columns that hold JSON."""
    if not isinstance(value, bytes):
        return value
    text = (table, column) in {("leaf", "envelope"), ("leaf", "facts"), ("leaf", "personal"), ("state", "value"), ("undo", "old")}
    return value.decode() if text else value.hex()

def sealed(facts, blobs):
    """One line for a sealed epoch: name, file's name, payload, shares."""
    name = f"{facts['subject']}/{facts['kind']}" + (f":{facts['label']}" if facts["label"] else "")
    name = re.sub("[^a-z0-9:/-]", "_", name)
    shares = [share["blob"] for share in facts["shares"] if share["blob"] in blobs]
    payload = facts["payload"] if facts["payload"] in blobs else "gone"
    print(name, f"{name.replace('/', '_')}.{int(facts['epoch'])}", payload, *shares)

def keys(lines):
    """Every key that a large enough choice of these shares gives. Wrong shares give none."""
    from shamir_mnemonic import MnemonicError, Share, combine_mnemonics
    splits = collections.defaultdict(lambda: collections.defaultdict(dict))
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        try:
            share = Share.from_mnemonic(line)
            splits[share.common_parameters()][share.group_index][line] = share.member_threshold
        except MnemonicError:
            print("note: what was sealed as a share is none; left out", file=sys.stderr)
    for common, groups in splits.items():
        need = common.group_threshold
        choices = [list(itertools.combinations(group, max(group.values()))) for group in groups.values()]
        for some in itertools.combinations(filter(None, choices), need):
            for pick in itertools.product(*some):
                try:
                    yield combine_mnemonics(itertools.chain(*pick)).hex()
                except MnemonicError:
                    print("note: a wrong share; trying without it", file=sys.stderr)

def age_with_passphrase(file, passphrase):
    """What `age -d FILE` writes. It asks for the passphrase on a terminal only: here is one."""
    answer, plaintext = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.dup2(plaintext, 1)
        os.execvp("age", ["age", "-d", file])
    os.close(plaintext)
    asked = b""
    try:
        while b"passphrase" not in asked:
            asked += os.read(terminal, 1024)
        os.write(terminal, passphrase.encode() + b"\n")
    except OSError:
        pass
    with open(answer, "rb") as pipe:
        content = pipe.read()
    return content if os.waitpid(child, 0)[1] == 0 else None

def open_payload(file):
    """Shares on stdin, one a line; the payload's plaintext on stdout."""
    for key in keys(sys.stdin):
        content = age_with_passphrase(file, key)
        if content is not None:
            sys.stdout.buffer.write(content)
            return
    sys.exit(1)

{"dump": dump, "open": open_payload}[sys.argv[1]](*sys.argv[2:])
PYTHON
py() { "$python" -I "$work/recover.py" "$@"; }

# ---- identities ----------------------------------------------------------------------------------

# One that is under a passphrase is asked for once, here, and not again for each share.
ids=()
for identity; do
    [ -r "$identity" ] || die "cannot read the identity $identity"
    first=$(head -c 64 "$identity" | head -n 1 | tr -d '\0')
    case $first in
        age-encryption.org/* | "-----BEGIN AGE ENCRYPTED FILE-----"*)
            say "Unlocking $identity"
            age -d -o "$work/identity.${#ids[@]}" "$identity" || die "$identity did not open"
            identity=$work/identity.${#ids[@]}
            ;;
        "-----BEGIN "*)
            if ! ssh-keygen -y -P '' -f "$identity" >/dev/null 2>&1; then
                say "Unlocking $identity"
                cp "$identity" "$work/identity.${#ids[@]}"
                identity=$work/identity.${#ids[@]}
                ssh-keygen -q -p -N '' -f "$identity" >&2 || die "$identity did not open"
            fi
            ;;
    esac
    ids+=(-i "$identity")
done

# decrypt FILE: with whichever identity fits. That none fits is nothing to speak of.
decrypt() {
    age -d "${ids[@]}" "$1" 2> >(grep --line-buffered -v -e 'no identity matched' -e '/age/report' >&2)
}

# words FILE...: the shares among these files that are for one of the identities, one a line.
words() {
    local file
    for file; do
        if decrypt "$file"; then echo; fi
    done
}

# ---- 1. the data key -----------------------------------------------------------------------------

data_key=
if [ $governance = no ]; then
    for sealed in "$ledger"/keys/*.member.age; do
        if member_key=$(decrypt "$sealed") &&
            data_key=$(age -d -i - "${sealed%.member.age}.age" < <(printf '%s\n' "$member_key")); then
            say "data key: by the member key $(basename "$sealed")"
            break
        fi
    done
    unset member_key
fi
if [ -z "$data_key" ]; then
    recovery=$(words "$ledger"/keys/governance-[0-9]*.age | py open "$ledger/keys/governance-payload.age") ||
        die "these identities neither open a member key nor are they enough governance holders"
    data_key=$(age -d -i - "$ledger/keys/recovery.age" < <(printf '%s\n' "$recovery")) ||
        die "the recovery identity does not open keys/recovery.age"
    unset recovery
    say "data key: by the governance shares"
fi

# ---- 2. the tables -------------------------------------------------------------------------------

# SQLCipher wants to write beside what it opens: it gets a copy, with what a crash left in the WAL.
cp "$ledger/ledger.db" "$work/"
[ ! -e "$ledger/ledger.db-wal" ] || cp "$ledger/ledger.db-wal" "$work/"
chmod u+w "$work"/ledger.db*
mkdir "$out/tables" "$out/blobs" "$out/secrets"
# While a new key was taking over, there were two: whichever opens the database.
printf '%s\n' "$data_key" | py dump "$work/ledger.db" "$out" >"$work/sealed" ||
    die "the data key does not open $ledger/ledger.db: are database and keys of the same ledger?"
unset data_key
say "tables: $(ls "$out/tables" | wc -l) in $out/tables; $(wc -l <"$out/log.jsonl") entries in $out/log.jsonl"

# ---- 3. the secrets ------------------------------------------------------------------------------

short=0
while read -r -a line <&3; do
    name=${line[0]} file=${line[1]} payload=${line[2]} shares=("${line[@]:3}")
    [[ "$name" == "$only"* ]] || continue
    if [ "$payload" = gone ]; then
        say "  $file: no longer in the ledger (it was destroyed)"
    elif words "${shares[@]/#/$out/blobs/}" | py open "$out/blobs/$payload" >"$work/plaintext"; then
        mv "$work/plaintext" "$out/secrets/$file"
        say "  $file: opened"
    else
        say "  $file: NOT opened, more of its holders are needed"
        short=$((short + 1))
    fi
done 3<"$work/sealed"

say
say "Secrets are in $out/secrets: NAME.EPOCH, a higher epoch is a later sealing."
say "When done: rm -rf $out    then change at AWS whatever was opened."
[ $short -eq 0 ] || { say "$short not opened"; exit 1; }
