#!/usr/bin/env bash
# An organisation of 40 accounts in every state, from the files that AWS's own tools hand out: what is
# wrong with it, who could take which account, what is lost when people or sites are, and two quarters of
# CloudTrail, with one attack hidden in them. docs/aws.md, docs/rules.md, docs/who-can.md and
# docs/reconcile.md tell how each is done.
#
#   examples/estate.sh [DIR]      DIR must not exist [default: a temporary one, removed at the end]
#
# `faketime` (Debian and Ubuntu: apt install faketime) shows every program another clock. The program itself
# is taken from ROOTKEEP_BIN, from target/release, or built.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
together=(--with alice.key --with bob.key --with dave.key)

management=111122223333
member() { printf '4000000000%02d' "$1"; }

say 'What AWS says of 40 accounts: the listing, and the reports on their root users'
mkdir collected
# account NUMBER STATE METHOD NAME
account() {
    printf '{"Id":"%s","Arn":"arn:aws:organizations::%s:account/o-exampleorg1/%s","Email":"aws+%s@example.com",' "$1" $management "$1" "$1"
    printf '"Name":"%s","State":"%s","JoinedMethod":"%s","JoinedTimestamp":%s.5}' "$4" "$2" "$3" 1622541600
}
{
    printf '{"Accounts":['
    account $management ACTIVE INVITED Management
    for n in $(seq 1 39); do
        state=ACTIVE method=CREATED
        case $n in
            34|35) state=SUSPENDED ;;
            36) state=PENDING_ACTIVATION ;;
            37|38) state=PENDING_CLOSURE ;;
            39) state=CLOSED ;;
        esac
        [ $((n % 5)) -ne 0 ] || method=INVITED
        printf ','
        account "$(member "$n")" $state $method "Workload $n"
    done
    printf ']}\n'
} >collected/organizations.json
printf '{"OrganizationId":"o-exampleorg1","EnabledFeatures":["RootCredentialsManagement","RootSessions"]}\n' >collected/organizations-features.json
printf '{"DelegatedAdministrators":[]}\n' >collected/delegated-administrators.json
header=user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active
header+=,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service
header+=,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service
header+=,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated
# report ACCOUNT PASSWORD MFA KEY [LAST_USED]: as AWS writes it, with no newline at the end
report() {
    local changed=N/A used=${5:-no_information}
    if [ "$2" = true ]; then changed=2024-03-01T10:00:00+00:00; else used=N/A; fi
    printf '%s\n<root_account>,arn:aws:iam::%s:root,2021-06-01T10:00:00+00:00,%s,%s,%s,N/A,%s,%s,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A' \
        "$header" "$1" "$2" "$used" "$changed" "$3" "$4" >"collected/$1-credential-report.csv"
}
report $management true true false
for n in $(seq 1 30); do report "$(member "$n")" false false false; done
report "$(member 7)" true false false                        # a password, and no MFA
report "$(member 11)" true true false                        # credentials that AWS could do without
report "$(member 19)" false false true                       # an access key
echo 2026-07-05T12:00:00Z >collected/as-of.txt

say 'Seven people found the ledger, and take the estate over'
on 2026-07-06
people=(alice bob carol dave erin frank grace)
for who in "${people[@]}"; do rk -q identity new "$who" --out . --plain >/dev/null; done
rk --batch -q -L acme.ledger -i alice.key init acme.ledger --name Acme --threshold 3 \
    $(printf -- '--card %s.card ' "${people[@]}")
