#!/usr/bin/env bash
# What the program asks a person, on a real terminal: what is agreed to is shown first, nothing but
# the answer that was asked for is an agreement, Ctrl-C and Ctrl-D at any question write nothing and
# leave the terminal as it was, nothing secret is echoed, codes are right and don't stay on the
# screen, and a narrow window, NO_COLOR and a pipe get what they can show.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY NO_COLOR CLICOLOR_FORCE
export TERM=xterm-256color LC_ALL=C.UTF-8

tmp=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$tmp"' EXIT
umask 077
mkdir "$tmp/desk" "$tmp/desk/tmp"
# Everything that the program could leave behind lies under desk; what this script keeps does not.
export XDG_STATE_HOME=$tmp/desk/state XDG_CONFIG_HOME=$tmp/desk/config TMPDIR=$tmp/desk/tmp
cd "$tmp/desk"
said=$tmp/said screen=$tmp/screen

fail() { echo "terminal.sh: $*" >&2; exit 1; }
# One run names everything that is wrong.
bad=0
wrong() { echo "terminal.sh: WRONG: $*" >&2; bad=$((bad + 1)); }
so_far=0
good() { # good WHAT: unless something was wrong since the last time
    [ $bad != $so_far ] || echo "$*"
    so_far=$bad
}
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
entries() { rk alice status --json | field entries; }
terminal() { "$python" "$root/tests/interop/terminal.py" "$@"; }

# on_terminal CODE [TERMINAL.PY'S ARGUMENTS]... -- COMMAND...: ends with that code. $said has what
# was shown, with what is wrong with the terminal below it.
on_terminal() {
    local want=$1 got=0
    shift
    terminal "$@" >"$said" 2>"$said.terminal" || got=$?
    cat "$said.terminal" >>"$said"
    case "$want $got" in
        *" 99") ;;
        "some 0") ;;
        "some "*) return 0 ;;
        "$got $want") return 0 ;;
    esac
    wrong "exit code $got instead of $want: $*: $(tail -n 6 "$said" | cut -c 1-200)"
    return 1
}
shown() { grep -qP -- "$1" "$said" || wrong "not shown: $1: $(cat "$said")"; }
hidden() { ! grep -qF -- "$1" "$said" || wrong "it was shown: $1: $(cat "$said")"; }

# What a command that is refused leaves as it was: the log, the ledger's files but for SQLite's own
# bookkeeping, the names of all other files.
state() {
    if [ -d acme.ledger ]; then
        rk alice log --raw
        find acme.ledger -type f ! -name '*-wal' ! -name '*-shm' -exec sha256sum {} +
    fi | sort
    find . ! -name '*-wal' ! -name '*-shm' | sort
}
untouched() { # untouched WHAT: since before=$(state)
    [ "$(state)" = "$before" ] || wrong "$1: something was written: $(diff <(echo "$before") <(state) | cut -c 1-200)"
}

# ---- three people --------------------------------------------------------------------------------

# bob has a passphrase, carol an SSH key with one; alice has none.
passphrase='nine words are more than anybody needs here at all'
password='p4ss-only-for-this-test-Zq'
for name in alice erin; do "$rootkeep" -q identity new $name --out . --plain >/dev/null; done
ssh-keygen -q -t ed25519 -N "$passphrase" -C 'carol@example.com' -f carol.ssh
"$rootkeep" -q identity new carol --ssh carol.ssh --out . >/dev/null

cases=0
# stops on|off PROMPT [EARLIER ANSWER]... -- COMMAND...: Ctrl-C and Ctrl-D at PROMPT, at which the
# terminal's echo is on or off.
stops() {
    local echo=$1 prompt=$2 key answer
    shift 2
    for key in c d; do
        answer=key:$key
        [ "$echo" = on ] || answer=hidden:$answer
        on_terminal some "$prompt" "$answer" "$@" || :
        grep -qP -- "${prompt%\\n}" "$said" || wrong "it never asked $prompt: $(cat "$said")"
        # Whoever ends the input sits at a terminal, and knows it.
        ! grep -qE 'there is no terminal|opens no key' "$said" ||
            wrong "Ctrl-${key^} at '$prompt' is taken for something else: $(tail -n 3 "$said")"
        [ "$(grep -oP -- "${prompt%\\n}" "$said" | wc -l)" = 1 ] || wrong "Ctrl-${key^} at '$prompt': it asks again"
        ! grep -q panicked "$said" || wrong "panic: $(cat "$said")"
        untouched "Ctrl-${key^} at '$prompt'"
        cases=$((cases + 1))
    done
}

