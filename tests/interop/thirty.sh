#!/usr/bin/env bash
# Thirty custodians on one ledger, ten each with an age identity, an SSH key and a hardware token
# (age-plugin-rktest): sixteen found it, fourteen join. A secret is sealed to three groups of ten, of
# which two have to agree, four of the ten in each. It is released twice, by different groups and by
# every kind of identity together.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -Eeuo pipefail
trap 'echo "thirty.sh: line $LINENO failed" >&2' ERR
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY AGEDEBUG

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
cd "$tmp"

# The plugin is found in PATH and runs with the Python that has what it needs.
mkdir bin
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$python" "$root/tests/interop/age-plugin-rktest" >bin/age-plugin-rktest
chmod +x bin/age-plugin-rktest
export PATH=$tmp/bin:$PATH RKTEST_COUNT=$tmp/count

fail() { echo "thirty.sh: $*" >&2; exit 1; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

identity() { case $1 in plain*) echo "$1.key" ;; ssh*) echo "$1.ssh" ;; token*) echo "$1.token" ;; esac; }

code=
# as NAME COMMAND...: somebody acts; what goes wrong is shown.
as() {
    local name=$1
    shift
    "$rootkeep" -q --batch -L thirty.ledger -i "$(identity "$name")" --plugin rktest ${code:+--code "$code"} "$@" ||
        fail "exit code $?: $name: $*"
}
# signed EFFECTIVE ID NAME...: each of them signs; whether it is then in effect.
signed() {
    local want=$1 id=$2 got name
    shift 2
    for name; do
        got=$(as "$name" sign "$id" --json) || exit
        got=$(field effective <<<"$got")
    done
    [ "$got" = "$want" ] || fail "in effect: $got instead of $want, after $*"
}

# ---- thirty identities and their cards -------------------------------------------------------------

# Every group of ten has all kinds in it, and so have the founders: names go round.
names=()
for i in {0..29}; do
    kind=$((i % 3)) name=$(printf '%02d' "$i")
    case $kind in
        0)
            name=plain$name
            "$rootkeep" -q identity new "$name" --out . --plain >/dev/null
            ;;
        1)
            name=ssh$name
            ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name.ssh"
            "$rootkeep" -q identity new "$name" --ssh "$name.ssh" --out . >/dev/null
            ;;
        2)
            name=token$name
            age-plugin-rktest --generate >"$name.token"
            recipient=$(sed -n 's/^# recipient: //p' "$name.token")
            "$rootkeep" -q --plugin rktest identity new "$name" --recipient "$recipient" --out . >/dev/null
            ;;
    esac
    [ -s "$name.card" ] || fail "$name has no card"
    names+=("$name")
done
founders=("${names[@]:0:16}")
newcomers=("${names[@]:16}")

# ---- sixteen found it, fourteen join ---------------------------------------------------------------

cards=()
for name in "${founders[@]}"; do cards+=(--card "$name.card"); done
"$rootkeep" -q --batch -i plain00.key --plugin rktest init thirty.ledger --name Thirty --threshold 3 \
    "${cards[@]}" >/dev/null
shown=$(as plain00 show genesis --json)
code=$(field code <<<"$shown")
signed False genesis "${founders[@]:1:14}"
signed True genesis "${founders[15]}"

# Each is proposed, signed by one of each kind who has heard the fingerprint, and accepts.
for name in "${newcomers[@]}"; do
    added=$(as plain00 custodian add "$name.card" --role holder --role operator --identified-by 'plain00, by video' --json)
    id=$(field id <<<"$added")
    words=$(field fingerprint <<<"$added")
    for by in plain03 ssh01 token02; do as "$by" sign "$id" --fingerprint "$words" >/dev/null; done
    as "$name" custodian accept >/dev/null
done
status=$(as plain00 status --json)
[ "$(field custodians <<<"$status")" = 30 ] || fail "not thirty: $status"

# ---- three groups of ten, four in each of two -------------------------------------------------------

group() { local IFS=,; echo "$1=4:${*:2}"; }
made=$(as plain00 quorum define sites --groups-needed 2 --group "$(group london "${names[@]:0:10}")" \
    --group "$(group tokyo "${names[@]:10:10}")" --group "$(group oslo "${names[@]:20:10}")" --json)
id=$(field id <<<"$made")
signed True "$id" ssh04 token05 plain06

printf 'what thirty keep' >secret
: >count
as token29 seal org/note --quorum sites --stdin <secret >/dev/null
[ "$(grep -c '^wrap$' count)" = 10 ] || fail "not ten shares were sealed to tokens: $(cat count)"

# ---- released by two groups, twice -------------------------------------------------------------------

# release OPERATOR NINE-NAMES: four of one group, three of another and one of the third are too few;
# one more of the second is enough.
release() {
    local operator=$1 asked id status=0
    shift
    asked=$(as "$operator" request org/note --purpose 'to see what it says' --json) || exit
    id=$(field id <<<"$asked")
    signed False "$id" "${@:1:8}"
    "$rootkeep" -q --batch -i "$(identity "$operator")" --plugin rktest reveal "$id" >refused.log 2>&1 || status=$?
    [ "$status" = 3 ] || fail "revealed without enough: exit code $status: $(cat refused.log)"
    grep -q '\[not-signed-off\]' refused.log || fail "refused for another reason: $(cat refused.log)"
    signed True "$id" "$9"
    rm -f revealed
    as "$operator" reveal "$id" --out revealed >/dev/null
    cmp -s secret revealed || fail "$operator has revealed another secret"
    as "$operator" close "$id" --outcome used --note 'read it' >/dev/null
}
# Of london four, of tokyo three, of oslo one; of tokyo the fourth.
release plain27 plain00 ssh01 token02 plain09 ssh10 token11 plain12 token20 ssh19
# Of oslo four, of tokyo three, of london one; of tokyo the fourth.
release token14 token29 ssh28 plain27 plain21 token17 plain18 ssh16 ssh07 token14

# ---- split anew ----------------------------------------------------------------------------------------

# However many secrets a token's owner splits anew, the token is touched once to open the ledger and once
# for all that the others have sent.
for place in 1 2 3; do
    printf 'note %s' "$place" >"note$place"
    as plain00 seal "org/note:n$place" --quorum sites --stdin <"note$place" >/dev/null
done
asked=$(as token29 reshare org/note:n1 org/note:n2 org/note:n3 --purpose 'to have new shares' --json)
id=$(field id <<<"$asked")
signed True "$id" plain00 ssh01 plain03 ssh04 ssh10 plain12 ssh13 plain15
: >count
as token29 reshare finish "$id" >said
[ "$(grep -c '^split anew' said)" = 3 ] || fail "not three were split anew: $(cat said)"
[ "$(grep -c '^unwrap$' count)" = 2 ] || fail "the token was touched $(grep -c '^unwrap$' count) times"
asked=$(as plain00 request org/note:n3 --epoch 2 --purpose 'to see that it is the same' --json)
id=$(field id <<<"$asked")
signed True "$id" plain00 ssh01 token02 plain03 ssh10 token11 plain12 ssh13
rm -f revealed
as plain00 reveal "$id" --out revealed >/dev/null
cmp -s note3 revealed || fail "splitting anew has changed a secret"

for name in plain00 ssh28 token29; do
    said=$(as "$name" verify)
    grep -q '^all good' <<<"$said" || fail "$name: $said"
done
echo "OK: thirty custodians with three kinds of identities keep one secret in three groups"