code=$(as alice --json show genesis | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
for who in bob carol dave erin frank grace; do as $who -q sign genesis --code "$code"; done
as alice -q quorum define engineers --threshold 2 --member alice --member bob --member carol "${together[@]}"
as alice -q quorum define board --threshold 2 --member dave --member erin --member frank "${together[@]}"
as alice account import --from collected --preview | tail -3
as alice account import --from collected
as alice -q account import --from collected
[ "$(as alice --json account list | grep -o '"id":' | wc -l)" -eq 40 ] || fail 'there are not 40 accounts'
as alice account show "$(member 7)"

say 'What the estate is held to, and who has what'
as alice -q posture set --domain example.com --hardware-mfa none "${together[@]}"
as alice -q location add tokyo --kind safe --site tokyo --timezone Asia/Tokyo --access dave --access erin --dual-control
as alice -q location add london --kind safe --site london --timezone Europe/London --access erin --access frank --dual-control
as alice -q mailbox add root --address "aws+$management@example.com" --member carol --member grace --account $management
as alice -q phone add desk --number '+44 20 7946 0000' --holder dave --holder grace --account $management --tested 2026-07-01
as alice -q alarm add root-use --where 'EventBridge to the desk' --receiver carol --receiver grace
as alice -q privilege set org-admin --account $management --kind role --may root-email --may assume-root --member grace --mfa hardware
printf 'a password of many words' | as alice -q seal $management/password --quorum engineers --stdin
as dave -q seal $management/mfa-seed --quorum board --qr "$root/examples/mfa-qr.png"
for place in tokyo london; do
    as dave -q item add "qr-$place" --kind qr-sheet --for $management/mfa-seed --location $place --bag "A-$place" --sealed-by dave --witness erin
done

say 'What breaks a rule (exit code 6 says that something does)'
expect 6 as alice check
expect 6 as alice check --rule RK005

say 'Who could take the management account, and what is lost with people and sites'
as alice who-can $management
as alice who-can "$(member 1)"
expect 0 as alice what-if --without alice --without site:tokyo
as alice who-can --all | tail -4

say 'A finding that stays for a time, by agreement'
as alice -q finding accept RK027 --about account:$management --until 2026-12-31 --reason 'AWS asks no questions any more; letter of May' "${together[@]}"
as alice finding list
expect 6 as alice check --rule RK027 --all                     # of two other accounts it still is one

# What CloudTrail writes. event TIME ACCOUNT ID NAME SOURCE MORE: a record of that account's root user
event() {
    printf '{"eventVersion":"1.08","eventTime":"%s","recipientAccountId":"%s","eventID":"%s","eventName":"%s","eventSource":"%s.amazonaws.com",' "$1" "$2" "$3" "$4" "$5"
    printf '"awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","userAgent":"Mozilla/5.0","userIdentity":{"type":"Root","accountId":"%s","arn":"arn:aws:iam::%s:root"},%s}' "$2" "$2" "$6"
}
signed_in='"eventType":"AwsConsoleSignIn","responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}'
# quiet FROM HOURS ACCOUNT: what everybody else does, one record an hour
quiet() {
    awk -v from="$(date -u -d "$1" +%s)" -v hours="$2" -v account="$3" 'BEGIN { for (h = 0; h < hours; h++)
        printf "{\"eventTime\":\"%s\",\"recipientAccountId\":\"%s\",\"eventID\":\"q-%s-%d\",\"eventName\":\"DescribeInstances\",\"eventSource\":\"ec2.amazonaws.com\",\"awsRegion\":\"us-east-1\",\"userIdentity\":{\"type\":\"AssumedRole\",\"accountId\":\"%s\"}},",
            strftime("%Y-%m-%dT%H:%M:%SZ", from + h * 3600, 1), account, account, from + h * 3600, account }'
}
# trail FILE RECORD...: one file as CloudTrail packs it
trail() {
    local file=$1 records
    shift
    records=$(IFS=,; printf '%s' "$*")
    mkdir -p "$(dirname "$file")"
    printf '{"Records":[%s]}' "$records" | gzip >"$file"
}

