#!/usr/bin/env bash
# Two quarters, two bundles of evidence. Five people found a ledger in July; the safe is opened, a password is
# released and changed, drills are done, access is reviewed. At the end of each quarter the evidence is exported; an
# auditor checks it with the program, and then with sha256sum, ssh-keygen and openssl alone. docs/evidence.md tells how.
#
#   examples/audit.sh [DIR]     DIR must not exist [default: a temporary one, removed at the end]
#
# Half a year takes some seconds, because `faketime` (Debian and Ubuntu: apt install faketime) shows every
# program another clock. The program itself is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
people=(alice bob carol dave erin)

# quarter DAY: what three months bring
quarter() {
    on "$1"
    stated alice -q drill start possession
    drill=$id
    for who in "${people[@]}"; do as "$who" -q drill prove "$drill"; done
    stated alice -q drill finish "$drill" --outcome passed
    for who in bob carol dave erin; do as $who -q sign "$id"; done
    stated erin -q request $account/password --purpose 'Change the support plan' --ticket CHG-1042
    request=$id
    for who in bob carol; do as $who -q sign "$request"; done
    as erin -q reveal "$request" $account/password >/dev/null
    printf 'another password, of %s' "$1" | as alice -q seal $account/password --stdin
    as erin -q close "$request" --outcome used --rotated --note 'The plan is changed, and the password'
    stated alice -q safe log london-a --opened-at "$1 09:10" --closed-at "$1 09:15" --witness bob --counter "$2" \
        --purpose 'Quarterly look at the sheets'
    as bob -q sign "$id"
    stated dave -q review start --period "${1%-*}"
    for who in alice dave; do as $who -q review confirm "$id"; as $who -q sign "$id"; done
}
# vouched: four people look at the log's head, and cosign it
vouched() { for who in "${people[@]}"; do as "$who" checkpoint --cosign >/dev/null; done; }

say 'July: five people found the ledger'
on 2026-07-01
for who in "${people[@]}"; do rk -q identity new "$who" --contact "$who@custodians.example" --out . --plain >/dev/null; done
rk --batch -q -L acme.ledger -i alice.key init acme.ledger --name Acme --threshold 3 \
    $(printf -- '--card %s.card ' "${people[@]}")
code=$(as alice --json show genesis | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
for who in bob carol dave erin; do as $who -q sign genesis --code "$code"; done
together=(--with alice.key --with bob.key --with dave.key)
as alice -q quorum define engineers --threshold 2 --member alice --member bob --member carol "${together[@]}"
as alice -q account import --organizations "$root/examples/organizations.json" --as-of 2026-06-30T12:00:00Z
account=111122223333
as alice -q location add london-a --kind safe --site london --timezone Europe/London --access alice --access erin
as alice -q mailbox add root --address root@example.com --member alice --member bob --member carol --account $account
as alice -q phone add desk --number '+44 20 7946 0000' --holder bob --holder carol --account $account
printf 'a password of many words' | as alice -q seal $account/password --quorum engineers --stdin
as bob -q secret confirm $account/password --epoch 1
as dave -q review plan --every month --from 2026-07-01 --timezone Europe/London
quarter 2026-09-14 101

say 'The end of September: five look at the log and cosign it; the quarter is exported'
on 2026-09-30
vouched
as alice evidence export --from 2026-07-01 --to 2026-09-30 --out q3.zip
as bob evidence cosign q3.zip

say 'October to December'
quarter 2026-12-07 102
on 2026-12-31
vouched
as alice evidence export --from 2026-10-01 --to 2026-12-31 --out q4.zip
as alice evidence export --from 2026-10-01 --to 2026-12-31 --redact --unrecorded --out q4-redacted.zip

say 'The auditor asks three custodians for the fingerprints of their keys, and holds the bundles to them'
asked=()
for who in alice carol dave; do
    asked+=(--fingerprint "$(as $who --json custodian show $who | sed -n 's/.*"key_fingerprint":"\([^"]*\)".*/\1/p')")
done
"$bin" evidence verify q3.zip "${asked[@]}" --cosigners 3
"$bin" evidence verify q4.zip "${asked[@]}" --cosigners 3 --previous q3.zip

say 'and then without the program: by the commands of VERIFY.md'
mkdir q4
(cd q4 && python3 -m zipfile -e ../q4.zip . && bash -euo pipefail -c "$(awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } /^## 5/ { exit } on' VERIFY.md)")

say 'An old bundle shown as a new one, and a bundle in which one word was changed, are found out'
expect 4 "$bin" evidence verify q3.zip --previous q4.zip
python3 - <<'PYTHON'
bundle = open("q4.zip", "rb").read()
open("changed.zip", "wb").write(bundle.replace(b"CHG-1042", b"CHG-1043"))
PYTHON
cmp -s q4.zip changed.zip && fail 'nothing was changed'
expect 4 "$bin" evidence verify changed.zip

say 'What is withheld is not there; and one cosigner alone is too few'
mkdir redacted
(cd redacted && python3 -m zipfile -e ../q4-redacted.zip .)
expect 6 "$bin" evidence verify redacted
python3 - "${people[@]}" custodians.example root@example.com '7946 0000' CHG-1042 'support plan' 'of many words' 'another password' <<'PYTHON'
import base64, json, pathlib, re, sys
texts = {}
for path in pathlib.Path("redacted").rglob("*"):
    if path.is_file():
        texts[path] = path.read_text()
        if path.name.endswith(".parts.json"):
            parts = json.loads(texts[path])
            assert parts["personal"] is None, path
            texts[path] = base64.b64decode(parts["facts"]["bytes"]).decode()
for word in sys.argv[1:]:
    # Three letters are somewhere in base64: a word has neither letters nor what base64 has on either side.
    alone = re.compile(f"(?<![A-Za-z0-9+/]){re.escape(word)}(?![A-Za-z0-9+/=])", re.IGNORECASE)
    for path, text in texts.items():
        found = alone.search(text)
        assert not found, (word, path, text[max(0, found.start() - 60):found.end() + 60])
PYTHON
echo 'no name, no address, no telephone number, no text'
