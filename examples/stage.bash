# What the examples that take months have in common; each sources it: the program, a directory, a clock that they
# set themselves, and who types what.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=${0##*/}
bin=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
command -v faketime >/dev/null || { echo "$script: needs faketime: apt install faketime" >&2; exit 1; }
[ -x "$bin" ] || (cd "$root" && cargo build --release --bin rootkeep)
[[ $bin != */* ]] || bin=$(realpath "$bin")
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
export TZ=UTC

if [ $# -gt 0 ]; then
    mkdir "$1"; dir=$(cd "$1" && pwd); temporary=
else
    dir=$(mktemp -d); temporary=$dir
fi
export XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
part=
ended() {
    [ "$1" -eq 0 ] || printf '\n%s: FAILED in: %s\n' "$script" "$part" >&2
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap 'ended $?' EXIT
say() { part=$*; printf '\n### %s\n' "$part"; }
fail() { echo "$script: $*" >&2; exit 1; }
cd "$dir"

# The clock: `on` sets it, and every command takes a minute of it.
clock=$dir/clock
on() { date -u -d "$1 09:00" +%s >"$clock"; }
tick() { local now; now=$(($(<"$clock") + 60)); echo $now >"$clock"; date -u -d "@$now" '+%F %T'; }
now() { date -u -d "@$(<"$clock")" +%FT%TZ; }
rk() { faketime --exclude-monotonic "$(tick)" "$bin" "$@"; }
# as PERSON COMMAND: somebody types it
as() { local who=$1; shift; rk --batch -L acme.ledger -i "$who.key" "$@"; }
# stated PERSON COMMAND: what it says is shown, and the id of what it has entered is kept in `id`
stated() {
    as "$@" | tee said
    id=$(sed -n 's/^entry #[0-9]*  id //p' said)
    [ -n "$id" ]
}
# expect CODE COMMAND: it is to end with this exit code, and no other
expect() {
    local code=0 wanted=$1
    shift
    "$@" || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code and not $wanted: $*"
}
