#!/usr/bin/env bash
# The guided form of the safe-access log on a real terminal, as somebody at a safe goes through it:
# right answers through to the exact Yes and the witness who signs at the same keyboard; wrong answers
# at each question are explained and asked again; a bag's number is never shown before it is typed;
# Ctrl-C at any question leaves the ledger as it was.
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
trap 'rm -rf "$tmp"' EXIT
umask 077
mkdir "$tmp/desk"
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
cd "$tmp/desk"
said=$tmp/said script=$tmp/script

fail() { echo "safe_form.sh: $*" >&2; exit 1; }
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
entries() { rk alice status --json | field entries; }
terminal() { "$python" "$root/tests/interop/terminal.py" "$@"; }

# talk CODE COMMAND...: follows the script on standard input; ends with that code. $said has what was
# shown.
talk() {
    local want=$1 got=0
    shift
    cat >"$script"
    terminal --script "$script" -- "$@" >"$said" 2>"$said.error" || got=$?
    [ "$want" = some ] && [ $got != 0 ] && [ $got != 99 ] && return
    [ "$got" = "$want" ] || fail "exit code $got instead of $want: $(cat "$said.error"): $(tail -n 15 "$said")"
}
shown() { grep -qP -- "$1" "$said" || fail "not shown: $1: $(cat "$said")"; }
times() { [ "$(grep -cP -- "$2" "$said")" = "$1" ] || fail "not $1 times: $2: $(cat "$said")"; }
accesses() { rk alice safe list --json | "$python" -c 'import json, sys; print(len(json.load(sys.stdin)["accesses"]))'; }

# ---- three people, a safe, two sheets ------------------------------------------------------------

for name in alice bob carol; do "$rootkeep" -q identity new $name --out . --plain >/dev/null; done
"$rootkeep" -q --batch -i alice.key init acme.ledger --name Acme --threshold 2 \
    --card alice.card --card bob.card --card carol.card >/dev/null
code=$(rk alice show genesis --json | field code)
for name in bob carol; do rk $name --code "$code" sign genesis >/dev/null; done
rk alice --with alice.key --with bob.key quorum define board --threshold 2 --member alice --member bob >/dev/null
rk alice account import --organizations "$root/examples/organizations.json" >/dev/null
rk alice seal 111122223333/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png" >/dev/null
# dora is proposed, and no custodian yet.
"$rootkeep" -q identity new dora --out . --plain >/dev/null
rk alice custodian add dora.card --role witness >/dev/null
for place in tokyo-a london-a; do
    rk alice location add $place --kind safe --site "${place%-a}" --timezone Asia/Tokyo --access alice >/dev/null
done
rk alice item add sheet-1 --kind qr-sheet --for 111122223333/mfa-seed --location tokyo-a --bag ZQ-314159 >/dev/null
rk alice item add sheet-2 --kind document --location tokyo-a --bag ZQ-271828 >/dev/null
rk alice item add papers --kind document --location london-a >/dev/null
request=$(rk alice request 111122223333/mfa-seed --purpose Drill --json | field id)
for name in alice bob; do rk $name sign "$request" >/dev/null; done

alice=("$rootkeep" -L acme.ledger -i alice.key)
clock() { TZ=Asia/Tokyo date -d "$1" '+%Y-%m-%d %H:%M'; }
# A release counts for what was opened at most five minutes before it was in effect.
opened=$(clock '-3 minutes') closed=$(clock '-1 minutes')

# ---- every answer right, and the witness at the same keyboard ------------------------------------

