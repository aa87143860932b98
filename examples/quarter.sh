#!/usr/bin/env bash
# A year of practice. Five people found a ledger in January, and then: a drill every quarter, a phone
# tried every quarter, access reviewed every month. In June a custodian finds in a drill that her
# identity is gone; in September nobody thinks of the phones; an improvement is closed too late; a name
# is struck out of a phone's holders, and stays open until it is out. docs/drills.md and docs/reviews.md tell
# how each is done.
#
#   examples/quarter.sh [DIR]     DIR must not exist [default: a temporary one, removed at the end]
#
# A year takes about a minute, because `faketime` (Debian and Ubuntu: apt install faketime) shows every
# program another clock. The program itself is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.bash"

# possession HOLDER...: a drill in which each of them proves every share
possession() {
    stated alice -q drill start possession
    drill=$id
    for who; do as "$who" -q drill prove "$drill"; done
}
# finish PERSON DRILL OUTCOME SIGNER... [-- FLAGS]: it is over once everyone has signed
finish() {
    local by=$1 drill=$2 outcome=$3 signers=()
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do signers+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    stated "$by" -q drill finish "$drill" --outcome "$outcome" "$@"
    for who in "${signers[@]}"; do as "$who" -q sign "$id"; done
}
# review MONTH [NAME THING REASON]: two reviewers judge every name; alice strikes one out of the group that
# has that thing. Of each group one of the two is no member, or the ledger asks for a third.
review() {
    on "$1-28"
    stated dave -q review start --period "$1"
    if [ $# -gt 1 ]; then
        group=$(as alice review show "$id" | awk -v thing="$3" '$1 == "group" { group = $2 } index($0, thing) { print group }')
        as alice -q review strike "$id" "$2" --group "$group" --reason "$4"
    fi
    for who in alice dave; do as $who -q review confirm "$id"; as $who -q sign "$id"; done
    review=$id
}
# called WHO: they answer the phone, and read a code back
called() {
    stated bob -q drill start phones
    phone=$id
    as bob -q drill record call "$phone" phone:desk --by "$1" --code-read-back
    finish bob "$phone" passed "$1"
}

say 'January: five people found the ledger, and plan the year'
on 2027-01-04
people=(alice bob carol dave erin)
for who in "${people[@]}"; do rk -q identity new "$who" --out . --plain >/dev/null; done
rk --batch -q -L acme.ledger -i alice.key init acme.ledger --name Acme --threshold 3 \
    $(printf -- '--card %s.card ' "${people[@]}")
code=$(as alice --json show genesis | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
for who in bob carol dave erin; do as $who -q sign genesis --code "$code"; done
together=(--with alice.key --with bob.key --with dave.key)
as alice -q quorum define engineers --threshold 2 --member alice --member bob --member carol "${together[@]}"
as alice -q quorum define board --threshold 2 --member dave --member erin "${together[@]}"
as alice -q account import --organizations "$root/examples/organizations.json"
account=111122223333
as alice -q location add london-a --kind safe --site london --timezone Europe/London --access alice --access erin
as alice -q mailbox add root --address root@example.com --member alice --member bob --member carol --account $account
as alice -q phone add desk --number '+44 20 7946 0000' --holder bob --holder carol --account $account
printf 'a password of many words' | as alice -q seal $account/password --quorum engineers --stdin
as dave -q seal $account/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png"
as alice -q secret confirm $account/password --epoch 1
as dave -q secret confirm $account/mfa-seed --epoch 1
as dave -q privilege set org-admin --account $account --kind role --may scp --may root-email --member erin --mfa hardware
as alice drill plan possession --every quarter --from 2027-01-04 --timezone Europe/London
as alice drill plan phone --name phones --every quarter --from 2027-01-04 --timezone Europe/London
as alice drill plan sign-in --every year --from 2027-01-04 --scope $account --timezone Europe/London
as dave review plan --every month --from 2027-01-04 --timezone Europe/London
as alice calendar --out planned.ics
review 2027-01
review 2027-02

say 'March: every share is alive, the phone is answered, and signing in works'
on 2027-03-15
possession alice bob carol dave erin
finish alice "$drill" passed bob carol dave erin
called carol
stated alice -q request $account/password $account/mfa-seed --purpose 'Sign-in drill'
request=$id
for who in bob carol dave erin; do as $who -q sign "$request"; done
stated alice -q drill start sign-in
signin=$id
as alice -q reveal "$request" $account/password >/dev/null
as alice -q reveal "$request" $account/mfa-seed --totp >/dev/null
as alice -q drill record sign-in "$signin" $account --request "$request"
as alice -q drill record alarm "$signin" $account --by dave
as alice -q close "$request" --outcome used --note 'Sign-in drill'
finish alice "$signin" passed dave
for month in 03 04 05; do review 2027-$month; done

say 'June: carol finds in the drill that her identity is gone'
on 2027-06-14
mv carol.key the-stick-that-carol-has-lost.key
possession alice bob dave erin
expect 3 as alice -q drill finish "$drill" --outcome passed
finish alice "$drill" failed bob dave erin -- --surprise 'Carol had not used her stick since March' \
    --lesson 'Each custodian keeps a second copy of the identity|bob|2027-06-30'
lesson=$id.1
say 'She goes on with another identity; her shares are split anew'
mkdir new
rk identity new carol-2 --out . --plain >said
words=$(tail -n 1 said)
stated alice -q custodian replace carol carol-2.card --lost --identified-by 'Bob, by passport'
for who in alice bob dave; do as $who -q sign "$id" --fingerprint "$words"; done
as carol-2 -q custodian accept --code "$code"
stated alice -q quorum define governance --threshold 3 \
    --member alice --member bob --member carol-2 --member dave --member erin
for who in alice bob carol-2 dave erin; do as $who -q sign "$id"; done
stated alice -q reshare --without carol --purpose 'Carol has lost her identity'
for who in alice bob; do as $who -q sign "$id"; done
as alice -q reshare finish "$id"
as alice -q close "$id" --outcome used --note 'Split anew'
for who in alice bob carol-2; do as $who -q secret prove; done
as alice -q mailbox set root --member alice --member bob --member carol-2
as alice -q phone set desk --holder bob --holder carol-2
people=(alice bob carol-2 dave erin)

say 'Two weeks later every share is alive again'
on 2027-06-26
possession alice bob carol-2 dave erin
finish alice "$drill" passed bob carol-2 dave erin
called carol-2
review 2027-06

say 'July: the lesson of June is late'
on 2027-07-20
expect 6 as bob improvement list
as bob -q improvement close "$lesson" --outcome done --note 'Five sticks, five envelopes'
review 2027-07

say 'August: a reviewer strikes bob out of those who answer the phone; September: he is out'
review 2027-08 bob 'phone desk' 'He is never at the desk'
struck=$review
as dave review list
expect 3 as dave -q review done "$struck" bob --note 'He has promised'
on 2027-09-15
as alice -q phone set desk --holder carol-2
as dave -q review done "$struck" bob --note 'Out of the register, and of the desk'
possession alice bob carol-2 dave erin
finish alice "$drill" passed bob carol-2 dave erin
review 2027-09

say 'October: nobody has thought of the phones'
on 2027-10-02
expect 6 as bob drill list
called carol-2
expect 0 as bob drill list
for month in 10 11; do review 2027-$month; done

say 'December: the last drill of the year, and the year in short'
on 2027-12-06
possession alice bob carol-2 dave erin
finish alice "$drill" passed bob carol-2 dave erin
review 2027-12
as alice -q backup --out shelf.tar
as bob -q restore shelf.tar --drill
as dave verify

say 'Drills'
as erin drill list
say 'Improvements'
as erin improvement list --all
say 'Reviews'
as erin review list
say 'What is due, and what is overdue'
as erin status || [ $? -eq 6 ]
as erin calendar --out next-year.ics
[ -z "$temporary" ] || exit 0
echo "all of it is in $dir; for example: cd $dir; faketime '2027-12-31' $bin -L acme.ledger -i alice.key status"
