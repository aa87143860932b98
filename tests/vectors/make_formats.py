"""Makes formats.json: the test vectors of docs/formats.md, by other means than the program's own code.

    python make_formats.py > formats.json        needs PyPI cryptography and shamir-mnemonic
"""
import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from shamir_mnemonic.wordlist import WORDLIST


def sha(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def b64(data):
    return base64.b64encode(data).decode()


def words(digest):
    bits = int.from_bytes(digest[:15], "big")
    return " ".join(WORDLIST[(bits >> (110 - 10 * i)) & 1023] for i in range(12))


def key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed)


def public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def envelope(seed, kind, payload):
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    private = key(seed)
    return '{"payloadType":"%s","payload":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}' % (
        kind, b64(payload), public(private).hex(), b64(private.sign(pae)))


def hkdf(ikm, info):
    prk = hmac.new(b"\0" * 32, ikm, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def note_line(name, key_id, signature):
    return "\u2014 %s %s" % (name, b64(key_id + signature))


salt = bytes(range(32))
text = '{"reason":"caf\u00e9 \u2603"}'.encode()
out = {"commitment": [
    {"part": part, "salt": salt.hex(), "bytes": text.decode(),
     "digest": sha(b"rootkeep/", part.encode(), b"/v1\n", salt, text).hex()}
    for part in ("facts", "personal", "card")]}

charter = b'{"nonce":"' + b"11" * 32 + b'"}'
ledger = sha(b"rootkeep/ledger/v1\n", charter)
out["ledger"] = {"charter": charter.decode(), "id": ledger.hex(), "code": words(ledger)}

payload = b'{"v":1}'
fingerprint = sha(b"rootkeep/card/v1\n", payload)
out["fingerprint"] = {"payload": payload.decode(), "digest": fingerprint.hex(), "words": words(fingerprint)}

seed = bytes([1]) * 32
kind = "application/vnd.rootkeep.statement.v1+json"
wire = envelope(seed, kind, payload)
out["envelope"] = {"seed": seed.hex(), "type": kind, "payload": payload.decode(), "envelope": wire,
                   "leaf": sha(b"\0", wire.encode()).hex()}

secret, custodian, subject = bytes([2]) * 16, bytes([3]) * 16, bytes([4]) * 32
share = " ".join(WORDLIST[:33])
context = ledger + secret + (7).to_bytes(4, "big") + bytes([1, 2])
possession = key(hkdf(share.encode(), b"rootkeep/possession-key/v1\n" + context))
out["possession"] = {
    "ledger": ledger.hex(), "secret": secret.hex(), "epoch": 7, "group": 1, "member": 2, "share": share,
    "key": public(possession).hex(), "custodian": custodian.hex(), "subject": subject.hex(),
    "proof": b64(possession.sign(b"rootkeep/possession/v1\n" + context + custodian + subject))}

leaves = [sha(b"\0", bytes([i])) for i in range(3)]
root = sha(b"\1", sha(b"\1", leaves[0], leaves[1]), leaves[2])
origin = "rootkeep/" + ledger.hex()
body = "%s\n3\n%s\n" % (origin, b64(root))
log_key, cosigner = key(bytes([5]) * 32), key(bytes([6]) * 32)
name, time = origin + "/" + custodian.hex(), 1767225600
cosigned = cosigner.sign(("cosignature/v1\ntime %d\n%s" % (time, body)).encode())
out["checkpoint"] = {
    "ledger": ledger.hex(), "size": 3, "root": root.hex(), "body": body,
    "log_seed": (bytes([5]) * 32).hex(),
    "log_line": note_line(origin, sha(origin.encode(), b"\n\x01", public(log_key))[:4], log_key.sign(body.encode())),
    "custodian": custodian.hex(), "custodian_seed": (bytes([6]) * 32).hex(), "time": time,
    "custodian_line": note_line(name, sha(name.encode(), b"\n\x04", public(cosigner))[:4],
                                time.to_bytes(8, "big") + cosigned)}

def spell(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


part = {"salt": b64(salt), "bytes": b64(b"{}")}
slip_body = {"entries": [{"envelope": b64(wire.encode()), "facts": part}], "personal": None,
             "people": [{"custodian": custodian.hex(), **part}], "checkpoint": "caf\u00e9\n", "blobs": [b64(b"blob")]}
digest = sha(b"rootkeep/slip/v1\n", spell(slip_body).encode()).hex()
head = spell({"v": 1, "ledger": ledger.hex(), "by": custodian.hex(), "to": secret.hex(), "made_at": "2026-01-01T00:00:00Z",
              "subject": None, "body": digest})
sealed = envelope(seed, "application/vnd.rootkeep.slip.v1+json", head.encode())
out["slip"] = {"seed": seed.hex(), "body": digest, "head": head,
               "slip": '{"schema":"rootkeep/v1/slip.request","head":"%s","body":%s}' % (b64(sealed.encode()), spell(slip_body))}

print(json.dumps(out, indent=1, ensure_ascii=False))