before=$(state)
stops off 'Passphrase for[^\n]*: ' -- "$rootkeep" identity new bob --out .
stops off 'same again: ' 'Passphrase for[^\n]*: ' "hidden:$passphrase" -- "$rootkeep" identity new bob --out .
on_terminal 3 'Passphrase for[^\n]*: ' "hidden:$passphrase" 'same again: ' "hidden:${passphrase}X" -- \
    "$rootkeep" identity new bob --out . && shown 'passphrases-differ'
untouched "two passphrases that differ"
on_terminal 0 'Passphrase for[^\n]*: ' "hidden:$passphrase" 'same again: ' "hidden:$passphrase" -- \
    "$rootkeep" identity new bob --out . || fail "no identity for bob"
hidden "$passphrase"

# ---- founding ------------------------------------------------------------------------------------

before=$(state)
init=("$rootkeep" -i alice.key init acme.ledger --name Acme --threshold 2
    --card alice.card --card bob.card --card carol.card)
stops on 'Type Yes[^\n]*: ' -- "${init[@]}"
for answer in '' y yes; do
    on_terminal 3 'Type Yes[^\n]*: ' "$answer" -- "${init[@]}" && shown 'not-confirmed'
    untouched "founding at '$answer'"
done
on_terminal 0 'Type Yes[^\n]*: ' Yes -- "${init[@]}" || fail "not founded"
for name in alice bob carol; do
    words=$("$rootkeep" card show $name.card --json | field fingerprint)
    grep -qF "$words" "$said" || wrong "the fingerprint of $name was not shown"
done
code=$(rk alice show genesis --json | field code)

bob=("$rootkeep" -L acme.ledger -i bob.key)
carol=("$rootkeep" -L acme.ledger -i carol.ssh --own-card carol.card)
before=$(state)
stops off 'Passphrase of bob.key: ' -- "${bob[@]}" sign genesis
stops off "passphrase for[^\n]*carol.ssh[^\n]*: " -- "${carol[@]}" sign genesis
stops on 'Genesis code[^\n]*: ' 'passphrase for[^\n]*: ' "hidden:$passphrase" -- "${carol[@]}" sign genesis

# The words are checked before anything is agreed to. The last one stands for every other.
other=academic; [ "${code##* }" != academic ] || other=adult
for typed in "${code% *} $other" "${code% *}" 'Yes' ''; do
    on_terminal some 'passphrase for[^\n]*: ' "hidden:$passphrase" 'Genesis code[^\n]*: ' "$typed" \
        'Type Yes[^\n]*: ' Yes -- "${carol[@]}" sign genesis || :
    ! grep -qi 'do you agree' "$said" || wrong "a wrong genesis code goes on: '$typed'"
    untouched "the genesis code '$typed'"
done
on_terminal 4 'passphrase for[^\n]*: ' "hidden:$passphrase" 'Genesis code[^\n]*: ' "${code% *} $other" -- \
    "${carol[@]}" sign genesis && shown 'words-differ'
# The right ones, in any spelling, lead to what is signed. The pin remembers them from here on.
on_terminal 3 'passphrase for[^\n]*: ' "hidden:$passphrase" 'Genesis code[^\n]*: ' "${code^^}" \
    'Type Yes[^\n]*: ' no -- "${carol[@]}" sign genesis && shown 'alice founds Acme with 3 founders, threshold 2'
[ "$(diff <(echo "$before") <(state) | grep -c '^>')" = "$(find . -name 'carol.ssh.*.pin' | wc -l)" ] ||
    wrong "carol said no, and more than her pin was written"
before=$(state)
stops on 'Type Yes[^\n]*: ' 'passphrase for[^\n]*: ' "hidden:$passphrase" -- "${carol[@]}" sign genesis
on_terminal 0 'passphrase for[^\n]*: ' "hidden:$passphrase" 'Type Yes[^\n]*: ' Yes 'nobody\): ' '' -- \
    "${carol[@]}" sign genesis || fail "carol has not signed"
