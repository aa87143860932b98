#!/usr/bin/env bash
# The first hour, command by command: five people found a ledger, seal the management account's
# password and MFA seed, and later release both for one task. docs/quickstart.md tells the story.
#
#   examples/quickstart.sh [DIR]     DIR must not exist [default: a temporary one, removed at the end]
#
# The program is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
[ -x "$bin" ] || (cd "$root" && cargo build --release --bin rootkeep)
rootkeep() { "$bin" --batch "$@"; }

if [ $# -gt 0 ]; then
    mkdir "$1"; dir=$(cd "$1" && pwd)
else
    dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
fi
cd "$dir"
say() { printf '\n### %s\n' "$*"; }

say "Each person makes an identity: Alice, Carol and Dave a file, Bob and Erin use SSH keys they have"
for name in alice carol dave; do
    rootkeep identity new "$name" --out . --plain --timezone Europe/London
done
ssh-keygen -q -t ed25519 -N '' -C '' -f bob_ssh
ssh-keygen -q -t ed25519 -N '' -C '' -f erin_ssh
rootkeep identity new bob --out . --ssh bob_ssh --timezone America/New_York
rootkeep identity new erin --out . --ssh erin_ssh --timezone Asia/Tokyo

say "Everybody reads the words of their own card aloud; the others compare"
for card in *.card; do rootkeep card show "$card"; done

say "Alice founds the ledger; three of the five decide"
rootkeep -i alice.key init acme.ledger --name "Acme root custody" --threshold 3 \
    --card alice.card --card bob.card --card carol.card --card dave.card --card erin.card
export ROOTKEEP_LEDGER=$dir/acme.ledger

say "The others hear the genesis code and sign; Bob and Erin name their own card, as it is not beside the SSH key"
code=$(rootkeep -i alice.key --json show genesis | sed 's/.*"code":"\([^"]*\)".*/\1/')
rootkeep -q -i bob_ssh --own-card bob.card sign genesis --code "$code"
rootkeep -q -i carol.key sign genesis --code "$code"
rootkeep -q -i dave.key sign genesis --code "$code"
rootkeep -q -i erin_ssh --own-card erin.card sign genesis --code "$code"
rootkeep -i alice.key status

say "Quorums: two of three engineers, two of two on the board"
rootkeep -q -i alice.key --with alice.key --with carol.key --with dave.key \
    quorum define engineers --threshold 2 --member alice --member bob --member carol
rootkeep -q -i alice.key --with alice.key --with carol.key --with dave.key \
    quorum define board --threshold 2 --member dave --member erin
rootkeep -i alice.key quorum list

say "The accounts, from: aws organizations list-accounts --output json"
rootkeep -i alice.key account import --organizations "$root/examples/organizations.json"

say "The root password goes to the engineers, the MFA seed to the board"
printf 'correct horse battery staple\n' | rootkeep -i alice.key seal 111122223333/password --quorum engineers --stdin
rootkeep -i dave.key seal 111122223333/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png"
rootkeep -i carol.key secret confirm 111122223333/password --epoch 1 --note "signed in with it"
rootkeep -i alice.key secret list

say "Months later: one request for both"
rootkeep -i alice.key request 111122223333/password 111122223333/mfa-seed \
    --purpose "Change the support plan" --ticket OPS-1234 --window 30m | tee request.txt
id=$(sed -n 's/^requested: //p' request.txt)

say "Four people sign, each for what they hold"
rootkeep -q -i bob_ssh sign "$id"
rootkeep -q -i carol.key sign "$id"
rootkeep -q -i dave.key sign "$id"
rootkeep -q -i erin_ssh sign "$id"

say "Alice reveals both, uses them, and closes"
test "$(rootkeep -q -i alice.key reveal "$id" 111122223333/password)" = "correct horse battery staple"
rootkeep -i alice.key reveal "$id" 111122223333/mfa-seed --totp
rootkeep -i alice.key close "$id" --outcome used --note "Support plan changed"

say "What is on record, and that it is whole"
rootkeep -i alice.key show "$id"
rootkeep -i erin_ssh verify
rootkeep -i erin_ssh checkpoint
