#!/usr/bin/env bash
# Three custodians whose identities are not plain age keys found a ledger and go through a whole
# release: dan has a hardware token (age-plugin-rktest), sam an SSH key, pat an age identity under a
# passphrase, which a terminal asks for. The token is touched as often as needed and no more, and a
# plugin that the user did not allow is not run.
#
#   ROOTKEEP_BIN, ROOTKEEP_PYTHON: the program; a Python with requirements.txt
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-${ROOTKEEP_VENV:-$root/target/interop-venv}/bin/python}
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY AGEDEBUG
export TERM=xterm-256color

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077
export XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config
cd "$tmp"

# The plugin is found in PATH and runs with the Python that has what it needs.
mkdir bin
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$python" "$root/tests/interop/age-plugin-rktest" >bin/age-plugin-rktest
chmod +x bin/age-plugin-rktest
without_plugin=$PATH
export PATH=$tmp/bin:$PATH RKTEST_COUNT=$tmp/count

fail() { echo "plugin.sh: $*" >&2; exit 1; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

dan() { "$rootkeep" -q --batch -i dan-identity.txt --plugin rktest --own-card dan.card "$@"; }
sam() { "$rootkeep" -q --batch -i sam.ssh --own-card sam.card --plugin rktest "$@"; }
passphrase='nine words are more than anybody needs here at all'
terminal() { "$python" "$root/tests/interop/terminal.py" "$@"; }
pat() { # on a terminal: asked for the passphrase, and whether pat agrees
    terminal 'Passphrase[^\n]*: ' "$passphrase" 'Type Yes[^\n]*: ' Yes 'Enter: nobody\): ' '' -- \
        "$rootkeep" -i pat.key --plugin rktest "$@"
}

# token RUNS DECRYPTIONS COMMAND...: the command makes exactly so many decryptions on dan's token.
token() {
    local want=$1 got
    shift
    : >count
    "$@" || fail "failed: $*"
    got=$(grep -c '^unwrap$' count) || :
    [ "$got" = "$want" ] || fail "$got decryptions on the token instead of $want: $*"
}
# refused CODE ERROR COMMAND...: with that exit code and error, and the plugin was not run.
refused() {
    local code=$1 error=$2 status=0
    shift 2
    : >count
    "$@" >refused.log 2>&1 || status=$?
    [ "$status" = "$code" ] || fail "exit code $status instead of $code: $*: $(cat refused.log)"
    grep -q "\[$error\]" refused.log || fail "not $error: $*: $(cat refused.log)"
    [ ! -s count ] || fail "the plugin was run: $*"
}

# ---- three identities and their cards ------------------------------------------------------------

age-plugin-rktest --generate >dan-identity.txt
recipient=$(sed -n 's/^# recipient: //p' dan-identity.txt)

# Stock age and the plugin understand each other: what follows tests Rootkeep, not the plugin.
echo hello | age -r "$recipient" -o hello.age
[ "$(token 1 age -d -i dan-identity.txt hello.age 2>/dev/null)" = hello ] || fail "age and the plugin"

refused 3 plugin-not-allowed "$rootkeep" identity new dan --recipient "$recipient" --out .
refused 3 plugin-not-allowed "$rootkeep" --plugin other identity new dan --recipient "$recipient" --out .
refused 1 plugin-missing env PATH="$without_plugin" "$rootkeep" --plugin rktest \
    identity new dan --recipient "$recipient" --out .
[ ! -e dan.card ] || fail "a refused command left a card"
token 0 "$rootkeep" -q --plugin rktest identity new dan --recipient "$recipient" --out . >/dev/null

ssh-keygen -q -t ed25519 -N '' -C 'sam@example.com' -f sam.ssh
"$rootkeep" -q identity new sam --ssh sam.ssh --out . >/dev/null

terminal 'assphrase for[^\n]*: ' "$passphrase" 'same again: ' "$passphrase" -- \
    "$rootkeep" identity new pat --out . >pat.log || fail "$(cat pat.log)"
grep -q 'stretching the passphrase' pat.log || fail "no passphrase was asked for: $(cat pat.log)"
head -n 1 pat.key | grep -q '^age-encryption.org/v1' || fail "pat.key is not encrypted"
! grep -q "$passphrase" pat.log || fail "the passphrase was shown"

# ---- founding ------------------------------------------------------------------------------------

# To open and to sign it takes one decryption; a share that was sealed before takes one more.
founders=(--card dan.card --card sam.card --card pat.card)
refused 3 plugin-not-allowed "$rootkeep" -q --batch -i sam.ssh --own-card sam.card \
    init refused.ledger --name Refused --threshold 2 "${founders[@]}"
[ ! -e refused.ledger ] || fail "a refused init left a ledger"
token 1 dan init three.ledger --name Three --threshold 2 "${founders[@]}" >/dev/null
code=$(token 1 dan show genesis --json | field code)
sam --code "$code" sign genesis >/dev/null
pat --code "$code" sign genesis >pat.log || fail "$(cat pat.log)"
grep -q 'genesis (id [0-9a-f]*) is in effect' pat.log || fail "$(cat pat.log)"

refused 3 plugin-not-allowed "$rootkeep" -q --batch -i dan-identity.txt status
token 1 dan status >/dev/null

id=$(token 1 dan quorum define all --threshold 2 --member dan --member sam --member pat --json | field id)
token 2 dan sign "$id" >/dev/null
sam sign "$id" --json >signed
[ "$(field effective <signed)" = True ] || fail "two of three founders have signed: $(cat signed)"

# ---- a release -----------------------------------------------------------------------------------

# Sealing to dan runs the plugin in sam's program: sam has to allow it too, and needs no token.
printf 'the one secret' >secret
refused 3 plugin-not-allowed "$rootkeep" -q --batch -i sam.ssh --own-card sam.card \
    seal org/note --quorum all --stdin <secret
token 0 sam seal org/note --quorum all --stdin <secret >/dev/null

# dan asks and reveals. Each command opens the ledger: one decryption. Signing needs the share as
# well, revealing the identity that the shares were sent to.
id=$(token 1 dan request org/note --purpose 'to test tokens' --json | field id)
refused 3 plugin-not-allowed "$rootkeep" -q --batch -i dan-identity.txt sign "$id"
token 2 dan sign "$id" >/dev/null
token 0 pat sign "$id" >pat.log || fail "$(cat pat.log)"
token 2 dan reveal "$id" --out revealed
cmp -s secret revealed || fail "dan revealed another secret"
token 1 dan close "$id" --outcome used --note 'read it' >/dev/null

# pat asks: the shares go to a passphrase-encrypted identity's member key; sam asks: to an SSH key's.
pat request org/note --purpose 'to test passphrases' >pat.log || fail "$(cat pat.log)"
id=$(sed -n 's/^entry #[0-9]* *id \([0-9a-f]*\).*/\1/p' pat.log | head -n 1)
token 2 dan sign "$id" >/dev/null
sam sign "$id" >/dev/null
pat reveal "$id" >pat.log || fail "$(cat pat.log)"
grep -q 'the one secret' pat.log || fail "pat did not see the secret: $(cat pat.log)"

# dan signs at sam's keyboard.
id=$(token 2 sam --with dan-identity.txt request org/note --purpose 'to test SSH keys' --json | field id)
sam sign "$id" >/dev/null
[ "$(sam reveal "$id")" = 'the one secret' ] || fail "sam did not see the secret"

# ---- a shell -------------------------------------------------------------------------------------

# Each command asks the token as it does outside; to complete a name asks nothing.
cat >script <<'END'
see Three · dan> 
type custodian show s
tab
see custodian show sam 
enter
see fingerprint
see dan> 
enter status
see you are dan
see dan> 
key d
END
token 3 terminal --script script -- "$rootkeep" -q -i dan-identity.txt --plugin rktest --own-card dan.card shell \
    >shell.log || fail "$(cat shell.log)"

# An SSH key's passphrase is asked for once.
cp sam.ssh sam-open.ssh
ssh-keygen -q -p -N "$passphrase" -f sam.ssh >ssh.log
cat >script <<END
see passphrase for[^\n]*sam.ssh[^\n]*: 
hidden $passphrase
see Three · sam> 
enter status
see you are sam
see sam> 
enter lock
see Enter to unlock again
hidden
see passphrase for[^\n]*sam.ssh[^\n]*: 
hidden $passphrase
see sam> 
key d
END
token 0 terminal --script script -- "$rootkeep" -q -i sam.ssh --own-card sam.card shell >shell.log || fail "$(cat shell.log)"
[ "$(grep -c 'passphrase for' shell.log)" = 2 ] || fail "not asked once each time: $(cat shell.log)"
mv sam-open.ssh sam.ssh

# ---- without Rootkeep ----------------------------------------------------------------------------

# The same three identities, with stock age.
terminal 'Enter passphrase[^\n]*: ' "$passphrase" -- env ROOTKEEP_PYTHON="$python" \
    bash "$root/examples/recover.sh" three.ledger recovered dan-identity.txt sam.ssh pat.key >recover.log ||
    fail "$(cat recover.log)"
cmp -s secret recovered/secrets/org_note.1 || fail "recover.sh: $(cat recover.log)"

dan verify | grep -q '^all good' || fail "verify"
echo "OK: a token, an SSH key and a passphrase found a ledger and release a secret"