hidden "$passphrase"
before=$(state)
on_terminal 4 'Passphrase of[^\n]*: ' "hidden:${passphrase}X" -- "${bob[@]}" sign genesis &&
    shown 'wrong-passphrase'
hidden "$passphrase"
untouched "a wrong passphrase"
on_terminal 0 'Passphrase of[^\n]*: ' "hidden:$passphrase" 'Genesis code[^\n]*: ' "$code" \
    'Type Yes[^\n]*: ' Yes 'nobody\): ' '' -- "${bob[@]}" sign genesis || fail "bob has not signed"
shown 'genesis \(id [0-9a-f]*\) is in effect'
good "founding: as its code is typed, and not otherwise"

# ---- a governance statement ----------------------------------------------------------------------

alice=("$rootkeep" -L acme.ledger -i alice.key)
by_bob() { # at a terminal, as his identity has a passphrase
    on_terminal 0 'Passphrase of[^\n]*: ' "hidden:$passphrase" 'Type Yes[^\n]*: ' Yes 'nobody\): ' '' -- \
        "${bob[@]}" "$@" || fail "bob could not: $*"
}

# agrees ID LINE...: to sign ID shows every LINE before it asks, and takes nothing but Yes.
agrees() {
    local id=$1 answer line asked
    shift
    before=$(state)
    stops on 'Type Yes[^\n]*: ' -- "${alice[@]}" sign "$id"
    asked=$(sed '/Type Yes/q' "$said")
    for line; do grep -qE -- "^$line" <<<"$asked" || wrong "not shown before it asks: $line: $asked"; done
    for answer in '' y yes YES No Yess "$id"; do disagrees "$id" "$answer"; done
}
disagrees() { # disagrees ID ANSWER
    on_terminal 3 'Type Yes[^\n]*: ' "$2" 'nobody\): ' '' -- "${alice[@]}" sign "$1" && shown 'not-confirmed'
    untouched "'$2' in place of Yes"
}

id=$(rk alice quorum define engineers --threshold 2 --member alice --member bob --member carol --json | field id)
agrees "$id" 'alice proposes the quorum engineers: 2 of alice, bob, carol' '  made at   20' "  id        $id"
by_bob --with alice.key sign "$id"
rk alice quorum list | grep -q engineers || fail "two have signed, and there is no quorum"

rk alice account import --organizations "$root/examples/organizations.json" >/dev/null

# ---- a countdown ---------------------------------------------------------------------------------

# Ten seconds a code, so that it comes to its own end; two windows, each with a ledger of its own,
# while the rest goes on.
seed=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ period=10
uri="otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=$seed&issuer=AWS&period=$period"
printf '%s' "$uri" | rk alice seal 111122223333/mfa-seed --quorum engineers --otpauth-stdin >/dev/null
codes=$(rk alice request 111122223333/mfa-seed --purpose Test --json | field id)
rk alice sign "$codes" >/dev/null
by_bob sign "$codes"

count_down() { # count_down COLUMNS
    local from code=0
    from=$(date +%s)
    terminal --columns "$1" --screen "$tmp/$1.screen" -- \
        "$rootkeep" -L "$tmp/desk-$1/acme.ledger" -i "$tmp/desk-$1/alice.key" reveal "$codes" --totp >"$tmp/$1.said" 2>&1 || code=$?
    echo "$code $from $(date +%s)" >"$tmp/$1.ended"
}
for columns in 100 40; do
    cp -r . "$tmp/desk-$columns"
    count_down $columns &
done

# ---- a request -----------------------------------------------------------------------------------

rk alice seal 111122223333/password --quorum engineers --generate 24 >/dev/null
id=$(rk alice request 111122223333/password --purpose 'Change the support plan' --task 'Sign in once' \
    --ticket OPS-7 --window 30m --json | field id)
agrees "$id" 'alice asks for 111122223333/password \(epoch 1\): Change the support plan' "  id        $id" \
    '  operator  alice' '  window    30 min' '  purpose   Change the support plan' \
    '  task      Sign in once' '  ticket    OPS-7'
# Each on a statement of its own, as one that were taken for Yes would decide it.
for answer in ' Yes' 'Yes '; do
    id=$(rk alice quorum define engineers --threshold 2 --member alice --member bob --json | field id)
    before=$(state)
    disagrees "$id" "$answer"
done
good "sign: shown in words, and only Yes agrees"

