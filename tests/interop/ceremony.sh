#!/usr/bin/env bash
# A ceremony of twenty steps in the full screen, on a real terminal: ceremony.py leads it. Here it is
# held against the log what came of it. With a directory as its argument it draws pictures there.
set -euo pipefail
pictures=${1:+$(realpath "$1")}
root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-python3}
dir=$(mktemp -d)
export HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
export TERM=xterm-256color LC_ALL=C.UTF-8
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY NO_COLOR
exec 3>&1 >"$dir/said" 2>&1
trap 'code=$?; [ "$code" = 0 ] || tail -n 60 "$dir/said" >&3; rm -rf "$dir"' EXIT
cd "$dir"

as() { local who=$1; shift; "$rootkeep" -L acme.ledger -i "$who.key" --batch -q --code "$code" "$@" </dev/null; }
field() { "$python" -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
for name in alice bob carol dave; do "$rootkeep" identity new "$name" --out . --plain -q; done
"$rootkeep" -i alice.key --batch init acme.ledger --name Acme --threshold 2 \
    --card alice.card --card bob.card --card carol.card --card dave.card
code=$("$rootkeep" -L acme.ledger -i alice.key show genesis --json | field code)
for name in bob carol dave; do as $name sign genesis; done
as alice location add tokyo-a --kind safe --site tokyo --timezone Asia/Tokyo --access alice --access bob
as alice item add spare-key --kind key --location tokyo-a

{
    cat <<'TOML'
schema = "rootkeep/v1/runbook"
name = "twenty"
title = "Twenty steps"
scenario = "The runner is tried."
written = 2026-11-21
[[roles]]
id = "operator"
who = "Acts"
apart_from = ["witness"]
[[roles]]
id = "witness"
who = "Watches"
TOML
    for step in $(seq 20); do
        printf '[[steps]]\nid = "step-%s"\nby = ["operator", "witness"]\n' "$step"
        printf 'do = """\nDo what step %s says, slowly and aloud, so that everybody in the room can follow it:\n\n    rootkeep status\n"""\n' "$step"
        printf 'observe = "It is done."\nstop = ["It is not: say so."]\n'
        [ "$step" != 1 ] || printf 'record = [{ id = "bag", what = "The number of the bag" }]\n'
    done
} >twenty.toml
as alice runbook add twenty.toml --with alice.key --with bob.key
id=$(as alice --json ceremony start twenty --production --timezone Asia/Tokyo --location tokyo-a \
    --role operator=alice --role witness=bob --guest 'Jo Smith|Acme Audit' | field id)

"$python" "$root/tests/interop/ceremony.py" "$rootkeep" acme.ledger "$id" ${pictures:+"$pictures"} >&3

# Without bob it is not completed.
[ "$(as carol --json ceremony show "$id" | field state)" = to-be-signed ]
finish=$(as carol --json log --kind ceremony.finish | "$python" -c 'import json,sys; print(json.load(sys.stdin)["entries"][0]["id"])')
as bob sign "$finish"
as carol --json ceremony show "$id" >show.json
as carol ceremony show "$id"
"$python" - <<'PYTHON' >&3
import json
show = json.load(open("show.json"))
assert show["state"] == "completed" and show["timezone"] == "Asia/Tokyo", show["state"]
went = [step["went"] for step in show["steps"]]
assert went == ["done"] * 2 + ["deviated"] + ["done"] * 16 + ["skipped"], went
recorded = [minute["step"] for minute in show["minutes"] if minute["step"] and "EXCEPTION" not in minute["text"]]
assert recorded == list(range(1, 21)), f"each step once, in order: {recorded}"
assert len(show["exceptions"]) == 1 and len(show["alone"]) == 1
text = json.dumps(show["minutes"])
for said in ("bag = the bag is A-0001", "expected: The key turns", "happened: It breaks off", "Fetch the spare one",
             "bob left, with a broken key", "bob came in, with spare-key, a torch", "a break began; alice, bob stay",
             "the break ended", "note: With the spare key", "surprise: The first key broke", "fewer than two"):
    assert said in text, f"{said}: {text}"
assert "half a na" not in text
print("twenty steps on a terminal: an exception, a break, a kill -9 in the middle; each step is in the log once")
PYTHON
as carol --json improvement list | grep -q 'A second spare key'
as carol verify
