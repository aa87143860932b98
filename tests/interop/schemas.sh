#!/usr/bin/env bash
# Makes a ledger with every kind of statement and has every command speak JSON; then schemas.py holds
# the exported log, the cards and what the commands said to schema/*.json. Run from the root of the
# repository.
set -euo pipefail

root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-python3}
[[ $rootkeep != */* ]] || rootkeep=$(realpath "$rootkeep")
[[ $python != */* ]] || python=$(realpath -s "$python")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
exec </dev/null
cd "$dir"
code=

fail() { echo "schemas.sh: $*" >&2; exit 1; }
# say ARGUMENTS: what the program says is printed, and kept in `outputs`.
say() { "$rootkeep" --batch --json "$@" | tee -a outputs; }
# as NAME ARGUMENTS: a person acts, with the genesis code, for it may be the first act.
as() { local who=$1; shift; say -L acme.ledger -i "$who.key" --code "$code" "$@"; }
# refused EXIT CODE NAME ARGUMENTS: the program exits so, and its error, with this code, is kept too.
refused() {
    local expected=$1 word=$2 who=$3 status=0
    shift 3
    "$rootkeep" --batch --json -L acme.ledger -i "$who.key" "$@" >said 2>error || status=$?
    [ "$status" = "$expected" ] || fail "exit $status and not $expected: $*: $(cat error)"
    [ ! -s said ] || fail "an error, and data too: $*"
    [ "$(wc -l <error)" = 1 ] || fail "not one line on standard error: $*: $(cat error)"
    [ "$(field error.code <error)" = "$word" ] || fail "not $word: $*: $(cat error)"
    cat error >>outputs
}
# attention NAME ARGUMENTS: what is asked is done, and the exit code says to look.
attention() {
    local status=0
    as "$@" || status=$?
    [ "$status" = 6 ] || fail "exit $status and not 6: $*"
}
field() { "$python" -c 'import functools, json, sys
print(functools.reduce(lambda value, key: value[key], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"; }
together() { as alice --with bob.key --with carol.key --with alice.key "$@"; }

# ---- people ----------------------------------------------------------------------------------------

{
    say identity new alice --out . --plain --timezone Europe/London --contact '+44 20 7946 0001'
    for name in bob carol dave frank gina lena lena2; do say identity new "$name" --out . --plain; done
    ssh-keygen -q -t ed25519 -N '' -C '' -f erin_ssh
    say identity new erin --out . --ssh erin_ssh --timezone Asia/Tokyo
    ln -s erin_ssh erin.key
    cards=()
    for name in alice bob carol dave erin; do
        say card show "$name.card"
        cards+=(--card "$name.card")
    done
    say -i alice.key init acme.ledger --name 'Acme é 東京 "root" \ custody' --threshold 3 "${cards[@]}"
    refused 3 genesis-code-needed bob sign genesis
} >/dev/null
code=$(say -L acme.ledger -i alice.key show genesis | field code)
{
    as alice status
    for name in bob carol dave; do as "$name" sign genesis; done
    as erin --own-card erin.card sign genesis
    as alice show genesis
} >/dev/null

newcomer() { # newcomer NAME COMMAND...: everybody has heard the fingerprint
    local name=$1 said by
    shift
    said=$(as alice "$@" "$name.card" --identified-by 'alice, in person')
    for by in alice bob carol; do
        as "$by" sign "$(field id <<<"$said")" --fingerprint "$(field fingerprint <<<"$said")"
    done
}
{
    newcomer frank custodian add --role operator --role holder
    as frank --own-card frank.card custodian accept
    newcomer gina reader add
    as frank custodian away frank --from 2020-01-01 --to 2090-12-31
    as carol custodian away erin --from 2030-12-24 --to 2031-01-02
    newcomer lena custodian add --role holder
    as lena --own-card lena.card custodian accept
    newcomer lena2 custodian replace lena
    as lena2 --own-card lena2.card custodian accept
    as lena2 custodian acknowledge
    printf 'name,email\n"Else, Somebody",else@example.com\n' >leavers.csv
    as alice custodian leavers leavers.csv --preview
    as alice custodian leavers leavers.csv
    echo 'alice smith,' >>leavers.csv
    attention alice custodian leavers leavers.csv --preview
    echo Frank, >>leavers.csv
    attention alice custodian leavers leavers.csv --preview
    attention alice custodian leavers leavers.csv
    governance=$(as alice quorum define governance --threshold 3 --member alice --member bob --member carol --member dave | field id)
    for by in alice bob carol dave; do as "$by" sign "$governance"; done
} >/dev/null

# ---- rules, accounts, secrets ------------------------------------------------------------------------

mfa=222233334444/mfa-seed:tokyo
{
    as alice policy show
    together policy set --pending-days 20 --request-hours 48 --window-max 4h
    together quorum define engineers --threshold 2 --member alice --member bob --member carol
    together quorum define sites --groups-needed 2 --group east=2:alice,bob,frank --group west=1:dave
    as alice account import --organizations "$root/examples/organizations.json" --preview
    as alice account import --organizations "$root/examples/organizations.json"
    as alice account import --organizations "$root/examples/organizations.json"
    "$python" - "$root/examples/organizations.json" >fewer.json <<'PYTHON'
import json, sys
listing = json.load(open(sys.argv[1]))
gone = next(a for a in listing["Accounts"] if a["Id"] not in ("111122223333", "222233334444", "333344445555"))
listing["Accounts"].remove(gone)
json.dump(listing, sys.stdout)
PYTHON
    as alice account import --organizations fewer.json
    mkdir collected
    echo 2024-01-02T03:04:05Z >collected/as-of.txt
    echo '{"SummaryMap":{"AccountMFAEnabled":0,"AccountAccessKeysPresent":1,"AccountPasswordPresent":1}}' >collected/222233334444-account-summary.json
    echo '{"MFADevices":[{"SerialNumber":"GAHT12345678"}]}' >collected/111122223333-mfa-devices.json
    echo '{"ContactInformation":{"FullName":"Cloud team","PhoneNumber":"+44 1","City":"Leeds"}}' >collected/111122223333-contact-information.json
    echo '{}' >collected/111122223333-billing-contact.json
    echo '{"OrganizationId":"o-aa111bb222","EnabledFeatures":["RootSessions"]}' >collected/organizations-features.json
    echo '{"DelegatedAdministrators":[]}' >collected/delegated-administrators.json
    as alice account import --from collected --preview
    as alice account import --from collected
    as alice account import --from collected
    as alice account set 222233334444 --credentials present --since 2024-01-02 --answers recorded --note x --preview
    as alice account set 222233334444 --credentials present --since 2024-01-02 --answers recorded --note x
    as alice account set 222233334444 --scp deny-root --scp-since 2024-01-02 --contacts-checked 2024-01-02
    as alice account show 222233334444 --history
    as alice posture show
    together posture set --domain example.com --hardware-mfa all --timestamp-every quarter
    as alice posture show
    as alice alarm add root-use --where EventBridge --receiver bob --other 'the duty desk'
    as alice alarm set root-use --account 111122223333
    printf '%s\n' id,where,receivers 'night,pager,bob;carol' >alarms.csv
    as alice alarm import alarms.csv --preview
    as alice alarm import alarms.csv
    as alice alarm list

    printf '%s' 'correct horse battery staple' | as alice seal 111122223333/password --quorum engineers --stdin
    printf '%s' 'otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AWS' |
        as bob seal $mfa --quorum sites --serves 333344445555 --otpauth-stdin
    as frank seal mailbox:root/password --quorum sites --generate 24 --show-once
    as alice secret confirm 111122223333/password --epoch 1 --note $'signed in\nwith it'
    as alice seal 111122223333/password --generate 30
    as bob secret confirm 111122223333/password --epoch 2
} >/dev/null

# ---- releases --------------------------------------------------------------------------------------

{
    one=$(as alice request 111122223333/password --purpose drill --task 'sign in' --ticket T-1 | field id)
    refused 3 not-signed-off alice reveal "$one"
    as bob sign "$one"
    as carol sign "$one"
    as alice reveal "$one"
    as alice reveal "$one" --out shown
    as alice close "$one" --outcome used --rotated --note done
    two=$(as frank request $mfa mailbox:root/password --purpose both --operator alice --window 30m | field id)
    for by in alice bob dave; do as "$by" sign "$two"; done
    as alice reveal "$two" $mfa --totp
    refused 2 which-secret alice reveal "$two"
    three=$(as alice request 111122223333/password --purpose 'no need' | field id)
    as bob reject "$three" --reason 'not now'
    as carol reject "$three" --reason 'nor I'
    four=$(as alice request 111122223333/password --purpose oops | field id)
    as alice withdraw "$four"
    waits=$(as dave request $mfa --purpose waits | field id)
    anew=$(as alice reshare 111122223333/password --purpose 'new shares' | field id)
    for by in bob carol; do as "$by" sign "$anew"; done
    as alice reshare finish "$anew"
    as bob secret prove
    together secret destroy 111122223333/password --epoch 1 --reason 'an old one'
    as alice secret destroy mailbox:root/password --reason 'all of it'
    together custodian retire dave --note left
    as alice rekey
    as alice custodian retire frank --distrust-from 9
    as bob correct "$one" --reason 'a slip' --text 'ticket T-2'
    echo minutes >minutes.txt
    as erin attach "$one" minutes.txt --media text/plain
    refused 3 already-attached erin attach "$one" minutes.txt
} >/dev/null

# ---- places, things, accesses ------------------------------------------------------------------------

{
    as alice location add london-a --kind safe --site london --timezone Europe/London --access alice --access bob --description 'Room 101'
    as alice location add tokyo-a --kind bank-box --site tokyo --timezone Asia/Tokyo --access carol --depends-on-aws
    as alice location add attic --kind room --site london --timezone Europe/London --access gina
    as alice location set tokyo-a --access carol --access lena2 --dual-control true
    printf '%s\n' id,kind,site,timezone,access 'paris-a,safe,paris,Europe/Paris,alice;bob' 'london-b,other,london,Europe/London,bob' >locations.csv
    as alice location import locations.csv --preview
    as alice location import locations.csv
    as alice location import locations.csv
    as bob item add sheet-1 --kind qr-sheet --for $mfa --copy 1 --location london-a --bag A1 \
        --sealed-by alice --witness carol --sealed-at 2024-01-02T03:04:05Z --label 'root of Tokyo'
    as alice seal 222233334444/password --quorum engineers --generate 24
    as bob item add letter-1 --kind document --for 222233334444/password --location london-a --bag B1
    as alice item add token-1 --kind mfa-token --account 333344445555 --location tokyo-a \
        --battery-checked 2024-01-02 --battery-expires 2034-01-02
    printf '%s\n' id,kind,location 'old-key,key,attic' 'spare-phone,phone,attic' >items.csv
    as alice item import items.csv --preview
    as alice item import items.csv
    as alice item check token-1 --battery-checked 2025-01-02 --battery-expires 2035-01-02
    for name in old-key spare-phone; do
        moved=$(as alice item move "$name" --location paris-a --bag C1 --witness bob --reason 'the attic is let' | field id)
        as bob sign "$moved"
    done
    as alice location retire attic --reason 'it is let'
    as alice mailbox add root --address root@example.com --member alice --member lena2 --other 'the help desk' --account 111122223333
    as alice mailbox set root --closed false
    printf '%s\n' id,address,members,accounts 'billing,billing@example.com,bob,222233334444' >mailboxes.csv
    as alice mailbox import mailboxes.csv --preview
    as alice mailbox import mailboxes.csv
    as alice phone add root --number '+44 20 7946 0000' --holder lena2 --other 'the front desk' --account 111122223333
    as alice phone set root --tested 2024-01-02
    printf '%s\n' id,number,holders,tested 'night,+44 20 7946 0009,bob;carol,2024-01-02' >phones.csv
    as alice phone import phones.csv --preview
    as alice phone import phones.csv

    as bob safe open london-a --purpose drill --witness carol --request "$one"
    as alice status
    as alice location list
    closed=$(as bob safe close london-a --took letter-1 --bag letter-1=B2 --seal letter-1=broken --took sheet-1 --counter 41 \
        --saw token-1 --present alice=03:04-03:14 --other 'a locksmith' --note 'it jams' \
        --exception '2024-01-02T03:09:05Z|one turn|two turns|bob' | field id)
    as carol sign "$closed"
    afterwards=(--opened-at 2024-01-02T03:04:05Z --closed-at 2024-01-02T03:14:05Z --purpose check --witness bob)
    logged=$(as alice safe log london-a "${afterwards[@]}" --put token-1 --saw sheet-1 --counter 43 | field id)
    as bob sign "$logged"
    denied=$(as alice safe log paris-a "${afterwards[@]}" --took old-key | field id)
    as bob reject "$denied" --reason 'I was not there'
    late=$(as alice safe log london-a "${afterwards[@]}" --put letter-1 --saw old-key | field id)
    burnt=$(as alice item destroy old-key --witness bob --note burnt | field id)
    for id in "$burnt" "$late" "$(as alice safe log london-a "${afterwards[@]}" --took letter-1 | field id)"; do as bob sign "$id"; done
    # Out at that last access, missed by the next one, then back.
    missed=$(as alice safe log london-a --opened-at 2024-01-03T03:04:05Z --closed-at 2024-01-03T03:05:05Z --purpose check --witness bob | field id)
    as bob sign "$missed"
    attention alice status
    as alice item show letter-1
    as alice location show london-a
    back=$(as alice safe log london-a "${afterwards[@]}" --put letter-1 | field id)
    as bob sign "$back"
    "$python" - <<'PYTHON'
import struct, zlib
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
rows = zlib.compress(b"\0" + b"\x80" * 40 + (b"\0" + b"\xc0" * 40) * 39)
open("photo.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 0, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
PYTHON
    as alice item photo letter-1 photo.png
    wrong=$(as alice safe log paris-a "${afterwards[@]}" --saw spare-phone --saw token-1 | field id)
    as alice withdraw "$wrong"
    as alice item destroy spare-phone --witness bob --note 'drilled through'
    as alice safe log tokyo-a "${afterwards[@]}" --put sheet-1
    as bob safe open paris-a --purpose drill --witness carol
    as bob safe close paris-a --saw spare-phone
    as bob safe open tokyo-a --purpose drill --witness carol
    together custodian retire lena2 --note left
    as bob status
    for name in location item mailbox phone safe; do as bob "$name" list; done
    as bob item list --location london-a
    as bob safe list --location london-a --limit 1
    for name in london-a tokyo-a attic paris-a; do as bob location show "$name"; done
    for name in sheet-1 token-1 old-key letter-1; do as bob item show "$name"; done
    for id in "$closed" "$logged" "$denied" "$burnt" "$wrong"; do as bob show "$id"; done
} >/dev/null

# ---- paper -------------------------------------------------------------------------------------------

{
    printf '%s' 'otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AWS' |
        as alice seal 333344445555/mfa-seed --quorum engineers --otpauth-stdin --witness bob \
            --print london-a=P1 --print tokyo-a=P2 --print-out copies
    paper=$(as alice request 333344445555/mfa-seed --purpose 'a third copy' | field id)
    for by in bob carol; do as "$by" sign "$paper"; done
    as alice print sheet "$paper" --location london-a --bag P3 --copy 3 --out sheet.pdf
    as alice print share 333344445555/mfa-seed --out share.pdf
    as alice print inventory london-a --out inventory.pdf
    as alice print form london-a --number P-7 --out form.pdf
    as alice location map --out map.svg
} >/dev/null

# ---- drills ----------------------------------------------------------------------------------------

{
    as alice drill plan possession --every quarter --timezone Europe/London
    as alice drill plan phone --every year --from 2030-01-01
    as alice drill plan qr-restore --every month --name sheets --scope location:paris-a
    as alice drill unplan sheets
    as alice drill list
    tried=$(as alice drill start possession --sample 1 --invite erin --note 'as planned' | field id)
    as alice drill prove "$tried"
    as bob drill prove "$tried" --sample 1
    as carol drill prove "$tried"
    as alice drill step "$tried" 1 done
    as alice drill step "$tried" 2 deviated --at "$(date -u +%FT%TZ)" --note 'the door was locked'
    as alice drill show "$tried"
    over=$(as alice drill finish "$tried" --outcome failed --lesson 'A second key|bob|2034-03-01' --lesson 'A map' --surprise 'It was dark' --note x | field id)
    as alice status
    for by in bob carol; do as "$by" sign "$over"; done
    as alice improvement list
    as bob improvement close "$over.1" --outcome done --note 'bought'
    as alice improvement list --all
    as alice drill show "$tried"
    refused 3 not-begun alice drill start phone
    refused 3 plan-exists alice drill plan phone --every year --scope 111122223333
    called=$(as alice drill start phone --unplanned | field id)
    as alice drill record call "$called" phone:root --by bob --code-read-back
    as alice drill record call "$called" phone:night --unreached --note 'it rang'
    as alice drill show "$called"
    signed_in=$(as alice drill start sign-in --scope 111122223333 | field id)
    as alice drill record sign-in "$signed_in" 111122223333 --request "$one" --at "$(date -u +%FT%TZ)"
    as alice drill record alarm "$signed_in" 111122223333 --other 'the night desk' --at "$(date -u +%FT%TZ)"
    as alice drill finish "$signed_in" --outcome passed
    sheets=$(as alice drill start qr-restore | field id)
    as alice drill record sheet "$sheets" sheet-1 bad
    restored=$(as alice drill start ledger-restore | field id)
    as alice backup --out drill.tar
    as alice drill record restore "$restored" drill.tar
    as alice calendar --out custody.ics
    attention alice drill list --as-of 2090-12-31
    governed=$(as alice drill start possession --scope quorum:governance --unplanned | field id)
    as alice slip request "$governed" --for bob --out governed.slip
    mkdir drilled
    cp bob.key bob.card drilled
    say -i drilled/bob.key --code "$code" slip make drill governed.slip --out governed.answer
    as alice slip import governed.answer
} >/dev/null

# ---- rules ------------------------------------------------------------------------------------------
{
    attention carol check
    attention carol check --rule RK024 --as-of 2090-12-31
    say check --rules
    together finding accept RK024 --about ledger --until "$(date -u -d '30 days' +%F)" --reason 'drills begin next month'
    as alice finding accept RK025 --about ledger --until "$(date -u -d '30 days' +%F)" --reason 'so do reviews'
    as carol finding list
    attention carol check --all
    refused 5 no-rule alice check --rule RK999
    refused 3 accepted-too-long alice finding accept RK025 --about ledger --until 2999-12-31 --reason 'for good'
} >/dev/null

# ---- runbooks --------------------------------------------------------------------------------------

{
    cp "$root/examples/runbooks/lost-mfa.toml" .
    say runbook check lost-mfa.toml
    together runbook add lost-mfa.toml
    echo '# The desk in Tokyo is asked first.' >>lost-mfa.toml
    together runbook add lost-mfa.toml --note 'the desk in Tokyo'
    proposed=$(as bob runbook add "$root/examples/runbooks/root-alarm.toml" | field id)
    as carol runbook list
    as carol runbook show lost-mfa
    as carol runbook show lost-mfa --version 1
    as carol runbook show "$proposed"
    as carol runbook show lost-mfa --out again.toml
    as carol print script lost-mfa --out to-do.pdf
    cmp lost-mfa.toml again.toml
    refused 3 runbook-unchanged alice runbook add lost-mfa.toml
    refused 2 bad-runbook alice runbook check "$root/Cargo.toml"
    as carol show "$proposed"
} >/dev/null

# ---- tasks -----------------------------------------------------------------------------------------

{
    asked=$(as bob task request 333344445555 change-email --new-address root+3@example.com --second carol \
        --purpose 'a group' --ticket T-1 | field id)
    as carol task show "$asked"
    for by in alice bob carol; do as "$by" sign "$asked"; done
    as carol task show "$asked"
    closing=$(as bob task close "$asked" --outcome done --began 2024-01-02T03:04:05Z --note x | field id)
    as carol task show "$asked"
    as carol show "$closing"
    as carol sign "$closing"
    as carol task show "$asked"
    together task request 222233334444 unlock-queue --resource arn:aws:sqs:eu-west-1:222233334444:orders --purpose x
    as alice task list --account 222233334444 --state open
    made=$(together task request 222233334444 create-password --purpose x --window 2h --takes 10m | field id)
    as alice task close "$made" --outcome done --began 2024-01-02T03:04:05Z --ended 2024-01-02T03:05:05Z --note x
    made=$(together task request 555566667777 delete-credentials --purpose x | field id)
    as alice task close "$made" --outcome done --began 2024-01-02T03:04:05Z --note x
    made=$(together task request 555566667777 audit-credentials --purpose x --operator bob | field id)
    refused 3 task-credentials alice task close "$made" --outcome done --began 2024-01-02T03:04:05Z --note x
    as alice task close "$made" --outcome done --began 2024-01-02T03:04:05Z --credentials absent --note x
    together task request 555566667777 unlock-bucket --resource arn:aws:s3:::logs --purpose x
    as alice task request 333344445555 audit-credentials --purpose 'it waits'
    as alice task list
    as alice status
    refused 3 management-account alice task request 111122223333 audit-credentials --purpose x
    refused 3 second-needed alice task request 333344445555 change-email --new-address a@b.example --purpose x
} >/dev/null

# ---- ceremonies ------------------------------------------------------------------------------------

{
    together runbook add "$root/tests/interop/handover.toml"
    held=$(as alice ceremony start handover --production --role lead=alice --role witness=bob --role watch=carol --role watch=erin \
        --guest 'Jo Smith|Acme Audit|watch' --guest 'Kim|Locks' --place 'Room 4' --location london-a --timezone Europe/London \
        --about "$tried" --note x | field id)
    as alice ceremony step "$held" open done --value bag=A1 --guest Kim --note x
    refused 2 value-missing alice ceremony step "$held" open
    refused 3 not-there alice ceremony step "$held" count deviated --note x --by frank
    as bob ceremony absent "$held" erin
    as bob ceremony leave "$held" bob --guest Kim --carrying item:sheet-1 --carrying 'a notebook'
    as alice ceremony show "$held"
    as alice ceremony enter "$held" frank bob --note x
    as alice ceremony exception "$held" --by alice --by bob --expected 'two sheets' --happened 'one' --decided 'to go on'
    as alice ceremony pause "$held" --stay alice --note x
    as alice ceremony list
    as alice ceremony show "$held"
    as alice print script "$held" --out rests.pdf
    as alice ceremony resume "$held"
    as alice ceremony step "$held" count deviated --by frank --note x
    as bob ceremony step "$held" close skipped --note x
    as bob ceremony exception "$held" --by bob --expected 'quiet' --happened 'an alarm' --decided 'to wait'
    finished=$(as alice ceremony finish "$held" --outcome completed --lesson 'A lamp|bob|2030-01-31' --surprise 'It was dark' --note x | field id)
    as alice ceremony show "$held"
    as alice ceremony list
    as alice show "$finished"
    as alice print script "$held" --out unsigned.pdf
    for by in bob carol frank; do as "$by" sign "$finished"; done
    as alice ceremony show "$held"
    as alice print script "$held" --paper letter --out held.pdf --proof held.tlog-proof
    refused 2 no-proof alice print script lost-mfa --out x.pdf --proof x.tlog-proof
    refused 5 no-script alice print script lost-key --out x.pdf
    as bob improvement close "$finished.1" --outcome done --note bought
    as alice improvement list
    broken=$(as carol ceremony start handover --practice --role lead=carol --role witness=frank | field id)
    as frank sign "$(as carol ceremony finish "$broken" --outcome aborted | field id)"
    as alice ceremony show "$broken"
    as alice ceremony list
} >/dev/null

# ---- reviews ---------------------------------------------------------------------------------------

{
    as alice privilege set org-admin --account 111122223333 --kind break-glass --may scp --may features --member bob --other 'the auditor' --mfa virtual --rotated 2024-01-02 --note x
    as alice privilege set old --account 111122223333
    as alice privilege end old
    as alice privilege list
    as alice who-can 111122223333 --svg reach.svg
    as alice who-can --all
    as alice what-if --without bob
    as alice review plan --every month --timezone Europe/London
    as alice review list
    back=$(as alice review start --period 2024-Q1 --note 'to try' | field id)
    attention alice review list
    as bob reject "$back" --reason 'not yet'
    begun=$(as alice review start | field id)
    as bob review strike "$begun" 'the auditor' --reason 'left'
    as bob review confirm "$begun" --group 1
    as alice review show "$begun"
    for by in alice bob carol; do as "$by" review confirm "$begun"; done
    as bob sign "$begun"
    as alice show "$begun"
    as alice status
    as alice privilege set org-admin --no-other
    as alice review done "$begun" 'the auditor' --note 'out of it'
    as alice review show "$begun"
    attention alice review list --as-of 2090-12-31
    refused 2 bad-period alice review start --period never
    as alice review unplan
} >/dev/null

# ---- CloudTrail ------------------------------------------------------------------------------------

{
    cat >trail.json <<TRAIL
{"Records":[{"eventTime":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1",
"eventID":"attack-1","recipientAccountId":"111122223333","sourceIPAddress":"192.0.2.7","userAgent":"curl","userIdentity":{"type":"Root","accountId":"111122223333"},
"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}},
{"eventTime":"2024-01-02T03:04:05Z","eventName":"CloseAccount","eventSource":"organizations.amazonaws.com","awsRegion":"us-east-1","eventID":"attack-2",
"recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","accountId":"111122223333","arn":"arn:aws:iam::111122223333:user/jo"}}]}
TRAIL
    attention alice reconcile cloudtrail trail.json --preview
    attention alice reconcile cloudtrail trail.json
    attention alice reconcile cloudtrail trail.json
    as bob status
    as bob event list
    as bob event show attack-2
    together event explain attack-2 --was ours --text 'ticket OPS-7'
    as bob event show attack-2
    as bob event list --all
    together reconcile void "$(as alice reconcile list | "$python" -c 'import json,sys; print(json.load(sys.stdin)["reconciled"][0]["id"])')" --reason 'the files were made up'
    as bob reconcile list
    refused 5 no-reconcile alice reconcile void genesis --reason 'none'
    said=$(as alice correct genesis --reason 'a slip' --text 'a name that goes' | field id)
    together erase "$said" --ground asked --reason 'a letter'
    as bob show "$said"
    refused 3 already-erased alice erase "$said" --ground asked --reason 'again'
    refused 3 still-needed alice erase genesis --ground mistake --reason 'no'
    refused 2 bad-trail alice reconcile cloudtrail alice.card
    refused 5 no-event alice event show nothing
} >/dev/null

# ---- slips -------------------------------------------------------------------------------------------

{
    five=$(as alice request 111122223333/password --purpose 'by slip' | field id)
    as alice slip request "$five" --for bob --out bob.slip
    as alice slip request --for erin --out erin.slip
    as alice slip request --for bob --out for-bob.slip
    mkdir away
    cp bob.key bob.card erin.key erin.card erin_ssh away
    say -i away/bob.key --code "$code" slip show bob.slip
    say -i away/bob.key --code "$code" slip sign bob.slip --out bob.answer --confirm "$five"
    say -i away/erin.key --code "$code" slip show erin.slip
    say -i away/erin.key --code "$code" slip make away erin.slip --from 2031-12-24 --to 2032-01-02 --out erin.answer
    say -i away/bob.key --code "$code" slip make prove for-bob.slip --out proofs.answer
    echo 'Our own words' >duties.txt
    say -i away/bob.key --code "$code" slip make acknowledge for-bob.slip --duties duties.txt --out duties.answer
    as alice slip show bob.answer
    mkdir receipts
    as alice slip import erin.answer bob.answer proofs.answer duties.answer --receipts receipts
    status=0
    as alice slip import bob.answer bob.slip || status=$?
    [ "$status" = 3 ] || fail "slip import of a slip for another: exit $status"
} >/dev/null

# ---- what is there ---------------------------------------------------------------------------------

{
    as alice status
    attention alice status --as-of 2090-12-31
    as alice verify
    status=0
    echo nonsense >note
    as alice verify --against note || status=$?
    [ "$status" = 4 ] || fail "verify --against nonsense: exit $status"
    as gina log
    as alice find drill
    for id in "$one" "$two" "$three" "$four" "$waits" '#0' '#1' '#2'; do as alice show "$id"; done
    as alice show "$one" --proof
    as alice show "$one" --envelope
    as alice secret list
    as alice seal 111122223333/mfa-seed --quorum engineers --qr "$root/examples/mfa-qr.png"
    as bob secret compare 111122223333/mfa-seed --qr "$root/examples/mfa-qr.png"
    attention bob secret compare $mfa --qr "$root/examples/mfa-qr.png"
    for name in 111122223333/password $mfa mailbox:root/password; do as alice secret show "$name"; done
    as alice custodian list
    for name in alice dave erin frank gina lena lena2; do as alice custodian show "$name"; done
    as alice quorum list
    as alice quorum show engineers
    as alice quorum show governance
    as alice request list
    as alice attachment get "$one" --out minutes.out
    as alice account list
    as alice account show 111122223333
    as alice account show 333344445555
    as alice policy show
    as alice checkpoint --cosign
    as alice checkpoint --vkey
    as alice checkpoint --words
    "$python" "$root/tests/interop/outsiders.py" authority authority p256
    as alice checkpoint --timestamp-query log.tsq
    "$python" "$root/tests/interop/outsiders.py" answer authority log.tsq >log.tsr
    as alice checkpoint --timestamp-response log.tsr
    as bob checkpoint --timestamp-token log.tst
    witness=$("$python" "$root/tests/interop/outsiders.py" vkey)
    as alice checkpoint --request --witness "$witness" | field body | "$python" "$root/tests/interop/outsiders.py" cosign >answer
    as alice checkpoint --cosignature answer --witness "$witness"
    as alice checkpoint --at 3
    as bob checkpoint
    as bob status
    refused 3 already-recorded alice checkpoint --timestamp-response log.tsr
    as alice backup --out b.tar
    as alice backup --out c.tar --unrecorded
    as alice evidence export --from 2020-01-01 --to 2035-12-31 --out evidence.zip
    as bob evidence cosign evidence.zip
    as alice evidence verify evidence.zip --cosigners 1
    as bob restore b.tar --out again.ledger
    as alice restore b.tar --drill
    as alice copy --out copy.ledger
    as alice copy --out copy.ledger
    as alice compare copy.ledger
    as alice compare b.tar
    as alice status
    say man --out pages
    for name in alice bob; do as "$name" shares export --out "shares-$name"; done
    for name in alice bob; do
        # Only one secret has a second epoch.
        age -d -i "$name.key" "shares-$name"/*-0000000002-00-0?.age
        echo
    done | say recover

    refused 5 no-account alice account show 999999999999
    refused 2 bad-account alice account show 1234
    refused 3 not-author alice withdraw "$waits"
    refused 2 usage alice seal
    echo nonsense | refused 4 bad-share alice recover
    # The last entries are made in a copy that becomes the writer.
    as alice copy --out copy.ledger
    mv acme.ledger old.ledger
    mv copy.ledger acme.ledger
    echo more >more.txt
    refused 3 copy alice attach "$one" more.txt
    together copy promote
    as alice compare old.ledger
} >/dev/null

"$rootkeep" -L acme.ledger -i alice.key log --raw >log.ndjson
"$rootkeep" -L acme.ledger -i alice.key log --checkpoints >checkpoints.ndjson
"$python" "$root/tests/interop/schemas.py" "$root/schema" "$dir"