# ---- two at one keyboard -------------------------------------------------------------------------

# Each question says whose turn it is: by name, a passphrase's by the file that it opens.
id=$(rk alice quorum define pair --threshold 2 --member alice --member bob --json | field id)
on_terminal 0 'agree[^\n]*: ' Yes 'Passphrase of[^\n]*: ' "hidden:$passphrase" -- \
    "${alice[@]}" --with bob.key sign "$id" || :
hidden "$passphrase"
shown '^Passphrase of bob\.key: '
grep 'Type Yes' "$said" >turns || :
[ "$(wc -l <turns)" = 2 ] || wrong "two people were not asked twice: $(cat "$said")"
sed -n 1p turns | grep -q alice || wrong "the first question does not name alice: $(sed -n 1p turns)"
sed -n 2p turns | grep -q bob || wrong "the second question does not name bob: $(sed -n 2p turns)"
rm turns

# What the first has signed stays, and is said; of the second there is nothing.
for how in passphrase:4 no:0 c:some d:some; do
    id=$(rk alice quorum define "pair-${how%:*}" --threshold 2 --member alice --member bob --json | field id)
    n=$(entries)
    case $how in
        passphrase:*) answers=('Passphrase of[^\n]*: ' "hidden:${passphrase}X") ;;
        no:*) answers=('bob, do you agree[^\n]*: ' yes 'Passphrase of[^\n]*: ' "hidden:$passphrase" 'nobody\): ' '') ;;
        *) answers=('Passphrase of[^\n]*: ' "hidden:key:${how%:*}") ;;
    esac
    on_terminal "${how#*:}" "${answers[@]}" '[^b], do you agree[^\n]*: |exactly[^\n]*: ' Yes -- \
        "${alice[@]}" --with bob.key sign "$id" || :
    hidden "$passphrase"
    [ "$(entries)" = $((n + 1)) ] || wrong "$how: $(($(entries) - n)) entries instead of alice's one"
    rk alice show "$id" | grep -q "^  yes .*bob" && wrong "$how: bob has signed: $(rk alice show "$id")"
    shown "this sign-off is entry #$n\\b"
    [ "${how%:*}" != passphrase ] || shown 'wrong-passphrase'
    [ "${how%:*}" != passphrase ] || shown "entry #$n \([0-9a-f]*\) is in the ledger"
    [ "${how%:*}" != no ] || shown 'bob has not signed'
done

# Somebody is offered the keyboard once a statement is in the ledger; nobody comes.
for how in c:some d:0; do
    n=$(entries)
    on_terminal "${how#*:}" 'nobody\): ' "key:${how%:*}" -- \
        "${alice[@]}" quorum define "spare-${how%:*}" --threshold 2 --member alice --member bob || :
    [ "$(entries)" = $((n + 1)) ] || wrong "Ctrl-${how%:*} where the keyboard is offered"
done
good "--with: whose turn it is; a second person who fails signs nothing"

# ---- every other question ------------------------------------------------------------------------

"$rootkeep" -q identity new frank --out . --plain >/dev/null
frank=$(rk alice custodian add frank.card --role holder --json | field id)
printf x | rk alice seal org/note --quorum engineers --stdin >/dev/null
note=$(rk alice request org/note --purpose Test --json | field id)
python_edit='import json, sys
listing = json.load(open(sys.argv[1])); listing["Accounts"][0]["Name"] = "Renamed"; print(json.dumps(listing))'
"$python" -c "$python_edit" "$root/examples/organizations.json" >renamed.json
rk alice seal 111122223333/password --generate 24 >/dev/null
mkdir elsewhere
cp alice.key elsewhere

before=$(state)
stops on 'Type Yes[^\n]*: ' -- "${alice[@]}" custodian add erin.card --role holder
stops on 'as the newcomer reads it to you: ' -- "${alice[@]}" sign "$frank"
stops on "Your own card's fingerprint: " -- \
    "$rootkeep" -L acme.ledger -i elsewhere/alice.key --code "$code" reject "$note" --reason Test
