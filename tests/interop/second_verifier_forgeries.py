#!/usr/bin/env python3
"""Forges a ledger in as many ways as there are rules, and has second_verifier.py refuse each.

    second_verifier_forgeries.py DIR

DIR is what second_verifier.sh made: acme.ledger, NAME.key, log.ndjson, checkpoints.ndjson. The forger is
as strong as can be: every member key, every share and the log's own key are at hand (`age` opens them),
so each forgery has one fault only, and all after it (tree, checkpoints, cosignatures) is made again."""
import base64, copy, datetime, hashlib, json, os, pathlib, subprocess, sys, tempfile
import sqlcipher3
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
import second_verifier

NOTHING = object()
GOVERNANCE = "0" * 32
STATEMENT, CARD = second_verifier.STATEMENT, second_verifier.CARD


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text)


def spell(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def age(identity, data):
    return subprocess.run(["age", "-d", "-i", identity], input=data, capture_output=True, check=True).stdout


def tree(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", tree(leaves[:k]), tree(leaves[k:]))


def new_recipient():
    """A native age recipient: bech32 of a random X25519 key."""
    alphabet, state = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", 1
    bits = "".join(f"{byte:08b}" for byte in X25519PrivateKey.generate().public_key().public_bytes_raw()) + "0000"
    values = [int(bits[i:i + 5], 2) for i in range(0, 260, 5)]
    for value in [3, 3, 3, 0, 1, 7, 5] + values + [0] * 6:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for i, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= word if top >> i & 1 else 0
    return "age1" + "".join(alphabet[v] for v in values + [(state ^ 1) >> 5 * (5 - i) & 31 for i in range(6)])


def pae(kind, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def seal_envelope(payload, key, kind=STATEMENT, keyid=None):
    return spell({"payloadType": kind, "payload": b64(payload),
                  "signatures": [{"keyid": keyid or public(key), "sig": b64(key.sign(pae(kind, payload)))}]})


class Book:
    """A log with all the keys to write in it."""

    def __init__(self, directory):
        where = pathlib.Path(directory)
        self.entries = [json.loads(line) for line in open(where / "log.ndjson", "rb")]
        self.notes = [json.loads(line) for line in open(where / "checkpoints.ndjson", "rb")]
        self.id, self.key, self.card, member = {}, {}, {}, {}
        for path in sorted(where.glob("*.card")):
            who, card = path.stem, json.loads(path.read_bytes())
            payload = json.loads(unb64(json.loads(unb64(card["envelope"]))["payload"]))
            member[who] = age(where / f"{who}.key", unb64(payload["sealed"]))
            seed = bytes.fromhex(member[who].split(b"\n")[1].split(b": ")[1].decode())
            self.id[who], self.card[who] = payload["id"], card
            self.key[who] = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = {v: k for k, v in self.id.items()}
        with tempfile.NamedTemporaryFile() as scratch:
            scratch.write(member["alice"])
            scratch.flush()
            sealed = (where / f"acme.ledger/keys/{self.id['alice']}.age").read_bytes()
            self.data_key = age(scratch.name, sealed).decode().strip()
        base = sqlcipher3.connect(str(where / "acme.ledger/ledger.db"))
        base.execute(f"PRAGMA key = \"x'{self.data_key}'\"")
        self.log_key = Ed25519PrivateKey.from_private_bytes(
            base.execute("select value from meta where name = 'log_seed'").fetchone()[0])
        self.blobs = dict(base.execute("select digest, bytes from blob"))
        base.close()
        self.ledger = self.header(0)["ledger"]
        self.share_key, self.shares = {}, {}
        for i in range(len(self.entries)):
            if self.header(i)["kind"] not in ("governance.seal", "seal"):
                continue
            facts = self.facts(i)
            secret, epoch = facts.get("secret", GOVERNANCE), facts["epoch"]
            self.shares[secret, epoch] = facts["shares"]
            for share in facts["shares"]:
                if bytes.fromhex(share["blob"]) in self.blobs:
                    text = age(where / f"{self.name[share['holder']]}.key", self.blobs[bytes.fromhex(share["blob"])])
                    self.share_key[share["key"]] = self.possession_key(text, secret, epoch, share)
                    if public(self.share_key[share["key"]]) != share["key"]:
                        raise SystemExit("a share's text does not make its key")

    def context(self, secret, epoch, share):
        return bytes.fromhex(self.ledger + secret) + epoch.to_bytes(4, "big") + bytes([share["group"], share["member"]])

    def possession_key(self, text, secret, epoch, share):
        info = b"rootkeep/possession-key/v1\n" + self.context(secret, epoch, share)
        return Ed25519PrivateKey.from_private_bytes(HKDF(hashes.SHA256(), 32, b"", info).derive(text))

    # Reading
    def envelope(self, i):
        return unb64(self.entries[i]["envelope"])

    def header(self, i):
        return json.loads(unb64(json.loads(self.envelope(i))["payload"]))

    def facts(self, i):
        return json.loads(unb64(self.entries[i]["facts"]["bytes"]))

    def personal(self, i):
        return self.entries[i]["personal"] and json.loads(unb64(self.entries[i]["personal"]["bytes"]))

    def hash(self, i):
        return sha(b"\0", self.envelope(i)).hex()

    def root(self, n):
        return tree([sha(b"\0", self.envelope(i)) for i in range(n)])

    def find(self, kind, nth=0):
        return [i for i in range(len(self.entries)) if self.header(i)["kind"] == kind][nth]

    # Writing
    def cut(self, n=None):
        """A copy of the first `n` entries."""
        other = copy.copy(self)
        other.entries, other.notes, other.blobs = copy.deepcopy(self.entries[:n]), self.notes[:n], dict(self.blobs)
        other.share_key, other.shares = dict(self.share_key), dict(self.shares)
        return other

    def part(self, name, value):
        data, salt = value if type(value) is bytes else spell(value), os.urandom(32)
        return {"salt": b64(salt), "bytes": b64(data)}, sha(f"rootkeep/{name}/v1\n".encode(), salt, data).hex()

    def add(self, author, kind, facts, personal=None, key=None, keyid=None, later=0, payload_type=STATEMENT, envelope=None,
            payload=None, cosigner=None, shown_facts=None, shown_personal=NOTHING, **header):
        """One entry more, right but for what is given; returns its hash."""
        facts_part, facts_commitment = self.part("facts", facts)
        personal_part, personal_commitment = (None, None) if personal is None else self.part("personal", personal)
        n = len(self.entries)
        before = datetime.datetime.fromisoformat(self.header(-1)["made_at"][:-1]) if n else datetime.datetime(2026, 1, 1)
        head = {"v": 1, "ledger": self.ledger, "id": os.urandom(16).hex(), "author": self.id[author], "kind": kind,
                "made_at": (before + datetime.timedelta(seconds=later)).isoformat() + "Z",
                "seen": {"size": n, "root": self.root(n).hex()}, "facts": facts_commitment, "personal": personal_commitment}
        raw = (payload or (lambda p: p))(spell(head | header))
        data = (envelope or (lambda e: e))(seal_envelope(raw, key or self.key[author], payload_type, keyid))
        self.entries.append({"seq": n, "envelope": b64(data), "facts": shown_facts or facts_part,
                             "personal": personal_part if shown_personal is NOTHING else shown_personal})
        self.notes.append(None)
        self.checkpoint(cosigner or author)
        return self.hash(n)

    def checkpoint(self, who, size=None, root=None, origin=None, time=1795000000, message=None, log_key=None, extra="",
                   key=None, name=None, own=True):
        """The checkpoint of the last size, or of `size`, made again with cosignatures by `who` (a name or several)."""
        place = (size or len(self.entries)) - 1
        origin = origin or f"rootkeep/{self.ledger}"
        body = f"{origin}\n{place + 1}\n{b64(root or self.root(place + 1))}\n{extra}"

        def line(name, kind, key, data):
            key_id = sha(name.encode(), b"\n", bytes([kind]), bytes.fromhex(public(key)))[:4]
            return f"\u2014 {name} {b64(key_id + data)}\n"
        note = body + "\n" + (line(origin, 1, self.log_key, (log_key or self.log_key).sign(body.encode())) if own else "")
        for one in [who] if type(who) is str else who:
            signature = (key or self.key[one]).sign(f"cosignature/v1\ntime {time}\n{message or body}".encode())
            note += line(name or f"{origin}/{self.id[one]}", 4, self.key[one], time.to_bytes(8, "big") + signature)
        self.notes[place] = {"size": place + 1, "note": note}

    def proofs(self, who, stakes, subject):
        """Proofs for every share of this person in [(secret, epoch)], in order."""
        found = []
        for secret, epoch in stakes:
            for share in self.shares[secret, epoch]:
                if share["holder"] == self.id[who]:
                    message = (b"rootkeep/possession/v1\n" + self.context(secret, epoch, share)
                               + bytes.fromhex(self.id[who] + subject))
                    found.append({"secret": secret, "epoch": epoch, "group": share["group"], "member": share["member"],
                                  "proof": b64(self.share_key[share["key"]].sign(message))})
        return found

    def stakes(self, subject):
        """What a yes to a subject proves possession of: [(secret, epoch)], and whether it is a request."""
        for i in range(len(self.entries)):
            if self.hash(i) == subject and self.header(i)["kind"] == "request":
                return [(s["secret"], s["epoch"]) for s in self.facts(i)["secrets"]], True
        return [(GOVERNANCE, 1)], False

    def blob(self, data=None):
        data = data or os.urandom(40)
        self.blobs[sha(data)] = data
        return sha(data).hex()

    def sign(self, who, subject, proofs=None, shares=None, proof_subject=None, facts_change=None, **more):
        stakes, request = self.stakes(subject)
        proofs = self.proofs(who, stakes, proof_subject or subject) if proofs is None else proofs
        if shares is None:
            places = [{k: p[k] for k in ("secret", "epoch", "group", "member")} for p in proofs]
            shares = [place | {"blob": self.blob()} for place in places] if request else []
        facts = {"subject": subject, "proofs": proofs, "shares": shares} | (facts_change or {})
        return self.add(who, "sign", facts, **more)

    def govern(self, subject, *people):
        for who in people or ("alice", "bob", "carol"):
            self.sign(who, subject)
        return subject

    def reject(self, who, subject, **more):
        return self.add(who, "reject", {"subject": subject}, {"reason": "no"}, **more)

    def withdraw(self, who, subject, **more):
        return self.add(who, "withdraw", {"subject": subject}, **more)

    def quorum(self, name):
        """Where the quorum of this name came into effect, as second_verifier sees it, and its facts."""
        log = second_verifier.Log(self.ledger)
        for entry in self.entries:
            log.leaf(entry)
        return next((one.index, one.facts) for one in log.quorums.values() if one.name == name)

    def define(self, author, name, groups, needed=1, quorum=None, **more):
        """`groups`: [(threshold, [names])]."""
        made = [{"label": f"g{g}", "threshold": t, "members": [self.id[m] for m in members]} for g, (t, members) in enumerate(groups)]
        facts = {"quorum": quorum or os.urandom(16).hex(), "name": name, "groups_needed": needed, "groups": made}
        return self.add(author, "quorum.define", facts | more.pop("facts_change", {}), **more)

    def seal(self, author, name, epoch=1, quorum="engineers", secret=None, change=None, **more):
        """A sealing without ciphertext: random shares. `name` is SUBJECT/KIND[:LABEL]."""
        index, rule = self.quorum(quorum) if type(quorum) is str else quorum
        secret = secret or os.urandom(16).hex()
        shares = []
        for g, group in enumerate(rule["groups"]):
            for m, member in enumerate(group["members"]):
                place = {"group": g, "member": m}
                key = self.possession_key(os.urandom(40), secret, epoch, place)
                shares.append(place | {"holder": member, "key": public(key), "blob": self.blob()})
                self.share_key[public(key)] = key
        self.shares[secret, epoch] = shares
        subject, kind = name.split("/")
        kind, _, label = kind.partition(":")
        facts = {"secret": secret, "subject": subject, "kind": kind, "label": label or None, "serves": [], "epoch": epoch,
                 "quorum": rule["quorum"], "quorum_index": index, "groups_needed": rule["groups_needed"],
                 "thresholds": [g["threshold"] for g in rule["groups"]], "payload": self.blob(), "shares": shares}
        if callable(change):
            change(facts)
        return self.add(author, "seal", facts | (change if type(change) is dict else {}), **more)

    def request(self, author, secrets, operator=None, window=3600, facts_change=None, **more):
        """`secrets`: [(secret, epoch)]."""
        seals = {(self.facts(i)["secret"], self.facts(i)["epoch"]): self.hash(i)
                 for i in range(len(self.entries)) if self.header(i)["kind"] == "seal"}
        facts = {"secrets": [{"secret": s, "epoch": e, "seal": seals.get((s, e), "0" * 64)} for s, e in secrets],
                 "operator": self.id[operator or author], "recipient": new_recipient(), "identity": self.blob(), "window_secs": window}
        return self.add(author, "request", facts | (facts_change or {}), {"purpose": "p", "task": None, "ticket": None}, **more)

    def reveal(self, author, request, secret, epoch, **more):
        facts = {"request": request, "secret": secret, "epoch": epoch, "form": "text", "bad": []}
        return self.add(author, "reveal", facts | more.pop("facts_change", {}), **more)

    def close(self, author, request, **more):
        return self.add(author, "close", {"request": request, "outcome": "used", "rotated": False}, {"note": "done"}, **more)

    def verdict(self):
        """None where second_verifier accepts, else the problem with its entry."""
        with tempfile.TemporaryDirectory() as scratch:
            paths = [os.path.join(scratch, n) for n in ("log", "checkpoints")]
            for path, lines in zip(paths, (self.entries, self.notes)):
                with open(path, "w", encoding="utf-8", newline="\n") as file:
                    file.writelines(json.dumps(line) + "\n" for line in lines)
            try:
                second_verifier.accept(self.ledger, *paths)
            except second_verifier.Refused as problem:
                return problem.entry, str(problem)

    def make_card(self, key=None, personal=None, envelope=None, signer=None, keyid=None, **change):
        """A newcomer's card: its facts and personal of custodian.add (but for roles)."""
        key = key or Ed25519PrivateKey.generate()
        model = json.loads(unb64(json.loads(unb64(self.card["ivan"]["envelope"]))["payload"]))
        part, commitment = self.part("card", personal or {"name": "mallory", "contact": None, "timezone": None})
        payload = model | {"id": os.urandom(16).hex(), "sign": public(key), "personal": commitment,
                           "recipient": new_recipient(), "age": new_recipient()} | change
        data = (envelope or (lambda e: e))(seal_envelope(spell(payload), signer or key, CARD, keyid))
        self.id["mallory"] = payload["id"]
        self.key["mallory"] = key
        return {"card": b64(data)}, part | {"identified_by": None}

    def enrol(self, author, roles=("witness",), card=None, **more):
        facts, personal = card or self.make_card()
        return self.add(author, "custodian.add", facts | {"roles": list(roles)}, personal | more.pop("personal_change", {}), **more)

    def found(self, founders=("alice", "bob", "carol"), cards=None, change=None, people=None, seal_change=None, **more):
        """A ledger of its own: genesis and governance.seal; the rest is up to the caller."""
        facts = {"nonce": os.urandom(32).hex(), "log_key": public(self.log_key), "threshold": 2,
                 "founders": [{"card": self.card[who]["envelope"]} for who in founders],
                 "policy": {"revision": 1, "pending_days": 30, "request_hours": 72, "window_max_secs": 86400}}
        facts |= {"founders": cards} if cards else {}
        facts |= change or {}
        personal = {"name": "Other", "people": people if people is not None else [
            {"custodian": self.id[who], "salt": self.card[who]["personal"]["salt"], "bytes": self.card[who]["personal"]["bytes"]} for who in founders]}
        other = self.cut(0)
        other.ledger = sha(b"rootkeep/ledger/v1\n", spell(facts)).hex()
        other.add(more.pop("author", founders[0]), "genesis", facts, personal, **more)
        shares = []
        for m, who in enumerate(founders):
            place = {"group": 0, "member": m}
            key = other.possession_key(os.urandom(40), GOVERNANCE, 1, place)
            shares.append(place | {"holder": self.id[who], "key": public(key), "blob": other.blob()})
            other.share_key[public(key)] = key
        other.shares = {(GOVERNANCE, 1): shares}
        facts = {"epoch": 1, "recovery": new_recipient(), "payload": other.blob(), "shares": shares}
        other.add(founders[0], "governance.seal", facts | (seal_change or {}))
        return other