cat >"$tmp/right" <<END
see Which location: 
enter tokyo-a
see Opened at \(the clock in Asia/Tokyo[^)]*\): 
enter $opened
see Closed at[^:]*:\d\d\): 
enter $closed
see Who witnesses \([^)]*\): 
enter bob
see What for: 
enter Restore drill
see Which item was handled[^:]*: no more\): 
enter sheet-1
see out, in, stayed\): 
enter stayed
see read from the bag \(Enter: it has none\): 
enter ZQ-314159
see Its seal \(intact, broken\): 
enter intact
see Which item was handled[^:]*: no more\): 
enter
see own counter \([^)]*\): 
enter 41
see other custodian was there[^:]*: nobody\): 
enter carol
see Came in at[^:]*:\d\d\): 
enter $opened
see Left at[^:]*:\d\d\): 
enter $closed
see other custodian was there[^:]*: nobody\): 
enter
see Who else was there[^:]*: nobody\): 
enter The fire officer
see Who else was there[^:]*: nobody\): 
enter
see all was as expected\): 
enter the lamp works
see When \(the clock[^:]*:\d\d\): 
enter $opened
see What happened: 
enter it was dark
see Who decided[^:]*: 
enter Alice: a torch
see all was as expected\): 
enter
see What else is to be said[^:]*: nothing\): 
enter Dusty
see The release that it is for[^:]*in effect: [0-9a-f]+; Enter: none\): 
enter ${request:0:8}
see Is this what happened\? Type Yes to agree: 
END
n=$(entries)
{ cat "$tmp/right"; cat <<END; } | talk 0 "${alice[@]}" safe log
enter Yes
see to initial: tokyo-a was opened and closed, #$n 
see Is somebody here who can sign now\?[^:]*: nobody\): 
enter bob.key
see bob, do you agree to this\? Type Yes to agree: 
enter Yes
see in effect
END
# What was typed is in the summary; nothing on the screen showed the number of the other bag.
shown 'item +sheet-1 stayed intact bag ZQ-314159'
shown "the clock there: from $opened JST to $closed JST"
shown 'exception .*expected the lamp works; happened: it was dark; decided by Alice: a torch'
shown 'present +carol'
! grep -q 'ZQ-271828' "$said" || fail "the number of a bag was shown: $(cat "$said")"
! grep 'to look at' "$said" | grep -qv 'no release was in effect' || fail "something does not fit: $(cat "$said")"
[ "$(entries)" = $((n + 2)) ] || fail "not two entries more"
[ "$(accesses)" = 1 ] || fail "the access is not listed"
echo "the form, with right answers"

# ---- Ctrl-C at every question --------------------------------------------------------------------

# stops NAME COMMAND...: the script $tmp/right, cut after each of its questions by Ctrl-C.
stops() {
    local questions asked before
    questions=$(grep -c '^see ' "$tmp/right")
    before=$(entries)
    for ((asked = 1; asked <= questions; asked++)); do
        { awk -v last=$asked '{ print } /^see / && ++n == last { exit }' "$tmp/right"; echo "key c"; } |
            talk some "${alice[@]}" "$@"
        ! grep -q panicked "$said" || fail "panic: $(cat "$said")"
        [ "$(entries)" = "$before" ] || fail "Ctrl-C at question $asked of $*: an entry was made"
    done
    # Ctrl-D is no answer either, nor is anything but Yes.
    for last in 'key d' 'enter yes' 'enter'; do
        { cat "$tmp/right"; echo "$last"; } | talk 3 "${alice[@]}" "$@"
        shown 'not-confirmed'
        [ "$(entries)" = "$before" ] || fail "'$last' at the end of $*: an entry was made"
    done
    echo "Ctrl-C at each of $questions questions: $*"
}
# The lock has shown 41 by now.
sed -i 's/^enter 41$/enter 42/' "$tmp/right"
stops safe log

# ---- wrong answers -------------------------------------------------------------------------------

talk 0 "${alice[@]}" safe log <<END
see Which location: 
enter the safe
see is not a name
see Which location: 
enter nowhere
see there is no location .nowhere.
see Which location: 
enter tokyo-a
see Opened at[^:]*:\d\d\): 
enter noon
see .noon. is not a time
see Opened at[^:]*:\d\d\): 
enter $(clock '+3 hours')
see is still to come
see Opened at[^:]*:\d\d\): 
enter $opened
see Closed at[^:]*:\d\d\): 
enter $(clock '-3 hours')
see is before it began
see Closed at[^:]*:\d\d\): 
enter $closed
see Who witnesses[^:]*: 
enter zoe
see there is no custodian .zoe.
see Who witnesses[^:]*: 
enter alice
see nobody witnesses what they did themselves
see Who witnesses[^:]*: 
enter dora
see that is not a custodian with the role
see Who witnesses[^:]*: 
enter bob
see What for: 
enter
see a text has 1 to 4096 bytes
see What for: 
enter Look
see Which item was handled[^:]*: no more\): 
enter sheet-9
see there is no item .sheet-9.
see Which item was handled[^:]*: no more\): 
enter sheet-2
see out, in, stayed\): 
enter taken
see type out, in or stayed
see out, in, stayed\): 
enter stayed
see read from the bag[^:]*: it has none\): 
enter ZQ-27182
see not what the register has
see read from the bag[^:]*: it has none\): 
enter ZQ-271829
see Its seal \(intact, broken\): 
enter whole
see a seal is intact or broken
see Its seal \(intact, broken\): 
enter intact
see Which item was handled[^:]*: no more\): 
enter sheet-2
see It is in the list already
see Which item was handled[^:]*: no more\): 
enter papers
see out, in, stayed\): 
enter stayed
see The register has it in london-a
see read from the bag[^:]*: it has none\): 
enter
see Which item was handled[^:]*: no more\): 
enter
see own counter \(it has shown one before[^)]*\): 
enter forty-two
see a counter is a whole number
see own counter \(it has shown one before[^)]*\): 
enter
see It has shown a number before
see own counter \(it has shown one before[^)]*\): 
enter 44
see not the next number
see own counter \(it has shown one before[^)]*\): 
enter 42
see other custodian was there[^:]*: nobody\): 
enter nobody
see there is no custodian .nobody.
see other custodian was there[^:]*: nobody\): 
enter
see Who else was there[^:]*: nobody\): 
enter
see all was as expected\): 
enter
see What else is to be said[^:]*: nothing\): 
enter
see Is this what happened\? Type Yes to agree: 
enter Yes
see Is somebody here who can sign now\?[^:]*: nobody\): 
enter bob.key
see bob, do you agree to this\? Type Yes to agree: 
enter Yes
see papers was handled where the register did not have it
see the bag of sheet-2 is ZQ-271829, and the registered one is ZQ-271828
see in effect
END
"$python" - "$said" <<'END' || fail "a registered number was shown before the summary"
import sys
text = open(sys.argv[1], encoding="utf-8").read()
form, summary, _ = text.partition("Is this what happened?")
assert summary and "ZQ-271828" not in form and "ZQ-314159" not in form
END
echo "wrong answers are explained, and asked again"

