#!/usr/bin/env bash
# `rootkeep shell` on a real terminal: one passphrase for many commands, names completed by Tab, an
# exact Yes, Ctrl-C, errors as outside, and after a while without input it is locked, in the middle of
# a line too. Nothing is written but what the commands themselves write, and nothing is held between
# them.
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
mkdir "$tmp/desk" "$tmp/desk/home"
# Everything that the program could leave behind lies under desk; what this script keeps does not.
export HOME=$tmp/desk/home
export XDG_STATE_HOME=$HOME/state XDG_CONFIG_HOME=$HOME/config XDG_DATA_HOME=$HOME/data XDG_CACHE_HOME=$HOME/cache
cd "$tmp/desk"
said=$tmp/said script=$tmp/script

fail() { echo "shell.sh: $*" >&2; exit 1; }
rk() { local who=$1; shift; "$rootkeep" -q --batch -L acme.ledger -i "$who.key" "$@"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
entries() { rk bob status --json | field entries; }
terminal() { "$python" "$root/tests/interop/terminal.py" "$@"; }
files() { find . ! -name '*-wal' ! -name '*-shm' | sort; }

# talk CODE COMMAND...: follows the script on standard input; ends with that code. $said has what was
# shown.
talk() {
    local want=$1 got=0
    shift
    cat >"$script"
    terminal --script "$script" -- "$@" >"$said" 2>"$said.error" || got=$?
    [ "$got" = "$want" ] || fail "exit code $got instead of $want: $(cat "$said.error"): $(tail -n 12 "$said")"
}
shown() { grep -qP -- "$1" "$said" || fail "not shown: $1: $(cat "$said")"; }
hidden() { ! grep -qF -- "$1" "$said" || fail "it was shown: $1: $(cat "$said")"; }
times() { [ "$(grep -cP -- "$2" "$said")" = "$1" ] || fail "not $1 times: $2: $(cat "$said")"; }

# ---- three people, a quorum, secrets -------------------------------------------------------------

passphrase='nine words are more than anybody needs here at all'
terminal 'Passphrase for[^\n]*: ' "hidden:$passphrase" 'same again: ' "hidden:$passphrase" -- \
    "$rootkeep" -q identity new alice --out . >/dev/null
for name in bob 'Carol Danvers'; do "$rootkeep" -q identity new "$name" --out . --plain >/dev/null; done
mv carol-danvers.key carol.key
mv carol-danvers.card carol.card
"$rootkeep" -q --batch -i bob.key init acme.ledger --name 'Acme root' --threshold 2 \
    --card bob.card --card alice.card --card carol.card >/dev/null
code=$(rk bob show genesis --json | field code)
rk carol --code "$code" sign genesis >/dev/null
talk 0 "$rootkeep" -q -L acme.ledger -i alice.key --code "$code" sign genesis <<END
see Passphrase of alice.key:
hidden $passphrase
see Type Yes to agree:
enter Yes
see in effect
END
rk bob account import --organizations "$root/examples/organizations.json" >/dev/null
quorum=$(rk bob quorum define engineers --threshold 2 --member alice --member bob --json | field id)
for name in bob carol; do rk $name sign "$quorum" >/dev/null; done
rk bob seal 111122223333/password --quorum engineers --generate 24 >/dev/null
printf x | rk bob seal org/note --quorum engineers --stdin >/dev/null
uri='otpauth://totp/root@111122223333?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=AWS'
printf '%s' "$uri" | rk bob seal 111122223333/mfa-seed --quorum engineers --otpauth-stdin >/dev/null
id=$(rk bob request 111122223333/password --purpose Test --json | field id)
again=$(rk bob request org/note --purpose Test --json | field id)
seed=$(rk bob request 111122223333/mfa-seed --purpose Test --json | field id)
for request in "$id" "$seed"; do rk bob sign "$request" >/dev/null; done

shell=("$rootkeep" -L acme.ledger -i alice.key shell)
prompt='Acme root · alice> '

# ---- who may have a shell ------------------------------------------------------------------------

wrong() { # wrong CODE ERROR WORDS...: without a terminal
    local got=0
    "$rootkeep" -L acme.ledger -i bob.key "${@:3}" >"$said" 2>&1 || got=$?
    [ "$got" = "$1" ] || fail "exit code $got instead of $1: ${*:3}: $(cat "$said")"
    shown "\[$2\]"
}
wrong 2 shell-needs-terminal shell
shown 'call rootkeep once per command'
talk 2 "${shell[@]}" --batch </dev/null
shown 'shell-needs-terminal'
talk 2 "${shell[@]}" --json </dev/null
shown 'not-for-shell'
talk 2 "${shell[@]}" --with bob.key </dev/null
shown 'not-for-shell'
talk 2 "${shell[@]}" --idle 3h </dev/null
shown 'bad-duration'
talk 2 env TERM=dumb "${shell[@]}" </dev/null
shown 'TERM is .dumb.'
talk 4 "${shell[@]}" <<'END'
see Passphrase of alice.key:
hidden wrong
see Passphrase of alice.key:
hidden wrong
see Passphrase of alice.key:
hidden wrong
END
shown 'wrong-passphrase'

# ---- one passphrase, many commands ---------------------------------------------------------------

before=$(files)
n=$(entries)
# Two Tabs list what there is; one completes what there is only one of.
talk 0 "${shell[@]}" <<END
see Passphrase of alice.key:
hidden $passphrase
see $n entries; for you to sign: 
see $prompt
enter status
see you are alice
see $prompt
type custodian show Ca
tab
see 'Carol Danvers' 
enter
see fingerprint
see $prompt
type secret show 1111
tab
see 111122223333/
tab
see mfa-seed .*password
type pas
tab
enter
see epoch 1
see $prompt
type quorum show eng
tab
see engineers 
enter
see 2 of alice, bob
see $prompt
type account show 1111222
tab
see 111122223333 
enter
see Management|111122223333
see $prompt
type sign ${id:0:5}
tab
see ${id:0:8}
key c
see $prompt
enter request 111122223333/password --purpose "Two  words, and a \\"quote\\"" --task 'It'\\''s'
see requested: 
see nobody\): 
enter
see $prompt
enter sign $id
see Type Yes to agree: 
enter yes
see not-confirmed
see $prompt
enter sign $id
see Type Yes to agree: 
key c
see not-confirmed
see $prompt
enter rootkeep sign $id
see Type Yes to agree: 
enter Yes
see request \(id [0-9a-f]+\) is in effect
see $prompt
enter sign $seed
see Type Yes to agree: 
enter Yes
see request \(id [0-9a-f]+\) is in effect
see $prompt
enter sign $id
see already-decided
see $prompt
enter sign "$id
see unclosed-quote
see $prompt
enter log | grep x
see no-pipes
see $prompt
enter status -i bob.key
see one-person
see $prompt
enter init other.ledger
see not-in-shell
see $prompt
enter frobnicate
see unrecognized subcommand 'frobnicate'
see $prompt
enter --json sign 0000
see "code":"no-entry"
see $prompt
enter help
see In the shell also: lock, exit
see $prompt
enter
see $prompt
enter quorum define pair --threshold 2 --member alice --member bob --with bob.key
see bob, do you agree to this\? Type Yes to agree: 
enter Yes
see bob has signed
see nobody\): 
enter
see $prompt
enter exit
END
hidden "$passphrase"
times 1 'Passphrase of'
rk bob request list >"$said"
shown 'Two  words, and a "quote"$'
[ "$(entries)" = $((n + 5)) ] || fail "$(($(entries) - n)) entries instead of 5"
[ "$(files)" = "$before" ] || fail "files were written: $(diff <(echo "$before") <(files))"
echo "one passphrase: status, names by Tab, sign with an exact Yes, errors as outside"

