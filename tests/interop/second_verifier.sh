#!/usr/bin/env bash
# Makes a ledger in which nearly everything happens, and has it read by second_verifier.py, which was
# written from docs/formats.md alone; then has second_verifier_forgeries.py forge it in every way it
# knows, for second_verifier.py and for Rootkeep itself. Run from the root of the repository.
set -euo pipefail

root=$PWD
rootkeep=${ROOTKEEP_BIN:-$root/target/release/rootkeep}
python=${ROOTKEEP_PYTHON:-python3}
here=$root/tests/interop
dir=$(mktemp -d)
export PYTHONDONTWRITEBYTECODE=1 XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
unset ROOTKEEP_LEDGER ROOTKEEP_IDENTITY
exec 3>&1 >"$dir/said" 2>&1
trap 'code=$?; [ "$code" = 0 ] || tail -n 40 "$dir/said" >&3; rm -rf "$dir"' EXIT
cd "$dir"

# A person acts: `as NAME ARGUMENTS`, with the genesis code, for it may be the first act.
as() { local who=$1; shift; "$rootkeep" -L acme.ledger -i "$who.key" --batch -q --code "$code" "$@" </dev/null; }
id() { "$python" -c 'import json,sys; print(json.load(sys.stdin)["id"])'; }
governed() { as alice --with bob.key --with carol.key --with alice.key "$@"; }

for name in alice bob carol dave erin frank gina henry ivan lena lena2; do "$rootkeep" identity new "$name" --out . --plain -q; done
cards=()
for name in alice bob carol dave erin; do cards+=(--card "$name.card"); done
"$rootkeep" -i alice.key --batch init acme.ledger --name Acme --threshold 3 "${cards[@]}"
code=$("$rootkeep" -L acme.ledger -i alice.key show genesis --json |
  "$python" -c 'import json,sys; print(json.load(sys.stdin)["code"])')
for name in bob carol dave erin; do as "$name" sign genesis; done

as alice account import --organizations "$root/examples/organizations.json"
governed policy set --pending-days 20 --request-hours 48 --window-max 4h
governed quorum define engineers --threshold 2 --member alice --member bob --member carol

# Newcomers: frank works, henry will leave, gina reads, lena goes on as lena2, ivan is never accepted.
words() { "$rootkeep" card show "$1.card" --json | "$python" -c 'import json,sys; print(json.load(sys.stdin)["fingerprint"])'; }
newcomer() {
  local name=$1 what; shift
  what=$(as alice --json "$@" "$name.card" --identified-by "alice, in person" | id)
  for by in alice bob carol; do as "$by" sign "$what" --fingerprint "$(words "$name")"; done
}
newcomer frank custodian add --role operator --role holder
as frank custodian accept --own-card frank.card
newcomer henry custodian add --role keeper --role holder
as henry custodian accept --own-card henry.card
newcomer gina reader add
newcomer lena custodian add --role holder --role reviewer
as lena custodian accept --own-card lena.card

governed quorum define split --groups-needed 2 --group floor=2:alice,bob,frank --group board=2:carol,dave,erin --group safe=1:henry
governed quorum define vault --threshold 2 --member alice --member bob --member lena

printf '%s' 'correct horse battery staple' | "$rootkeep" -L acme.ledger -i alice.key --batch -q seal 111122223333/password --quorum engineers --stdin
printf '%s' 'otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AWS' |
  "$rootkeep" -L acme.ledger -i bob.key --batch -q seal 222233334444/mfa-seed:phone --quorum split --serves 333344445555 --otpauth-stdin
as frank seal mailbox:root/password --quorum split --generate 24
as alice secret confirm 111122223333/password --epoch 1 --note 'signed in'
as alice seal 111122223333/password --generate 30
as bob secret confirm 111122223333/password --epoch 2
as lena seal mailbox:vault/password --quorum vault --generate 24