# Whoever keeps answering wrongly is asked again until they leave, and nothing was written.
n=$(entries)
{ for _ in 1 2 3 4 5 6 7; do printf 'see Which location: \nenter nowhere\n'; done; printf 'see Which location: \nkey c\n'; } |
    talk some "${alice[@]}" safe log
[ "$(entries)" = "$n" ] || fail "wrong answers made an entry"

# A witness who is somebody else is refused, and the entry waits on.
rk alice safe log tokyo-a --opened-at "$opened" --closed-at "$closed" --witness bob --purpose Look \
    --counter 43 --json >"$tmp/waits"
id=$(field id <"$tmp/waits")
rk carol sign "$id" >"$said" 2>&1 && fail "somebody else has signed for the witness"
shown 'not-the-witness'
rk bob sign "$id" >/dev/null 2>&1

# ---- as it happens -------------------------------------------------------------------------------

cat >"$tmp/right" <<END
see Which location: 
enter tokyo-a
see Who witnesses \([^)]*\): 
enter bob
see What for: 
enter Take the sheet out
see The release that it is for[^:]*in effect: [0-9a-f]+; Enter: none\): 
END
before=$(entries)
for asked in 1 2 3 4; do
    { awk -v last=$asked '{ print } /^see / && ++n == last { exit }' "$tmp/right"; echo "key c"; } |
        talk some "${alice[@]}" safe open
    [ "$(entries)" = "$before" ] || fail "Ctrl-C at question $asked of safe open: an entry was made"
done
{ cat "$tmp/right"; cat <<END; } | talk 0 "${alice[@]}" safe open
enter ${request:0:8}
see tokyo-a is open
END
talk 3 "${alice[@]}" safe open tokyo-a <<END
see alice has opened tokyo-a, and not closed it
END
# carol is a keeper, and is offered what alice has left open.
talk some "$rootkeep" -L acme.ledger -i carol.key safe close <<END
see Locations: tokyo-a \(opened by alice\)
see Which location: 
key c
END
rk alice location show tokyo-a >"$said"
shown 'OPEN +since .* JST by alice, witness bob'
# A visit in the minute of the opening; and a counter that nobody has read.
cat >"$tmp/right" <<END
see Locations: tokyo-a\s
see Which location: 
enter tokyo-a
see Which item was handled[^:]*: no more\): 
enter sheet-1
see out, in, stayed\): 
enter out
see read from the bag[^:]*: it has none\): 
enter ZQ-314159
see Its seal \(intact, broken\): 
enter intact
see Which item was handled[^:]*: no more\): 
enter
see own counter \(it has shown one before[^)]*\): 
enter
see own counter \(it has shown one before[^)]*\): 
enter
see other custodian was there[^:]*: nobody\): 
enter carol
see Came in at[^:]*:\d\d\): 
enter $(clock now)
see Left at[^:]*:\d\d\): 
enter $(clock now)
see other custodian was there[^:]*: nobody\): 
enter
see Who else was there[^:]*: nobody\): 
enter
see all was as expected\): 
enter
see What else is to be said[^:]*: nothing\): 
enter
see Is this what happened\? Type Yes to agree: 
END
stops safe close
{ cat "$tmp/right"; cat <<END; } | talk 0 "${alice[@]}" safe close
enter Yes
see Is somebody here who can sign now\?[^:]*: nobody\): 
enter
see not in effect yet: 1 more person must sign
END
rk bob sign "$(rk alice log --json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["entries"][-1]["id"])')" >"$said" 2>&1 ||
    fail "bob could not sign: $(cat "$said")"
rk alice item show sheet-1 >"$said"
shown 'where +OUT of tokyo-a'
rk alice verify >/dev/null
echo OK
