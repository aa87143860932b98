#!/usr/bin/env bash
# Three safes in three cities, and what becomes of a backup of one MFA seed in each: bags, witnesses,
# an access with a release and one written down afterwards, a wrong number, a broken seal, an opening
# that nobody logged, a sheet that is destroyed, and a keeper who leaves. docs/safe-log.md is the page
# for the person at the safe.
#
#   examples/safe-room.sh [DIR]     DIR must not exist [default: a temporary one, removed at the end]
#
# The program is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
[ -x "$bin" ] || (cd "$root" && cargo build --release --bin rootkeep)

if [ $# -gt 0 ]; then
    mkdir "$1"; dir=$(cd "$1" && pwd)
else
    dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
fi
cd "$dir"
say() { printf '\n### %s\n' "$*"; }
rk() { local who=$1; shift; "$bin" --batch -L acme.ledger -i "$who.key" "$@"; }
id_of() { sed -n 's/^entry #[0-9]*  id //p' "$1"; }
has() { grep -qF -- "$1" "$2" || { echo "safe-room.sh: not in $2: $1" >&2; exit 1; }; }

say "Six people found a ledger: two in London, two in New York, two in Tokyo"
for place in alice:Europe/London bob:Europe/London carol:America/New_York dave:America/New_York \
    erin:Asia/Tokyo frank:Asia/Tokyo; do
    "$bin" -q --batch identity new "${place%%:*}" --out . --plain --timezone "${place#*:}"
done
"$bin" -q --batch -i alice.key init acme.ledger --name "Acme root custody" --threshold 3 \
    --card alice.card --card bob.card --card carol.card --card dave.card --card erin.card --card frank.card
code=$(rk alice --json show genesis | sed 's/.*"code":"\([^"]*\)".*/\1/')
for name in bob carol dave erin frank; do rk $name -q sign genesis --code "$code"; done
governance="--with alice.key --with bob.key --with carol.key"
# shellcheck disable=SC2086 # three flags
rk alice -q $governance quorum define board --threshold 2 --member bob --member dave --member frank
rk alice -q account import --organizations "$root/examples/organizations.json"

say "The MFA seed is sealed to the board, from the picture that AWS shows"
rk dave seal 111122223333/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png"

say "The safes come from a spreadsheet: first what would change, then all of it"
cat > safes.csv <<'CSV'
id,kind,site,timezone,access,dual_control,depends_on_aws,description
london-a,safe,london,Europe/London,alice; bob,yes,no,"Third floor, behind the plant"
newyork-a,bank-box,newyork,America/New_York,carol; dave,yes,no,Box 112
tokyo-a,safe,tokyo,Asia/Tokyo,erin; frank,yes,no,Archive room
CSV
rk alice location import safes.csv --preview
rk alice location import safes.csv
rk alice location import safes.csv | tee again.txt
has "0 new, 0 changed, 3 as before" again.txt
rk alice location list

say "One printed copy of the seed for each safe, in a numbered bag that two people have closed"
rk alice -q item add sheet-london --kind qr-sheet --for 111122223333/mfa-seed --copy 1 \
    --location london-a --bag LDN-0001 --sealed-by alice --witness bob --label "Management account, copy 1 of 3"
rk alice -q item add sheet-newyork --kind qr-sheet --for 111122223333/mfa-seed --copy 2 \
    --location newyork-a --bag NYC-0001 --sealed-by carol --witness dave
rk alice -q item add sheet-tokyo --kind qr-sheet --for 111122223333/mfa-seed --copy 3 \
    --location tokyo-a --bag TYO-0001 --sealed-by erin --witness frank
rk alice item list

say "The mailbox and the phone that AWS would ask for"
rk alice -q mailbox add root-mail --address aws-root@example.com --member alice --member frank --account 111122223333
rk alice -q phone add root-phone --number "+44 20 7946 0000" --holder bob --holder frank \
    --account 111122223333 --tested 2026-11-02
rk alice mailbox list
rk alice phone list

say "London, with a release: the safe is opened, the sheet is read, the bag is closed again"
rk alice request 111122223333/mfa-seed --purpose "Restore drill" --window 30m | tee request.txt
request=$(sed -n 's/^requested: //p' request.txt)
rk bob -q sign "$request"
rk dave -q sign "$request"
rk alice safe open london-a --purpose "Restore drill" --witness bob --request "$request"
rk alice safe close london-a --saw sheet-london --bag sheet-london=LDN-0001 --seal sheet-london=intact \
    --counter 41 | tee close.txt
rk bob sign "$(id_of close.txt)"
rk alice -q close "$request" --outcome unused --note "The bag was whole: nothing had to be opened"

say "New York, written down afterwards: the bag has another number, and its seal is broken"
earlier=$(date -u -d '-3 hours' +%Y-%m-%dT%H:%M:%SZ)
later=$(date -u -d '-170 minutes' +%Y-%m-%dT%H:%M:%SZ)
rk carol safe log newyork-a --opened-at "$earlier" --closed-at "$later" --witness dave \
    --purpose "Quarterly check" --saw sheet-newyork --bag sheet-newyork=NYC-0007 --seal sheet-newyork=broken \
    --counter 7 --other "A clerk of the bank, at the door" \
    --exception "$earlier|bag NYC-0001, whole|bag NYC-0007, cut open|Carol: left it, called Alice" | tee log.txt
rk dave sign "$(id_of log.txt)" 2>&1 | tee signed.txt
has "the bag of sheet-newyork is NYC-0007, and the registered one is NYC-0001" signed.txt
rk alice safe list | tee list.txt
has "the seal of sheet-newyork was broken" list.txt

say "An incident: whoever had that bag may know the seed"
rk alice secret show 111122223333/mfa-seed | tee knowers.txt
has "carol" knowers.txt
say "So the device is set up anew at AWS, and the new seed is sealed"
rk dave seal 111122223333/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png"
rk alice secret show 111122223333/mfa-seed

say "Tokyo: the lock's counter has moved on by two, and nobody had logged an opening"
for counter in 12 14; do
    rk erin safe open tokyo-a --purpose "Count what is there" --witness frank
    rk erin --with frank.key safe close tokyo-a --saw sheet-tokyo --bag sheet-tokyo=TYO-0001 \
        --seal sheet-tokyo=intact --counter $counter 2>&1 | tee tokyo.txt
done
has "it was opened and nobody logged it" tokyo.txt

say "The sheets are of the old seed: that in New York is taken out and destroyed, with a witness"
rk carol safe open newyork-a --purpose "Take the sheet out" --witness dave
rk carol -q --with dave.key safe close newyork-a --took sheet-newyork --counter 8
rk alice item list
rk alice item destroy sheet-newyork --witness dave --note "Shredded crosswise, then burnt" | tee destroy.txt
rk dave sign "$(id_of destroy.txt)"

say "Frank leaves: what he knew or could reach is on a list until it is done"
# shellcheck disable=SC2086 # three flags
rk alice -q $governance custodian retire frank --note "Left the company"
rk alice status | tee status.txt || [ $? = 6 ]
has "knows the combination or has the key of tokyo-a" status.txt
has "can read the mailbox root-mail" status.txt
has "answers the phone root-phone" status.txt
rk alice -q location set tokyo-a --access erin --access alice
rk alice -q mailbox set root-mail --member alice --member erin
rk alice -q phone set root-phone --holder bob --holder erin

say "The whole story of one sheet"
rk erin item show sheet-newyork | tee story.txt
has "destroyed" story.txt
rk erin location show newyork-a
rk erin safe list
rk erin verify