# A whole release, one of several secrets, one refused, one taken back, one of each that waits.
one=$(as alice --json request 111122223333/password --purpose drill --task 'sign in' --ticket T-1 | id)
as bob sign "$one"
as alice sign "$one"
as carol sign "$one"
as alice reveal "$one"
as alice close "$one" --outcome used --rotated --note done
two=$(as frank --json request 111122223333/password mailbox:root/password --purpose 'both' --operator alice | id)
for by in alice carol dave bob; do as "$by" sign "$two"; done
as alice reveal "$two" mailbox:root/password
three=$(as alice --json request 111122223333/password --purpose 'no need' | id)
as bob reject "$three" --reason 'not now'
as carol reject "$three" --reason 'nor I'
four=$(as alice --json request 111122223333/password --purpose 'oops' | id)
as alice withdraw "$four"

what=$(as alice --json policy set --window-max 24h | id)
for by in bob carol dave; do as "$by" reject "$what" --reason 'too long'; done
what=$(as alice --json policy set --window-max 23h | id)
as alice withdraw "$what"
governed secret destroy 111122223333/password --epoch 1 --reason 'an old one'
governed quorum define engineers --threshold 2 --member alice --member bob --member dave
as carol seal 111122223333/password --generate 24
what=$(as alice --json reshare 111122223333/password --purpose 'bob and dave now' | id)
for by in alice bob; do as "$by" sign "$what"; done
as alice reshare finish "$what"
for by in alice dave; do as "$by" secret prove 111122223333/password; done
governed secret destroy 111122223333/password --epoch 3 --reason 'split anew'
governed custodian retire henry --note 'left'
as alice rekey
as frank custodian away frank --from 2030-12-24 --to 2031-01-02
as bob correct "$one" --reason 'a slip' --text 'ticket T-2'
echo minutes > minutes.txt
as erin attach "$one" minutes.txt --media text/plain
five=$(as alice --json request 111122223333/password --purpose 'by slip' --epoch 2 | id)
mkdir away
cp bob.key bob.card carol.key carol.card away
for name in bob carol; do
  as alice slip request "$five" --for "$name" --out "$name.slip"
  "$rootkeep" -i "away/$name.key" --batch --code "$code" slip sign "$name.slip" --out "$name.answer" --confirm "$five"
done
as alice slip import carol.answer bob.answer
as alice withdraw "$five"
# Another identity, in the old one's places; governance for others; what comes round.
newcomer lena2 custodian replace lena
as lena2 custodian accept --own-card lena2.card
as lena2 seal mailbox:vault/password --generate 24
what=$(as alice --json quorum define governance --threshold 3 --member alice --member bob --member carol --member dave --member frank | id)
for by in frank dave carol bob alice; do as "$by" sign "$what"; done
as alice custodian add ivan.card --role witness
as frank custodian acknowledge
printf 'name,email\nSomebody Else,else@example.com\nfrank,\n' > leavers.csv
as lena2 custodian leavers leavers.csv || [ $? = 6 ]
# Places and things. Accesses as they happen and written down afterwards, witnessed, denied, taken back; and what waits.
as alice location add london-a --kind safe --site london --timezone Europe/London --access alice --access bob --dual-control --description 'behind the boiler'
as alice location add tokyo-a --kind bank-box --site tokyo --timezone Asia/Tokyo --access carol --depends-on-aws
as alice location add attic --kind room --site london --timezone Europe/London --access dave
as alice location set tokyo-a --access carol --access dave
as alice item add sheet-1 --kind qr-sheet --for 222233334444/mfa-seed:phone --copy 1 --location london-a --bag A1 \
  --sealed-by bob --witness carol --sealed-at 2024-01-02T03:04:05Z --label 'the root user'