say 'A release in the summer: asked for, agreed to, used and closed; CloudTrail has it'
on 2026-08-12
stated alice -q request $management/password $management/mfa-seed --purpose 'Change the support plan' --operator alice
release=$id
for who in bob carol dave erin; do as $who -q sign "$release"; done
as alice -q reveal "$release" $management/password >/dev/null
as alice -q reveal "$release" $management/mfa-seed --out seed.txt
signed=$(now)
as alice -q close "$release" --outcome used --note 'Plan changed'
shred -u seed.txt 2>/dev/null || rm -f seed.txt
trail AWSLogs/2026/q3.json.gz "$(quiet 2026-07-06 2000 $management | sed 's/,$//')" \
    "$(event "$signed" $management 0a000000-release ConsoleLogin signin "$signed_in")"
on 2026-10-01
as alice reconcile cloudtrail AWSLogs --from 2026-07-07 --to 2026-09-26

say 'A task in the autumn: nobody signs in to a member account, governance agrees to one session'
on 2026-10-20
stated grace -q task request "$(member 11)" delete-credentials --purpose 'Nobody needs them' --operator grace
task=$id
for who in alice bob dave; do as $who -q sign "$task"; done
as grace task show "$task"
began=$(now)
as grace -q task close "$task" --outcome done --began "$began" --note 'Password and MFA deleted'
assumed=$(printf '{"eventTime":"%s","recipientAccountId":"%s","eventID":"0b000000-assume","eventName":"AssumeRoot","eventSource":"sts.amazonaws.com","awsRegion":"us-east-1",' "$began" $management
    printf '"userIdentity":{"type":"AssumedRole","accountId":"%s"},"requestParameters":{"targetPrincipal":"%s","taskPolicyArn":{"arn":"arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"}},' $management "$(member 11)"
    printf '"responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE1","sessionToken":"not-for-the-ledger"}}}')
used=$(event "$began" "$(member 11)" 0c000000-delete DeleteLoginProfile iam '"eventType":"AwsApiCall"')
used=${used/\"type\":\"Root\",/\"type\":\"Root\",\"accessKeyId\":\"ASIAEXAMPLE1\",}

say 'And an attack: on a Sunday night somebody signs in to the account without MFA, and leaves a key behind'
victim=$(member 7)
trail AWSLogs/2026/q4.json.gz "$(quiet 2026-10-01 2100 $management | sed 's/,$//')" "$assumed" \
    "$(quiet 2026-10-01 2100 "$(member 11)" | sed 's/,$//')" "$used"
trail "AWSLogs/2026/q4-$victim.json.gz" "$(quiet 2026-10-01 2100 "$victim" | sed 's/,$//')" \
    "$(event 2026-11-15T02:13:00Z "$victim" 0d000000-attack ConsoleLogin signin "${signed_in/Yes/No}")" \
    "$(event 2026-11-15T02:15:00Z "$victim" 0e000000-attack CreateAccessKey iam '"eventType":"AwsApiCall"')"
on 2026-12-28
expect 6 as alice reconcile cloudtrail AWSLogs --from 2026-10-02 --to 2026-12-26
expect 6 as alice check --rule RK033
as alice event list
attack=$(as alice --json event list | grep -o '"event_id":"[^"]*attack"' | cut -d'"' -f4)
[ "$(printf '%s\n' "$attack" | sort)" = $'0d000000-attack\n0e000000-attack' ] || fail "found is: $attack"
! grep -rq not-for-the-ledger acme.ledger || fail 'a session token is in the ledger'

say 'Once it is known what it was, governance says so; the key shows in the next report'
for event in $attack; do as alice -q event explain "$event" --was attack --text 'Incident 2026-31: password from a leaver' "${together[@]}"; done
expect 0 as alice check --rule RK033
report "$victim" true false true 2026-11-15T02:13:00+00:00
echo 2026-12-28T08:00:00Z >collected/as-of.txt
as alice account import --from collected
expect 6 as alice check --rule RK018
as alice account show "$victim" --history
expect 0 as alice verify --rebuild
say 'The estate is known, who can take it, and what happened to it'