stops on 'What for: ' -- "${alice[@]}" request org/note
stops on 'Why: ' -- "${alice[@]}" reject "$note"
stops on 'Why: ' -- "${alice[@]}" secret destroy org/note
stops on 'What was done: ' -- "${alice[@]}" close "$note" --outcome unused
stops on 'Why is it wrong: ' -- "${alice[@]}" correct "$frank"
stops on 'What ought it to say: ' -- "${alice[@]}" correct "$frank" --reason Test
stops on 'Type Yes[^\n]*: ' -- "${alice[@]}" account import --organizations renamed.json
stops on 'Type Yes[^\n]*: ' -- "${alice[@]}" secret confirm 111122223333/password --epoch 1
stops on 'then Ctrl-D[^\n]*\n' -- "${alice[@]}" seal org/note --stdin
stops on 'then Ctrl-D[^\n]*\n' -- "${alice[@]}" seal 111122223333/mfa-seed --quorum engineers --otpauth-stdin
stops on 'Ctrl-D ends[^\n]*\n' -- "$rootkeep" recover
stops off 'not shown\): ' -- "${alice[@]}" seal 111122223333/password --stdin
stops off 'same again: ' 'not shown\): ' "hidden:$password" -- "${alice[@]}" seal 111122223333/password --stdin
good "Ctrl-C, Ctrl-D: $cases times"

# ---- typed secrets -------------------------------------------------------------------------------

before=$(state)
on_terminal 3 'not shown\): ' "hidden:$password" 'same again: ' "hidden:${password}X" -- \
    "${alice[@]}" seal 111122223333/password --stdin && shown 'secrets-differ'
hidden "$password"
untouched "a secret typed in two ways"
on_terminal 0 'not shown\): ' "hidden:$password" 'same again: ' "hidden:$password" -- \
    "${alice[@]}" seal 111122223333/password --stdin || fail "nothing was sealed"
hidden "$password"

id=$(rk alice request 111122223333/password --epoch 3 --purpose Test --json | field id)
rk alice sign "$id" >/dev/null
by_bob sign "$id"
# On a terminal as in a pipe, the text and nothing else is the data.
on_terminal 0 -- "${alice[@]}" reveal "$id" || :
[ "$(grep -cxF "$password" "$said")" = 1 ] || wrong "what was typed was not revealed once: $(cat "$said")"
# A terminal hands over no more than 4,095 bytes of a line: what is cut off must not be sealed.
long=$(printf 'x%.0s' {1..5000})
before=$(state) code=0
terminal 'then Ctrl-D[^\n]*\n' "$long" 'x\r\n' key:d -- \
    "${alice[@]}" seal org/note:long --quorum engineers --stdin >"$said" 2>&1 || code=$?
if [ $code = 0 ]; then
    id=$(rk alice request org/note:long --purpose Test --json | field id)
    rk alice sign "$id" >/dev/null
    by_bob sign "$id"
    text=$(rk alice reveal "$id")
    [ "$text" = "$long" ] || wrong "of a line of ${#long} characters ${#text} were sealed"
else
    untouched "a line that is too long"
fi

for typed in "$password" "$passphrase"; do
    ! grep -rqaF -- "$typed" . || wrong "it is in clear in: $(grep -rlaF -- "$typed" .)"
done
good "typed secrets: not shown, in no file"

# ---- one-time codes ------------------------------------------------------------------------------

# oath FROM TO: a line for each second, as the program ought to show it.
oath() {
    local at
    for ((at = $1; at <= $2; at++)); do
        oathtool --totp -b -s ${period}s -N "@$at" -w 1 "$seed" | paste -sd ' ' |
            sed "s/\(.*\) \(.*\)/\1 for $(printf '%2d' $((period - at % period))) s, then \2/"
    done
}
codes_on() { # codes_on FILE FROM TO: whether a code of that time is in the file
    oath "$2" "$3" | sed 's/ .*then /\n/' | sort -u | grep -qFf - "$1"
}

# A seed is shown as codes, unless its text is asked for.
on_terminal some 'Ctrl-C ends' key:c -- "${alice[@]}" reveal "$codes" || :
hidden "$seed"
on_terminal 0 -- "${alice[@]}" reveal "$codes" --text || :
[ "$(grep -cxF "$uri" "$said")" = 1 ] || wrong "--text does not show the text once: $(cat "$said")"

# ---- 40 columns, NO_COLOR, no terminal -----------------------------------------------------------

looks=(--help 'seal --help' --nope 'show nothing' status log 'show genesis' 'quorum list' 'custodian list'
    'custodian show bob' 'account list' 'secret list' "show $codes" verify)