as alice item add token-1 --kind mfa-token --account 111122223333 --location tokyo-a --battery-checked 2024-01-02 --battery-expires 2034-01-02
as bob item add drawer-key --kind key --location attic
as bob item check token-1 --battery-checked 2024-02-02
as bob sign "$(as alice --json item move drawer-key --location london-a --witness bob --reason 'the attic is let' | id)"
as alice location retire attic --reason 'it is let'
as alice mailbox add root --address root@example.com --member alice --member bob --other 'the help desk' --account 111122223333
as alice mailbox set root --closed true
as alice phone add root --number '+44 20 7946 0000' --holder frank --account 111122223333 --tested 2024-01-02
as frank safe open london-a --purpose 'both' --witness bob --request "$two"
what=$(as frank --json safe close london-a --took sheet-1 --bag sheet-1=A1 --seal sheet-1=intact --saw drawer-key --counter 41 \
  --present carol=03:04-03:14 --other 'a locksmith' --note 'it jams' \
  --exception '2024-01-02T03:09:05Z|one turn|two turns|frank' | id)
as bob sign "$what"
logged() { local who=$1; shift; as "$who" --json safe log "$@" --opened-at 2024-01-02T03:04:05Z --closed-at 2024-01-02T03:14:05Z --purpose drill | id; }
as dave sign "$(logged alice tokyo-a --witness dave --put sheet-1 --bag sheet-1=A2)"
as dave reject "$(logged alice tokyo-a --witness dave --took token-1)" --reason 'I was not there'
as alice withdraw "$(logged alice tokyo-a --witness dave --took sheet-1)"
as erin sign "$(as alice --json item destroy token-1 --witness erin --note shredded | id)"
as alice item destroy drawer-key --witness bob --note 'sawn through'
logged alice london-a --witness carol --took drawer-key
as bob safe open tokyo-a --purpose 'it is still open' --witness carol
# Drills of each kind: passed, failed, rejected, taken back, and one that goes on. dave, who finished one, leaves.
as alice drill plan possession --every quarter --timezone Europe/London
as alice drill plan mailbox --every month --from 2030-01-01 --name letters
as alice drill unplan letters
drill() { local who=$1; shift; as "$who" --json drill "$@" | id; }
what=$(drill alice start possession --sample 1)
for by in alice bob carol dave; do as "$by" drill prove "$what"; done
as erin drill prove "$what" --sample 1
as frank drill prove "$what"
as lena2 drill prove "$what"
as bob drill step "$what" 1 deviated --at "$(date -u +%FT%TZ)" --note 'late'
finish=$(drill alice finish "$what" --outcome failed --lesson 'first|bob|2031-01-31' --lesson 'second' --surprise 'slow')
as bob reject "$finish" --reason 'not yet'
finish=$(drill alice finish "$what" --outcome failed)
as alice withdraw "$finish"
finish=$(drill alice finish "$what" --outcome passed --lesson 'first|bob|2031-01-31' --lesson 'second' --note 'well done')
for by in bob carol dave erin frank lena2; do as "$by" sign "$finish"; done
as bob improvement close "$finish.1" --outcome done --note 'bought'
as alice phone add night --number '+44 20 7946 0009' --holder bob
what=$(drill alice start phone)
as alice drill record call "$what" phone:root --by frank --code-read-back
as alice drill record call "$what" phone:night --unreached --note 'it rang'
finish=$(drill alice finish "$what" --outcome failed)
as frank sign "$finish"
what=$(drill alice start sign-in --scope 111122223333 --invite frank)
as alice drill record sign-in "$what" 111122223333 --request "$two" --failed
as alice drill record sign-in "$what" 111122223333 --request "$two"
as frank drill record alarm "$what" 111122223333 --other 'the night desk' --at "$(date -u +%FT%TZ)"
finish=$(drill alice finish "$what" --outcome passed --participant carol)
for by in frank carol; do as "$by" sign "$finish"; done
what=$(drill alice start qr-restore --invite bob)
as bob drill record sheet "$what" sheet-1 good
what=$(drill alice start ledger-restore)
as alice backup --out drill.tar
as alice drill record restore "$what" drill.tar
drill alice finish "$what" --outcome passed
drill alice start possession --unplanned --scope quorum:governance
# Runbooks: two versions of one, and one that waits.
cp "$root/examples/runbooks/lost-mfa.toml" .
governed runbook add lost-mfa.toml
echo '# The desk in Tokyo is asked first.' >> lost-mfa.toml
governed runbook add lost-mfa.toml --note 'the desk in Tokyo'
as alice runbook add "$root/examples/runbooks/root-alarm.toml"
governed finding accept RK006 --about account:111122223333 --until "$(date -u -d "300 days" +%F)" --reason 'as agreed'
# Ceremonies: one that is completed after a no and a taking back, one that is broken off, and one that goes on.
governed runbook add "$here/handover.toml"
ceremony() { local who=$1; shift; as "$who" --json ceremony "$@" | id; }
held=$(ceremony alice start handover --production --role lead=alice --role witness=bob --role watch=carol --role watch=dave \
  --guest 'Jo Smith|Acme Audit|watch' --guest 'Kim|Locks' --place 'The room with the safe' --location london-a --timezone Europe/London \
  --about "$what" --about "$two" --note 'with the auditors')
