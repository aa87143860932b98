#!/usr/bin/env python3
"""Those outside a ledger: a time-stamp authority, by OpenSSL, and a C2SP witness.

    outsiders.py authority DIR rsa|p256|p384 [--code | --ended]   an authority, its root in DIR/root.pem
    outsiders.py answer DIR QUERY [--code]                   its answer to a query, on standard output
    outsiders.py vkey                                        the witness' verifier key
    outsiders.py cosign                                      its answer to the request on standard input

With --code the certificate is for signing code, and what it signs is made by `openssl cms`, as
`openssl ts` refuses it. The witness is a fixed key: it is for tests alone."""
import base64, hashlib, pathlib, subprocess, sys, tempfile, time
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "witness.example.com/w1"
KEY = Ed25519PrivateKey.from_private_bytes(b"a witness that is for tests only")
KINDS = {"rsa": ["rsa:3072"], "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]}
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
C = CH
O = Example Time
CN = Example TSA
[ca]
default_ca = root
[root]
database = index
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
[time]
extendedKeyUsage = critical,timeStamping
[code]
extendedKeyUsage = critical,codeSigning
[tsa]
default_tsa = one
[one]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = DIGEST
ess_cert_id_alg = ESS
clock_precision_digits = DIGITS
tsa_name = yes
"""


def openssl(directory, *words, data=None):
    done = subprocess.run(["openssl", *words], cwd=directory, input=data, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"openssl {' '.join(words)}: {done.stderr.decode()}")
    return done.stdout


def authority(directory, kind, how=None):
    where = pathlib.Path(directory)
    where.mkdir()
    # Each kind does what can be done in two ways in the other way.
    ways = ("sha384", "sha1", "3") if kind == "p384" else ("sha256", "sha256", "0")
    config = CONFIG
    for word, value in zip(("DIGEST", "ESS", "DIGITS"), ways):
        config = config.replace(word, value)
    (where / "config").write_text(config)
    (where / "index").touch()
    (where / "serial").write_text("01\n")
    openssl(where, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Example Root", "-days", "3650")
    openssl(where, "req", "-new", "-newkey", *KINDS[kind], "-nodes", "-keyout", "own.key", "-out", "own.csr", "-config", "config")
    dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"] if how == "--ended" else ["-days", "3000"]
    openssl(where, "ca", "-batch", "-notext", "-config", "config", "-cert", "root.pem", "-keyfile", "root.key", "-in", "own.csr",
            "-out", "own.pem", "-extensions", "code" if how == "--code" else "time", *dates)


def answer(directory, query, how=None):
    query = str(pathlib.Path(query).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        out = f"{scratch}/answer"
        reply = ["ts", "-reply", "-config", "config", "-section", "one", "-queryfile", query]
        if how != "--code":
            openssl(directory, *reply, "-signer", "own.pem", "-inkey", "own.key", "-out", out)
            return pathlib.Path(out).read_bytes()
        # What a good authority says, signed again by a certificate that is not for that.
        authority(f"{scratch}/good", "p256")
        openssl(f"{scratch}/good", *reply, "-signer", "own.pem", "-inkey", "own.key", "-token_out", "-out", out)
        said = openssl(directory, "cms", "-verify", "-noverify", "-inform", "DER", "-in", out)
        return openssl(directory, "cms", "-sign", "-cades", "-binary", "-nodetach", "-econtent_type", TST_INFO, "-outform", "DER",
                       "-signer", "own.pem", "-inkey", "own.key", data=said)


def key_id():
    """The first bytes of each signature, and type and key as in a verifier key."""
    own = b"\4" + KEY.public_key().public_bytes_raw()
    return hashlib.sha256(NAME.encode() + b"\n" + own).digest()[:4], own


def vkey():
    short, own = key_id()
    return f"{NAME}+{short.hex()}+{base64.b64encode(own).decode()}"


def cosign(request):
    """C2SP tlog-witness, but that it takes the log's word for what it has seen before."""
    head, _, note = request.partition("\n\n")
    body = note.partition("\n\n")[0] + "\n"
    assert head.startswith("old ") and body.count("\n") == 3, request
    now = int(time.time())
    signature = KEY.sign(f"cosignature/v1\ntime {now}\n{body}".encode())
    return f"\u2014 {NAME} {base64.b64encode(key_id()[0] + now.to_bytes(8, 'big') + signature).decode()}\n"


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    if what == "authority":
        authority(*words)
    elif what == "answer":
        sys.stdout.buffer.write(answer(*words))
    elif what == "vkey":
        print(vkey())
    else:
        sys.stdout.buffer.write(cosign(sys.stdin.buffer.read().decode()).encode())