for look in "${looks[@]}"; do
    read -ra words <<<"$look"
    want=0
    "${alice[@]}" "${words[@]}" >"$tmp/piped" 2>&1 || want=$?
    ! grep -q $'\x1b' "$tmp/piped" || wrong "$look: escape sequences in a pipe: $(cat -v "$tmp/piped")"

    NO_COLOR=1 on_terminal $want -- "${alice[@]}" "${words[@]}" || :
    ! grep -qE $'\x1b''\[[0-9;:]*m' "$said" || wrong "$look: colours with NO_COLOR: $(cat -v "$said")"

    # The window breaks lines; nothing is written over anything else.
    on_terminal $want --columns 40 --screen "$screen" -- "${alice[@]}" "${words[@]}" || :
    ! grep -q panicked "$said" || wrong "$look: panic in 40 columns: $(cat "$said")"
    case $look in
        *help) ;; # is laid out anew for the window
        *) [ "$(tr -d ' |\n' <"$tmp/piped")" = "$(tr -d ' |\n' <"$screen")" ] ||
            wrong "$look: in 40 columns it reads: $(cat "$screen")" ;;
    esac
    [ "$(wc -L <"$screen")" -le 40 ] || fail "terminal.py draws too wide"
done

before=$(state)
on_terminal 3 --columns 40 'Type Yes[^\n]*: ' no --screen "$screen" -- "${alice[@]}" sign "$note" || :
grep -qF 'alice asks for org/note' "$screen" || wrong "sign in 40 columns: $(cat "$screen")"
untouched "sign in 40 columns"

# A picture that the window breaks is none: it is refused before it is on record.
n=$(entries) code=0
terminal --columns 40 -- "${alice[@]}" reveal "$codes" --qr >"$said" 2>&1 || code=$?
if [ $code = 0 ]; then
    [ "$(sed 's/\x1b\[[0-9;]*m//g' "$said" | grep '[▀▄█]' | wc -L)" -le 40 ] ||
        wrong "reveal --qr draws wider than a window of 40 columns"
else
    [ "$(entries)" = "$n" ] || wrong "reveal --qr refuses, and is on record: $(cat "$said")"
fi
for form in --totp --text --qr; do
    "${alice[@]}" reveal "$codes" $form >"$tmp/piped" 2>&1 || :
    ! grep -q $'\x1b' "$tmp/piped" || wrong "reveal $form: escape sequences in a pipe"
done

good "${#looks[@]} commands in 40 columns, with NO_COLOR, in a pipe"

# ---- how the countdowns ended --------------------------------------------------------------------

wait
for columns in 100 40; do
    read -r code from to <"$tmp/$columns.ended"
    [ "$code" = 0 ] || wrong "$columns columns: exit code $code: $(cat "$tmp/$columns.said")"
    oath "$from" "$to" >"$tmp/oath"
    { grep -oE '[0-9]{6} for +[0-9]+ s, then [0-9]{6}' "$tmp/$columns.said" || :; } | uniq >"$tmp/shown"
    [ "$(wc -l <"$tmp/shown")" -gt $((2 * period)) ] || wrong "$columns columns: no countdown: $(cat "$tmp/shown")"
    ! grep -vxFf "$tmp/oath" "$tmp/shown" || wrong "$columns columns: oathtool knows no such line"
    [ "$(cut -d ' ' -f 1 "$tmp/shown" | sort -u | wc -l)" = 3 ] || wrong "$columns columns: not three codes"
    grep -q 'When done: rootkeep close' "$tmp/$columns.screen" || wrong "$columns columns: it does not say what comes next"
    ! codes_on "$tmp/$columns.screen" "$from" "$to" ||
        wrong "$columns columns: codes stay on the screen: $(head -n 12 "$tmp/$columns.screen")"
    ! grep -q "$seed" "$tmp/$columns.said" || wrong "$columns columns: the seed was shown"
done
good "codes: oathtool's; none is left on the screen"

rm -rf "$tmp/desk-100" "$tmp/desk-40"
[ -z "$(ls -A "$TMPDIR")" ] || wrong "temporary files are left: $(ls -A "$TMPDIR")"
[ -z "$(find . -name '*.tmp')" ] || wrong "half-written files are left: $(find . -name '*.tmp')"
[ $bad = 0 ] || fail "$bad checks failed"
echo OK