as alice ceremony step "$held" open done --value bag=A1 --guest Kim
as bob ceremony absent "$held" dave --note 'Ill'
as bob ceremony leave "$held" bob --guest Kim --carrying item:sheet-1 --carrying 'a notebook'
as alice ceremony enter "$held" frank bob --carrying item:sheet-1
as alice ceremony exception "$held" --by alice --by frank --step count --expected 'two sheets' --happened 'one' --decided 'to go on'
as carol ceremony exception "$held" --by carol --expected 'quiet' --happened 'an alarm' --decided 'to wait'
as alice ceremony pause "$held" --stay alice --stay bob --note 'lunch'
as alice ceremony resume "$held"
as alice ceremony step "$held" count deviated --by alice --by frank --note x
as alice ceremony step "$held" close skipped --note x
as frank ceremony step "$held" close deviated --note x
finish=$(ceremony alice finish "$held" --outcome completed)
as bob reject "$finish" --reason 'the second sheet'
as bob ceremony step "$held" count deviated --by bob --note 'the second sheet was behind the first'
finish=$(ceremony bob finish "$held" --outcome completed)
as bob withdraw "$finish"
finish=$(ceremony alice finish "$held" --outcome completed --lesson 'a bag for two|bob|2031-01-31' --lesson 'a lamp' --surprise 'one sheet' --note 'well done')
for by in bob carol frank; do as "$by" sign "$finish"; done
as bob improvement close "$finish.1" --outcome done --note 'bought'
broken=$(ceremony erin start handover --practice --role lead=erin --role witness=dave)
as dave ceremony pause "$broken"
as dave sign "$(ceremony erin finish "$broken" --outcome aborted)"
running=$(ceremony alice start handover --practice --role lead=alice --role witness=bob --role watch=carol --role watch=dave)
as alice ceremony step "$running" open deviated --note x --value bag=A2 --by alice
# Reviews: one that was rejected, one taken back, one passed by three with two names struck, and one that goes on.
as alice privilege set org-admin --account 111122223333 --kind role --may scp --may root-email --member erin --other 'the auditor' --rotated 2024-01-02
as alice privilege set old --account 222233334444 --kind user --member bob
as alice privilege end old
as alice phone set night --other 'the night desk'
as alice review plan --every quarter --timezone Europe/London
review() { local who=$1; shift; as "$who" --json review start "$@" | id; }
what=$(review alice --period 2024-Q1)
as erin reject "$what" --reason 'not yet'
what=$(review erin --period 2024-01)
as erin withdraw "$what"
what=$(review alice)
group=$(as carol --json review strike "$what" 'the auditor' --reason 'left' | "$python" -c 'import json,sys; print(json.load(sys.stdin)["groups"][0])')
as carol review strike "$what" erin --group "$group" --reason 'no longer'
for by in carol erin lena2; do as "$by" review confirm "$what"; done
for by in carol erin lena2; do as "$by" sign "$what"; done
as alice privilege set org-admin --member bob --no-other
as alice review done "$what" erin --note 'bob has it now'
review alice --period 2024-01
# What AWS's files say, what people know, what the estate is held to.
mkdir collected
echo 2024-01-02T03:04:05Z > collected/as-of.txt
cat > collected/111122223333-credential-report.csv <<'CSV'
user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated
<root_account>,arn:aws:iam::111122223333:root,2020-01-02T03:04:05+00:00,true,2023-06-07T08:09:10+00:00,2021-01-02T03:04:05Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
CSV
echo '{"SummaryMap":{"AccountMFAEnabled":0,"AccountAccessKeysPresent":1}}' > collected/222233334444-account-summary.json
echo '{"MFADevices":[{"SerialNumber":"GAHT12345678"},{"SerialNumber":"arn:aws:iam::111122223333:mfa/root-account-mfa-device"}]}' > collected/111122223333-mfa-devices.json
echo '{"VirtualMFADevices":[]}' > collected/222233334444-virtual-mfa-devices.json
echo '{"ContactInformation":{"FullName":"Cloud team","PhoneNumber":"+44 1","City":"Leeds"}}' > collected/111122223333-contact-information.json
echo '{}' > collected/111122223333-billing-contact.json
echo '{"OrganizationId":"o-aa111bb222","EnabledFeatures":["RootSessions"]}' > collected/organizations-features.json
echo '{"DelegatedAdministrators":[{"Id":"222233334444"}]}' > collected/delegated-administrators.json
as alice account import --from collected
as alice account set 222233334444 111122223333 --credentials present --since 2024-01-02 --scp deny-root --scp-since 2024-01-02 --answers recorded --note x
as alice account set 222233334444 --no-scp --contacts-checked 2024-01-02
governed posture set --domain example.com --domain example.org --hardware-mfa all
as alice alarm add root-use --where 'EventBridge' --receiver bob --other 'the duty desk'
as alice alarm set root-use --account 111122223333
# Tasks: recovered and deleted again, an address changed by two after a no and a taking back, a closing that waits for the other, and one
# each that is unused, open, rejected, taken back and waiting.
task() { local who=$1; shift; as "$who" --json task "$@" | id; }
agreed() { local what; what=$(task "$@"); for by in alice bob carol; do as "$by" sign "$what" >&2; done; echo "$what"; }
what=$(agreed frank request 222233334444 create-password --purpose 'no other way in' --ticket T-7)
as frank task close "$what" --outcome done --began 2024-01-02T03:04:05Z --note 'the link came'
what=$(agreed alice request 222233334444 delete-credentials --purpose 'as agreed' --operator bob --window 1h)
as bob task close "$what" --outcome failed --began 2024-01-02T03:04:05Z --ended 2024-01-02T03:06:05Z --credentials present --note 'too slow'
what=$(agreed alice request 222233334444 delete-credentials --purpose 'as agreed' --takes 10m)
as bob task close "$what" --outcome done --began 2024-01-02T03:14:05Z --note 'all gone'
what=$(agreed alice request 333344445555 audit-credentials --purpose 'yearly')
as alice task close "$what" --outcome unused --note 'another day'
what=$(agreed alice request 333344445555 change-email --new-address root+3@example.com --second bob --purpose 'a group')
closing=$(task alice close "$what" --outcome failed --began 2024-01-02T03:04:05Z --note 'no code')
as bob reject "$closing" --reason 'there was one'
closing=$(task carol close "$what" --outcome unused --note 'I think')
as carol withdraw "$closing"
closing=$(task alice close "$what" --outcome done --began 2024-01-02T03:04:05Z --note 'both were there')
as bob sign "$closing"
what=$(agreed alice request 555566667777 change-email --new-address root+5@example.com --second erin --operator frank --purpose 'a group')
task frank close "$what" --outcome done --began 2024-01-02T03:04:05Z --note 'erin has it'
agreed alice request 444455556666 unlock-bucket --resource arn:aws:s3:::acme-logs --purpose 'nobody can read them'
what=$(task alice request 444455556666 unlock-queue --resource arn:aws:sqs:eu-west-1:444455556666:orders --purpose 'nor that')
for by in bob carol dave; do as "$by" reject "$what" --reason 'it is meant so'; done
as alice withdraw "$(task alice request 333344445555 audit-credentials --purpose 'oops')"
as alice task request 333344445555 create-password --purpose 'it waits'
# CloudTrail: a file with an attack in it, read twice; one event is explained.
cat > trail.json <<TRAIL
{"Records":[{"eventTime":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1",
"eventID":"attack-1","recipientAccountId":"111122223333","sourceIPAddress":"192.0.2.7","userIdentity":{"type":"Root","accountId":"111122223333"},
"responseElements":{"ConsoleLogin":"Failure"}},
{"eventTime":"2024-01-02T03:04:05Z","eventName":"CreateAccessKey","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1","eventID":"attack-2",
"recipientAccountId":"333344445555","userIdentity":{"type":"Root","accountId":"333344445555"}}]}
TRAIL
as alice reconcile cloudtrail trail.json || [ $? = 6 ]
governed event explain attack-1 --was mistake --text 'mistyped'
as bob reconcile cloudtrail trail.json --gap 1 || [ $? = 6 ]
as alice event explain attack-2 --was attack --text 'Incident 12'
read_first=$(as alice --json reconcile list | "$python" -c 'import json,sys; print(json.load(sys.stdin)["reconciled"][0]["id"])')
governed reconcile void "$read_first" --reason 'the file was made up'
# Two corrections: what one says is erased, and with it what its erasing says; the other's waits.
corrected=$(as alice --json correct genesis --reason x --text 'a name that goes' | id)
erasing=$(governed --json erase "$corrected" --ground asked --reason 'a name again' | id)
governed erase "$erasing" --ground mistake --reason 'it named somebody'
corrected=$(as alice --json correct genesis --reason x --text 'a name that stays' | id)
as alice erase "$corrected" --ground expired --reason 'long enough'
# A time-stamp, and a witness outside.
"$python" "$here/outsiders.py" authority authority p256
as alice checkpoint --timestamp-query log.tsq
"$python" "$here/outsiders.py" answer authority log.tsq > log.tsr
as frank checkpoint --timestamp-response log.tsr
witness=$("$python" "$here/outsiders.py" vkey)
as bob checkpoint --request --witness "$witness" | "$python" "$here/outsiders.py" cosign > answer
as bob checkpoint --cosignature answer --witness "$witness"
# A backup, a drill, and a copy that becomes the writer.
as alice backup --out b.tar
as alice evidence export --from 2020-01-01 --to 2035-12-31 --out evidence.zip
as bob restore b.tar --drill
as alice copy --out copy.ledger
mv acme.ledger old.ledger
mv copy.ledger acme.ledger
governed copy promote
as dave request 222233334444/mfa-seed:phone --purpose waits
as alice request 111122223333/password --purpose 'waits too' --window 30m
as alice quorum define later --threshold 2 --member alice --member frank

"$rootkeep" -L acme.ledger -i alice.key log --raw > log.ndjson
"$rootkeep" -L acme.ledger -i alice.key log --checkpoints > checkpoints.ndjson
"$rootkeep" -L acme.ledger -i alice.key verify
[ "$(grep -c . log.ndjson)" = "$(grep -c . checkpoints.ndjson)" ]
ledger=$("$rootkeep" -L acme.ledger -i alice.key checkpoint | sed -n '1s,^rootkeep/,,p')

"$python" "$here/second_verifier.py" --ledger-id "$ledger" log.ndjson checkpoints.ndjson
"$python" "$here/second_verifier.py" --code "$code" log.ndjson checkpoints.ndjson --json | grep -q '"ok": true'
"$python" "$here/second_verifier_program.py" "$dir" "$rootkeep" "$code"
tail -n 2 said >&3