# ---- Ctrl-C ends what asks or counts, not the shell; nothing is held between commands ------------

n=$(entries)
bob=("$rootkeep" -L acme.ledger -i bob.key shell)
talk 0 "${bob[@]}" <<END
see bob> 
type half a line
key c
see bob> 
enter correct $seed --text x
see Why is it wrong: 
key c
see not-confirmed
see bob> 
enter sign $again --with alice.key
see Type Yes to agree: 
enter Yes
see Passphrase of alice.key:
key c
see no passphrase was given
see bob> 
enter reveal $seed
see Three codes in a row
see \d{6} for [ 0-9]+ s, then
key c
see bob> 
run "$rootkeep" -q --batch -L acme.ledger -i bob.key rekey
enter status
see you are bob
see bob> 
type custodian show car
tab
see 'Carol Danvers' 
enter
see fingerprint
see bob> 
enter quit
END
[ "$(entries)" = $((n + 3)) ] || fail "$(($(entries) - n)) entries instead of 3"
echo "Ctrl-C: the line, the question, the countdown; the ledger is free meanwhile, for a re-keying even"

# ---- locked --------------------------------------------------------------------------------------

cleared='\x1b\[H\x1b\[2J\x1b\[3J'
# What was typed before it was locked is in no history after that: Ctrl-P ends at `status`.
talk 0 "${shell[@]}" <<END
see Passphrase of alice.key:
hidden $passphrase
see $prompt
enter lock
see ${cleared}locked; Enter to unlock again, Ctrl-D to leave: 
key c
see locked; Enter to unlock again
hidden
see Passphrase of alice.key:
hidden wrong
see Passphrase of alice.key:
key d
see not-confirmed
see locked; Enter to unlock again
hidden
see Passphrase of alice.key:
hidden $passphrase
see $prompt
enter status
see you are alice
see $prompt
key p
key p
enter
see you are alice
see $prompt
enter lock
see locked; Enter to unlock again
key d
END
n=$(entries)
talk 0 "${shell[@]}" --idle 5s <<END
see Passphrase of alice.key:
hidden $passphrase
see $prompt
type half a li
see ${cleared}locked after 5 s without input; Enter to unlock again, Ctrl-D to leave: 
hidden
see Passphrase of alice.key:
hidden $passphrase
see $prompt
enter sign $again
see Type Yes to agree: 
see ${cleared}locked after 5 s without input; Enter to unlock again, Ctrl-D to leave: 
key d
END
hidden "$passphrase"
[ "$(entries)" = "$n" ] || fail "silence was taken for an answer"
[ "$(files)" = "$before" ] || fail "files were written: $(diff <(echo "$before") <(files))"
[ -z "$(find "$HOME" -type f)" ] || fail "something was written to HOME: $(find "$HOME" -type f)"
echo "locked: by word, and after a while without input; half a line and a question are no input"
echo OK
