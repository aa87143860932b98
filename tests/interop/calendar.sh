#!/usr/bin/env bash
# Has PyPI's icalendar, which shares no code with Rootkeep, read the calendar of a ledger with drills,
# improvements and batteries in it. Run from the root of the repository.
set -euo pipefail

root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-python3}
dir=$(mktemp -d)
export HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
exec 3>&1 >"$dir/said" 2>&1
trap 'code=$?; [ "$code" = 0 ] || tail -n 40 "$dir/said" >&3; rm -rf "$dir"' EXIT
cd "$dir"

as() { local who=$1; shift; "$rootkeep" -L acme.ledger -i "$who.key" --batch -q --code "$code" "$@" </dev/null; }
id() { "$python" -c 'import json,sys; print(json.load(sys.stdin)["id"])'; }
for name in alice bob; do "$rootkeep" identity new "$name" --out . --plain -q; done
"$rootkeep" -i alice.key --batch init acme.ledger --name Acme --threshold 2 --card alice.card --card bob.card
code=$("$rootkeep" -L acme.ledger -i alice.key show genesis --json |
    "$python" -c 'import json,sys; print(json.load(sys.stdin)["code"])')
as bob sign genesis

as alice drill plan possession --every quarter --from 2031-02-01 --timezone Asia/Tokyo
as alice drill plan ledger-restore --every year --name backups --from 2020-06-01
lesson='Ein Ersatz-Schlüssel; für "Tokio", bitte\nEND:VEVENT, または予備の鍵を東京の金庫に入れておくこと。ドアの暗証番号も変更すること。|bob|2031-01-31'
drill=$(as alice --json drill start possession --unplanned | id)
finish=$(as alice --json drill finish "$drill" --outcome failed --lesson "$lesson" | id)
as alice calendar --out first.ics
as alice calendar --out second.ics

"$python" - "$lesson" <<'PYTHON' >&3
import datetime, icalendar, pathlib, sys

def events(name):
    raw = pathlib.Path(name).read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n")) and raw.count(b"\n") == raw.count(b"\r\n")
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors and str(calendar["VERSION"]) == "2.0"
    return calendar.walk("VEVENT")

first, second = events("first.ics"), events("second.ics")
assert [e["UID"] for e in first] == [e["UID"] for e in second], "what is the same has another name"
assert len({e["UID"] for e in first}) == len(first)
for event in first:
    assert not event.errors and event.walk("VALARM")[0]["TRIGGER"].dt < datetime.timedelta(0)
    assert event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(days=1)
of = {str(e["UID"]).split("@")[0]: e for e in first}
assert of["drill-possession-2031-03-31"]["DTSTART"].dt == datetime.date(2031, 3, 31)
assert of["drill-backups-2020-12-31"]["DTSTART"].dt == datetime.date(2020, 12, 31)
improvement, = (e for uid, e in of.items() if uid.startswith("improvement-"))
assert improvement["DTSTART"].dt == datetime.date(2031, 1, 31)
assert str(improvement["DESCRIPTION"]).startswith(sys.argv[1].split("|")[0])
print(f"{len(first)} dates, read by icalendar {icalendar.__version__}")
PYTHON
