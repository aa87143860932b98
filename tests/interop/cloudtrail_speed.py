"""Counts root events of the same gzipped CloudTrail files with DuckDB and with rootkeep, in turns.

`cloudtrail_speed.py make DIR MB` writes the files; `count DIR` is DuckDB's part; `compare DIR MB ROOTKEEP ARGUMENTS...`
runs both and says how long each took and how much memory it had. They must agree on how many events there are; from
200 MB of JSON on rootkeep must not be slower, and must stay under 100 MB.
"""

import gzip
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import time

ACCOUNTS = ["111122223333"] + [f"{n:012}" for n in range(444400000000, 444400000039)]
REGIONS = ["us-east-1", "eu-west-1", "ap-northeast-1"]
CALLS = [("s3", "GetObject"), ("sts", "AssumeRole"), ("ec2", "DescribeInstances"), ("kms", "Decrypt"), ("dynamodb", "GetItem"),
         ("iam", "ListRoles"), ("logs", "CreateLogStream"), ("lambda", "Invoke20150331"), ("cloudformation", "DescribeStacks")]
ROOT_EVERY = 5_000  # records


def hexes(rng, length):
    return f"{rng.getrandbits(4 * length):0{length}x}"


def uuid(rng):
    return "-".join(hexes(rng, n) for n in (8, 4, 4, 4, 12))


def record(rng, moment, account, region, root):
    service, name = ("signin", "ConsoleLogin") if root else rng.choice(CALLS)
    role = f"AROA{hexes(rng, 17).upper()}"
    who = {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account} if root else {
        "type": "AssumedRole", "principalId": f"{role}:i-{hexes(rng, 17)}", "accountId": account, "accessKeyId": f"ASIA{hexes(rng, 16).upper()}",
        "arn": f"arn:aws:sts::{account}:assumed-role/service-{rng.randrange(60)}/i-{hexes(rng, 17)}",
        "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": role, "arn": f"arn:aws:iam::{account}:role/service-{rng.randrange(60)}",
                                             "accountId": account, "userName": f"service-{rng.randrange(60)}"}, "webIdFederationData": {},
                           "attributes": {"mfaAuthenticated": "false", "creationDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment - 1800))}}}
    return {
        "eventVersion": "1.09", "userIdentity": who, "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
        "eventSource": f"{service}.amazonaws.com", "eventName": name, "awsRegion": region,
        "sourceIPAddress": ".".join(str(rng.randrange(256)) for _ in range(4)),
        "userAgent": f"aws-sdk-go-v2/1.{rng.randrange(30)}.0 os/linux lang/go#1.{rng.randrange(18, 24)} md/GOARCH#amd64 api/{service}#1.{rng.randrange(60)}.0",
        "requestParameters": {"bucketName": f"bucket-{rng.randrange(500)}", "key": f"data/{hexes(rng, 24)}/part-{rng.randrange(10000):05}.parquet",
                              "Host": f"bucket-{rng.randrange(500)}.s3.{region}.amazonaws.com"},
        "responseElements": {"ConsoleLogin": "Success"} if root else None,
        "additionalEventData": {"MFAUsed": "Yes"} if root else {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
                                                                "bytesTransferredIn": 0, "bytesTransferredOut": rng.randrange(1 << 20), "x-amz-id-2": hexes(rng, 64)},
        "requestID": hexes(rng, 16).upper(), "eventID": uuid(rng), "readOnly": True,
        "resources": [{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::bucket-{rng.randrange(500)}/data/{hexes(rng, 24)}"},
                      {"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::bucket-{rng.randrange(500)}"}],
        "eventType": "AwsConsoleSignIn" if root else "AwsApiCall", "managementEvent": False, "recipientAccountId": account, "eventCategory": "Data",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": f"bucket-{rng.randrange(500)}.s3.{region}.amazonaws.com"},
    }


def make(directory, megabytes):
    """Files of some 5 MB of JSON each, as a busy account's are."""
    rng, written, number, count, roots = random.Random(7), 0, 0, 0, 0
    where = pathlib.Path(directory)
    where.mkdir(parents=True, exist_ok=True)
    while written < megabytes * 1_000_000:
        account, region = rng.choice(ACCOUNTS), rng.choice(REGIONS)
        moment, records, length = 1_767_225_600 + number * 300, [], 0
        while length < 5_000_000 and written + length < megabytes * 1_000_000:
            count += 1
            root = count % ROOT_EVERY == 0
            roots += root
            records.append(json.dumps(record(rng, moment + rng.randrange(300), account, region, root), separators=(",", ":")))
            length += len(records[-1])
        text = '{"Records":[' + ",".join(records) + "]}"
        (where / f"{number:05}.json.gz").write_bytes(gzip.compress(text.encode(), 6))
        written, number = written + len(text), number + 1
    print(f"{number} files, {count} records, {roots} of root users, {written} bytes of JSON, "
          f"{sum(path.stat().st_size for path in where.iterdir())} packed")


def duck(directory):
    import duckdb
    found = duckdb.sql(f"""
        SELECT count(*) FROM (SELECT unnest(Records) AS one FROM read_json('{directory}/*.json.gz', format = 'unstructured',
            maximum_object_size = 16777216, columns = {{Records: 'STRUCT(userIdentity STRUCT("type" VARCHAR))[]'}}))
        WHERE one.userIdentity."type" = 'Root'""").fetchall()[0][0]
    print(json.dumps({"events": found}))


def run(command):
    """What it said, how long it took, and the most memory that it had, in MB."""
    before = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - before
    assert os.waitstatus_to_exitcode(status) in (0, 6), command
    return json.loads(said), took, usage.ru_maxrss / 1000


def compare(directory, megabytes, own):
    commands = {"duckdb": [sys.executable, __file__, "count", directory], "rootkeep": own}
    found = {name: [] for name in commands}
    for _ in range(3):
        for name, command in commands.items():
            found[name].append(run(command))
    events = {name: {said["events"] for said, _, _ in runs} for name, runs in found.items()}
    assert events["duckdb"] == events["rootkeep"] and len(events["duckdb"]) == 1, events
    for name, runs in found.items():
        times = sorted(took for _, took, _ in runs)
        print(f"{name}: {times[0]:.2f} s to {times[-1]:.2f} s, {max(memory for _, _, memory in runs):.0f} MB, {runs[0][0]['events']} events")
    best = {name: min(took for _, took, _ in runs) for name, runs in found.items()}
    if int(megabytes) >= 200:
        assert best["rootkeep"] <= best["duckdb"], "rootkeep is slower"
        assert max(memory for _, _, memory in found["rootkeep"]) < 100, "rootkeep has more than 100 MB"


if __name__ == "__main__":
    what, directory, *rest = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if what == "make":
        make(directory, int(rest[0]))
    elif what == "count":
        duck(directory)
    else:
        compare(directory, rest[0], rest[1:])
