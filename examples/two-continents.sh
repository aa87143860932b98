#!/usr/bin/env bash
# Five people in four cities. Alice and Bob have the ledger, in London; Carol (New York), Dave (Sydney)
# and Erin (Tokyo) never see it: sticks go out with slips, and come back with answers. They found the
# ledger, release a secret, lose a custodian and an identity, and then London's machine. docs/sites.md,
# docs/people.md and docs/backup.md tell it at length.
#
#   examples/two-continents.sh [DIR]     DIR must not exist [default: a temporary one, removed at the end]
#
# The program is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
[ -x "$bin" ] || (cd "$root" && cargo build --release --bin rootkeep)
[[ $bin != */* ]] || bin=$(realpath "$bin")
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY

if [ $# -gt 0 ]; then
    mkdir "$1"; dir=$(cd "$1" && pwd); temporary=
else
    dir=$(mktemp -d); temporary=$dir
fi
part=
ended() {
    [ "$1" -eq 0 ] || printf '\ntwo-continents.sh: FAILED in: %s\n' "$part" >&2
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap 'ended $?' EXIT
say() { part=$*; printf '\n### %s\n' "$part"; }
fail() { echo "two-continents.sh: $*" >&2; exit 1; }

# Whose machine is where. A machine is a directory; nobody reaches into another's.
declare -A home=([alice]=london [bob]=london [carol]=newyork [dave]=sydney [erin]=tokyo)
mkdir "$dir"/{london,newyork,sydney,tokyo}
# From any of them the sticks are here.
cd "$dir/london"
stick=../sticks
# as PERSON ARGUMENTS: somebody types a command, on their own machine
as() { local who=$1; shift; (cd "../${home[$who]}" && "$bin" --batch -i "$who.key" "$@"); }
# expect CODE COMMAND: it is to end with this exit code, and no other
expect() {
    local code=0 wanted=$1
    shift
    "$@" || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code and not $wanted: $*"
}
# stated COMMAND: what it says is shown, and the id of what it has entered is kept in `id`
stated() {
    "$@" | tee ../said
    id=$(sed -n 's/^entry #[0-9]*  id //p' ../said)
    [ -n "$id" ]
}

# Sticks: one for each person, with nothing on it but the slips of this time.
fresh_sticks() { rm -rf "$stick"; mkdir -p "$stick"/{alice,carol,dave,erin}; }
# asked KEEPER ID PERSON...: a slip goes to each of them, about what is to be decided
asked() {
    local by=$1 id=$2 who
    shift 2
    fresh_sticks
    for who; do as "$by" -q slip request "$id" --for "$who" --out "$stick/$who/request.slip"; done
}
# agreed ID PERSON [FLAGS]: they have heard by voice what it is about, and agree to exactly that
agreed() {
    local id=$1 who=$2
    shift 2
    as "$who" -q slip sign "$stick/$who/request.slip" --confirm "$id" --out "$stick/$who/answer" "$@" >/dev/null
}
brought_in() { as "$1" slip import "$stick"/*/answer*; }

# in_london ID [FLAGS]: Alice and Bob sign at the ledger
in_london() {
    local who
    for who in alice bob; do as "$who" -q sign "$@" | head -n 1; done
}
# away ID PERSON...: all of it, one after another
away() {
    local id=$1 who
    asked alice "$@"
    shift
    for who; do agreed "$id" "$who"; done
    brought_in alice
}
# decided COMMAND: Alice proposes it; she, Bob and Carol agree, which is three
decided() {
    stated as alice "$@"
    in_london "$id"
    away "$id" carol
}
# proven PERSON...: on a slip without an id they prove all their shares, and take their duties on
proven() {
    local who
    fresh_sticks
    for who; do
        as alice -q slip request --for "$who" --out "$stick/$who/log.slip"
        as "$who" -q slip make prove "$stick/$who/log.slip" --out "$stick/$who/answer-1" >/dev/null
        as "$who" -q slip make acknowledge "$stick/$who/log.slip" --out "$stick/$who/answer-2" >/dev/null
    done
    brought_in alice
    for who in alice bob; do
        as "$who" -q secret prove | head -n 1
        as "$who" -q custodian acknowledge >/dev/null
    done
}
departed() { as alice status | grep '^departed' || :; }

say "Each makes an identity at home; the cards travel, and their words are compared by telephone"
identity() {
    local who=$1
    shift
    (cd "../${home[$who]}" && "$bin" --batch identity new "$who" --out . --plain --contact "$who@acme.example" "$@")
}
identity alice --timezone Europe/London
identity bob --timezone Europe/London
identity carol --timezone America/New_York
identity dave --timezone Australia/Sydney
identity erin --timezone Asia/Tokyo
cp ../{newyork/carol,sydney/dave,tokyo/erin}.card .

say "Alice founds the ledger; three of the five decide. Bob signs beside her, the others by slip"
as alice init acme.ledger --name "Acme root custody" --threshold 3 \
    --card alice.card --card bob.card --card carol.card --card dave.card --card erin.card
code=$(as alice show genesis | sed -n 's/^  genesis code: //p')
genesis=$(as alice show genesis | sed -n 's/^  id  *//p')
as bob -q sign genesis --code "$code"
asked alice genesis carol dave erin
for who in carol dave erin; do agreed "$genesis" "$who" --code "$code"; done
brought_in alice

say "Two quorums: the password in London and Sydney, the MFA seed abroad"
decided quorum define london --threshold 2 --member alice --member bob --member dave
decided quorum define abroad --threshold 2 --member carol --member dave --member erin

say "The accounts, and the management account's root credentials"
as alice -q account import --organizations "$root/examples/organizations.json" | tail -n 2
printf 'correct horse battery staple\n' | as alice seal 111122223333/password --quorum london --stdin
as bob seal 111122223333/mfa-seed --quorum abroad --qr "$root/examples/mfa-qr.png"
as bob -q secret confirm 111122223333/password --epoch 1
as alice -q secret confirm 111122223333/mfa-seed --epoch 1

say "Everybody proves that the new shares open, and takes the duties on: those abroad on a slip without an id"
proven carol dave erin

say "Months later: Alice needs root. The MFA seed's holders are all away"
stated as alice request 111122223333/password 111122223333/mfa-seed --purpose "Change the support plan" --window 1h
request=$id
in_london "$request"
asked alice "$request" carol erin
as carol slip show "$stick/carol/request.slip"
declare -A answers
for who in carol erin; do
    as "$who" -q slip sign "$stick/$who/request.slip" --confirm "$request" --out "$stick/$who/answer" | tee ../said
    answers[$who]=$(sed -n 's/^id \([0-9a-f]*\) .*/\1/p' ../said)
done
mkdir receipts
as alice slip import "$stick"/{erin,carol}/answer --receipts receipts
test "$(as alice -q reveal "$request" 111122223333/password)" = "correct horse battery staple"
as alice reveal "$request" 111122223333/mfa-seed --totp
as alice close "$request" --outcome used --note "Support plan changed"

say "The sticks go back with receipts: each proves that the answer is in the log"
for who in carol erin; do
    cp "receipts/${answers[$who]}.tlog-proof" "$stick/$who/"
    head -n 2 "$stick/$who/${answers[$who]}.tlog-proof"
done

say "Human resources send who left, as their spreadsheet saved it"
printf '\xef\xbb\xbfEmployee;E-mail;Last day\r\n"Dunn, Dave";Dave@acme.example;2026-10-30\r\n"Roe, Sam";sam@acme.example;2026-11-13\r\n' \
    >leavers.csv
leavers() { as alice custodian leavers leavers.csv --name-column Employee --email-column E-mail; }
expect 6 leavers
decided custodian retire dave --note "Left the company"
departed

say "The quorums without Dave, and the governance secret too: those who will hold it all sign"
decided quorum define london --threshold 2 --member alice --member bob --member erin
decided quorum define abroad --threshold 2 --member alice --member carol --member erin
govern() {
    stated as alice quorum define governance --threshold 3 --member alice --member bob --member carol --member erin
    in_london "$id"
    away "$id" carol erin
}
govern

say "His shares: the others agree, the values are split anew, nobody is shown anything"
# resharing WITHOUT PURPOSE PERSON...: with those away who still hold old shares
resharing() {
    stated as alice reshare --without "$1" --purpose "$2"
    local reshare=$id
    shift 2
    in_london "$reshare"
    away "$reshare" "$@"
    as alice reshare finish "$reshare"
    as alice -q close "$reshare" --outcome used --note "Split anew"
}
resharing dave "Dave has left" carol erin

say "Proven by each new holder, the old epochs go; then the ledger gets a new key"
proven carol erin
destroyed() {
    local secret
    for secret in password mfa-seed; do
        # Tried by one who did not split it, in a release as above, which is left out here.
        as bob -q secret confirm "111122223333/$secret" --epoch $(($1 + 1))
        decided secret destroy "111122223333/$secret" --epoch "$1" --reason "Split anew"
    done
}
destroyed 1
departed
as alice rekey
test -z "$(departed)" || fail "something is left to do: $(departed)"
leavers

say "Erin's laptop is gone, and her identity with it. She makes another, and reads its words to everybody"
lost=$(as alice custodian show erin | sed -n 's/^  id  *//p')
rm -r ../tokyo; mkdir ../tokyo
identity erin --timezone Asia/Tokyo
cp ../tokyo/erin.card erin-2.card
words=$("$bin" -q card show ../tokyo/erin.card | sed -n 's/^fingerprint  *//p')
stated as alice custodian replace erin erin-2.card --lost --identified-by "Bob, by video"
in_london "$id" --fingerprint "$words"
asked alice "$id" carol
agreed "$id" carol --fingerprint "$words"
brought_in alice
fresh_sticks
as alice -q slip request --for erin --out "$stick/erin/log.slip"
as erin -q slip make accept "$stick/erin/log.slip" --code "$code" --out "$stick/erin/answer"
brought_in alice
as alice quorum list

say "She stands in her quorums again; her shares, and governance, are made for the new identity"
departed
resharing "${lost:0:8}" "Erin has lost her identity" carol
govern
proven carol erin
destroyed 2
as alice -q rekey
test -z "$(departed)" || fail "something is left to do: $(departed)"

say "A backup for the shelf, and a drill that restores it"
as alice backup --out "$stick/acme.tar"
as bob restore "$stick/acme.tar" --drill

say "A read-only copy for New York"
as alice -q copy --out "$stick/acme.ledger"
cp -r "$stick/acme.ledger" ../newyork/
as carol compare "$stick/acme.tar"
as carol verify
expect 3 as carol custodian away carol --from 2027-01-04 --to 2027-01-08

say "London's machine is lost. The copy is made the writer: Carol is there, Erin and Alice sign by slip"
mv acme.ledger ../old-disk
stated as carol copy promote
promotion=$id
as carol -q sign "$promotion"
asked carol "$promotion" alice erin
agreed "$promotion" alice
agreed "$promotion" erin
brought_in carol
as carol status

say "The old disk turns up. Bob, whom nobody has told, goes on writing to it"
mv ../old-disk acme.ledger
as bob custodian away bob --from 2027-01-04 --to 2027-01-08

say "It is caught: by comparing, and by the pin of whoever has seen the other side"
cp -r acme.ledger "$stick/old.ledger"
expect 4 as carol compare "$stick/old.ledger" --out proof
ls ../newyork/proof
expect 4 as alice status
cp -r ../newyork/acme.ledger "$stick/new.ledger"
expect 4 as bob -L "$stick/new.ledger" status

say "The old disk is put away, London gets a copy, and Bob puts his pin aside: he knows why"
mv acme.ledger ../old-disk
as carol -q copy --out "$stick/london.ledger"
cp -r "$stick/london.ledger" acme.ledger
mkdir aside; mv bob.key.*.pin aside/
as bob status

say "What is on record, and that it is whole"
as alice verify
as carol verify
as carol status | tee ../said
grep -q '^nothing waits$' ../said || fail "something waits"
