#!/usr/bin/env python3
"""Forges a ledger in as many ways as there are rules, and has second_verifier.py refuse each.

    second_verifier_forgeries.py DIR

DIR is what second_verifier.sh made: acme.ledger, NAME.key, log.ndjson, checkpoints.ndjson. The forger is
as strong as can be: every member key, every share and the log's own key are at hand (`age` opens them),
so each forgery has one fault only, and all after it (tree, checkpoints, cosignatures) is made again."""
import base64, copy, datetime, hashlib, json, multiprocessing, os, pathlib, subprocess, sys, tempfile
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


def card_payload(envelope):
    return json.loads(unb64(json.loads(unb64(envelope))["payload"]))


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
            payload = card_payload(card["envelope"])
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
        log = second_verifier.Log(self.ledger)
        self.governance_at = [log.governance] + [log.leaf(entry) or log.governance for entry in self.entries]
        self.governance = self.governance_at[-1]  # the epoch in force
        for i in range(len(self.entries)):
            if self.header(i)["kind"] not in ("governance.seal", "governance.set", "seal"):
                continue
            facts = self.facts(i).get("seal") or self.facts(i)
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
        if n is not None and n < len(self.governance_at):
            other.governance = self.governance_at[n]
        return other

    def part(self, name, value):
        data, salt = value if type(value) is bytes else spell(value), os.urandom(32)
        return {"salt": b64(salt), "bytes": b64(data)}, sha(f"rootkeep/{name}/v1\n".encode(), salt, data).hex()

    def add(self, author, kind, facts, personal=None, key=None, keyid=None, later=0, payload_type=STATEMENT, envelope=None,
            payload=None, cosigner=None, shown_facts=None, shown_personal=NOTHING, head_change=None, **header):
        """One entry more, right but for what is given; returns its hash."""
        facts_part, facts_commitment = self.part("facts", facts)
        personal_part, personal_commitment = (None, None) if personal is None else self.part("personal", personal)
        n = len(self.entries)
        before = datetime.datetime.fromisoformat(self.header(-1)["made_at"][:-1]) if n else datetime.datetime(2026, 1, 1)
        head = {"v": 1, "ledger": self.ledger, "id": os.urandom(16).hex(), "author": self.id[author], "kind": kind,
                "made_at": (before + datetime.timedelta(seconds=later)).isoformat() + "Z",
                "seen": {"size": n, "root": self.root(n).hex()}, "facts": facts_commitment, "personal": personal_commitment}
        raw = (payload or (lambda p: p))(spell(head | header | (head_change or {})))
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
        """What a yes to a subject proves possession of: [(secret, epoch)], and whether it is a request.
        Of a governance.set, its shares are those of the new epoch from here on."""
        for i in range(len(self.entries)):
            if self.hash(i) != subject:
                continue
            kind, facts = self.header(i)["kind"], self.facts(i)
            if kind == "request":
                return [(s["secret"], s["epoch"]) for s in facts["secrets"]], True
            if kind == "governance.set":
                new = GOVERNANCE, facts["seal"]["epoch"]
                self.shares[new] = facts["seal"]["shares"]
                return [(GOVERNANCE, self.governance), new], False
        return [(GOVERNANCE, self.governance)], False

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

    def split(self, secret, epoch, groups):
        """Shares without ciphertext, of which the keys are known. `groups`: [[id]]."""
        shares = []
        for g, members in enumerate(groups):
            for m, member in enumerate(members):
                place = {"group": g, "member": m}
                key = self.possession_key(os.urandom(40), secret, epoch, place)
                shares.append(place | {"holder": member, "key": public(key), "blob": self.blob()})
                self.share_key[public(key)] = key
        self.shares[secret, epoch] = shares
        return shares

    def give(self, members=("alice", "bob", "erin"), threshold=2, by="alice", change=None, epoch=None):
        """A governance.set without ciphertext; `change` is of its seal."""
        epoch = epoch or self.governance + 1
        seal = {"epoch": epoch, "recovery": new_recipient(), "payload": self.blob(),
                "shares": self.split(GOVERNANCE, epoch, [[self.id[who] for who in members]])}
        if callable(change):
            change(seal)
        return self.add(by, "governance.set", {"threshold": threshold, "seal": seal | (change if type(change) is dict else {})})

    def given(self, *people, **more):
        """A governance.set that is in effect: three of the old holders and each of the new have signed."""
        self.govern(self.give(**more), *(people or ("erin", "alice", "bob", "carol")))
        self.governance += 1

    def seal(self, author, name, epoch=1, quorum="engineers", secret=None, change=None, **more):
        """A sealing without ciphertext: random shares. `name` is SUBJECT/KIND[:LABEL]."""
        index, rule = self.quorum(quorum) if type(quorum) is str else quorum
        secret = secret or os.urandom(16).hex()
        shares = self.split(secret, epoch, [group["members"] for group in rule["groups"]])
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

    def away(self, *acts):
        """Statements that were made on the log as it is, but are not in it: their entries."""
        made = []
        for act in acts:
            other = self.cut()
            act(other)
            made.append((other.entries[-1], other.hash(-1)))
            self.blobs |= other.blobs
        return made

    def bring(self, who, made, announced=None, **more):
        """An import of them; `announced` in place of their hashes."""
        self.add(who, "import", {"statements": [h for _, h in made] if announced is None else announced}, **more)
        for entry, _ in made:
            self.entries.append(entry | {"seq": len(self.entries)})
            self.notes.append(None)
            self.checkpoint(who)

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
        model = card_payload(self.card["ivan"]["envelope"])
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
        other.shares = {}
        shares = other.split(GOVERNANCE, 1, [[self.id[who] for who in founders]])
        facts = {"epoch": 1, "recovery": new_recipient(), "payload": other.blob(), "shares": shares}
        other.add(founders[0], "governance.seal", facts | (seal_change or {}))
        return other


def forgeries(book):
    """(name, what the refusal must say, the forged log), one after the other; the fault is in the last entry,
    or in the one that a fourth item names. `None` as what it must say: to be accepted."""
    size, h, kinds = len(book.entries), book.hash, [book.header(i)["kind"] for i in range(len(book.entries))]
    alice, bob, frank = (book.id[n] for n in ("alice", "bob", "frank"))
    password, phone, mailbox = (book.facts(book.find("seal", n)) for n in range(3))
    secret, epoch = password["secret"], 2
    engineers, waiting_quorum, waiting_request = password["quorum"], h(book.find("quorum.define", -1)), h(book.find("request", -1))
    proposed, ivan = book.find("custodian.add"), h(book.find("custodian.add", -1))
    signed_request = book.find("request", 1)
    left = [book.facts(i)["custodian"] for i in range(size) if kinds[i] == "custodian.retire"] == [book.id["henry"]]
    assert left and book.facts(book.find("request", -1))["secrets"][0]["secret"] == secret
    about, away = ("alice", "correct", {"subject": h(3)}, {"reason": "x", "text": "y"}), {"from": "2026-01-01", "to": "2026-01-02"}
    policy = {"revision": 1, "pending_days": 9, "request_hours": 9, "window_max_secs": 3600}

    def at(n=size):
        return book.cut(n)

    def last(b, *given, **change):
        b.add(*(given or about), **change)
        return b

    def then(b, *ignored):
        return b

    def after(n, do):
        b = at(n)
        do(b)
        return b

    def changed(b, i, **change):
        b.entries[i] |= change
        return b

    def header(**change):
        return last(at(), **change)

    def swap(old, new, where="payload"):
        def change(data):
            assert data.count(old) >= 1
            return data.replace(old, new, 1)
        return last(at(), **{where: change})

    def signature(change):
        def envelope(data):
            outer = json.loads(data)
            outer["signatures"] = change(outer["signatures"][0])
            return spell(outer)
        return last(at(), envelope=envelope)

    def more_than_order(one):
        sig = unb64(one["sig"])
        s = int.from_bytes(sig[32:], "little") + 2**252 + 27742317777372353535851937790883648493
        return [one | {"sig": b64(sig[:32] + s.to_bytes(32, "little"))}]

    def loose_bits(one):
        assert one["sig"].endswith("==")
        return [one | {"sig": one["sig"][:-3] + "BCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".index(one["sig"][-3])] + "=="}]

    def in_effect(b, **more):
        request = b.request("alice", [(secret, epoch)], **more)
        b.sign("alice", request)
        b.sign("bob", request)
        return request

    def retire(b, who, by="alice", **change):
        facts = {"custodian": b.id[who], "cause": "left", "distrust_from": None}
        return b.add(by, "custodian.retire", facts | change, {"note": None})

    def destroy(b, which, by="alice"):
        return b.add(by, "secret.destroy", {"secret": secret, "epoch": which}, {"reason": "x"})

    def set_policy(b, **change):
        return b.add("alice", "policy.set", {"policy": policy | change})

    def state(b, n=None, root=None):
        n = len(b.entries) if n is None else n
        return {"size": n, "root": root or b.root(min(n, len(b.entries))).hex()}

    def promote(b, by="alice", epoch=3, **where):
        return b.add(by, "copy.promote", {"at": state(b, **where), "epoch": epoch})

    def backed_up(b, by="alice", kind="backup", length=1, **where):
        return b.add(by, kind, {"at": state(b, **where), "file": "0" * 64} | ({"bytes": length} if kind == "backup" else {}))

    def newcomer(b, roles=("witness",), **card):
        return b.enrol("alice", roles, b.make_card(**card))

    def replace(b, who="lena2", by="alice", card=None, **change):
        facts, personal = card or b.make_card()
        return b.add(by, "custodian.replace", {"old": b.id[who], "cause": "renewed", "distrust_from": None} | facts | change, personal)

    def accept(b, subject, who="mallory"):
        return b.add(who, "custodian.accept", {"subject": subject})

    def replaced(b, who="lena2", **change):
        return accept(b, b.govern(replace(b, who, **change)))

    def compare(b, *found, by="alice", rows=9):
        return b.add(by, "leavers.compare", {"rows": rows, "found": list(found)}, {"file": "0" * 64})

    # Of the places, london-a is shut, tokyo-a open and attic retired; token-1 was destroyed
    def place(b, name="cellar", by="alice", **change):
        facts = {"location": name, "kind": "room", "site": "london", "timezone": "Europe/London", "access": [], "dual_control": False,
                 "depends_on_aws": False}
        return b.add(by, "location.set", facts | change, {"description": None})

    def unplace(b, name="london-a", by="alice"):
        return b.add(by, "location.retire", {"location": name}, {"note": "x"})

    def thing(b, name="box", by="alice", **change):
        facts = dict.fromkeys(book.facts(book.find("item.add"))) | {"item": name, "kind": "other", "location": "london-a"}
        return b.add(by, "item.add", facts | change, {"label": None})

    def check(b, name="drawer-key", by="alice"):
        return b.add(by, "item.check", {"item": name, "battery_checked": "2026-01-01", "battery_expires": None})

    def move(b, name="drawer-key", to="london-a", by="alice", witness="bob"):
        return b.add(by, "item.move", {"item": name, "location": to, "bag": None, "witness": b.id[witness]}, {"note": "x"})

    def moved(b, *args):
        return witness(b, move(b, *args))

    def destroyed(b, name="drawer-key", by="alice", witness="bob"):
        return b.add(by, "item.destroy", {"item": name, "witness": b.id[witness]}, {"note": "x"})

    def mailed(b, by="alice", others=(), **change):
        facts = {"mailbox": "m", "members": [], "accounts": [], "closed": False}
        return b.add(by, "mailbox.set", facts | change, {"address": "a@b", "others": others})

    def phoned(b, by="alice", others=(), **change):
        facts = {"phone": "p", "holders": [], "accounts": [], "tested": None, "closed": False}
        return b.add(by, "phone.set", facts | change, {"number": "1", "others": others})

    def clock(b, later=0):
        return (datetime.datetime.fromisoformat(b.header(-1)["made_at"][:-1]) + datetime.timedelta(seconds=later)).isoformat() + "Z"

    def opening(b, **change):
        return {"location": "london-a", "opened_at": clock(b), "witness": bob, "request": None} | change

    def opened(b, by="alice", **change):
        return b.add(by, "safe.open", opening(b, **change), {"purpose": "x"})

    def happened(b, items, **change):
        went = [{"item": item, "went": way, "seal": None, "bag": None} for item, way in items]
        return {"closed_at": clock(b), "items": went, "counter": None, "present": []} | change

    def shut(b, *items, access=None, by="alice", witness="bob", others=(), exceptions=(), **change):
        access = access or opened(b, by, witness=b.id[witness])
        return b.add(by, "safe.close", {"access": access, "witness": b.id[witness], "happened": happened(b, items, **change)},
                     {"others": others, "exceptions": exceptions, "note": None})

    def written(b, *items, by="alice", start=None, later=0, others=(), exceptions=(), **change):
        facts = {"opened": opening(b, **start or {}), "happened": happened(b, items, **change)}
        return b.add(by, "safe.log", facts, {"purpose": "x", "others": others, "exceptions": exceptions, "note": None}, later=later)

    def witness(b, subject, who="bob", **more):
        b.sign(who, subject, proofs=[], shares=[], **more)
        return subject
    still_open, doomed, unseen = (h(book.find(kind, -1)) for kind in ("safe.open", "item.destroy", "safe.log"))

    def card_of(who):
        return card_payload(book.card[who]["envelope"])

    # What must be accepted, so that what follows is refused for its fault alone.
    yield "the untouched log", None, at()
    yield "its beginning", None, at(40)
    yield "one entry more", None, last(at())
    yield "a proof and a release", None, after(size, lambda b: b.reveal("alice", in_effect(b), secret, epoch))
    yield "a governed decision", None, after(size, lambda b: b.govern(waiting_quorum))
    yield "a newcomer, who accepts", None, after(size, lambda b: b.add("ivan", "custodian.accept", {"subject": b.govern(ivan)}))
    yield "a sealing", None, after(size, lambda b: b.seal("alice", "org/note"))
    yield "another ledger's founding", None, then(other := book.found(), [other.sign(n, other.hash(0)) for n in ("alice", "bob", "carol")])

    # Envelope and header
    yield "signed by somebody else", "wrong signature", header(key=book.key["bob"])
    yield "signed by somebody else, with the author's keyid", "wrong signature", header(key=book.key["bob"], keyid=public(book.key["alice"]))
    yield "keyid of somebody else", "keyid", header(keyid=public(book.key["bob"]))
    yield "signature with S not below the order", "wrong signature", signature(more_than_order)
    yield "signature in base64 with loose bits", "base64", signature(loose_bits)
    yield "signature in base64 without padding", "base64", signature(lambda one: [one | {"sig": one["sig"].rstrip("=")}])
    yield "two signatures", "signatures", signature(lambda one: [one, one])
    yield "no signature", "signatures", signature(lambda one: [])
    yield "another payload type", "type", header(payload_type=CARD)
    yield "white space in the envelope", "spelling", swap(b',"payload"', b', "payload"', "envelope")
    yield "a line break after the envelope", "spelling", header(envelope=lambda data: data + b"\n")
    yield "an envelope that is too large", "too large", header(envelope=lambda data: data + b" " * 65535)
    yield "white space in the header", "spelling", swap(b',"kind"', b', "kind"')
    yield "a byte order mark", "JSON", header(payload=lambda data: b"\xef\xbb\xbf" + data)
    yield "a key twice", "spelling", swap(b'"v":1,', b'"v":1,"v":1,')
    yield "an escape that is not needed", "spelling", swap(b'"correct"', b'"\\u0063orrect"')
    yield "keys in another order", "keys", header(payload=lambda data: spell(dict(reversed(json.loads(data).items()))))
    yield "a key that nobody knows", "keys", header(x=1)
    yield "version 2", "keys", header(v=2)
    yield "version 1.0", "keys", swap(b'"v":1,', b'"v":1.0,')
    yield "another ledger's id", "another ledger", header(ledger="0" * 64)
    yield "an id in capitals", "keys", header(id="AB" * 16)
    yield "an id used before", "id", header(id=book.header(5)["id"])
    yield "an unknown author", "author", header(head_change={"author": "1" * 32})
    yield "an unknown kind", "kind", header(head_change={"kind": "nonsense"})
    yield "the 30th of February", "keys", header(made_at="2026-02-30T00:00:00Z")
    yield "a fraction of a second", "keys", header(made_at="2026-02-20T00:00:00.5Z")
    yield "seen: another root", "seen", header(seen={"size": 3, "root": "0" * 64})
    yield "seen: the future", "seen", header(seen={"size": size + 1, "root": "0" * 64})
    yield "seen: true as a number", "keys", header(seen={"size": True, "root": book.root(1).hex()})
    yield "a personal part where there is none", "personal", last(at(), "alice", "custodian.away", {"custodian": alice} | away, {"x": 1})
    yield "no personal part where there is one", "personal", last(at(), "bob", "reject", {"subject": waiting_quorum})

    # Parts, replays, order, other ledgers
    yield "facts that were not signed", "committed", header(shown_facts=book.part("facts", {"subject": h(4)})[0])
    yield "personal part that was not signed", "committed", header(shown_personal=book.part("personal", about[3])[0])
    yield "salt of 31 bytes", "salt", then(b := last(at()), b.entries[-1].update(facts=b.entries[-1]["facts"] | {"salt": b64(b"x" * 31)}))
    yield "facts withheld", "facts", changed(last(at()), size, facts=None)
    yield "facts with white space", "spelling", last(at(), "alice", "correct", b'{"subject": "%s"}' % h(3).encode(), about[3])
    yield "a number as 2.0", "facts", last(at(), "alice", "secret.confirm", b'{"secret":"%s","epoch":2.0}' % secret.encode(), {"note": None})
    yield "half of a surrogate pair", "personal", last(at(), "alice", "correct", {"subject": h(3)}, b'{"reason":"\\ud800","text":"y"}')
    yield "a control character", "personal", last(at(), "alice", "correct", {"subject": h(3)}, {"reason": "a\tb", "text": "y"})
    yield "a text that is too long", "personal", last(at(), "alice", "correct", {"subject": h(3)}, {"reason": "a" * 4097, "text": "y"})

    def replay(b, entry):
        b.entries.append(dict(entry) | {"seq": len(b.entries)})
        b.notes.append(None)
        b.checkpoint("alice")
        return b

    def with_order(*order):
        b = at(0)
        for i in order:
            replay(b, book.entries[i])
        return b
    yield "an entry replayed", "id", replay(at(), book.entries[size - 1])
    yield "two entries exchanged", "seen", with_order(*range(7), 8, 7), 7
    yield "an entry left out", "seen", with_order(*range(7), 8), 7
    yield "an entry of another ledger", "another ledger", replay(at(), then(o := book.found(), o.sign("alice", o.hash(0))).entries[2])
    yield "another ledger", "charter", then(o := book.found(), setattr(o, "ledger", book.ledger)), 0
    yield "another number", "seq", changed(last(at()), size, seq=size + 1)
    yield "an old entry signed anew with other facts", "seen", with_rest(book, 7), 8

    # Founding
    yield "a threshold of one", "threshold", book.found(change={"threshold": 1}), 0
    yield "one founder", "2 to 16", book.found(("alice",)), 0
    yield "a founder twice", "used before", book.found(("alice", "bob", "bob")), 0
    yield "founded by the second founder", "first founder", book.found(author="bob"), 0
    yield "a log key of small order", "keys", book.found(change={"log_key": "01" + "00" * 31}), 0
    yield "a policy out of bounds", "keys", book.found(change={"policy": policy | {"pending_days": 0}}), 0
    yield "governance sealed without one founder", "shares", book.found(seal_change={"shares": book.facts(1)["shares"][:2]}), 1
    yield "governance sealed twice", "only entry 1", last(b := at(), "alice", "governance.seal", book.facts(1) | {
        "payload": b.blob(), "shares": [share | {"blob": b.blob()} for share in book.facts(1)["shares"]]})
    yield "something before the last founder has signed", "before the genesis", last(at(6))
    yield "a founder signs the genesis twice", "before", after(4, lambda b: b.sign("alice", h(0)))

    # Sign-offs: proofs, possession, and when
    def governed(b, **change):
        return then(b, b.sign("alice", waiting_quorum, **change))
    own = book.proofs("alice", [(GOVERNANCE, 2)], waiting_quorum)
    yield "a proof for another subject", "possession", governed(at(), proof_subject=waiting_request)
    yield "a proof by another share", "proofs", governed(at(), proofs=book.proofs("bob", [(GOVERNANCE, 2)], waiting_quorum))
    yield "a proof made for another custodian", "possession", governed(at(), proofs=[own[0] | {"proof": book.proofs("bob", [(GOVERNANCE, 2)], waiting_quorum)[0]["proof"]}])
    yield "no proof", "proofs", governed(at(), proofs=[])
    yield "a proof twice", "proofs", governed(at(), proofs=own * 2)
    yield "shares with a governance sign-off", "shares", governed(at(), shares=[{k: own[0][k] for k in ("secret", "epoch", "group", "member")} | {"blob": "0" * 64}])
    yield "signed by one without a governance share", "no share", after(size, lambda b: b.sign("erin", waiting_quorum, proofs=own))
    yield "signed twice", "before", after(size, lambda b: (b.sign("alice", waiting_quorum), b.sign("alice", waiting_quorum)))
    yield "yes after no", "before", after(size, lambda b: (b.reject("alice", waiting_quorum), b.sign("alice", waiting_quorum)))
    yield "signed before it was seen", "seen", governed(at(), seen={"size": size - 1, "root": book.root(size - 1).hex()})
    yield "signed what is no proposal", "no yes or no", after(size, lambda b: b.sign("alice", h(7)))
    yield "signed what is not in the log", "no yes or no", after(size, lambda b: b.sign("alice", "0" * 64))
    yield "signed what is in effect", "in effect", after(size, lambda b: (b.govern(waiting_quorum), b.sign("dave", waiting_quorum)))
    yield "signed too late", "expired", governed(at(), later=21 * 86400)
    yield "signed after the policy changed", "lapsed", after(size, lambda b: (b.govern(set_policy(b)), b.sign("alice", waiting_quorum)))
    yield "signed after a member was retired", "lapsed", after(size, lambda b: (b.govern(retire(b, "frank")), b.sign("alice", waiting_quorum)))
    yield "signed what was rejected", "rejected", after(size, lambda b: ([b.reject(n, waiting_quorum) for n in ("bob", "carol", "dave")], b.sign("alice", waiting_quorum)))
    yield "signed what was withdrawn", "withdrawn", after(size, lambda b: (b.withdraw("alice", waiting_quorum), b.sign("alice", waiting_quorum)))
    yield "withdrawn by another", "author", after(size, lambda b: b.withdraw("bob", waiting_quorum))
    yield "withdrawn what is in effect", "in effect", after(size, lambda b: (b.govern(waiting_quorum), b.withdraw("alice", waiting_quorum)))
    yield "a quorum used with one sign-off too few", "not as it stands", after(size, lambda b: (
        where := b.quorum("engineers"), rule := b.facts(b.find("quorum.define", -1)), b.sign("alice", waiting_quorum), b.sign("bob", waiting_quorum),
        b.seal("alice", "org/note", quorum=(len(b.entries) - 1, rule))))
    yield "a sign-off of a retired founder counted", "not as it stands", after(size, lambda b: (
        b.sign("dave", waiting_quorum), b.govern(retire(b, "dave")), b.sign("alice", waiting_quorum), b.sign("bob", waiting_quorum),
        b.seal("alice", "org/note", quorum=(len(b.entries) - 1, b.facts(size - 1)))))

    # People
    yield "a retired author", "retired", last(at(), "henry", "custodian.away", {"custodian": alice} | away, cosigner="alice")
    yield "a reader writes", "reader", last(at(), "gina", "attach", {"subject": h(3)}, {"name": "x", "digest": "0" * 64, "bytes": 1, "media": "a/b"})
    yield "an author not yet accepted", "not in force", after(size, lambda b: (b.govern(ivan), b.add("ivan", *about[1:])))
    yield "an author accepted, not yet approved", "not in force", after(size, lambda b: (b.add("ivan", "custodian.accept", {"subject": ivan}), b.add("ivan", *about[1:])))
    yield "accepted by somebody else", "own enrolment", after(size, lambda b: (b.govern(ivan), b.add("alice", "custodian.accept", {"subject": ivan})))
    yield "accepted twice", "once", after(size, lambda b: [b.add("ivan", "custodian.accept", {"subject": ivan}) for _ in range(2)])
    yield "a newcomer proposed by no keeper", "role", after(size, lambda b: b.enrol("frank"))
    yield "a card with an id used before", "id used", after(size, lambda b: newcomer(b, id=bob))
    yield "a card with a key used before", "sign used", after(size, lambda b: newcomer(b, key=book.key["bob"]))
    yield "a retired person's card", "used", last(at(), "alice", "custodian.add", book.facts(book.find("custodian.add", 1)), book.personal(book.find("custodian.add", 1)))
    yield "a card with somebody's recipient", "recipient", after(size, lambda b: newcomer(b, recipient=card_of("bob")["recipient"]))
    yield "a card with somebody's member key for age", "age used", after(size, lambda b: newcomer(b, age=card_of("bob")["age"]))
    yield "a card with a key of small order", "card", after(size, lambda b: newcomer(b, sign="01" + "00" * 31))
    yield "a card with a key that is not canonical", "card", after(size, lambda b: newcomer(b, sign="ee" + "ff" * 30 + "7f"))
    yield "a card signed by another", "signature", after(size, lambda b: newcomer(b, signer=book.key["bob"]))
    yield "a card that is too large", "too large", after(size, lambda b: newcomer(b, sealed=b64(b"x" * 19000)))
    yield "a card of version 2", "card", after(size, lambda b: newcomer(b, v=2))
    yield "a card with white space", "spelling", after(size, lambda b: newcomer(b, envelope=lambda data: data + b" "))
    yield "a card with a name in white space", "card", after(size, lambda b: newcomer(b, personal={"name": " a", "contact": None, "timezone": None}))
    yield "a card with another's name", "card", after(size, lambda b: b.enrol("alice", personal_change={"bytes": b64(b"{}")}))
    yield "a card that is proposed again", None, after(size, lambda b: (c := b.make_card(), b.enrol("alice", card=c), accept(b, b.govern(b.enrol("alice", card=c)))))
    yield "a card that was proposed again", "lapsed", after(size, lambda b: (c := b.make_card(), x := b.enrol("alice", card=c), b.enrol("alice", card=c), b.sign("alice", x)))
    yield "a reader who is more", "roles", after(size, lambda b: newcomer(b, ("reader", "keeper")))
    yield "no roles", "roles", after(size, lambda b: newcomer(b, ()))
    yield "retired by one who is no keeper", "role", after(size, lambda b: retire(b, "dave", "frank"))
    yield "retired twice", "retired", after(size, lambda b: retire(b, "henry"))
    yield "too few left for governance", "too few", after(size, lambda b: (b.govern(retire(b, "frank")), b.govern(retire(b, "dave")), retire(b, "carol")))
    yield "distrusted from an entry to come", "distrust_from", after(size, lambda b: retire(b, "frank", distrust_from=size + 9))
    yield "proposed by one who is distrusted since, from then on", "distrusted", after(size, lambda b: (
        x := b.add("dave", "policy.set", {"policy": policy}), b.govern(retire(b, "dave", distrust_from=size)), b.sign("alice", x)))
    yield "proposed by one who is distrusted since, from later on", None, after(size, lambda b: (
        x := b.add("dave", "policy.set", {"policy": policy}), b.govern(retire(b, "dave", distrust_from=size + 1)), b.sign("alice", x)))
    yield "away, said by another", "author", last(at(), "frank", "custodian.away", {"custodian": alice} | away)
    yield "a newcomer who was retired while waiting", "newcomer was retired", after(size, lambda b: (x := newcomer(b), b.govern(retire(b, "mallory")), b.sign("alice", x)))
    yield "a newcomer who has accepted, and was retired while waiting", "newcomer was retired", after(size, lambda b: (
        x := newcomer(b), accept(b, x), b.govern(retire(b, "mallory")), b.sign("alice", x)))
    yield "a no to a newcomer who was retired while waiting", "newcomer was retired", after(size, lambda b: (x := newcomer(b), b.govern(retire(b, "mallory")), b.reject("alice", x)))
    yield "a newcomer who was retired while waiting, withdrawn", None, after(size, lambda b: (x := newcomer(b), b.govern(retire(b, "mallory")), b.withdraw("alice", x)))
    yield "a retired newcomer who accepts", "retired", after(size, lambda b: (x := newcomer(b), b.govern(retire(b, "mallory")), b.add("mallory", "custodian.accept", {"subject": x}, cosigner="alice")))
    yield "a retired newcomer's card", "used before", after(size, lambda b: (c := b.make_card(), b.enrol("alice", card=c), b.govern(retire(b, "mallory")), b.enrol("alice", card=c)))
    yield "a retired newcomer's card, after the proposal was withdrawn", "used before", after(size, lambda b: (
        c := b.make_card(), x := b.enrol("alice", card=c), b.withdraw("alice", x), b.govern(retire(b, "mallory")), b.enrol("alice", card=c)))
    yield "a retired newcomer's recipient", "recipient used", after(size, lambda b: (
        x := newcomer(b), r := card_payload(b.facts(-1)["card"])["recipient"], b.withdraw("alice", x), b.govern(retire(b, "mallory")), newcomer(b, recipient=r)))
    yield "away backwards", "away", last(at(), "alice", "custodian.away", {"custodian": alice, "from": "2026-02-01", "to": "2026-01-01"})

    # Another identity
    vault, sealed = book.quorum("vault"), (book.facts(book.find("seal", -1))["secret"], 2)
    before = (vault[0], vault[1] | {"groups": [vault[1]["groups"][0] | {"members": [alice, bob, book.id["lena"]]}]})

    def asked(b):
        return b.request("alice", [sealed])
    yield "another identity in the place of the old one", None, after(size, lambda b: (replaced(b), b.seal("mallory", "org/note", quorum="vault"), compare(b, by="mallory")))
    yield "another identity, accepted before it was agreed", None, after(size, lambda b: (
        r := replace(b), accept(b, r), b.govern(r), b.seal("mallory", "org/note", quorum=(len(b.entries) - 1, b.quorum("vault")[1]))))
    yield "another identity, proposed by the person", None, after(size, lambda b: replaced(b, by="lena2", cause="lost", distrust_from=size))
    yield "another identity, all of it imported", None, after(size, lambda b: (
        r := replace(b), b.bring("alice", b.away(*[lambda o, who=who: o.sign(who, r) for who in ("alice", "bob", "carol")], lambda o: accept(o, r))),
        b.seal("mallory", "org/note", quorum="vault")))
    yield "another identity, and another one after it", None, after(size, lambda b: (
        replaced(b), b.id.update(moved=b.id["mallory"]), replaced(b, "moved"), b.seal("mallory", "org/note", quorum="vault")))
    yield "another identity that is not accepted yet, for a request that waits", None, after(size, lambda b: (r := asked(b), b.govern(replace(b)), b.sign("alice", r)))
    yield "another identity for a reader", None, after(size, lambda b: b.govern(replace(b, "gina")))
    yield "another identity for a reader, who writes", "reader", after(size, lambda b: (b.govern(replace(b, "gina")), b.add("mallory", *about[1:])))
    yield "another identity, proposed by another", "role", after(size, lambda b: replace(b, by="frank"))
    yield "another identity with a known card", "used before", after(size, lambda b: replace(b, card=b.make_card(key=book.key["bob"])))
    yield "another identity with the old one's recipient", "recipient used", after(size, lambda b: replace(b, card=b.make_card(recipient=card_of("lena2")["recipient"])))
    yield "another identity for one who has left", "facts", after(size, lambda b: replace(b, cause="left"))
    yield "retired for going on with another identity", "facts", after(size, lambda b: retire(b, "frank", cause="renewed"))
    yield "another identity for one who was never in force", "old: not in force", after(size, lambda b: replace(b, "ivan"))
    yield "another identity for one who was retired", "old: not in force", after(size, lambda b: replace(b, "henry"))
    yield "another identity for one who was replaced", "old: not in force", after(size, lambda b: replace(b, "lena"))
    yield "another identity for nobody", "old: not in force", after(size, lambda b: replace(b, old="1" * 32))
    yield "another identity, distrusted from an entry to come", "distrust_from", after(size, lambda b: replace(b, distrust_from=size + 1))
    yield "another identity with too few left for governance", "too few", after(size, lambda b: (b.govern(retire(b, "frank")), b.govern(retire(b, "dave")), replace(b, "carol")))
    yield "another identity that writes before it has accepted", "not in force", after(size, lambda b: (b.govern(replace(b)), b.add("mallory", *about[1:])))
    yield "another identity that writes before it was agreed", "not in force", after(size, lambda b: (accept(b, replace(b)), b.add("mallory", *about[1:])))
    yield "another identity that was retired while it waited", "newcomer was retired", after(size, lambda b: (
        r := replace(b), accept(b, r), b.govern(retire(b, "mallory")), b.sign("alice", r)))
    yield "another identity that was retired before it has accepted", "retired", after(size, lambda b: (
        r := b.govern(replace(b)), b.govern(retire(b, "mallory")), b.add("mallory", "custodian.accept", {"subject": r}, cosigner="alice")))
    yield "another identity accepted by another", "own enrolment", after(size, lambda b: (accept(b, b.govern(replace(b)), "frank")))
    yield "another identity accepted under an earlier proposal", "own enrolment", after(size, lambda b: (
        c := b.make_card(), x := b.enrol("alice", card=c), b.govern(replace(b, card=c)), accept(b, x)))
    yield "the old identity writes", "retired", after(size, lambda b: (b.govern(replace(b)), b.add("lena2", *about[1:], cosigner="alice")))
    yield "another identity twice for one", "lapsed", after(size, lambda b: (first := replace(b), b.govern(replace(b)), b.sign("alice", first)))
    yield "another identity with a card that was proposed again", "lapsed", after(size, lambda b: (
        c := b.make_card(), r := replace(b, card=c), b.enrol("alice", card=c), b.sign("alice", r)))
    yield "another identity that governs in the old one's place", "no share", after(size, lambda b: (
        replaced(b, "frank"), d := b.define("alice", "q", [(2, ["alice", "bob"])]), b.sign("mallory", d, proofs=own)))
    yield "another identity with the old one's shares", "no share", after(size, lambda b: (
        replaced(b), r := asked(b), b.sign("mallory", r, proofs=b.proofs("lena2", [sealed], r))))
    yield "the old identity's share", "retired", after(size, lambda b: (r := asked(b), b.govern(replace(b)), b.sign("lena2", r, cosigner="alice")))
    yield "a quorum with the old identity, once the new one is in force", "as it stands", after(size, lambda b: (replaced(b), b.seal("alice", "org/note", quorum=vault)))
    yield "a quorum with the old identity, as of the new one's entry", "shares", after(size, lambda b: (replaced(b), b.seal("alice", "org/note", quorum=(len(b.entries) - 1, vault[1]))))
    yield "a quorum as of the agreement to another identity", "as it stands", after(size, lambda b: (
        b.govern(r := replace(b)), n := len(b.entries) - 1, accept(b, r), b.seal("alice", "org/note", quorum=(n, b.quorum("vault")[1]))))
    yield "a quorum with an identity before the last", "shares", after(size, lambda b: b.seal("alice", "org/note", quorum=before))
    yield "a quorum whose member has yet to accept", "not in force", after(size, lambda b: (b.govern(replace(b)), b.seal("alice", "org/note", quorum="vault")))
    yield "request signed after another identity has stepped in", "lapsed", after(size, lambda b: (r := asked(b), replaced(b), b.sign("alice", r)))
    yield "request signed after its operator goes on with another identity", "lapsed", after(size, lambda b: (
        r := b.request("alice", [sealed], operator="frank"), b.govern(replace(b, "frank")), b.sign("alice", r)))

    # Governance for others: it is with alice, bob, carol, dave and frank, of whom three sign
    def proved(b, who, subject, *epochs):
        return b.sign(who, subject, proofs=b.proofs(who, [(GOVERNANCE, epoch) for epoch in epochs], subject))

    def anew(b):
        return b.define("alice", "q", [(2, ["alice", "bob"])])

    def giving(**more):
        return after(size, lambda b: b.give(**more))
    yield "governance for others", None, after(size, lambda b: (b.given(), b.govern(anew(b), "erin", "alice"), b.seal("alice", "org/note", quorum="q")))
    yield "governance for others, whose sign-offs are imported", None, after(size, lambda b: (
        g := b.give(), b.bring("dave", b.away(*[lambda o, who=who: o.sign(who, g) for who in ("erin", "dave", "alice", "bob")])),
        setattr(b, "governance", 3), b.govern(anew(b), "erin", "alice"), b.seal("alice", "org/note", quorum="q")))
    yield "governance for others, and founders who go then", None, after(size, lambda b: (
        b.given(), [b.govern(retire(b, who), "alice", "bob") for who in ("carol", "dave", "frank", "erin")]))
    yield "one of two who are left to govern goes", "too few", after(size, lambda b: (
        b.given(), b.govern(retire(b, "erin"), "alice", "bob"), retire(b, "bob")))
    yield "governance given twice", None, after(size, lambda b: (b.given(), b.given("alice", "bob", "dave", "carol", members=("carol", "dave"))))
    yield "governance given by no keeper", "role", giving(by="frank")
    yield "governance by one", "threshold", giving(threshold=1)
    yield "governance by more than there are", "threshold", giving(threshold=4)
    yield "governance with one member", "2 to 16", giving(members=("alice",))
    yield "governance with a member twice", "distinct", giving(members=("alice", "bob", "alice"))
    yield "governance in the epoch that there is", "epoch", giving(epoch=2)
    yield "governance with an epoch left out", "epoch", giving(epoch=4)
    yield "governance with the same recovery identity", "recovery", giving(change={"recovery": book.facts(book.find("governance.set"))["seal"]["recovery"]})
    yield "governance with a recovery identity that is none", "facts", giving(change={"recovery": "age1" + "q" * 58})
    yield "governance with one who is not in force", "not in force", giving(members=("alice", "ivan"))
    yield "governance with one who was retired", "not in force", giving(members=("alice", "henry"))
    yield "governance with one who is no holder", "no holder", giving(members=("alice", "gina"))
    yield "governance with shares in another order", "order", giving(change=lambda seal: seal["shares"].reverse())
    yield "governance in another group", "order", giving(change=lambda seal: seal["shares"][0].update(group=1))
    yield "governance with a ciphertext of the epoch before", "ciphertext", giving(change={"payload": book.facts(1)["payload"]})
    yield "governance with a share's ciphertext twice", "ciphertext", giving(change=lambda seal: seal["shares"][0].update(blob=seal["shares"][1]["blob"]))
    yield "governance that one new member has not proven", "no share", after(size, lambda b: (
        b.govern(b.give(), "alice", "bob", "carol", "dave", "frank"), proved(b, "erin", anew(b), 3)))
    yield "governance that one of the old is missing for", "no share", after(size, lambda b: (b.govern(b.give(), "erin", "alice", "bob"), proved(b, "erin", anew(b), 3)))
    yield "governance signed with the old share alone", "proofs", after(size, lambda b: proved(b, "alice", b.give(), 2))
    yield "governance signed with the new share alone", "proofs", after(size, lambda b: proved(b, "alice", b.give(), 3))
    yield "governance signed with proofs in another order", "proofs", after(size, lambda b: proved(b, "alice", b.give(), 3, 2))
    yield "governance signed with another's new share", "proofs", after(size, lambda b: (
        g := b.give(), b.sign("erin", g, proofs=b.proofs("bob", [(GOVERNANCE, 3)], g))))
    yield "governance signed with a proof for another subject", "possession", after(size, lambda b: (g := b.give(), b.sign("erin", g, proof_subject=waiting_quorum)))
    yield "governance signed by one who has no part in it", "no share", after(size, lambda b: b.sign("lena2", b.give(), proofs=own))
    yield "governance signed after a new member said no", "rejected", after(size, lambda b: (g := b.give(), b.reject("erin", g), b.sign("alice", g)))
    yield "governance signed after an old one said no", None, after(size, lambda b: (g := b.give(), b.reject("dave", g), b.govern(g, "alice", "bob", "erin", "carol")))
    yield "governance signed after a new member was retired", "lapsed", after(size, lambda b: (g := b.give(), b.govern(retire(b, "erin")), b.sign("alice", g)))
    yield "governance signed after it was given to others", "lapsed", after(size, lambda b: (g := b.give(), b.given("alice", "bob", "carol", members=("alice", "bob")), b.sign("alice", g)))
    yield "signed after governance was given to others", "lapsed", after(size, lambda b: (b.given(), b.sign("alice", waiting_quorum)))
    yield "signed by one who has governed", "no share", after(size, lambda b: (b.given(), proved(b, "carol", anew(b), 2)))
    yield "signed with the share of the epoch before", "proofs", after(size, lambda b: (b.given(), proved(b, "alice", anew(b), 2)))
    yield "signed by one who governed before the last time", "no share", after(size, lambda b: proved(b, "erin", waiting_quorum, 1))

    # What comes round
    yield "duties, acknowledged", None, last(at(), "frank", "custodian.acknowledge", {"duties": "all\nof them"})
    yield "duties, acknowledged by a reader", "reader", last(at(), "gina", "custodian.acknowledge", {"duties": "x"})
    yield "duties, acknowledged by one who was replaced", "retired", last(at(), "lena", "custodian.acknowledge", {"duties": "x"}, cosigner="alice")
    yield "no duties", "facts", last(at(), "frank", "custodian.acknowledge", {"duties": ""})
    ordered = sorted(book.id[who] for who in ("alice", "henry", "ivan", "lena"))
    yield "leavers, found by a reviewer", None, after(size, lambda b: compare(b, *ordered, by="lena2"))
    yield "as many leavers as the list has", None, after(size, lambda b: compare(b, *ordered, rows=4))
    yield "more leavers than the list has", "more than", after(size, lambda b: compare(b, *ordered, rows=3))
    yield "leavers out of order", "order", after(size, lambda b: compare(b, *ordered[::-1]))
    yield "a leaver twice", "twice", after(size, lambda b: compare(b, alice, alice))
    yield "a leaver whom nobody knows", "never enrolled", after(size, lambda b: compare(b, "1" * 32))
    yield "leavers, found by one with no role for it", "reviewer", after(size, lambda b: compare(b, by="frank"))
    yield "leavers, found by a reader", "reader", after(size, lambda b: compare(b, by="gina"))
    yield "leavers, with the list's digest in the facts", "facts", last(at(), "alice", "leavers.compare", {"file": "0" * 64, "rows": 1, "found": []}, {"file": "0" * 64})
    yield "leavers, without the list's digest", "personal", last(at(), "alice", "leavers.compare", {"rows": 1, "found": []})
    yield "a list of leavers that is too long", "facts", after(size, lambda b: compare(b, rows=2**32))

    # Quorums, policy, accounts
    two = [(2, ["alice", "bob"])]
    yield "one person is enough", "one person", after(size, lambda b: b.define("alice", "q", [(1, ["alice"]), (1, ["alice"])], 2))
    yield "a threshold of 1 of 2", "1 of 1", after(size, lambda b: b.define("alice", "q", [(1, ["alice", "bob"])]))
    yield "a member twice", "distinct", after(size, lambda b: b.define("alice", "q", [(2, ["alice", "alice"])]))
    yield "a member who is a reader", "holder", after(size, lambda b: b.define("alice", "q", [(2, ["alice", "gina"])]))
    yield "more groups needed than there are", "groups_needed", after(size, lambda b: b.define("alice", "q", two, 2))
    yield "a quorum of the founders' name", "governance", after(size, lambda b: b.define("alice", "governance", two))
    yield "another quorum of the same name", "name and id", after(size, lambda b: b.define("alice", "engineers", two))
    yield "a quorum with another name", "name and id", after(size, lambda b: b.define("alice", "q", two, quorum=engineers))
    yield "a quorum by no keeper", "role", after(size, lambda b: b.define("frank", "q", two))
    yield "a second promotion", None, after(size, lambda b: b.govern(promote(b)))
    yield "a promotion by no keeper", "no role", after(size, lambda b: promote(b, "frank"))
    yield "a promotion to the epoch that there is", "epoch", after(size, lambda b: promote(b, epoch=2))
    yield "a promotion that leaves an epoch out", "epoch", after(size, lambda b: promote(b, epoch=4))
    yield "a promotion of an earlier head", "head", after(size, lambda b: promote(b, n=size - 1))
    yield "a promotion of a head to come", "not a state", after(size, lambda b: promote(b, n=size + 1))
    yield "a promotion of another head", "not a state", after(size, lambda b: promote(b, root="0" * 64))
    yield "a promotion after another one", "lapsed", after(size, lambda b: (
        first := promote(b), second := promote(b), b.govern(second), b.sign("alice", first)))
    for kind in ("backup", "backup.confirm"):
        yield f"a {kind} of an earlier state", None, after(size, lambda b: backed_up(b, "frank", kind, n=3))
        yield f"a {kind} by a reader", "reader", after(size, lambda b: backed_up(b, "gina", kind))
        yield f"a {kind} of a state to come", "not a state", after(size, lambda b: backed_up(b, kind=kind, n=size + 1))
        yield f"a {kind} of another log", "not a state", after(size, lambda b: backed_up(b, kind=kind, root="0" * 64))
    def exported(b, by="alice", at=None, **change):
        facts = {"at": at or state(b), "since": None, "from": "2026-01-01", "to": "2026-03-31", "first": 1, "end": 2, "scope": [], "withheld": [], "redacted": False, "sums": "0" * 64}
        return b.add(by, "evidence.export", facts | change)

    yield "evidence of an earlier state", None, after(size, lambda b: exported(b, "frank", state(b, n=3), since=state(b, n=2), end=3))
    yield "evidence by a reader", "reader", after(size, lambda b: exported(b, "gina"))
    yield "evidence of a state to come", "not a state", after(size, lambda b: exported(b, at=state(b, n=size + 1)))
    yield "evidence since another log", "not a state", after(size, lambda b: exported(b, since=state(b, n=2, root="0" * 64)))
    yield "evidence of entries after its checkpoint", "before it", after(size, lambda b: exported(b, at=state(b, n=3), end=4))
    yield "evidence of entries backwards", "before it", after(size, lambda b: exported(b, first=3))
    yield "evidence since a later state", "before it", after(size, lambda b: exported(b, at=state(b, n=3), since=state(b, n=4)))
    yield "evidence of some kinds", None, after(size, lambda b: exported(b, scope=["seal", "sign"], withheld=["sign"]))
    yield "evidence of kinds backwards", "kinds", after(size, lambda b: exported(b, scope=["sign", "seal"]))
    yield "evidence without a kind twice", "kinds", after(size, lambda b: exported(b, withheld=["sign", "sign"]))
    yield "evidence without a kind that is none", "kinds", after(size, lambda b: exported(b, withheld=["sing"]))
    yield "evidence of days backwards", "days", after(size, lambda b: exported(b, to="2025-12-31"))
    def dated(b, by="frank", where=None, later=0, **change):
        facts = {"at": state(b, **(where or {})), "time": clock(b, later), "token": b.blob(), "policy": "1.2.3.4.1", "serial": "02",
                 "certificate": "0" * 64, "authority": "CN=Example TSA"}
        return b.add(by, "timestamp", facts | change)

    def cosigned(b, by="frank", where=None, later=0, who="witness.example.com/w1", key=Ed25519PrivateKey.from_private_bytes(b"w" * 32),
                 kind=4, vkey=lambda text: text, line=lambda text: text, signer=None, to_sign=lambda body: body, long=b""):
        at = state(b, **(where or {}))
        own = bytes([kind]) + bytes.fromhex(public(key))
        short = sha(who.encode(), b"\n", own)[:4]
        moment = second_verifier.seconds(clock(b, later))
        body = to_sign(f"rootkeep/{b.ledger}\n{at['size']}\n{b64(bytes.fromhex(at['root']))}\n")
        signature = (signer or key).sign(f"cosignature/v1\ntime {moment}\n{body}".encode())
        return b.add(by, "witness", {"at": at, "vkey": vkey(f"{who}+{short.hex()}+{b64(own)}"),
                                     "line": line(f"\u2014 {who} {b64(short + moment.to_bytes(8, 'big') + signature + long)}")})
    for what, make in (("time-stamp", dated), ("witness", cosigned)):
        yield f"a {what} of an earlier state", None, after(size, lambda b, make=make: make(b, where={"n": 3}))
        yield f"a {what} within a clock's error", None, after(size, lambda b, make=make: make(b, later=300))
        yield f"a {what} by a reader", "reader", after(size, lambda b, make=make: make(b, by="gina"))
        yield f"a {what} by one who has left", "retired", after(size, lambda b, make=make: make(b, by="henry"))
        yield f"a {what} of a state to come", "not a state", after(size, lambda b, make=make: make(b, where={"n": size + 1}))
        yield f"a {what} of another log", "not a state", after(size, lambda b, make=make: make(b, where={"root": "0" * 64}))
        yield f"a {what} of no entry", "of no entry", after(size, lambda b, make=make: make(b, where={"n": 0}))
        yield f"a {what} of the time to come", "ahead", after(size, lambda b, make=make: make(b, later=301))
    yield "a time-stamp's token twice", "there before", after(size, lambda b: dated(b, token=b.facts(dated(b) and -1)["token"]))
    yield "a time-stamp of no authority", "facts", after(size, lambda b: dated(b, authority=""))
    yield "a time-stamp with a serial number in words", "facts", after(size, lambda b: dated(b, serial="number two"))
    stranger = Ed25519PrivateKey.generate()
    for what, says, change in (
            ("twice", "there already", None),
            ("with a custodian's key", "ledger's own", {"key": book.key["bob"]}),
            ("with the key of one who has left", "ledger's own", {"key": book.key["henry"]}),
            ("with the log's key", "ledger's own", {"key": book.log_key}),
            ("under a ledger's name", "a name of a ledger's own", {"who": f"rootkeep/{book.ledger}/{book.id['bob']}"}),
            ("under a name that is not ASCII", "not one", {"who": "w\u00edtness"}),
            ("with a key of another type", "type 4", {"kind": 1}),
            ("with another key id", "key id", {"vkey": lambda text: text.replace(text.split("+")[1], "00000000", 1)}),
            ("with no key", "not one", {"vkey": lambda text: "witness.example.com/w1"}),
            ("by another", "not by this witness", {"line": lambda text: text.replace("w1", "w2", 1)}),
            ("with a line break", "not by this witness", {"line": lambda text: text + "\n"}),
            ("with a longer signature", "length", {"long": b"x"}),
            ("signed by a stranger", "wrong signature", {"signer": stranger}),
            ("of another size", "wrong signature", {"to_sign": lambda body: body.replace(f"\n{size}\n", f"\n{size - 1}\n")}),
            ("of another ledger", "wrong signature", {"to_sign": lambda body: body.replace(book.ledger, "0" * 64)})):
        if change is None:
            forged = after(size, lambda b: (cosigned(b, where={"n": 3}), cosigned(b, where={"n": 3})))
        else:
            forged = after(size, lambda b, change=change: cosigned(b, **change))
        yield f"a witness {what}", says, forged
    yield "a backup that is too long", "facts", after(size, lambda b: backed_up(b, length=2**53))
    yield "a window out of bounds", "facts", after(size, lambda b: set_policy(b, window_max_secs=604801))
    imported, named = book.facts(book.find("account.import")), book.personal(book.find("account.import"))
    yield "accounts by no keeper", "keeper", last(at(), "frank", "account.import", imported, named)
    yield "an account twice", "distinct", last(at(), "alice", "account.import", imported | {"gone": [imported["accounts"][0]["id"]]}, named)
    yield "names of other accounts", "names", last(at(), "alice", "account.import", imported, named | {"accounts": named["accounts"][1:]})

    # What AWS's files say, what people say, what the estate is held to
    estate = book.find("estate.import")
    seen_facts, seen_words = book.facts(estate), book.personal(estate)

    def seen_in(change=lambda facts, words: None, by="alice"):
        facts, words = json.loads(json.dumps(seen_facts)), json.loads(json.dumps(seen_words))
        change(facts, words)
        return after(size, lambda b: b.add(by, "estate.import", facts, words))
    yield "files of AWS's", None, seen_in()
    yield "files by no keeper", "no keeper", seen_in(by="frank")
    yield "files out of order", "files: none, twice", seen_in(lambda f, p: f["files"].reverse())
    yield "a file that is not there", "none of the files", seen_in(lambda f, p: f["roots"][0].update(file=len(f["files"])))
    yield "files that say nothing", "one says nothing", seen_in(lambda f, p: (f["contacts"].clear(), p["contacts"].clear()))
    yield "a file of the day after tomorrow", "dated ahead", seen_in(lambda f, p: f["files"][-1].update(at="2100-01-01T00:00:00Z"))
    yield "a root user twice", "roots: twice", seen_in(lambda f, p: f["roots"].insert(0, f["roots"][0]))
    yield "a root user whom nobody knows", "not in the register", seen_in(lambda f, p: f["roots"][-1].update(account="9" * 12))
    yield "a report that has devices", "can't say it", seen_in(lambda f, p: f["roots"][0]["said"].update(devices=[]))
    yield "features of a report", "no file that can say it", seen_in(lambda f, p: f["features"].update(file=0))
    yield "administrators out of order", "administrators: twice", seen_in(lambda f, p: f["delegated"].update(administrators=["222233334444", "111122223333"]))
    yield "an own contact of an alternate one's file", "contacts: the file", seen_in(lambda f, p: f["contacts"][-1].update(contact="primary"))
    yield "names of other files", "other files", seen_in(lambda f, p: p["files"].append("x"))
    yield "serial numbers of other devices", "other devices", seen_in(lambda f, p: p["serials"].append(["x"]))
    yield "somebody where there is no contact", "other contacts", seen_in(lambda f, p: f["contacts"][0].update(present=not f["contacts"][0]["present"]))

    def said_of(b, by="alice", rows=None, words=None, **change):
        fact = {"account": "111122223333", "credentials": None, "scp": None, "answers": "recorded", "contacts_checked": None} | change
        facts = [fact] if rows is None else [fact | {"account": one} for one in rows]
        told = [one["account"] for one in facts] if words is None else words
        return b.add(by, "account.set", {"accounts": facts}, {"accounts": [{"account": one, "evidence": None, "note": None} for one in told]})
    yield "what is known of an account", None, after(size, said_of)
    yield "what is known, by no keeper", "no keeper", after(size, lambda b: said_of(b, by="frank"))
    yield "what is known of no account", "accounts: none", after(size, lambda b: said_of(b, rows=[]))
    yield "what is known of an account twice", "accounts: none, twice", after(size, lambda b: said_of(b, rows=["111122223333"] * 2))
    yield "what is known of an account that nobody knows", "not in the register", after(size, lambda b: said_of(b, account="9" * 12))
    yield "what is known from a day to come", "dates", after(size, lambda b: said_of(b, contacts_checked="2100-01-01"))
    yield "what is said of another account", "other accounts", after(size, lambda b: said_of(b, words=["222233334444"]))
    yield "a state of credentials that nobody knows", "facts", after(size, lambda b: said_of(b, credentials={"state": "lost", "since": None, "evidence": None}))

    def held_to(b, by="alice", **change):
        return b.add(by, "posture.set", {"posture": book.facts(book.find("posture.set"))["posture"] | change})
    yield "what the estate is held to", None, after(size, lambda b: b.govern(held_to(b)))
    yield "what the estate is held to, by no keeper", "no role", after(size, lambda b: held_to(b, by="frank"))
    yield "mail domains out of order", "domains", after(size, lambda b: held_to(b, domains=["b.com", "a.com"]))
    yield "a mail domain that is none", "no domain", after(size, lambda b: held_to(b, domains=["Example.com"]))
    yield "a mailbox that nobody has to read", "mailbox_min", after(size, lambda b: held_to(b, mailbox_min=0))
    yield "a thing that may be out for two years", "item_out_hours", after(size, lambda b: held_to(b, item_out_hours=8761))

    def alarmed(b, by="alice", **change):
        return b.add(by, "alarm.set", {"alarm": "x", "accounts": [], "receivers": [], "closed": False} | change, {"where": "x", "others": []})
    yield "an alarm", None, after(size, alarmed)
    yield "an alarm by no keeper", "no keeper", after(size, lambda b: alarmed(b, by="frank"))
    yield "an alarm for one who was retired", "people: retired", after(size, lambda b: alarmed(b, receivers=[book.id["henry"]]))
    yield "an alarm on an account that nobody knows", "not in the register", after(size, lambda b: alarmed(b, accounts=["9" * 12]))

    # Secrets
    def sealing(name="org/note", **more):
        return after(size, lambda b: b.seal("alice", name, **more))
    yield "a quorum as it was before", "as it stands", sealing(change={"quorum_index": password["quorum_index"]})
    yield "an epoch left out", "epoch", sealing("111122223333/password", epoch=7, secret=secret)
    yield "a first epoch of 2", "epoch", sealing(epoch=2)
    yield "the name of another secret", "name and id", sealing("111122223333/password")
    yield "the id of another secret", "name and id", sealing(secret=secret)
    yield "another quorum than the secret's", "another than", sealing("mailbox:root/password", epoch=2, secret=mailbox["secret"])
    yield "a lower threshold", "thresholds", sealing(change={"thresholds": [1]})
    yield "a share left out", "shares", sealing(change=lambda f: f["shares"].pop())
    yield "shares in another order", "shares", sealing(change=lambda f: f["shares"].reverse())
    yield "a share for somebody else", "shares", sealing(change=lambda f: f["shares"][0].update(holder=frank))
    yield "a ciphertext of another sealing", "ciphertext", sealing(change=lambda f: f["shares"][0].update(blob=password["shares"][0]["blob"]))
    yield "a ciphertext twice", "ciphertext", sealing(change=lambda f: f["shares"][0].update(blob=f["shares"][1]["blob"]))
    yield "a share's key of small order", "facts", sealing(change=lambda f: f["shares"][0].update(key="00" * 32))
    yield "a holder who was retired", "not in force", after(size, lambda b: b.seal("alice", "org/note", quorum="split"))
    yield "sealed by one who may not", "author", after(size, lambda b: (
        x := newcomer(b), b.govern(x), b.add("mallory", "custodian.accept", {"subject": x}), b.seal("mallory", "org/note")))
    yield "a kind of secret that nobody knows", "facts", sealing(change={"kind": "pin"})
    yield "an account that is in no register", "register", sealing("000000000001/note")
    yield "confirmed what was destroyed", "destroyed", last(at(), "alice", "secret.confirm", {"secret": secret, "epoch": 1}, {"note": None})
    # Drills: one of the governance secret's holders, one of sheets that bob has recorded something in, and one that is over
    asking, sheets, over = h(book.find("drill.start", -1)), h(book.find("drill.start", 3)), h(book.find("drill.start", 0))
    started, passed_by_all = book.facts(book.find("drill.start", -1)), h(book.find("drill.finish", 2))

    def plan(b, by="alice", **change):
        return b.add(by, "drill.plan", book.facts(book.find("drill.plan")) | change)

    def start(b, by="alice", **change):
        return b.add(by, "drill.start", started | change, {"note": None})

    def answer(b, who="bob", drill=None, proves=None, keep=slice(None), sample=None, bad=(), **header):
        drill = drill or asking
        proofs = b.proofs(who, [(GOVERNANCE, 2)], proves or drill)[keep]
        return b.add(who, "drill.prove", {"drill": drill, "sample": sample, "proofs": proofs, "bad": list(bad)}, **header)

    def recorded(b, found, by="bob", drill=None):
        return b.add(by, "drill.record", {"drill": drill or sheets, "at": clock(b), "found": found}, {"who": None, "note": None})

    def finish(b, drill=None, by="alice", people=("alice", "bob"), outcome="failed", lessons=(), texts=None, **more):
        facts = {"drill": drill or sheets, "outcome": outcome, "people": sorted(b.id[who] for who in people), "lessons": list(lessons)}
        return b.add(by, "drill.finish", facts | more, {"lessons": ["x"] * len(lessons) if texts is None else texts, "surprises": [], "note": None})

    def improved(b, number, by="alice", subject=None):
        facts = {"subject": subject or passed_by_all, "number": number, "outcome": "done"}
        return b.add(by, "improvement.close", facts, {"note": "x"})
    def stepped(b, by="bob", drill=None):
        return b.add(by, "drill.step", {"drill": drill or sheets, "step": 1, "went": "done", "at": clock(b)}, {"note": None}) and drill

    def called(b, by, who):
        """A drill of alice's in which `by` records that `who` has answered."""
        x = start(b, **sheet_drill | {"drill": "phone", "targets": ["phone:root"]})
        recorded(b, {"call": {"target": "phone:root", "reached": True, "by": b.id[who], "code": True}}, by=by, drill=x)
        return x

    def proven(b):
        for who in ("alice", "bob", "carol", "dave", "frank"):
            answer(b, who)

    def passed(b, signed=("bob", "carol", "dave", "frank")):
        return joins(b, finish(b, asking, people=("alice", "bob", "carol", "dave", "frank"), outcome="passed"), *signed)

    def of_password(b, *holders, gone=()):
        """A drill of one epoch, in which these prove; then some go, and it is passed by those who are left."""
        x = start(b, scope="all", secrets=[{"secret": secret, "epoch": epoch}])
        for who in (*holders, *gone):
            b.add(who, "drill.prove", {"drill": x, "sample": None, "proofs": b.proofs(who, [(secret, epoch)], x), "bad": []})
        for who in gone:
            b.govern(retire(b, who), "alice", "dave", "frank")
        return joins(b, finish(b, x, people=holders, outcome="passed"), *holders[1:])

    def improve_nothing(b):
        """An entry more, so that what took effect before has to be right."""
        return last(b)

    def joins(b, subject, *people):
        for who in people:
            b.sign(who, subject, proofs=[], shares=[])
        return subject
    sheet_drill = {"drill": "qr-restore", "scope": "all", "secrets": [], "targets": ["item:sheet-1"]}
    own_place = {k: v for k, v in book.proofs("bob", [(GOVERNANCE, 2)], asking)[0].items() if k != "proof"}
    yield "a plan", None, after(size, plan)
    yield "a plan by no keeper", "no keeper", after(size, lambda b: plan(b, "frank"))
    yield "a plan that becomes another kind of drill", "another kind", after(size, lambda b: plan(b, drill="sign-in"))
    yield "a plan of half a ledger", "whole", after(size, lambda b: plan(b, plan="x", drill="ledger-restore", scope="location:london-a"))
    yield "a drill", None, after(size, start)
    yield "a drill by a plan without a day", "without a day", after(size, lambda b: start(b, plan="possession"))
    yield "a drill by a plan that has ended", "ended", after(size, lambda b: start(b, plan="letters", due="2030-01-31"))
    yield "a drill by a plan of another scope", "another kind or scope", after(size, lambda b: start(b, plan="possession", due="2030-01-31"))
    yield "a drill of nothing", "nothing to prove", after(size, lambda b: start(b, secrets=[]))
    yield "a drill of an epoch that was destroyed", "destroyed", after(size, lambda b: start(b, secrets=[{"secret": secret, "epoch": 1}]))
    yield "a drill of governance before", "not in force", after(size, lambda b: start(b, secrets=[{"secret": GOVERNANCE, "epoch": 1}]))
    yield "a drill of one sealing twice", "twice", after(size, lambda b: start(b, secrets=started["secrets"] * 2))
    yield "a drill of a sheet", None, after(size, lambda b: start(b, **sheet_drill))
    yield "a drill of a sheet that was destroyed", "destroyed", after(size, lambda b: start(b, **sheet_drill | {"targets": ["item:token-1"]}))
    yield "a drill of a sheet that tries a phone", "another kind of drill", after(size, lambda b: start(b, **sheet_drill | {"targets": ["phone:root"]}))
    yield "an answer", None, after(size, answer)
    yield "an answer given twice", None, after(size, lambda b: (answer(b), answer(b)))
    yield "an answer made for another drill", "possession", after(size, lambda b: answer(b, proves=over))
    yield "an answer made for another statement", "possession", after(size, lambda b: answer(b, proves=waiting_quorum))
    yield "an answer with another's proofs", "not those", after(size, lambda b: b.add("bob", "drill.prove", {
        "drill": asking, "sample": None, "proofs": b.proofs("carol", [(GOVERNANCE, 2)], asking), "bad": []}))
    yield "an answer with nothing in it", "none", after(size, lambda b: answer(b, keep=slice(0)))
    yield "an answer that says what is bad", None, after(size, lambda b: answer(b, keep=slice(0), bad=[own_place | {"why": "blob-missing"}]))
    yield "an answer that proves what it calls bad", "proven and bad", after(size, lambda b: answer(b, bad=[own_place | {"why": "blob-missing"}]))
    yield "an answer by one who holds no share of it", "no share", after(size, lambda b: b.add("erin", "drill.prove", {
        "drill": asking, "sample": None, "proofs": [], "bad": [own_place | {"why": "blob-missing"}]}))
    yield "an answer with a sample of none", "sample", after(size, lambda b: answer(b, sample=0))
    yield "an answer with a sample where all are asked for", "fewer than are asked for", after(size, lambda b: answer(b, sample=1))
    yield "a drill of a sample", None, after(size, lambda b: start(b, sample=1))
    yield "a drill of a sample of none", "sample", after(size, lambda b: start(b, sample=0))
    yield "a drill of a sample of sheets", "sample", after(size, lambda b: start(b, **sheet_drill | {"sample": 1}))
    yield "an answer with the sample that is asked for", None, after(size, lambda b: (x := start(b, sample=1), answer(b, drill=x, sample=1)))
    yield "an answer with more than is asked for", None, after(size, lambda b: (x := start(b, sample=1), answer(b, drill=x, sample=2), answer(b, drill=x)))
    yield "an answer with fewer than are asked for", "fewer than are asked for", after(size, lambda b: (x := start(b, sample=2), answer(b, drill=x, sample=1)))
    yield "a drill with another in it", None, after(size, lambda b: start(b, people=[bob]))
    yield "a drill with others out of order", "out of order", after(size, lambda b: start(b, people=sorted([alice, bob])[::-1]))
    yield "a drill with one who was retired", "not in force", after(size, lambda b: start(b, people=[book.id["henry"]]))
    yield "a drill with a reader", "reader", after(size, lambda b: start(b, people=[book.id["gina"]]))
    yield "a drill with 65 others", "facts", after(size, lambda b: start(b, people=[f"{n:032x}" for n in range(65)]))
    yield "a step by one whom the drill does not concern", "does not take part", after(size, lambda b: stepped(b, "erin"))
    yield "a step by one who is asked for shares", None, after(size, lambda b: stepped(b, "carol", asking))
    yield "something recorded by one whom the drill does not concern", "does not take part", after(
        size, lambda b: recorded(b, {"sheet": {"item": "sheet-1", "good": False}}, by="erin"))
    yield "an answered call recorded by the one who answered", "does not take part", after(size, lambda b: called(b, "frank", "frank"))
    yield "a call by one of the drill, and a step by who answered", None, after(size, lambda b: stepped(b, "frank", called(b, "alice", "frank")))
    yield "a drill passed without one who only answered", None, after(size, lambda b: finish(b, called(b, "alice", "frank"), people=("alice",), outcome="passed"))
    yield "a drill passed without one who answered, and did a step", "who took part", after(
        size, lambda b: (x := called(b, "alice", "frank"), stepped(b, "frank", x), finish(b, x, people=("alice",), outcome="passed")))
    yield "a drill that ends without one who took part, by a keeper and another", None, after(
        size, lambda b: (joins(b, finish(b, people=("alice", "carol")), "carol"), improve_nothing(b)))
    yield "a drill passed without one who took part, by a keeper and another", "who took part", after(
        size, lambda b: finish(b, people=("alice", "carol"), outcome="passed"))
    yield "a drill that ends without one who took part, by no keeper", "no keeper", after(size, lambda b: (
        x := start(b, "frank", **sheet_drill | {"people": [bob]}), recorded(b, {"sheet": {"item": "sheet-1", "good": True}}, drill=x),
        finish(b, x, by="frank", people=("frank", "carol"))))
    yield "a drill that waited for one who was retired, with nobody else to sign", None, after(size, lambda b: (
        finish(b, people=("alice", "dave")), b.govern(retire(b, "dave")), recorded(b, {"sheet": {"item": "sheet-1", "good": True}})))
    yield "a drill that waited for one who was retired alone", "over", after(size, lambda b: (
        x := start(b, **sheet_drill), finish(b, x, people=("alice", "dave")), b.govern(retire(b, "dave")), stepped(b, "alice", x)))
    yield "its end, signed once it is as good as rejected", "rejected", after(size, lambda b: (
        x := finish(b, people=("alice", "dave")), b.govern(retire(b, "dave")), joins(b, x, "bob")))
    yield "a drill passed by all", None, after(size, lambda b: (proven(b), passed(b), improve_nothing(b)))
    bad_one = [own_place | {"why": "wrong-identity"}]
    yield "a drill passed on an answer that a later one takes back", "has not proven", after(
        size, lambda b: (proven(b), answer(b, keep=slice(0), bad=bad_one), passed(b, ())))
    yield "a drill passed on an answer that makes up for an earlier one", None, after(
        size, lambda b: (answer(b, keep=slice(0), bad=bad_one), proven(b), passed(b)))
    yield "a drill of a secret passed by its holders", None, after(size, lambda b: of_password(b, "alice", "bob", "carol"))
    yield "a drill of a secret passed where too few holders are left", "too few", after(size, lambda b: of_password(b, "alice", gone=("bob", "carol")))
    yield "a drill of governance passed that was given on", "nothing is left", after(size, lambda b: (b.given(), finish(b, asking, people=("alice",), outcome="passed")))
    yield "a drill of governance that was given on, failed", None, after(size, lambda b: (b.given(), finish(b, asking, people=("alice",))))
    yield "an answer to a drill of governance that was given on", "no share", after(size, lambda b: (b.given(), b.add("dave", "drill.prove", {
        "drill": asking, "sample": None, "proofs": [], "bad": [own_place | {"why": "blob-missing"}]})))
    full = after(size, lambda b: [stepped(b, "bob", asking) for _ in range(1023)])
    yield "1,024 entries about a drill, and its end", None, then(b := full.cut(), finish(b, asking))
    yield "1,025 entries about a drill", "too much", then(b := full.cut(), stepped(b, "bob", asking))
    yield "an answer where 1,024 entries are about a drill", "too much", then(b := full.cut(), answer(b))
    yield "an answer to a drill that is over", "over", after(size, lambda b: answer(b, drill=over))
    yield "an answer to a drill that asks for no shares", "no shares", after(size, lambda b: answer(b, drill=sheets))
    yield "an answer made before the drill was seen", "before the drill", after(size, lambda b: answer(b, seen={"size": 3, "root": book.root(3).hex()}))
    yield "a step", None, after(size, lambda b: b.add("bob", "drill.step", {"drill": sheets, "step": 1, "went": "done", "at": clock(b, 300)}, {"note": None}))

    def moment(b, off, kind="drill.step"):
        x = start(b, **sheet_drill)
        more = {"step": 1, "went": "done", "at": clock(b, off)} if kind == "drill.step" else {"at": clock(b, off), "found": {"sheet": {"item": "sheet-1", "good": True}}}
        return b.add("alice", kind, {"drill": x} | more, {"note": None} if kind == "drill.step" else {"who": None, "note": None})
    for kind in ("drill.step", "drill.record"):
        yield f"a {kind} of when the drill began, by another clock", None, after(size, lambda b: moment(b, -300, kind))
        yield f"a {kind} of before the drill", "before the drill", after(size, lambda b: moment(b, -301, kind))
    yield "a step number 0", "counted", after(size, lambda b: b.add("bob", "drill.step", {"drill": sheets, "step": 0, "went": "done", "at": clock(b)}, {"note": None}))
    yield "a step that is dated ahead", "ahead", after(size, lambda b: b.add("bob", "drill.step", {"drill": sheets, "step": 1, "went": "done", "at": clock(b, 301)}, {"note": None}))
    yield "something recorded that is not tried", "targets", after(size, lambda b: recorded(b, {"sheet": {"item": "drawer-key", "good": True}}))
    yield "a backup recorded in a drill of sheets", "targets", after(size, lambda b: recorded(b, {"restore": {"file": "0" * 64, "at": None}}))
    yield "a drill that ends", None, after(size, lambda b: b.sign("bob", finish(b), proofs=[], shares=[]))
    yield "a drill that ends, for one who answers then", "over", after(size, lambda b: (finish(b), recorded(b, {"sheet": {"item": "sheet-1", "good": True}})))
    yield "a drill that ends, after a no", None, after(size, lambda b: (b.reject("bob", finish(b)), recorded(b, {"sheet": {"item": "sheet-1", "good": True}})))
    yield "a drill that ends, without one who took part", "who took part", after(size, lambda b: finish(b, people=("alice",)))
    yield "a drill that ends by another, no keeper", "nor a keeper", after(size, lambda b: finish(b, by="frank"))
    yield "a drill that ends, signed by its author", "did not take part", after(size, lambda b: b.sign("alice", finish(b), proofs=[], shares=[]))
    yield "a drill that ends, signed by a stranger to it", "did not take part", after(size, lambda b: b.sign("carol", finish(b), proofs=[], shares=[]))
    yield "a drill that ends, signed with a proof", "proves nothing", after(size, lambda b: b.sign("bob", f := finish(b), proofs=b.proofs("bob", [(GOVERNANCE, 2)], f), shares=[]))
    yield "a drill that is over and ends again", "over", after(size, lambda b: finish(b, over))
    yield "a drill passed without proofs", "has not proven", after(size, lambda b: finish(b, asking, people=("alice",), outcome="passed"))
    yield "a lesson without its text", "texts", after(size, lambda b: finish(b, lessons=[{"owner": bob, "due": "2030-01-01"}], texts=[]))
    yield "an improvement closed", None, after(size, lambda b: improved(b, 2))
    yield "an improvement closed twice", "closed before", after(size, lambda b: improved(b, 1))
    yield "an improvement that there is not", "no such lesson", after(size, lambda b: improved(b, 3))
    yield "an improvement closed by another, no keeper", "nor a keeper", after(size, lambda b: improved(b, 2, by="frank"))
    # Runbooks: lost-mfa has two versions in effect
    def runbook(b, version=3, by="alice", file="ab" * 32, name="lost-mfa", **more):
        return b.add(by, "runbook.add", {"runbook": name, "version": version, "file": file}, {"note": None}, **more)
    published = book.facts(book.find("runbook.add", 1))["file"]
    yield "a runbook", None, after(size, lambda b: b.govern(runbook(b)))
    yield "a runbook of another name", None, after(size, lambda b: b.govern(runbook(b, 1, name="other")))
    yield "a runbook proposed twice with one file", None, after(size, lambda b: (b.withdraw("alice", runbook(b)), b.govern(runbook(b))))
    yield "a runbook by no keeper", "no role", after(size, lambda b: runbook(b, by="frank"))
    yield "a runbook's version twice", "not the runbook's next", after(size, lambda b: runbook(b, 2))
    yield "a runbook's version left out", "not the runbook's next", after(size, lambda b: runbook(b, 4))
    yield "a runbook's version 0", "not the runbook's next", after(size, lambda b: runbook(b, 0, name="other"))
    yield "a runbook's version that nobody has signed counted", "not the runbook's next", after(size, lambda b: (runbook(b), runbook(b, 4, file="cd" * 32)))
    yield "two of one version, the later one signed first", "lapsed", after(size, lambda b: (
        one := runbook(b), b.govern(runbook(b, file="cd" * 32)), b.sign("alice", one)))
    yield "a runbook that is as it was", "in effect", after(size, lambda b: runbook(b, file=published))
    yield "a ciphertext that a runbook has brought", "there before", after(size, lambda b: b.give(change=lambda seal: seal.update(payload=published)))
    # Findings that are accepted
    def accepting(b, rule="RK006", about="account:111122223333", until="2000-01-01", by="alice"):
        return b.add(by, "finding.accept", {"rule": rule, "about": about, "until": until}, {"note": "as agreed"})
    farthest = (datetime.datetime.fromisoformat(clock(book)[:-1]) + datetime.timedelta(days=398)).date().isoformat()
    yield "a finding accepted", None, after(size, lambda b: b.govern(accepting(b)))
    yield "a finding accepted anew", None, after(size, lambda b: (b.govern(accepting(b)), b.govern(accepting(b, until=farthest))))
    yield "a finding of no rule accepted", "not the keys and values", after(size, lambda b: accepting(b, rule="RK000"))
    yield "a finding of a rule in another spelling", "not the keys and values", after(size, lambda b: accepting(b, rule="rk006"))
    yield "a finding about nothing", "not the keys and values", after(size, lambda b: accepting(b, about="account:1"))
    yield "a finding accepted for years", "400 days", after(size, lambda b: accepting(b, until="2099-01-01"))
    yield "a finding accepted by no keeper", "no role", after(size, lambda b: accepting(b, by="frank"))
    # What is said of people, erased
    corrected, asked_last = book.find("correct"), h(book.find("request", -1))

    def erasing(b, subject=h(corrected), by="alice", **change):
        return b.add(by, "erase", {"subject": subject, "ground": "mistake"} | change, {"reason": "x"})

    def gone(b, i=corrected):
        done = b.govern(erasing(b, h(i)))
        b.entries[i]["personal"] = None
        return done
    yield "a part erased", None, after(size, gone)
    yield "a part erased by no keeper", "no role", after(size, lambda b: erasing(b, by="frank"))
    yield "a part that is there though it was erased", "there, and erased", after(size, lambda b: b.govern(erasing(b)))
    yield "a part erased twice", "erased before", after(size, lambda b: (gone(b), erasing(b)))
    yield "two to erase one part", "lapsed", after(size, lambda b: (one := erasing(b), gone(b), b.sign("alice", one)))
    yield "a part erased of what has none", "says nothing", after(size, lambda b: erasing(b, h(book.find("sign"))))
    yield "a part erased of nothing", "not in the log", after(size, lambda b: erasing(b, "0" * 64))
    yield "a part erased before it was seen", "before the subject", after(size, lambda b: b.add(
        "alice", "erase", {"subject": h(corrected), "ground": "asked"}, {"reason": "x"}, seen=state(b, corrected)))
    yield "a part erased on no ground", "not the keys and values", after(size, lambda b: erasing(b, ground="x"))
    yield "a part erased that somebody reads yet", "waits", after(size, lambda b: erasing(b, asked_last))
    yield "an erasing's reason erased while it waits", "waits", after(size, lambda b: erasing(b, erasing(b)))
    yield "the name of one in force erased", "says now", after(size, lambda b: erasing(b, h(book.find("custodian.add"))))
    yield "the name of a founder erased", "says now", after(size, lambda b: erasing(b, h(0)))
    yield "a part erased that is to be kept", "to be kept", after(size, lambda b: (b.govern(held_to(b, retention_days=36500)), erasing(b)))
    yield "a part kept by governance while it is decided", "lapsed", after(size, lambda b: (
        one := erasing(b), b.govern(held_to(b, retention_days=1)), b.sign("alice", one)))
    yield "a time to keep that nobody lives to see", "retention_days", after(size, lambda b: held_to(b, retention_days=36501))
    # Tasks: 444455556666 has one that is open, by alice; a change of 555566667777's address waits for erin to sign its end; one waits for governance
    done_task, open_task, waiting_task = h(book.find("task.request", 0)), h(book.find("task.request", -4)), h(book.find("task.request", -1))
    two_sign, unsigned = h(book.find("task.request", -5)), h(book.find("task.close", -1))

    def task(b, by="alice", told=None, header=None, **change):
        facts = {"account": "333344445555", "task": "audit-credentials", "operator": alice, "second": None, "seconds": 900, "window_hours": 4} | change
        about = {"unlock-bucket": {"resource": "arn:aws:s3:::logs"}, "change-email": {"new_address": "a@b.c"},
                 "unlock-queue": {"resource": "arn:aws:sqs:eu-west-1:333344445555:orders"}}.get(facts["task"], {})
        personal = {"purpose": "x", "ticket": None, "resource": None, "new_address": None} | about | (told or {})
        return b.add(by, "task.request", facts, personal, **header or {})

    def by_two(b, **change):
        return task(b, **{"task": "change-email", "second": bob} | change)

    def shut_task(b, of=None, by="alice", outcome="done", header=None, **change):
        times = dict.fromkeys(("began", "ended"), None if outcome == "unused" else clock(b))
        facts = {"task": of or open_task, "outcome": outcome} | times | {"credentials": None, "witness": None} | change
        return b.add(by, "task.close", facts, {"note": "x"}, **header or {})

    def run_task(b, what, outcome="done", **change):
        return shut_task(b, b.govern(task(b, task=what)), outcome=outcome, **change)

    def among_two(b, by="alice", witness="bob", **change):
        return shut_task(b, change.pop("of", None) or b.govern(by_two(b)), by, witness=b.id[witness], **change)
    for what, most in second_verifier.TASKS.items():
        second = {"second": bob} if what == "change-email" else {}
        yield f"a task {what}", None, after(size, lambda b: b.govern(task(b, task=what, **second)))
        yield f"a task {what} of a second", None, after(size, lambda b: task(b, task=what, seconds=1, **second))
        yield f"a task {what} of no second", "seconds", after(size, lambda b: task(b, task=what, seconds=0, **second))
        yield f"a task {what} of a second too many", "seconds", after(size, lambda b: task(b, task=what, seconds=most + 1, **second))
    yield "a task by an operator, no keeper", None, after(size, lambda b: b.govern(task(b, "frank")))
    yield "a task by one with no role for it", "no role", after(size, lambda b: task(b, "lena2"))
    yield "a task by a reader", "reader", after(size, lambda b: task(b, "gina"))
    yield "a task by one who was retired", "retired", after(size, lambda b: task(b, "henry"))
    yield "a task for one who is no operator", "operator", after(size, lambda b: task(b, operator=b.id["lena2"]))
    yield "a task for one who was retired", "operator", after(size, lambda b: task(b, operator=b.id["henry"]))
    yield "a task for one who was retired since", "lapsed", after(size, lambda b: (t := task(b, operator=frank), b.govern(retire(b, "frank")), b.sign("alice", t)))
    yield "a task on the management account", "management", after(size, lambda b: task(b, account="111122223333"))
    yield "a task on an account that nobody has imported", "not in the register", after(size, lambda b: task(b, account="000000000001"))
    yield "a task begun for more hours than the policy has", "window_hours", after(size, lambda b: task(b, window_hours=5))
    yield "a task begun for no time", "window_hours", after(size, lambda b: task(b, window_hours=0))
    yield "a task begun for an hour, by a policy of less", None, after(size, lambda b: (b.govern(set_policy(b, window_max_secs=60)), b.govern(task(b, window_hours=1))))
    yield "a task begun for two hours, by a policy of one and a half", "window_hours", after(size, lambda b: (
        b.govern(set_policy(b, window_max_secs=5400)), task(b, window_hours=2)))

    def listed(b, gone=False, partition="aws", header=None, **change):
        facts = {"organization": None, "at": clock(b), "accounts": [] if gone else [{"id": "333344445555", "state": "active", "partition": partition, "management": False,
                 "joined_method": None, "joined_at": None}], "gone": ["333344445555"] if gone else []}
        names = [{"id": one["id"], "name": "x", "email": "x@y.z"} for one in facts["accounts"]]
        return b.add("alice", "account.import", facts | change, {"file_digest": "0" * 64, "file_bytes": 1, "accounts": names}, **header or {})
    undated = {key: value for key, value in imported.items() if key != "at"}
    yield "a listing of the same moment", None, after(size, lambda b: (listed(b), listed(b)))
    yield "an older listing", "older than the last", after(size, lambda b: (listed(b), listed(b, at=clock(b, -1))))
    yield "a listing that doesn't say as of when", "at: missing", last(at(), "alice", "account.import", undated, named)
    yield "a listing of nobody knows when", "facts", after(size, lambda b: listed(b, at=None))
    yield "a listing within what clocks may differ by", None, after(size, lambda b: listed(b, at=clock(b, 300)))
    yield "a listing of the future", "at: ahead", after(size, lambda b: listed(b, at=clock(b, 301)))
    yield "an older listing, the last one dated ahead", None, after(size, lambda b: (
        listed(b, at=clock(b, 9999), header={"later": 9999}), listed(b, at=clock(b, -9999), header={"later": -9999})))
    yield "an older listing, the last one dated ahead by what clocks may differ by", "older than the last", after(size, lambda b: (
        listed(b, at=clock(b, 300), header={"later": 300}), listed(b, at=clock(b, -1), header={"later": -300})))
    yield "a task on an account that is gone", "or gone", after(size, lambda b: (listed(b, gone=True), task(b)))
    yield "a task on an account that went since", "lapsed", after(size, lambda b: (t := task(b), listed(b, gone=True), b.sign("alice", t)))
    yield "a task on an account that came back", None, after(size, lambda b: (listed(b, gone=True), listed(b), b.govern(task(b))))
    for partition in ("aws-us-gov", "aws-cn"):
        yield f"a task in {partition}", "partition", after(size, lambda b: (listed(b, partition=partition), task(b)))
        yield f"an address changed in {partition}", None, after(size, lambda b: (listed(b, partition=partition), b.govern(by_two(b))))
    yield "a task of one with a second", "second: missing, or one too many", after(size, lambda b: task(b, second=bob))
    yield "an address changed by one", "second: missing, or one too many", after(size, lambda b: by_two(b, second=None))
    yield "an address changed by one twice", "second: the operator", after(size, lambda b: by_two(b, second=alice))
    yield "an address changed with one who is no witness", "no witness", after(size, lambda b: by_two(b, second=frank))
    yield "an address changed with one who was retired", "no witness", after(size, lambda b: by_two(b, second=b.id["henry"]))
    yield "an address changed with who asks for it", None, after(size, lambda b: b.govern(by_two(b, operator=frank, second=alice)))
    yield "an address changed with one who was retired since", "lapsed", after(size, lambda b: (
        t := by_two(b, second=b.id["erin"]), b.govern(retire(b, "erin")), b.sign("alice", t)))
    for address in (None, "a@b", "@b.c", "a@b@c.d", "a b@c.d", "a@" + "b" * 63):
        yield f"an address that is {address}", "new_address", after(size, lambda b: by_two(b, told={"new_address": address}))
    yield "an address of 64 characters", None, after(size, lambda b: by_two(b, told={"new_address": "a@" + "b" * 62}))
    yield "an address where none is changed", "new_address", after(size, lambda b: task(b, told={"new_address": "a@b.c"}))
    queue = "arn:aws:sqs:eu-west-1:333344445555:orders"
    for what, wrong in (("unlock-bucket", (None, "logs", queue, "arn:aws:s3:::", "arn:aws:s3:::a/*", "arn:aws-cn:s3:::a")), ("audit-credentials", (queue,)),
                        ("unlock-queue", (None, "arn:aws:s3:::logs", queue.replace("333344445555", "444455556666"), queue + ":x"))):
        for resource in wrong:
            yield f"a task {what} of {resource}", "resource", after(size, lambda b: task(b, task=what, told={"resource": resource}))
    yield "a task that two have signed, and closed", "not in effect", after(size, lambda b: (b.sign("bob", waiting_task), b.sign("carol", waiting_task), shut_task(b, waiting_task)))
    yield "a task signed too late", "expired", after(size, lambda b: b.sign("bob", waiting_task, later=20 * 86400 + 1))
    yield "a task closed", None, after(size, shut_task)
    yield "a task closed by a keeper", None, after(size, lambda b: shut_task(b, by="bob"))
    yield "a task closed by another, no keeper", "nor a keeper", after(size, lambda b: shut_task(b, by="frank"))
    yield "a task closed twice", "task: closed", after(size, lambda b: (shut_task(b), shut_task(b)))
    yield "a task closed that is none", "task: unknown", after(size, lambda b: shut_task(b, waiting_request))
    yield "a task closed that is over", "task: closed", after(size, lambda b: shut_task(b, done_task))
    yield "a task closed before it was seen", "seen", after(size, lambda b: shut_task(b, b.govern(task(b)), header={"seen": {"size": size, "root": b.root(size).hex()}}, credentials="absent"))
    yield "a closing of one, signed", "in effect", after(size, lambda b: b.sign("bob", shut_task(b), proofs=[], shares=[]))
    yield "a closing of one, taken back", "in effect", after(size, lambda b: b.withdraw("alice", shut_task(b)))
    yield "a closing of one with a witness", "witness: missing, or one too many", after(size, lambda b: shut_task(b, witness=bob))
    for outcome in ("done", "failed"):
        yield f"a task {outcome} without a beginning", "times", after(size, lambda b: shut_task(b, outcome=outcome, began=None))
        yield f"a task {outcome} without an end", "times", after(size, lambda b: shut_task(b, outcome=outcome, ended=None))
        yield f"a task {outcome} at no time", "times", after(size, lambda b: shut_task(b, outcome=outcome, began=None, ended=None))
        yield f"a task {outcome} before it began", "ended: before", after(size, lambda b: shut_task(b, outcome=outcome, began=clock(b, 1)))
    yield "a task unused for a while", "times", after(size, lambda b: shut_task(b, outcome="unused", began=clock(b), ended=clock(b)))
    yield "a task over within what clocks may differ by", None, after(size, lambda b: shut_task(b, ended=clock(b, 300)))
    yield "a task over in the future", "ended: to come", after(size, lambda b: shut_task(b, ended=clock(b, 301)))
    right = {("create-password", "done"): ("present",), ("delete-credentials", "done"): ("deleted",), ("audit-credentials", "done"): ("present", "absent"),
             ("create-password", "failed"): ("present", None), ("delete-credentials", "failed"): ("present", None)}
    for what in ("audit-credentials", "create-password", "delete-credentials", "unlock-bucket"):
        for outcome in ("done", "failed", "unused"):
            for left in ("present", "deleted", "absent", None):
                good = left in right.get((what, outcome), (None,))
                yield f"a task {what}, {outcome}, that leaves {left}", None if good else "credentials", after(size, lambda b: run_task(b, what, outcome, credentials=left))
    yield "an address changed, signed by two", None, after(size, lambda b: b.sign("bob", among_two(b), proofs=[], shares=[]))
    yield "an address changed, and closed by one", "witness: missing", after(size, lambda b: shut_task(b, b.govern(by_two(b))))
    yield "an address changed, signed by another", "not the second", after(size, lambda b: among_two(b, witness="carol"))
    yield "an address changed, signed by whoever", "not the witness", after(size, lambda b: b.sign("carol", among_two(b), proofs=[], shares=[]))
    yield "an address changed, signed by its operator", "not the witness", after(size, lambda b: b.sign("alice", among_two(b), proofs=[], shares=[]))
    yield "an address changed, closed by the second", "witness: the author", after(size, lambda b: among_two(b, by="bob"))
    yield "an address changed, signed with a proof", "proves nothing", after(size, lambda b: b.sign("bob", among_two(b), shares=[]))
    yield "an address changed, signed twice", "in effect", after(size, lambda b: (
        c := among_two(b), b.sign("bob", c, proofs=[], shares=[]), b.sign("bob", c, proofs=[], shares=[])))
    yield "an address changed, closed twice by one", "another closing that waits", after(size, lambda b: (
        t := b.govern(by_two(b)), among_two(b, of=t), among_two(b, of=t)))
    yield "an address changed, closed again after it was taken back", None, after(size, lambda b: (
        t := b.govern(by_two(b)), b.withdraw("alice", among_two(b, of=t)), among_two(b, of=t)))
    yield "another closing, taken back after one was signed", "overtaken", after(size, lambda b: (
        t := b.govern(by_two(b)), c := among_two(b, of=t), d := among_two(b, of=t, by="carol"), b.sign("bob", c, proofs=[], shares=[]), b.withdraw("carol", d)))

    def in_vain(b, late, by="carol", witness="erin", outcome="failed", **change):
        """Closed so many seconds after the window of a change that dave was to do."""
        t = b.govern(by_two(b, operator=b.id["dave"], window_hours=1, seconds=60))
        return among_two(b, by, witness, of=t, outcome=outcome, began=clock(b), ended=clock(b), header={"later": 3660 + late}, **change)
    yield "an address not changed, closed without the second once its time is over", None, after(size, lambda b: b.sign("erin", in_vain(b, 1), proofs=[], shares=[]))
    yield "an address not changed, closed without the second before that", "not the second", after(size, lambda b: in_vain(b, 0))
    yield "an address not changed, nor tried", None, after(size, lambda b: among_two(
        b, "carol", "erin", of=b.govern(by_two(b, operator=b.id["dave"], window_hours=1, seconds=60)), outcome="unused", header={"later": 3661}))
    yield "an address changed, said without the second once its time is over", "not the second", after(size, lambda b: in_vain(b, 1, outcome="done"))
    yield "an address not changed, closed without the second by who did it", "not the second", after(size, lambda b: in_vain(b, 1, by="dave"))
    yield "an address not changed, signed by who did it", "witness: the operator", after(size, lambda b: in_vain(b, 1, witness="dave"))
    yield "an address changed, signed by the second after another closing", "overtaken", after(size, lambda b: (
        t := b.govern(by_two(b)), c := among_two(b, of=t), d := among_two(b, of=t, by="carol"), b.sign("bob", c, proofs=[], shares=[]), b.sign("bob", d, proofs=[], shares=[])))
    yield "an address changed, closed again after a no", None, after(size, lambda b: (
        t := b.govern(by_two(b)), b.reject("bob", among_two(b, of=t)), b.sign("bob", among_two(b, of=t), proofs=[], shares=[])))
    yield "an address changed, signed by one for who has left", None, after(size, lambda b: (
        t := b.govern(by_two(b, second=b.id["erin"])), b.govern(retire(b, "erin")), b.sign("bob", among_two(b, of=t), proofs=[], shares=[])))
    yield "an address changed, signed by the operator for who has left", "witness: the operator", after(size, lambda b: (
        t := b.govern(by_two(b, second=b.id["erin"])), b.govern(retire(b, "erin")), among_two(b, of=t, by="bob", witness="alice")))
    yield "an address changed, signed by who the operator goes on as", "witness: the operator", after(size, lambda b: (
        t := b.govern(by_two(b, operator=b.id["dave"], second=b.id["erin"])), b.govern(retire(b, "erin")), r := replace(b, "dave"),
        b.govern(r), accept(b, r), among_two(b, of=t, by="alice", witness="mallory")))
    yield "an address changed, signed by the second as somebody else", None, after(size, lambda b: (
        t := b.govern(by_two(b, second=b.id["erin"])), r := replace(b, "erin"), b.govern(r), accept(b, r),
        b.sign("mallory", among_two(b, of=t, witness="mallory"), proofs=[], shares=[])))
    yield "an end that waits, signed", None, after(size, lambda b: b.sign("erin", unsigned, proofs=[], shares=[]))
    yield "an end that waits, and the second was retired", None, after(size, lambda b: (b.govern(retire(b, "erin")), b.withdraw("alice", unsigned)))
    yield "an end that waits, taken back by another", "author", after(size, lambda b: b.withdraw("alice", unsigned))
    yield "an end that waits, and another that is signed first", "overtaken", after(size, lambda b: (
        b.sign("erin", among_two(b, of=two_sign, witness="erin"), proofs=[], shares=[]), b.sign("erin", unsigned, proofs=[], shares=[])))
    yield "a task imported, signed and closed", None, after(size, lambda b: b.bring("bob", b.away(lambda o: shut_task(o))))
    # Ceremonies: one goes on, with alice, bob, carol and dave in the room, of whom alice has acted, and the first of three steps recorded; one is over
    held, running = h(book.find("ceremony.start", 0)), h(book.find("ceremony.start", -1))
    completed, script = h(book.find("ceremony.finish", 2)), book.facts(book.find("ceremony.start"))["file"]
    others_all = ("bob", "carol", "dave")

    def cast(b, *names, roles=("lead",)):
        return [{"custodian": who, "roles": list(roles)} for who in sorted(b.id[name] for name in names)]

    def begun(b, *names, by="alice", guests=(), later=0, **change):
        facts = {"runbook": "handover", "version": 1, "file": script, "performance": "practice", "at": clock(b), "timezone": "Asia/Tokyo",
                 "location": None, "participants": cast(b, *(names or ("alice", "bob"))), "steps": ["open", "count", "close"], "about": []}
        return b.add(by, "ceremony.start", facts | change, {"place": None, "guests": list(guests), "note": None}, later=later)

    def ids(b, names):
        return sorted(b.id[name] for name in names)

    def step(b, number=2, by="bob", acted=("alice",), order=1, of=None, others=(), values=(), went="done", header=None, **change):
        facts = {"ceremony": of or running, "step": number, "went": went, "at": clock(b), "by": ids(b, acted)[::order]} | change
        return b.add(by, "ceremony.step", facts, {"values": list(values), "others": list(others), "note": None}, **header or {})

    def exception(b, number=2, by="bob", decided=("alice",), of=None, header=None, **change):
        facts = {"ceremony": of or running, "step": number, "at": clock(b), "decided_by": ids(b, decided)} | change
        return b.add(by, "ceremony.exception", facts, {"expected": "x", "happened": "y", "decided": "z"}, **header or {})

    def passes(b, way, *names, by="bob", of=None, items=(), others=(), carried=(), header=None, **change):
        facts = {"ceremony": of or running, "moved": way, "at": clock(b), "who": ids(b, names), "items": list(items)} | change
        return b.add(by, "ceremony.presence", facts, {"others": list(others), "carried": list(carried), "note": None}, **header or {})

    def pause(b, end="began", *staying, by="bob", of=None, header=None, **change):
        facts = {"ceremony": of or running, "pause": end, "at": clock(b), "stay": ids(b, staying)} | change
        return b.add(by, "ceremony.break", facts, {"note": None}, **header or {})

    def ends(b, *people, by="alice", outcome="aborted", of=None, lessons=(), texts=None, named=None, header=None, **change):
        facts = {"ceremony": of or running, "outcome": outcome, "at": clock(b), "people": named or ids(b, people or ("alice", *others_all)),
                 "lessons": list(lessons)} | change
        return b.add(by, "ceremony.finish", facts, {"lessons": ["x"] * len(lessons) if texts is None else texts, "surprises": [], "note": None}, **header or {})

    def unseen_start(b):
        """What an author says who has not seen that the ceremony began."""
        return {"seen": state(b, book.find("ceremony.start", -1))}
    yield "a ceremony", None, after(size, begun)
    yield "a ceremony of a runbook that there is not", "none in effect", after(size, lambda b: begun(b, runbook="other"))
    yield "a ceremony of a runbook that waits", "none in effect", after(size, lambda b: begun(b, runbook="root-alarm"))
    yield "a ceremony of a version before", "not the version", after(size, lambda b: begun(
        b, runbook="lost-mfa", version=1, file=book.facts(book.find("runbook.add"))["file"]))
    yield "a ceremony of the version in effect", None, after(size, lambda b: begun(b, runbook="lost-mfa", version=2, file=published))
    yield "a ceremony of another number than its file's", "not the version", after(size, lambda b: begun(b, version=2))
    yield "a ceremony of another file", "not the version", after(size, lambda b: begun(b, file=published))
    yield "a ceremony of a version that came since it was started", None, after(size, lambda b: (
        x := begun(b), b.govern(runbook(b, 2, name="handover")), step(b, 1, of=x)))
    yield "a ceremony of a version that was superseded", "not the version", after(size, lambda b: (b.govern(runbook(b, 2, name="handover")), begun(b)))
    yield "a ceremony without steps", "steps", after(size, lambda b: begun(b, steps=[]))
    yield "a ceremony with a step twice", "one twice", after(size, lambda b: begun(b, steps=["open", "close", "open"]))
    yield "a ceremony of 256 steps", None, after(size, lambda b: begun(b, steps=[f"s{n}" for n in range(256)]))
    yield "a ceremony of 257 steps", "facts", after(size, lambda b: begun(b, steps=[f"s{n}" for n in range(257)]))
    yield "a ceremony alone", "fewer than two", after(size, lambda b: begun(b, "alice"))
    yield "a ceremony of others", "does not take part", after(size, lambda b: begun(b, by="frank"))
    yield "a ceremony with people out of order", "out of order", after(size, lambda b: begun(b, participants=cast(b, "alice", "bob")[::-1]))
    yield "a ceremony with somebody twice", "twice", after(size, lambda b: begun(b, participants=cast(b, "alice", "alice", "bob")))
    yield "a ceremony with one who was retired", "not in force", after(size, lambda b: begun(b, "alice", "henry"))
    yield "a ceremony with one who is yet to come", "not in force", after(size, lambda b: begun(b, "alice", "ivan"))
    yield "a ceremony with a reader", "reader", after(size, lambda b: begun(b, "alice", "gina"))
    yield "a ceremony with one who has no role", "roles", after(size, lambda b: begun(b, participants=cast(b, "alice", "bob", roles=())))
    yield "a ceremony with roles out of order", "roles", after(size, lambda b: begun(b, participants=cast(b, "alice", "bob", roles=("lead", "a"))))
    yield "a ceremony with a role twice", "roles", after(size, lambda b: begun(b, participants=cast(b, "alice", "bob", roles=("lead", "lead"))))
    guest = {"name": "Jo", "affiliation": "Acme", "roles": []}
    yield "a ceremony with 64 guests", None, after(size, lambda b: begun(b, guests=[guest] * 64))
    yield "a ceremony with 65 guests", "personal", after(size, lambda b: begun(b, guests=[guest] * 65))
    yield "a ceremony with a guest of two roles", None, after(size, lambda b: begun(b, guests=[guest | {"roles": ["a", "b"]}]))
    yield "a ceremony with a guest whose roles are out of order", "guests", after(size, lambda b: begun(b, guests=[guest | {"roles": ["b", "a"]}]))
    yield "a ceremony with a guest who has a role twice", "guests", after(size, lambda b: begun(b, guests=[guest, guest | {"roles": ["a", "a"]}]))
    yield "a ceremony dated 300 s ahead", None, after(size, lambda b: begun(b, at=clock(b, 300)))
    yield "a ceremony dated ahead", "at: ahead", after(size, lambda b: begun(b, at=clock(b, 301)))
    yield "a ceremony in a location", None, after(size, lambda b: begun(b, location="london-a"))
    yield "a ceremony in a location that was retired", "location: retired", after(size, lambda b: begun(b, location="attic"))
    yield "a ceremony in a location that never was", "never set", after(size, lambda b: begun(b, location="cellar"))
    drills = sorted(h(book.find("drill.start", n)) for n in range(2))
    yield "a ceremony about drills", None, after(size, lambda b: begun(b, about=drills))
    yield "a ceremony about a request and a resharing", None, after(size, lambda b: begun(b, about=sorted([waiting_request, h(book.find("reshare"))])))
    yield "a ceremony about drills out of order", "about: twice", after(size, lambda b: begun(b, about=drills[::-1]))
    yield "a ceremony about a drill twice", "about: twice", after(size, lambda b: begun(b, about=drills[:1] * 2))
    yield "a ceremony about what is not in the log", "not in the log", after(size, lambda b: begun(b, about=["0" * 64]))
    yield "a ceremony about something else", "no drill or request", after(size, lambda b: begun(b, about=[h(3)]))

    def asked(b, n):
        return sorted(b.request("alice", [(secret, epoch)]) for _ in range(n))
    yield "a ceremony about 64 requests", None, after(size, lambda b: begun(b, about=asked(b, 64)))
    yield "a ceremony about 65 requests", "facts", after(size, lambda b: begun(b, about=asked(b, 65)))

    # What is recorded of it, whatever it is
    for what, act in {"a step": step, "an exception": exception, "a leave": lambda b, **more: passes(b, "left", "carol", **more),
                      "an entrance": lambda b, **more: passes(b, "entered", "erin", **more),
                      "an absence": lambda b, **more: passes(b, "absent", "carol", **more), "a break": pause}.items():
        yield f"{what} of a ceremony", None, after(size, act)
        yield f"{what} of a ceremony by one who was not named", "not named", after(size, lambda b: act(b, by="frank"))
        yield f"{what} of a ceremony by one who came in", None, after(size, lambda b: (passes(b, "entered", "frank"), act(b, by="frank")))
        yield f"{what} of a ceremony by one who was absent", None, after(size, lambda b: (passes(b, "absent", "dave"), act(b, by="dave")))
        yield f"{what} of a ceremony that there is not", "unknown", after(size, lambda b: act(b, of="0" * 64))
        yield f"{what} of a drill as a ceremony", "unknown", after(size, lambda b: act(b, of=asking))
        yield f"{what} of a ceremony that is over", "over", after(size, lambda b: act(b, of=held))
        yield f"{what} of a ceremony that waits for its end", "over", after(size, lambda b: (ends(b), act(b)))
        yield f"{what} of a ceremony whose end was rejected", None, after(size, lambda b: (b.reject("carol", ends(b)), act(b)))
        yield f"{what} of a ceremony whose end was taken back", None, after(size, lambda b: (b.withdraw("alice", ends(b)), act(b)))
        yield f"{what} of a ceremony that began later", "before the start", after(size, lambda b: (x := begun(b, "alice", "bob", at=clock(b, 1)), act(b, of=x)))
        yield f"{what} of a ceremony, dated 300 s ahead", None, after(size, lambda b: act(b, at=clock(b, 300)))
        yield f"{what} of a ceremony, dated ahead", "at: ahead", after(size, lambda b: act(b, at=clock(b, 301)))
        yield f"{what} of a ceremony that was not seen", "before the ceremony", after(size, lambda b: act(b, header=unseen_start(b)))
    yield "the end of a ceremony that was not seen", "before the ceremony", after(size, lambda b: ends(b, header=unseen_start(b)))
    yield "the end of a ceremony that there is not", "unknown", after(size, lambda b: ends(b, of="0" * 64))
    yield "the end of a ceremony that began later", None, after(size, lambda b: (x := begun(b, at=clock(b, 1)), ends(b, of=x)))
    yield "an end that is dated ahead, rejected", None, after(size, lambda b: b.reject("carol", ends(b, header={"later": 9999}), later=-9999))
    yield "an end that is dated ahead, signed", "dated ahead", after(size, lambda b: b.sign("carol", ends(b, header={"later": 9999}), proofs=[], shares=[], later=-9999))
    yield "the end of a ceremony, dated ahead", "at: ahead", after(size, lambda b: ends(b, at=clock(b, 301)))
    yield "the last step", None, after(size, lambda b: step(b, 3))
    yield "a step recorded again", None, after(size, lambda b: (step(b, 2), step(b, 1, went="deviated")))
    yield "a step of a ceremony after the last", "none of the runbook", after(size, lambda b: step(b, 4))
    yield "step 0 of a ceremony", "none of the runbook", after(size, lambda b: step(b, 0))
    yield "a step of a ceremony in a break", "rests", after(size, lambda b: (pause(b), step(b)))
    yield "a step of a ceremony after a break", None, after(size, lambda b: (pause(b), pause(b, "ended"), step(b)))
    yield "a step of a ceremony by nobody", "nobody", after(size, lambda b: step(b, acted=()))
    yield "a step of a ceremony by people out of order", "out of order", after(size, lambda b: step(b, acted=("alice", "bob"), order=-1))
    yield "a step of a ceremony by one who was never there", "not there", after(size, lambda b: step(b, acted=("erin",)))
    yield "a step of a ceremony by one who has left", "not there", after(size, lambda b: (passes(b, "left", "alice"), step(b)))
    yield "a step of a ceremony by one who has come back", None, after(size, lambda b: (passes(b, "left", "alice"), passes(b, "entered", "alice"), step(b)))
    yield "a step of a ceremony by one who was retired since", "not in force", after(size, lambda b: (b.govern(retire(b, "dave")), step(b, acted=("dave",))))
    yield "a step of a ceremony with 64 values and others", None, after(size, lambda b: step(b, others=["x"] * 64, values=[{"id": "a", "value": "x"}] * 64))
    yield "a step of a ceremony with 65 values", "personal", after(size, lambda b: step(b, values=[{"id": "a", "value": "x"}] * 65))
    yield "a step of a ceremony with 65 others", "personal", after(size, lambda b: step(b, others=["x"] * 65))
    yield "an exception at no step", None, after(size, lambda b: exception(b, None))
    yield "an exception at the last step", None, after(size, lambda b: exception(b, 3))
    yield "an exception after the last step", "none of the runbook", after(size, lambda b: exception(b, 4))
    yield "an exception at step 0", "none of the runbook", after(size, lambda b: exception(b, 0))
    yield "an exception in a break", None, after(size, lambda b: (pause(b), exception(b)))
    yield "an exception that nobody decided", "nobody", after(size, lambda b: exception(b, decided=()))
    yield "an exception decided out of order", "out of order", after(size, lambda b: exception(b, decided_by=ids(b, ("alice", "bob"))[::-1]))
    yield "an exception decided by one who was never named", "not named", after(size, lambda b: exception(b, decided=("erin",)))
    yield "an exception decided by one who has left", None, after(size, lambda b: (passes(b, "left", "carol"), exception(b, decided=("carol",))))
    yield "an exception decided by one who was retired since", "not in force", after(size, lambda b: (b.govern(retire(b, "dave")), exception(b, decided=("dave",))))
    yield "guests who come in", None, after(size, lambda b: passes(b, "entered", others=["x"] * 64, carried=["x"] * 64))
    yield "65 guests who come in", "personal", after(size, lambda b: passes(b, "entered", others=["x"] * 65))
    yield "65 things carried in", "personal", after(size, lambda b: passes(b, "entered", carried=["x"] * 65))
    for way in ("left", "entered", "absent"):
        two_of_them = ids(book, ("erin", "frank") if way == "entered" else ("carol", "dave"))
        yield f"two who are {way}", None, after(size, lambda b: passes(b, way, who=two_of_them))
        yield f"two who are {way}, out of order", "out of order", after(size, lambda b: passes(b, way, who=two_of_them[::-1]))
        yield f"one who is {way} twice", "twice", after(size, lambda b: passes(b, way, who=two_of_them[:1] * 2))
    yield "one who comes in and is there", "there already", after(size, lambda b: passes(b, "entered", "carol"))
    yield "one who comes in and was retired", "not in force", after(size, lambda b: passes(b, "entered", "henry"))
    yield "a reader who comes in", "reader", after(size, lambda b: passes(b, "entered", "gina"))
    yield "one who leaves and was never there", "not there", after(size, lambda b: passes(b, "left", "erin"))
    yield "one who leaves twice", "not there", after(size, lambda b: (passes(b, "left", "carol"), passes(b, "left", "carol")))
    yield "one who leaves and was retired since", None, after(size, lambda b: (b.govern(retire(b, "dave")), passes(b, "left", "dave")))
    yield "one absent who has left", "not there", after(size, lambda b: (passes(b, "left", "carol"), passes(b, "absent", "carol")))
    yield "one absent who has started it", "has recorded", after(size, lambda b: passes(b, "absent", "alice"))
    yield "one absent who has acted by another's word", None, after(size, lambda b: (step(b, acted=("carol",)), passes(b, "absent", "carol")))
    yield "one absent who has decided by another's word", None, after(size, lambda b: (exception(b, decided=("carol",)), passes(b, "absent", "carol")))
    yield "one absent who has recorded", "has recorded", after(size, lambda b: (exception(b, by="carol"), passes(b, "absent", "carol")))
    yield "one absent who has stayed in a break by another's word", None, after(size, lambda b: (pause(b, "began", "carol"), passes(b, "absent", "carol")))
    yield "one absent by their own word", "has recorded", after(size, lambda b: passes(b, "absent", "carol", by="carol"))
    yield "one absent who came in since", None, after(size, lambda b: (passes(b, "entered", "erin"), passes(b, "absent", "erin")))
    yield "one absent who carries something", "carried by nobody", after(size, lambda b: passes(b, "absent", "carol", items=["sheet-1"]))
    yield "things carried, one of them destroyed", None, after(size, lambda b: passes(b, "left", "carol", items=["sheet-1", "token-1"]))
    yield "things carried out of order", "items: twice", after(size, lambda b: passes(b, "left", "carol", items=["token-1", "sheet-1"]))
    yield "a thing carried twice", "items: twice", after(size, lambda b: passes(b, "left", "carol", items=["sheet-1", "sheet-1"]))
    yield "a thing carried that there is not", "never added", after(size, lambda b: passes(b, "left", "carol", items=["x"]))
    bags = [f"box-{n:03}" for n in range(257)]
    full_room = after(size, lambda b: [thing(b, bag) for bag in bags])
    yield "256 things carried", None, then(b := full_room.cut(), passes(b, "left", "carol", items=bags[:256]))
    yield "257 things carried", "facts", then(b := full_room.cut(), passes(b, "left", "carol", items=bags))
    yield "a break in which two stay", None, after(size, lambda b: pause(b, "began", "alice", "bob"))
    yield "a break in which one stays who is not there", "not there", after(size, lambda b: pause(b, "began", "erin"))
    yield "a break in which one stays who was retired since", "not in force", after(size, lambda b: (b.govern(retire(b, "dave")), pause(b, "began", "dave")))
    yield "a break in which they stay out of order", "out of order", after(size, lambda b: pause(b, stay=ids(b, ("alice", "bob"))[::-1]))
    yield "a break in a break", "rests", after(size, lambda b: (pause(b), pause(b)))
    yield "the end of no break", "does not rest", after(size, lambda b: pause(b, "ended"))
    yield "the end of a break in which somebody stays", "end of a break", after(size, lambda b: (pause(b), pause(b, "ended", "alice")))
    yield "the end of a break as it begins", None, after(size, lambda b: (pause(b, at=clock(b, 9)), pause(b, "ended", at=clock(b, 9))))
    yield "the end of a break before it begins", "before the break", after(size, lambda b: (pause(b, at=clock(b, 9)), pause(b, "ended", at=clock(b, 8))))

    # Its end
    yield "a ceremony broken off", None, after(size, lambda b: joins(b, ends(b), *others_all))
    yield "a ceremony broken off in a break", None, after(size, lambda b: (pause(b), ends(b)))
    yield "a ceremony completed", None, after(size, lambda b: (step(b, 2), step(b, 3), joins(b, ends(b, outcome="completed"), *others_all)))
    yield "a ceremony completed in a break", "rests", after(size, lambda b: (step(b, 2), step(b, 3), pause(b), ends(b, outcome="completed")))
    yield "a ceremony completed with a step left out", "nothing is recorded", after(size, lambda b: (step(b, 3), ends(b, outcome="completed")))
    yield "a ceremony completed with a step recorded twice, and one left out", "nothing is recorded", after(
        size, lambda b: (step(b, 3), step(b, 3), ends(b, outcome="completed")))
    yield "a ceremony completed of which all but one were absent", "fewer than two", after(size, lambda b: (
        x := begun(b, "alice", "bob"), passes(b, "absent", "bob", of=x, by="alice"), [step(b, n, of=x, by="alice") for n in (1, 2, 3)],
        ends(b, "alice", of=x, outcome="completed")))
    yield "a ceremony broken off of which all but one were absent", None, after(size, lambda b: (
        x := begun(b, "alice", "bob"), passes(b, "absent", "bob", of=x, by="alice"), ends(b, "alice", of=x)))
    both = ("alice", "dave")
    performed = lambda b, by="alice": (x := begun(b, *both), [step(b, n, of=x, by=by, acted=both) for n in (1, 2, 3)])[0]
    yield "a ceremony completed by one, the other retired", "fewer than two", after(size, lambda b: (
        x := performed(b), b.govern(retire(b, "dave")), ends(b, "alice", of=x, outcome="completed")))
    yield "a ceremony completed by two, one of them retired who has recorded", None, after(size, lambda b: (
        x := performed(b, "dave"), b.govern(retire(b, "dave")), ends(b, "alice", of=x, outcome="completed")))
    yield "a ceremony completed by two, one of them retired who has signed", None, after(size, lambda b: (
        x := performed(b), y := ends(b, *both, "bob", of=x, outcome="completed"), joins(b, y, "dave"), b.govern(retire(b, "dave")), joins(b, y, "bob")))
    yield "a ceremony completed by two, one of them retired who has not signed", None, after(size, lambda b: (
        x := performed(b), ends(b, *both, of=x, outcome="completed"), b.govern(retire(b, "dave")), ends(b, "alice", of=x)))
    yield "a ceremony completed with a step by one who was absent since", "somebody who was absent", after(size, lambda b: (
        step(b, 2, acted=("dave",)), step(b, 3), passes(b, "absent", "dave"), ends(b, "alice", "bob", "carol", outcome="completed")))
    yield "a ceremony completed with a step recorded anew of who was there", None, after(size, lambda b: (
        step(b, 2, acted=("dave",)), step(b, 3), passes(b, "absent", "dave"), step(b, 2), ends(b, "alice", "bob", "carol", outcome="completed")))
    yield "a ceremony ended by one who was not named", "nor a keeper", after(size, lambda b: ends(b, by="frank"))
    yield "a ceremony ended by a keeper who was not named", None, after(size, lambda b: joins(b, ends(b, by="erin"), "alice", *others_all))
    yield "a ceremony ended by one who came in", None, after(size, lambda b: (
        passes(b, "entered", "frank"), joins(b, ends(b, "alice", "frank", *others_all, by="frank"), "alice", *others_all)))
    yield "a ceremony ended with people out of order", "out of order", after(size, lambda b: ends(b, named=ids(b, ("alice", *others_all))[::-1]))
    yield "a ceremony ended without one who was there", "who took part", after(size, lambda b: ends(b, "alice", "bob", "carol", outcome="completed"))
    yield "a ceremony ended without one who has left", "who took part", after(size, lambda b: (passes(b, "left", "dave"), ends(b, "alice", "bob", "carol", outcome="completed")))
    yield "a ceremony ended without one who came in", "who took part", after(size, lambda b: (passes(b, "entered", "erin"), ends(b, outcome="completed")))
    yield "a ceremony ended without one who was absent", None, after(size, lambda b: (passes(b, "absent", "dave"), joins(b, ends(b, "alice", "bob", "carol"), "bob", "carol")))
    yield "a ceremony ended without one who was absent, and has recorded", "who took part", after(size, lambda b: (
        passes(b, "absent", "dave"), exception(b, by="dave"), ends(b, "alice", "bob", "carol", outcome="completed")))
    yield "a ceremony ended without one who was absent, and has decided by another's word", None, after(size, lambda b: (
        passes(b, "absent", "dave"), exception(b, decided=("dave",)), joins(b, ends(b, "alice", "bob", "carol"), "bob", "carol")))
    yield "a ceremony broken off without one who was there, by a keeper and others", None, after(size, lambda b: joins(b, ends(b, "alice", "bob"), "bob"))
    yield "a ceremony broken off without one who was there, by a keeper alone", "nobody else signs", after(size, lambda b: ends(b, "alice"))
    yield "a ceremony broken off without one who was there, by no keeper", "no keeper", after(size, lambda b: (
        passes(b, "entered", "frank"), ends(b, "frank", "alice", by="frank")))
    yield "a ceremony broken off by a keeper and one who was retired since", None, after(size, lambda b: (
        ends(b, "alice", "dave"), b.govern(retire(b, "dave")), step(b)))
    yield "a ceremony broken off that waited for one who was retired alone", "over", after(size, lambda b: (
        x := begun(b, "alice", "dave"), ends(b, "alice", "dave", of=x), b.govern(retire(b, "dave")), step(b, 1, of=x, by="alice")))
    yield "a ceremony ended without one who was absent, and came in", "who took part", after(size, lambda b: (
        passes(b, "absent", "dave"), passes(b, "entered", "dave"), ends(b, "alice", "bob", "carol", outcome="completed")))
    yield "a ceremony ended without one who was retired since", None, after(size, lambda b: (b.govern(retire(b, "dave")), ends(b, "alice", "bob", "carol")))
    yield "a ceremony ended with one who was retired since", "not in force", after(size, lambda b: (b.govern(retire(b, "dave")), ends(b)))
    yield "a ceremony ended with one more, who was not there", None, after(size, lambda b: joins(b, ends(b, "alice", "frank", *others_all), *others_all, "frank"))
    yield "a ceremony ended with 1,024 people", "not in force", after(size, lambda b: ends(b, named=[f"{n:032x}" for n in range(1024)]))
    yield "a ceremony ended with 1,025 people", "facts", after(size, lambda b: ends(b, named=[f"{n:032x}" for n in range(1025)]))
    yield "a ceremony ended as the last is recorded", None, after(size, lambda b: (step(b, at=clock(b, 9)), ends(b, at=clock(b, 9))))
    yield "a ceremony ended before the last that is recorded", None, after(size, lambda b: (step(b, at=clock(b, 9)), ends(b, at=clock(b, 8))))
    yield "a ceremony completed before the last that is recorded", "before what is recorded", after(size, lambda b: (
        step(b, 2), step(b, 3, at=clock(b, 9)), ends(b, outcome="completed", at=clock(b, 8))))
    yield "a ceremony completed before what was recorded first", "before what is recorded", after(size, lambda b: (
        step(b, 2, at=clock(b, 9)), step(b, 3), ends(b, outcome="completed", at=clock(b, 8))))
    yield "a ceremony ended before an end that was rejected", None, after(size, lambda b: (b.reject("bob", ends(b, at=clock(b, 9))), ends(b, at=clock(b, 8))))
    yield "a ceremony ended without having seen the last of it", "before the last", after(size, lambda b: (step(b), ends(b, header={"seen": state(b, size)})))
    yield "a ceremony ended without having seen an entry of something else", None, after(size, lambda b: (
        step(b), n := len(b.entries), last(b), ends(b, header={"seen": state(b, n)})))
    yield "a ceremony that is over and ends again", "over", after(size, lambda b: ends(b, of=held))
    yield "a ceremony that waits for its end and ends again", "over", after(size, lambda b: (ends(b), ends(b)))
    yield "the end of a ceremony, signed by its author", "did not take part", after(size, lambda b: joins(b, ends(b), "alice"))
    yield "the end of a ceremony, signed by a stranger to it", "did not take part", after(size, lambda b: joins(b, ends(b), "erin"))
    yield "the end of a ceremony, rejected by a stranger to it", "did not take part", after(size, lambda b: b.reject("erin", ends(b)))
    yield "the end of a ceremony, signed twice", "before", after(size, lambda b: joins(b, ends(b), "bob", "bob"))
    yield "the end of a ceremony, signed and rejected by one", "before", after(size, lambda b: (x := joins(b, ends(b), "bob"), b.reject("bob", x)))
    yield "the end of a ceremony, signed with a proof", "proves nothing", after(size, lambda b: b.sign(
        "bob", x := ends(b), proofs=b.proofs("bob", [(GOVERNANCE, 2)], x), shares=[]))
    yield "the end of a ceremony, signed once it was rejected", "rejected", after(size, lambda b: (x := ends(b), b.reject("bob", x), joins(b, x, "carol")))
    yield "the end of a ceremony, signed once it is in effect", "in effect", after(size, lambda b: joins(b, joins(b, ends(b), *others_all), "bob"))
    yield "the end of a ceremony, taken back once it is in effect", "in effect", after(size, lambda b: b.withdraw("alice", joins(b, ends(b), *others_all)))
    yield "the end of a ceremony, taken back by a keeper", "author", after(size, lambda b: b.withdraw("bob", ends(b)))
    yield "the end of a ceremony, taken back by a keeper for one who was retired", None, after(size, lambda b: (
        x := ends(b, by="dave"), b.govern(retire(b, "dave")), b.withdraw("bob", x), step(b)))
    pending = 20 * 86400  # as the policy in effect has it
    yield "the end of a ceremony, taken back by a keeper once it has waited too long", None, after(size, lambda b: b.withdraw("bob", ends(b), later=pending + 1))
    yield "the end of a ceremony, taken back by a keeper before that", "author", after(size, lambda b: b.withdraw("bob", ends(b), later=pending))
    yield "the end of a ceremony, taken back by no keeper once it has waited too long", "author", after(size, lambda b: b.withdraw("frank", ends(b), later=pending + 1))
    yield "the end of a ceremony that is dated ahead, taken back by a keeper", None, after(size, lambda b: b.withdraw("bob", ends(b, header={"later": 9999}), later=-9999))
    yield "the end of a ceremony, not signed by one who was retired since", None, after(size, lambda b: (
        x := ends(b), b.govern(retire(b, "dave")), joins(b, x, "bob", "carol")))
    lesson = {"owner": bob, "due": "2030-01-01"}
    yield "64 lessons of a ceremony", None, after(size, lambda b: ends(b, lessons=[lesson] * 64))
    yield "65 lessons of a ceremony", "lessons", after(size, lambda b: ends(b, lessons=[lesson] * 65))
    yield "a lesson of a ceremony without its text", "texts", after(size, lambda b: ends(b, lessons=[lesson], texts=[]))
    yield "a lesson of a ceremony for one who was retired", "not in force", after(size, lambda b: ends(b, lessons=[lesson | {"owner": book.id["henry"]}]))
    yield "an improvement of a ceremony closed", None, after(size, lambda b: improved(b, 2, subject=completed))
    yield "an improvement of a ceremony closed twice", "closed before", after(size, lambda b: improved(b, 1, subject=completed))
    yield "an improvement of a ceremony that there is not", "no such lesson", after(size, lambda b: improved(b, 3, subject=completed))
    yield "an improvement of a ceremony closed by another", "nor a keeper", after(size, lambda b: improved(b, 2, by="frank", subject=completed))
    yield "an improvement of a ceremony that waits for its end", "nothing in effect", after(size, lambda b: improved(b, 1, subject=ends(b, lessons=[lesson])))
    yield "an improvement of a ceremony once all but one who was retired have signed", None, after(size, lambda b: (
        x := ends(b, lessons=[lesson]), b.govern(retire(b, "dave")), improved(b, 1, subject=joins(b, x, "bob", "carol"))))
    yield "an improvement of a ceremony's start", "nothing in effect", after(size, lambda b: improved(b, 1, subject=held))
    long = after(size, lambda b: [exception(b) for _ in range(1022)])
    yield "1,024 entries about a ceremony, and its end", None, then(b := long.cut(), joins(b, ends(b), *others_all))
    yield "1,025 entries about a ceremony", "too much", then(b := long.cut(), exception(b))
    yield "1,024 entries about a ceremony, of which one is an end that was rejected", None, then(b := long.cut(size + 1021), b.reject("bob", ends(b)), ends(b))
    yield "1,025 entries about a ceremony, of which one is an end that was rejected", "too much", then(b := long.cut(size + 1021), b.reject("bob", ends(b)), exception(b))

    # 65 people
    def crowd(b):
        for n in range(58):
            newcomer_ = newcomer(b)
            b.add("mallory", "custodian.accept", {"subject": b.govern(newcomer_)})
            b.id[f"m{n}"], b.key[f"m{n}"] = b.id["mallory"], b.key["mallory"]
    many, everybody = after(size, crowd), ["alice", "bob", "carol", "dave", "erin", "frank", "lena2"] + [f"m{n}" for n in range(58)]
    yield "a ceremony of 64 people", None, then(b := many.cut(), begun(b, *everybody[:64]))
    yield "a ceremony of 65 people", "facts", then(b := many.cut(), begun(b, *everybody))
    yield "64 people who come in", None, then(b := many.cut(), x := begun(b, by="alice"), passes(b, "entered", *everybody[2:], of=x))
    yield "65 people who come in", "facts", then(b := many.cut(), x := begun(b), passes(b, "entered", *everybody, of=x))
    whole = many.cut()
    here = begun(whole, *everybody[:64])
    passes(whole, "entered", everybody[64], of=here)
    yield "a step of 64 people", None, then(b := whole.cut(), step(b, of=here, acted=everybody[:64]))
    yield "a step of 65 people", "facts", then(b := whole.cut(), step(b, of=here, acted=everybody))
    yield "64 people who decide", None, then(b := whole.cut(), exception(b, of=here, decided=everybody[:64]))
    yield "65 people who decide", "facts", then(b := whole.cut(), exception(b, of=here, decided=everybody))
    yield "64 people who leave", None, then(b := whole.cut(), passes(b, "left", *everybody[:64], of=here))
    yield "65 people who leave", "facts", then(b := whole.cut(), passes(b, "left", *everybody, of=here))
    yield "64 people who stay", None, then(b := whole.cut(), pause(b, "began", *everybody[:64], of=here))
    yield "65 people who stay", "facts", then(b := whole.cut(), pause(b, "began", *everybody, of=here))
    # Reviews: the third was passed with two names struck, of which one is seen to; the fourth goes on
    reviewed, going = h(book.find("review.start", 2)), h(book.find("review.start", 3))
    groups = book.facts(book.find("review.start", 3))["groups"]
    everything, erin = list(range(1, len(groups) + 1)), book.id["erin"]
    with_erin = next(n for n, group in enumerate(groups, 1) if erin in group["people"])
    struck_ = book.facts(book.find("review.strike"))

    def begun(b, change=None, by="alice", ended=True):
        if ended:
            b.withdraw("alice", going)
        i = book.find("review.start", 3)
        facts, personal = copy.deepcopy(book.facts(i)), copy.deepcopy(book.personal(i))
        if change:
            change(facts, personal)
        return b.add(by, "review.start", facts, personal)

    def confirmed(b, by="carol", review=None, numbers=None, **more):
        return b.add(by, "review.confirm", {"review": review or going, "groups": everything if numbers is None else numbers}, **more)

    def struck(b, by="carol", who=None, numbers=None, review=None):
        facts = {"review": review or going, "groups": [with_erin] if numbers is None else numbers, "who": who or f"custodian:{erin}"}
        return b.add(by, "review.strike", facts, {"reason": "x"})

    def seen_to(b, by="alice", who="other:1", review=None, group=None):
        facts = {"review": review or reviewed, "group": group or struck_["groups"][0], "who": who}
        return b.add(by, "review.done", facts, {"note": "x"})

    def judged(b, *who):
        for by in who:
            confirmed(b, by)
            b.sign(by, going, proofs=[], shares=[])

    def privileged(b, by="alice", others=(), **change):
        facts = {"privilege": "org-admin", "account": "111122223333", "kind": "role", "may": ["root-email", "scp"], "people": [], "mfa": "none",
                 "rotated": None, "ended": False}
        return b.add(by, "privilege.set", facts | change, {"others": list(others), "note": None})

    def planned(b, by="alice", **change):
        return b.add(by, "review.plan", {"every": "month", "from": "2030-01-01", "timezone": "UTC", "ended": False} | change)
    yield "a privilege", None, after(size, privileged)
    yield "a privilege by no keeper", "no keeper", after(size, lambda b: privileged(b, by="frank"))
    yield "a privilege's powers out of order", "may", after(size, lambda b: privileged(b, may=["scp", "root-email"]))
    yield "a privilege's power twice", "may", after(size, lambda b: privileged(b, may=["scp", "scp"]))
    yield "a privilege on an account that nobody knows", "not in the register", after(size, lambda b: privileged(b, account="9" * 12))
    yield "a privilege of one who was retired", "people: retired", after(size, lambda b: privileged(b, people=[book.id["henry"]]))

    def trail(b, by="alice", change=None, traces=None):
        moment = clock(b)
        file = {"digest": "ab" * 32, "bytes": 7, "records": 9}
        facts = {"files": {"count": 1, "bytes": 7, "digest": sha(("ab" * 32 + "\n").encode()).hex(), "listed": [file]}, "from": moment, "to": moment,
                 "counts": {"records": 9, "events": 3, "explained": 1, "service": 1}, "gap_hours": 24, "gaps": [], "more_gaps": 0, "missing": [],
                 "unexplained": [{"at": moment, "event": one, "name": "ConsoleLogin", "account": "111122223333", "reason": "failed", "off": None}
                                 for one in ("e1", "e2")]}
        if change:
            change(facts)
        return b.add(by, "reconcile", facts, {"traces": traces or [{"address": None, "agent": None, "who": None}] * len(facts["unexplained"])})

    def was(b, *events, by="alice", **more):
        return b.add(by, "event.explain", {"events": [{"event": one, "account": "111122223333"} for one in events], "was": "test"}, {"text": "x"}, **more)
    far = {"account": "111122223333", "region": "us-east-1", "from": "2024-01-01T00:00:00Z", "to": "2024-01-02T01:00:00Z"}
    yield "what CloudTrail says", None, after(size, trail)
    yield "what CloudTrail says by no keeper", "no keeper", after(size, lambda b: trail(b, by="frank"))
    for what, says, change in (
            ("no file", "files: none", lambda f: f["files"].update(count=0, listed=[])),
            ("a file that is not listed", "not as many", lambda f: f["files"].update(count=2)),
            ("another digest over its files", "files: digest", lambda f: f["files"].update(digest="cd" * 32)),
            ("another length", "files: bytes", lambda f: f["files"].update(bytes=8)),
            ("a period that ends before it begins", "before it begins", lambda f: f.update(to="2024-01-01T00:00:00Z")),
            ("a period that is to come", "ahead", lambda f: f.update(to="2090-01-01T00:00:00Z")),
            ("events out of order", "out of order", lambda f: f["unexplained"].reverse()),
            ("an event twice", "twice", lambda f: f["unexplained"][1].update(event="e1", name="x")),
            ("an event too few", "add up", lambda f: f["unexplained"].pop()),
            ("more events than records", "add up", lambda f: f["counts"].update(records=3)),
            ("an event before its period", "outside the period", lambda f: f["unexplained"][0].update(at="2024-01-01T00:00:00Z")),
            ("an event that is off and failed", "off", lambda f: f["unexplained"][0].update(off=7)),
            ("an event outside a window by nothing", "off", lambda f: f["unexplained"][0].update(reason="outside-window")),
            ("a reason that there is none of", "facts", lambda f: f["unexplained"][0].update(reason="because")),
            ("an event's id with a space", "facts", lambda f: f["unexplained"][0].update(event="e 1")),
            ("a gap too short", "too short", lambda f: f.update(gaps=[far | {"to": "2024-01-02T00:00:00Z"}])),
            ("a gap twice", "twice", lambda f: f.update(gaps=[far, far])),
            ("more gaps and none", "more, and none", lambda f: f.update(more_gaps=1)),
            ("a trace missed of nothing", "nothing in effect", lambda f: f.update(missing=[{"subject": "ab" * 32, "account": "111122223333"}]))):
        yield f"what CloudTrail says with {what}", says, after(size, lambda b, change=change: trail(b, change=change))
    yield "what CloudTrail says with a gap", None, after(size, lambda b: trail(b, change=lambda f: f.update(gaps=[far])))
    yield "traces of one event of two", "traces", after(size, lambda b: trail(b, traces=[{"address": None, "agent": None, "who": None}]))
    yield "an explanation", None, after(size, lambda b: (trail(b), b.govern(was(b, "e1", "e2"))))
    yield "an explanation by no keeper", "no role", after(size, lambda b: (trail(b), was(b, "e1", by="frank")))
    yield "an explanation of nothing", "events: none", after(size, lambda b: (trail(b), was(b)))
    yield "an explanation twice in one", "twice", after(size, lambda b: (trail(b), was(b, "e1", "e1")))
    yield "an explanation of what was never found", "never found", after(size, lambda b: (trail(b), was(b, "e9")))
    yield "an explanation of what is explained", "explained before", after(size, lambda b: (trail(b), b.govern(was(b, "e1")), was(b, "e1")))
    yield "an explanation of what was explained meanwhile", "explained before", after(size, lambda b: (
        trail(b), one := was(b, "e1"), b.govern(was(b, "e1")), b.sign("alice", one)))
    yield "an explanation after the same was read again", "explained before", after(size, lambda b: (trail(b), b.govern(was(b, "e1")), trail(b), was(b, "e1")))

    def voided(b, of, by="alice"):
        return b.add(by, "reconcile.void", {"reconcile": of}, {"reason": "x"})
    yield "what CloudTrail says, set aside", None, after(size, lambda b: b.govern(voided(b, trail(b))))
    yield "what CloudTrail says, set aside by no keeper", "no role", after(size, lambda b: voided(b, trail(b), by="frank"))
    yield "what is nothing of CloudTrail's, set aside", "reconcile: none", after(size, lambda b: voided(b, waiting_request))
    yield "what CloudTrail says, set aside twice", "void before", after(size, lambda b: (t := trail(b), b.govern(voided(b, t)), voided(b, t)))
    yield "what CloudTrail says, set aside meanwhile", "void before", after(size, lambda b: (
        t := trail(b), one := voided(b, t), b.govern(voided(b, t)), b.sign("alice", one)))
    yield "an explanation of what was set aside", "never found", after(size, lambda b: (b.govern(voided(b, trail(b))), was(b, "e1")))
    yield "an explanation of what was set aside meanwhile", "never found", after(size, lambda b: (
        t := trail(b), one := was(b, "e1"), b.govern(voided(b, t)), b.sign("alice", one)))
    yield "an explanation of what another has found too", None, after(size, lambda b: (t := trail(b), trail(b), b.govern(voided(b, t)), b.govern(was(b, "e1"))))
    yield "an explanation of what was found again after it was set aside", None, after(size, lambda b: (b.govern(voided(b, trail(b))), trail(b), b.govern(was(b, "e1"))))
    yield "an explanation again of what was explained and set aside", "explained before", after(size, lambda b: (
        t := trail(b), b.govern(was(b, "e1")), b.govern(voided(b, t)), trail(b), was(b, "e1")))
    yield "a plan of reviews", None, after(size, planned)
    yield "a plan of reviews by no keeper", "no keeper", after(size, lambda b: planned(b, by="frank"))
    yield "a plan of reviews every year", "facts", after(size, lambda b: planned(b, every="year"))
    yield "a review", None, after(size, begun)
    yield "a review by a reviewer", None, after(size, lambda b: begun(b, by="lena2"))
    yield "a review by neither keeper nor reviewer", "no keeper or reviewer", after(size, lambda b: begun(b, by="frank"))
    yield "a review while another goes on", "another goes on", after(size, lambda b: begun(b, ended=False))
    yield "a review without one group", "not those that there are", after(size, lambda b: begun(b, lambda f, p: (f["groups"].pop(0), p["others"].pop(0))))
    yield "a review without one name", "not those that there are", after(size, lambda b: begun(b, lambda f, p: f["groups"][-1]["people"].pop()))
    yield "a review without one thing", "not those that there are", after(size, lambda b: begun(b, lambda f, p: next(g for g in f["groups"] if g["things"])["things"].pop()))
    yield "a review with groups out of order", "not those that there are", after(size, lambda b: begun(b, lambda f, p: (f["groups"].reverse(), p["others"].reverse())))
    yield "a review with more secrets", "not those that there are", after(size, lambda b: begun(b, lambda f, p: next(g for g in f["groups"] if g["secrets"])["secrets"][0]["of"].update(count=99)))
    yield "a review of other accounts", "not those that there are", after(size, lambda b: begun(b, lambda f, p: f["groups"][0]["accounts"].update(digest="ab" * 32)))
    with_others = next(n for n, group in enumerate(groups) if group["others"])
    yield "a review without who is no custodian", "not those", after(size, lambda b: begun(b, lambda f, p: (f["groups"][with_others].update(others=0), p["others"][with_others].clear())))
    yield "a review with another in their place", "not those of the register", after(size, lambda b: begun(b, lambda f, p: p["others"].__setitem__(with_others, ["somebody"])))
    yield "a review with others but no name", "without a name", after(size, lambda b: begun(b, lambda f, p: p["others"][with_others].clear()))
    yield "a review since none", "since", after(size, lambda b: begun(b, lambda f, p: f.update(since=None)))
    yield "a review of no quarter", "begins no", after(size, lambda b: begun(b, lambda f, p: f.update(every="quarter", first="2024-02-01")))
    yield "a review of part of a month", "begins no", after(size, lambda b: begun(b, lambda f, p: f.update(first="2024-01-02")))
    yield "a review of what is to come", "to come", after(size, lambda b: begun(b, lambda f, p: f.update(first="2100-01-01")))
    yield "groups confirmed", None, after(size, confirmed)
    yield "groups confirmed by no reviewer", "no reviewer", after(size, lambda b: confirmed(b, "frank"))
    yield "groups confirmed twice", "confirmed before", after(size, lambda b: (confirmed(b), confirmed(b, numbers=[1])))
    yield "groups confirmed out of order", "out of order", after(size, lambda b: confirmed(b, numbers=[2, 1]))
    yield "no groups confirmed", "none", after(size, lambda b: confirmed(b, numbers=[]))
    yield "a group confirmed that there is not", "that there is not", after(size, lambda b: confirmed(b, numbers=[len(groups) + 1]))
    yield "groups confirmed of a review that was passed", "in effect", after(size, lambda b: confirmed(b, review=reviewed))
    yield "groups confirmed of no review", "unknown", after(size, lambda b: confirmed(b, review="ab" * 32))
    yield "groups confirmed before the review began", "dated ahead", after(size, lambda b: confirmed(b, later=-7200))
    yield "a name struck", None, after(size, struck)
    yield "a name struck by no reviewer", "no reviewer", after(size, lambda b: struck(b, by="frank"))
    yield "a name struck twice", "struck before", after(size, lambda b: (struck(b), struck(b)))
    yield "a name struck by two", None, after(size, lambda b: (struck(b), struck(b, by="lena2")))
    yield "a name struck that is not there", "not in that group", after(size, lambda b: struck(b, who="custodian:" + "1" * 32))
    yield "another struck who is not there", "not in that group", after(size, lambda b: struck(b, who="other:9"))
    yield "a review signed before it is judged", "not judged", after(size, lambda b: b.sign("carol", going, proofs=[], shares=[]))
    yield "a review signed before one group is judged", "not judged", after(size, lambda b: (confirmed(b, numbers=everything[1:]), b.sign("carol", going, proofs=[], shares=[])))
    yield "a review signed with a proof", "proves nothing", after(size, lambda b: (confirmed(b), b.sign("carol", going, proofs=b.proofs("carol", [(GOVERNANCE, 2)], going), shares=[])))
    yield "a review signed twice", "said yes before", after(size, lambda b: (judged(b, "carol"), b.sign("carol", going, proofs=[], shares=[])))
    yield "a review signed by no reviewer", "no reviewer", after(size, lambda b: b.sign("frank", going, proofs=[], shares=[]))
    yield "a review that two members do not pass", None, after(size, lambda b: (judged(b, "carol", "erin"), b.withdraw("alice", going)))
    yield "a review that one from outside passes", "in effect", after(size, lambda b: (judged(b, "carol", "erin", "lena2"), b.withdraw("alice", going)))
    yield "a review that waited for one from outside who was retired", "in effect", after(size, lambda b: (
        judged(b, "carol", "erin"), b.govern(retire(b, "lena2")), b.withdraw("alice", going)))
    yield "a review that one has signed, and another who is retired has not", None, after(size, lambda b: (
        judged(b, "carol"), b.govern(retire(b, "lena2")), b.withdraw("alice", going)))
    yield "a review taken back by another", "not the subject's", after(size, lambda b: b.withdraw("carol", going))
    yield "a review rejected, and signed", "rejected", after(size, lambda b: (b.reject("lena2", going), b.sign("carol", going, proofs=[], shares=[])))
    yield "a struck name seen to", None, after(size, seen_to)
    yield "a struck name seen to by neither keeper nor reviewer", "no keeper or reviewer", after(size, lambda b: seen_to(b, by="frank"))
    yield "a struck name seen to twice", "done: before", after(size, lambda b: seen_to(b, who=f"custodian:{erin}"))
    yield "a name seen to that nobody struck", "struck by nobody", after(size, lambda b: seen_to(b, review=going))
    yield "a struck name that is there again", "still has", after(size, lambda b: (privileged(b, others=["the auditor"]), seen_to(b)))
    yield "a struck name that is there still", "still has", after(size, lambda b: (struck(b), seen_to(b, who=f"custodian:{erin}", review=going, group=with_erin)))
    yield "a struck name seen to by whose it is", "the one who was struck", after(size, lambda b: (struck(b), seen_to(b, by="erin", who=f"custodian:{erin}", review=going, group=with_erin)))
    with_place = next(n for n, group in enumerate(groups, 1) if "location:london-a" in group["things"])

    def locked(b, *sealed, destroyed_=False):
        """bob is struck out of london-a, which has a combination under two labels; then these are sealed, and he has the place no more."""
        first = [os.urandom(16).hex() for _ in range(2)]
        for n, key in enumerate(first):
            b.seal("alice", f"location:london-a/combination:l{n}", secret=key)
        struck(b, who=f"custodian:{bob}", numbers=[with_place])
        place(b, "london-a", access=[alice])
        for n in sealed:
            b.seal("alice", f"location:london-a/combination:l{n}", **({"secret": first[n], "epoch": 2} if n < 2 else {}))
        if destroyed_:
            b.govern(b.add("alice", "secret.destroy", {"secret": first[1], "epoch": None}, {"reason": "x"}))
        return seen_to(b, who=f"custodian:{bob}", review=going, group=with_place)
    yield "a struck name seen to, with new combinations", None, after(size, lambda b: locked(b, 0, 1))
    yield "a struck name seen to, with no new combination", "combination", after(size, locked)
    yield "a struck name seen to, with one new combination of two", "combination", after(size, lambda b: locked(b, 0))
    yield "a struck name seen to, with a combination under another label", "combination", after(size, lambda b: locked(b, 0, 2))
    yield "a struck name seen to, with one new combination, and one destroyed", None, after(size, lambda b: locked(b, 0, destroyed_=True))
    yield "others with names of 256 bytes", None, after(size, lambda b: (
        mailed(b, others=["x" * 256]), phoned(b, others=["x" * 256]), privileged(b, others=["x" * 256])))
    for what, act in ("mailbox", mailed), ("phone", phoned), ("privilege", privileged):
        yield f"others of a {what} with a name of 257 bytes", "personal", after(size, lambda b: act(b, others=["x" * 257]))
    yield "destroyed twice", "destroyed", after(size, lambda b: destroy(b, 1))
    yield "destroyed the governance secret", "unknown", last(at(), "alice", "secret.destroy", {"secret": GOVERNANCE, "epoch": 1}, {"reason": "x"})

    # Places and things
    someone = sorted(book.id[who] for who in ("alice", "ivan"))
    yield "a place, a thing in it that goes, and the place too", None, after(size, lambda b: (
        place(b), thing(b, location="cellar"), check(b, "box", "erin"), moved(b, "box"), unplace(b, "cellar")))
    yield "a place for one who is yet to come", None, after(size, lambda b: place(b, access=someone))
    yield "a place for one whose proposal was withdrawn", None, after(size, lambda b: (x := newcomer(b), b.withdraw("alice", x), place(b, access=[b.id["mallory"]])))
    yield "a place by no keeper", "keeper", after(size, lambda b: place(b, by="frank"))
    yield "a place that was retired", "location: retired", after(size, lambda b: place(b, "attic"))
    yield "a place of a kind that nobody knows", "facts", after(size, lambda b: place(b, kind="cave"))
    yield "a place for people out of order", "order", after(size, lambda b: place(b, access=someone[::-1]))
    yield "a place for somebody twice", "twice", after(size, lambda b: place(b, access=[alice, alice]))
    yield "a place for one who was retired", "people: retired", after(size, lambda b: place(b, access=[book.id["henry"]]))
    yield "a place for a stranger", "never enrolled", after(size, lambda b: place(b, access=["1" * 32]))
    yield "the end of a place that is open", "location: open", after(size, lambda b: (moved(b, "sheet-1"), unplace(b, "tokyo-a")))
    yield "the end of a place that is not empty", "not empty", after(size, unplace)
    yield "the end of a place that there never was", "never set", after(size, lambda b: unplace(b, "cellar"))
    yield "the end of a place by no keeper", "keeper", after(size, lambda b: (moved(b, "drawer-key", "tokyo-a"), unplace(b, by="frank")))
    held, sealing_ = {"secret": secret, "epoch": 1}, {"bag": "A1", "sealed_by": alice, "witness": bob, "sealed_at": "2026-01-01T00:00:00Z"}
    yield "a thing in a bag, with a destroyed epoch on it", None, after(size, lambda b: thing(b, holds=held, copy=2, **sealing_))
    yield "a thing by no keeper", "keeper", after(size, lambda b: thing(b, by="frank"))
    yield "a thing twice", "added before", after(size, lambda b: thing(b, "sheet-1"))
    yield "a thing under the name of one that was destroyed", "added before", after(size, lambda b: thing(b, "token-1"))
    yield "a thing in a place that was retired", "location: retired", after(size, lambda b: thing(b, location="attic"))
    yield "a thing with an epoch that is not there", "holds", after(size, lambda b: thing(b, holds=held | {"epoch": 99}))
    yield "a thing with the governance secret", "holds", after(size, lambda b: thing(b, holds={"secret": GOVERNANCE, "epoch": 1}))
    yield "a thing for an account that is in no register", "register", after(size, lambda b: thing(b, account="000000000001"))
    yield "a thing as copy 0", "facts", after(size, lambda b: thing(b, copy=0))
    yield "a thing sealed in no bag", "bag", after(size, lambda b: thing(b, **sealing_ | {"bag": None}))
    yield "a thing sealed before oneself", "own sealing", after(size, lambda b: thing(b, **sealing_ | {"witness": alice}))
    yield "a thing sealed by a stranger", "never enrolled", after(size, lambda b: thing(b, **sealing_ | {"sealed_by": "1" * 32}))
    yield "a battery checked by one with no role for it", "keeper or witness", after(size, lambda b: check(b, by="frank"))
    yield "the battery of what was destroyed", "item: destroyed", after(size, lambda b: check(b, "token-1"))
    yield "what was destroyed, moved", "item: destroyed", after(size, lambda b: move(b, "token-1"))
    yield "a thing moved to a place that was retired", "location: retired", after(size, lambda b: move(b, to="attic"))
    yield "a thing moved by no keeper", "keeper", after(size, lambda b: move(b, by="frank"))
    yield "a thing moved, and the place that it left ends", None, after(size, lambda b: (moved(b, "drawer-key", "tokyo-a"), unplace(b)))
    yield "a thing moved before nobody, and the place that it left ends", "not empty", after(size, lambda b: (move(b, "drawer-key", "tokyo-a"), unplace(b)))
    yield "a thing moved before oneself", "witness: the author", after(size, lambda b: move(b, by="alice", witness="alice"))
    yield "a thing moved before one who is no witness", "witness: not in force", after(size, lambda b: move(b, witness="frank"))
    yield "a thing destroyed, and then moved before a witness", "item: destroyed", after(size, lambda b: (m := move(b), witness(b, doomed), witness(b, m)))
    yield "a thing moved before a witness to a place that has ended since", "location: retired", after(size, lambda b: (
        place(b), m := move(b, "drawer-key", "cellar"), unplace(b, "cellar"), witness(b, m)))
    accounts = [a["id"] for a in imported["accounts"]][:2]
    yield "a mailbox and a phone", None, after(size, lambda b: (mailed(b, members=someone, accounts=sorted(accounts)), phoned(b, holders=someone, accounts=accounts[:1])))
    yield "a mailbox by no keeper", "keeper", after(size, lambda b: mailed(b, by="frank"))
    yield "a mailbox for one who was retired", "people: retired", after(size, lambda b: mailed(b, members=[book.id["henry"]]))
    yield "a mailbox with an account twice", "twice", after(size, lambda b: mailed(b, accounts=accounts[:1] * 2))
    yield "a phone by no keeper", "keeper", after(size, lambda b: phoned(b, by="frank"))
    yield "a phone for people out of order", "order", after(size, lambda b: phoned(b, holders=someone[::-1]))

    def crowd(b, n):
        return sorted((newcomer(b), b.id["mallory"])[1] for _ in range(n))

    def register(b, n):
        ids = [f"{i:012}" for i in range(1, n + 1)]
        facts = [imported["accounts"][0] | {"id": one, "management": False} for one in ids]
        b.add("alice", "account.import", imported | {"accounts": facts, "gone": []}, named | {"accounts": [{"id": one, "name": "x", "email": "x@y"} for one in ids]})
        return ids
    for n, says in ((64, None), (65, "facts")):
        yield f"a place for {n} people", says, after(size, lambda b: place(b, access=crowd(b, n)))
        yield f"a mailbox for {n} people", says, after(size, lambda b: mailed(b, members=crowd(b, n)))
        yield f"a phone for {n} people", says, after(size, lambda b: phoned(b, holders=crowd(b, n)))
        yield f"a mailbox for {n} others", says and "personal", after(size, lambda b: mailed(b, others=["x"] * n))
        yield f"a phone for {n} others", says and "personal", after(size, lambda b: phoned(b, others=["x"] * n))
    for n, says in ((1024, None), (1025, "facts")):
        yield f"a mailbox of {n} accounts", says, after(size, lambda b: mailed(b, accounts=register(b, n)))
        yield f"a phone of {n} accounts", says, after(size, lambda b: phoned(b, accounts=register(b, n)))

    def weighing(b, n):
        """A sealing whose facts have `n` bytes."""
        ids = register(b, 4500)

        def weigh(facts):
            more, facts["subject"] = n - len(spell(facts | {"label": "x", "serves": []})), ids[0]
            count = more // 15
            facts["serves"], facts["label"] = ids[1:count + 1], "x" * (2 + more - 15 * count)
            assert len(spell(facts)) == n
        return b.seal("alice", "000000000001/mfa-seed:x", change=weigh)
    yield "facts of 64 KiB", None, after(size, lambda b: weighing(b, 65536))
    yield "facts of 64 KiB and a byte", "size", after(size, lambda b: weighing(b, 65537))
    yield "a phone for an account that is in no register", "register", after(size, lambda b: phoned(b, accounts=["000000000001"]))

    # Before a witness
    yield "an access, witnessed, that empties a place, which ends", None, after(size, lambda b: (witness(b, shut(b, ("drawer-key", "out"))), unplace(b)))
    yield "an access, not yet witnessed, that empties a place, which ends", "location: open", after(size, lambda b: (shut(b, ("drawer-key", "out")), unplace(b)))
    yield "an access written down, not yet witnessed, that empties a place, which ends", "not empty", after(size, lambda b: (written(b, ("drawer-key", "out")), unplace(b)))
    yield "an access, witnessed, after which the place is opened again", None, after(size, lambda b: (witness(b, shut(b)), opened(b, "frank"), shut(b, access=b.hash(-1), by="frank")))
    yield "an access, not yet witnessed, after which the place is opened again", "location: open", after(size, lambda b: (shut(b), opened(b, "frank")))
    yield "an access that the witness denies, after which the place is still open", "location: open", after(size, lambda b: (c := shut(b, ("drawer-key", "out")), b.reject("bob", c), opened(b)))
    yield "an access that the witness denies, told again", None, after(size, lambda b: (
        o := opened(b), c := shut(b, ("drawer-key", "out"), access=o), b.reject("bob", c), witness(b, shut(b, access=o)), opened(b)))
    yield "an access told twice, of which one is witnessed", None, after(size, lambda b: (o := opened(b), shut(b, access=o), witness(b, shut(b, access=o))))
    yield "an access told twice, and witnessed twice", "nothing is open", after(size, lambda b: (
        o := opened(b), c := shut(b, access=o), witness(b, shut(b, access=o)), witness(b, c)))
    yield "an access that puts a thing in, before the place ends", "not empty", after(size, lambda b: (
        witness(b, written(b, ("drawer-key", "out"))), witness(b, written(b, ("drawer-key", "in"))), unplace(b)))
    yield "an access that puts a thing into a place that has ended since", None, after(size, lambda b: (
        w := written(b, ("sheet-1", "in")), moved(b, "drawer-key", "tokyo-a"), unplace(b), witness(b, w)))
    yield "an access written down of a place that is open", None, after(size, lambda b: written(b, start={"location": "tokyo-a"}))
    yield "an access for a request that was closed", None, after(size, lambda b: opened(b, request=h(book.find("request"))))
    yield "an access that has a destroyed thing", None, after(size, lambda b: witness(b, written(b, ("token-1", "in"))))
    yield "a destroyed thing that an access has put in stays destroyed", "item: destroyed", after(size, lambda b: (witness(b, written(b, ("token-1", "in"))), move(b, "token-1")))
    yield "witnessed a year later, by another policy and governance", None, after(size, lambda b: (
        b.govern(set_policy(b)), b.given(), witness(b, unseen, "carol", later=366 * 86400)))
    yield "a witness whose sign-off is imported", None, after(size, lambda b: b.bring("alice", b.away(lambda o: witness(o, doomed), lambda o: witness(o, unseen, "carol"))))
    yield "a thing destroyed before a witness", "item: destroyed", after(size, lambda b: (witness(b, doomed), move(b)))
    yield "a thing destroyed by a holder", None, after(size, lambda b: witness(b, destroyed(b, by="lena2")))
    yield "a thing destroyed by one with no role for it", "keeper or holder", after(size, lambda b: (
        x := newcomer(b), b.govern(x), accept(b, x), destroyed(b, by="mallory")))
    yield "a thing destroyed twice", "item: destroyed", after(size, lambda b: destroyed(b, "token-1"))
    yield "a thing destroyed twice before a witness", "item: destroyed", after(size, lambda b: (d := destroyed(b), witness(b, doomed), witness(b, d)))
    yield "a thing destroyed before oneself", "witness: the author", after(size, lambda b: destroyed(b, by="bob"))
    yield "opened what is open", "location: open", after(size, lambda b: opened(b, location="tokyo-a"))
    yield "opened a place that was retired", "location: retired", after(size, lambda b: opened(b, location="attic"))
    yield "opened before oneself", "witness: the author", after(size, lambda b: opened(b, "bob"))
    yield "opened by a reader", "reader", after(size, lambda b: opened(b, "gina"))
    yield "opened before one who is no witness", "witness: not in force", after(size, lambda b: opened(b, witness=frank))
    yield "opened before one who was retired", "witness: not in force", after(size, lambda b: opened(b, witness=book.id["henry"]))
    yield "opened before one who is yet to come", "witness: not in force", after(size, lambda b: opened(b, witness=book.id["ivan"]))
    yield "opened within what clocks may differ by", None, after(size, lambda b: opened(b, opened_at=clock(b, 300)))
    yield "opened in the future", "opened_at", after(size, lambda b: opened(b, opened_at=clock(b, 301)))
    yield "opened for what is no request", "request: none", after(size, lambda b: opened(b, request=h(3)))
    yield "shut by a keeper, who did not open it", None, after(size, lambda b: witness(b, shut(b, access=opened(b, "frank"))))
    yield "shut by another, who is no keeper", "author", after(size, lambda b: shut(b, access=still_open, by="frank"))
    yield "shut after it was shut", "nothing is open", after(size, lambda b: (o := opened(b), witness(b, shut(b, access=o)), shut(b, access=o)))
    yield "shut before another than at the opening", None, after(size, lambda b: witness(b, shut(b, access=opened(b), witness="carol"), "carol"))
    yield "shut before another, and witnessed by who was named at the opening", "not the witness", after(size, lambda b: witness(b, shut(b, access=opened(b), witness="carol")))
    yield "shut by a keeper before who has opened it", "witness: who has opened it", after(size, lambda b: shut(b, access=opened(b, "alice"), by="bob", witness="alice"))
    yield "a thing moved, and then moved by what was said before", "moved or handled since", after(size, lambda b: (
        m := move(b, "drawer-key", "tokyo-a"), moved(b), witness(b, m)))
    yield "a thing handled, and then moved by what was said before", "moved or handled since", after(size, lambda b: (
        m := move(b, "drawer-key", "tokyo-a"), witness(b, written(b, ("drawer-key", "stayed"))), witness(b, m)))
    yield "a thing handled, and then destroyed by what was said before", "moved or handled since", after(size, lambda b: (
        witness(b, written(b, ("drawer-key", "stayed"))), witness(b, doomed)))
    yield "a thing whose battery was checked, and then moved by what was said before", None, after(size, lambda b: (
        m := move(b, "drawer-key", "tokyo-a"), check(b), witness(b, m)))
    yield "shut before oneself", "witness: the author", after(size, lambda b: shut(b, access=opened(b), witness="alice"))
    yield "shut before one who was retired since", "witness: not in force", after(size, lambda b: (o := opened(b, witness=book.id["dave"]), b.govern(retire(b, "dave")), shut(b, access=o, witness="dave")))
    yield "an access whose witness was retired since, taken back by a keeper", None, after(size, lambda b: (
        w := written(b, by="frank", start={"witness": book.id["dave"]}), b.govern(retire(b, "dave")), b.withdraw("alice", w)))
    yield "an access whose witness was retired since, taken back by no keeper", "author", after(size, lambda b: (
        w := written(b, start={"witness": book.id["dave"]}), b.govern(retire(b, "dave")), b.withdraw("frank", w)))
    yield "an access whose witness is there, taken back by a keeper", "author", after(size, lambda b: (w := written(b, by="frank"), b.withdraw("alice", w)))
    yield "shut before it was opened", "before it was opened", after(size, lambda b: shut(b, closed_at=clock(b, -1)))
    yield "shut in the future", "closed_at: to come", after(size, lambda b: shut(b, closed_at=clock(b, 301)))
    yield "shut with things out of order", "out of order", after(size, lambda b: shut(b, ("sheet-1", "in"), ("drawer-key", "out")))
    yield "shut with a thing twice", "twice", after(size, lambda b: shut(b, ("drawer-key", "out"), ("drawer-key", "in")))
    yield "shut with a thing that nobody has registered", "never added", after(size, lambda b: shut(b, ("box", "in")))
    yield "shut with one who left before coming", "left before", after(size, lambda b: shut(b, present=[{"custodian": frank, "entered": "2026-01-01T00:00:01Z", "left": "2026-01-01T00:00:00Z"}]))
    yield "shut with a stranger", "never enrolled", after(size, lambda b: shut(b, present=[{"custodian": "1" * 32, "entered": "2026-01-01T00:00:00Z", "left": "2026-01-01T00:00:00Z"}]))
    there = {"custodian": frank, "entered": "2026-01-01T00:00:00Z", "left": "2026-01-01T00:00:00Z"}
    oddity = {"at": "2026-01-01T00:00:00Z", "expected": "x", "happened": "y", "decided_by": "z"}

    def things(b, n):
        return [(thing(b, f"thing-{i:03}"), (f"thing-{i:03}", "stayed"))[1] for i in range(n)]
    for way, what in (("shut", shut), ("written down", written)):
        yield f"{way} with as much as there may be", None, after(size, lambda b: what(b, *things(b, 256), present=[there] * 64, others=["x"] * 64, exceptions=[oddity] * 64))
        yield f"{way} with 257 things", "facts", after(size, lambda b: what(b, *things(b, 257)))
        yield f"{way} with 65 people", "facts", after(size, lambda b: what(b, present=[there] * 65))
        yield f"{way} with 65 others", "personal", after(size, lambda b: what(b, others=["x"] * 65))
        yield f"{way} with 65 exceptions", "personal", after(size, lambda b: what(b, exceptions=[oddity] * 65))
    yield "shut with a counter that is too high", "facts", after(size, lambda b: shut(b, counter=2**53))
    yield "written down of a place that was retired", "location: retired", after(size, lambda b: written(b, start={"location": "attic"}))
    yield "written down before oneself", "witness: the author", after(size, lambda b: written(b, by="bob"))
    yield "written down ahead of its time", "opened_at", after(size, lambda b: written(b, start={"opened_at": clock(b, 301)}, closed_at=clock(b, 301)))
    yield "witnessed by another", "not the witness", after(size, lambda b: witness(b, unseen, "bob"))
    yield "witnessed with a proof", "proves nothing", after(size, lambda b: b.sign("carol", unseen, shares=[]))
    yield "witnessed before it was seen", "seen", after(size, lambda b: (w := written(b), witness(b, w, seen={"size": size, "root": b.root(size).hex()})))
    yield "witnessed twice", "in effect", after(size, lambda b: (witness(b, unseen, "carol"), witness(b, unseen, "carol")))
    yield "witnessed and then denied", "in effect", after(size, lambda b: (witness(b, unseen, "carol"), b.reject("carol", unseen)))
    yield "denied and then witnessed", "rejected", after(size, lambda b: (b.reject("carol", unseen), witness(b, unseen, "carol")))
    yield "denied by another", "not the witness", after(size, lambda b: b.reject("bob", unseen))
    yield "witnessed after it was taken back", "withdrawn", after(size, lambda b: (b.withdraw("alice", unseen), witness(b, unseen, "carol")))
    yield "taken back after it was witnessed", "in effect", after(size, lambda b: (witness(b, unseen, "carol"), b.withdraw("alice", unseen)))
    yield "taken back by the witness", "author", after(size, lambda b: b.withdraw("carol", unseen))
    yield "witnessed before its time", "dated ahead", after(size, lambda b: (w := written(b, later=9999), witness(b, w, later=-301)))
    yield "denied before its time", None, after(size, lambda b: (w := written(b, later=9999), b.reject("bob", w, later=-9999)))
    yield "an opening, witnessed", "no yes or no", after(size, lambda b: witness(b, still_open, "carol"))

    # Releases
    def asking(*given, **more):
        return after(size, lambda b: b.request(*(given or ("alice", [(secret, epoch)])), **more))
    yield "asked by no operator", "operator", after(book.find("seal", 2), lambda b: b.request("henry", [(secret, 1)]))
    yield "an operator who is none", "operator", asking(operator="ivan")
    yield "a secret twice", "one twice", asking("alice", [(secret, 2), (secret, 3)])
    yield "no secret", "secrets: none", asking("alice", [])
    yield "a destroyed epoch", "destroyed", asking("alice", [(secret, 1)])
    yield "another seal", "seal", asking(facts_change={"secrets": [{"secret": secret, "epoch": 2, "seal": h(book.find("seal"))}]})
    yield "a window beyond the policy", "window", asking(window=14401)
    yield "a recipient with a wrong checksum", "facts", asking(facts_change={"recipient": "age1" + "q" * 58})
    both = after(signed_request + 1, lambda b: None)
    pair = both.proofs("alice", both.stakes(h(signed_request))[0], h(signed_request))
    assert len(pair) == 2
    yield "one of two shares", "proofs", then(b := both.cut(), b.sign("alice", h(signed_request), proofs=pair[:1]))
    yield "proofs in another order", "proofs", then(b := both.cut(), b.sign("alice", h(signed_request), proofs=pair[::-1]))
    yield "proofs, but no shares", "shares", then(b := both.cut(), b.sign("alice", h(signed_request), shares=[]))
    yield "signed by no holder", "no share", after(size, lambda b: b.sign("erin", waiting_request))
    yield "request signed too late", "expired", after(size, lambda b: b.sign("bob", waiting_request, later=49 * 3600))
    yield "request signed after the quorum changed", "lapsed", after(size, lambda b: (b.govern(b.define("alice", "engineers", two, quorum=engineers)), b.sign("bob", waiting_request)))
    yield "request signed after the epoch was destroyed", "lapsed", after(size, lambda b: (b.govern(destroy(b, 2)), b.sign("bob", waiting_request)))
    yield "request signed after its operator was retired", "lapsed", after(size, lambda b: (
        r := b.request("alice", [(secret, epoch)], operator="frank"), b.govern(retire(b, "frank")), b.sign("bob", r)))
    yield "request signed after it was rejected", "rejected", after(size, lambda b: (b.reject("bob", waiting_request), b.reject("carol", waiting_request), b.sign("alice", waiting_request)))
    yield "request signed after its window", "window", after(size, lambda b: b.sign("carol", in_effect(b), later=3601))
    yield "request signed after it was closed", "closed", after(size, lambda b: (r := in_effect(b), b.close("alice", r), b.sign("carol", r)))
    yield "rejected what is in effect", "in effect", after(size, lambda b: b.reject("carol", in_effect(b)))
    yield "revealed with one sign-off too few", "not in effect", after(size, lambda b: (b.sign("bob", waiting_request), b.reveal("alice", waiting_request, secret, epoch)))
    yield "revealed in one of two groups only", "not in effect", after(book.find("policy.set", 1), lambda b: (
        r := b.request("frank", [(mailbox["secret"], 1)]), b.sign("alice", r), b.sign("bob", r), b.reveal("frank", r, mailbox["secret"], 1)))
    yield "revealed after the window", "window", after(size, lambda b: b.reveal("alice", in_effect(b), secret, epoch, later=3601))

    def behind(b):
        """In effect by a clock that is 2,000 seconds behind another signer's."""
        request = b.request("alice", [(secret, epoch)])
        b.sign("alice", request, later=2000)
        b.sign("bob", request, later=-2000)
        return request
    yield "revealed before the latest of the sign-offs", "window", after(size, lambda b: b.reveal("alice", behind(b), secret, epoch, later=1699))
    yield "revealed within what clocks may differ by of that", None, after(size, lambda b: b.reveal("alice", behind(b), secret, epoch, later=1700))
    yield "revealed at the end of a window from that", None, after(size, lambda b: b.reveal("alice", behind(b), secret, epoch, later=5600))
    yield "revealed after a window from that", "window", after(size, lambda b: b.reveal("alice", behind(b), secret, epoch, later=5601))
    yield "signed before the latest of the sign-offs", "dated ahead", after(size, lambda b: b.sign("carol", behind(b), later=1699))
    yield "revealed by another", "operator", after(size, lambda b: b.reveal("bob", in_effect(b), secret, epoch))
    yield "revealed what was not asked for", "not requested", after(size, lambda b: b.reveal("alice", in_effect(b), mailbox["secret"], 1))
    yield "revealed another epoch", "not requested", after(size, lambda b: b.reveal("alice", in_effect(b), secret, 3))
    yield "revealed after it was closed", "closed", after(size, lambda b: (r := in_effect(b), b.close("alice", r), b.reveal("alice", r, secret, epoch)))
    yield "revealed after it was withdrawn", "withdrawn", after(size, lambda b: (r := in_effect(b), b.withdraw("alice", r), b.reveal("alice", r, secret, epoch)))
    yield "withdrawn after it was revealed", "revealed", after(size, lambda b: (r := in_effect(b), b.reveal("alice", r, secret, epoch), b.withdraw("alice", r)))
    yield "closed twice", "closed", after(size, lambda b: (r := in_effect(b), b.close("alice", r), b.close("alice", r)))
    yield "closed by another", "author", after(size, lambda b: b.close("dave", in_effect(b)))
    yield "closed before it was in effect", "not in effect", after(size, lambda b: b.close("alice", waiting_request))
    yield "corrected by another", "author", last(at(), "frank", *about[1:])
    yield "corrected what is not in the log", "not in the log", last(at(), "alice", "correct", {"subject": "0" * 64}, about[3])

    def attached(b, file, length=40, by="erin"):
        return b.add(by, "attach", {"subject": h(3)}, {"name": "x", "digest": file, "bytes": length, "media": "a/b"})
    known = book.personal(book.find("attach"))["digest"]
    yield "a file of 16 MiB attached", None, after(size, lambda b: attached(b, b.blob(), 16 << 20))
    yield "a file of 16 MiB and a byte attached", "personal", after(size, lambda b: attached(b, b.blob(), (16 << 20) + 1))
    yield "an empty file attached", "personal", after(size, lambda b: attached(b, b.blob(), 0))
    yield "the digest of nothing attached", "empty", after(size, lambda b: attached(b, sha().hex()))
    yield "the digest of nothing asked with", "empty", after(size, lambda b: b.request("alice", [(secret, epoch)], facts_change={"identity": sha().hex()}))
    yield "a file attached twice", "ciphertext", after(size, lambda b: attached(b, known))
    yield "a ciphertext attached", "ciphertext", after(size, lambda b: attached(b, password["payload"]))
    yield "a request with the ciphertext of one that was taken back", "ciphertext", after(size, lambda b: (
        x := b.blob(), b.withdraw("alice", b.request("alice", [(secret, epoch)], facts_change={"identity": x})), b.request("alice", [(secret, epoch)], facts_change={"identity": x})))
    yield "a file attached that was a request's", "ciphertext", after(size, lambda b: (
        x := b.blob(), b.withdraw("alice", b.request("alice", [(secret, epoch)], facts_change={"identity": x})), attached(b, x)))
    yield "attached to nothing", "not in the log", last(at(), "alice", "attach", {"subject": "0" * 64}, {"name": "x", "digest": "0" * 64, "bytes": 1, "media": "a/b"})

    # Imports
    def brought(by, *acts, do=None, **more):
        def both(b):
            made = b.away(*acts)
            if do:
                do(b)
            b.bring(by, made, **more)
        return after(size, both)
    yes = [lambda b, who=who: b.sign(who, waiting_request) for who in ("bob", "alice")]
    yield "two sign-offs imported", None, brought("alice", *yes)
    yield "a sign-off imported that an old clock has made", None, brought("erin", lambda b: b.sign("bob", waiting_request, later=-80000))
    yield "a release of imported sign-offs", None, after(size, lambda b: (b.bring("alice", b.away(*yes)), b.reveal("alice", waiting_request, secret, epoch)))
    yield "one sign-off too few imported", "not in effect", after(size, lambda b: (b.bring("alice", b.away(yes[0])), b.reveal("alice", waiting_request, secret, epoch)))
    yield "an import of nothing", "none", brought("alice")
    yield "announced and missing", "announced more", brought("alice", yes[0], announced=["0" * 64]).cut(size + 1)
    yield "the second announced and missing", "announced more", brought("alice", *yes).cut(size + 2)
    yield "announced in another order", "another statement", after(size, lambda b: (m := b.away(*yes), b.bring("alice", m, announced=[h for _, h in m][::-1]))), size + 1
    yield "announced twice", "not distinct", after(size, lambda b: (m := b.away(yes[0]), b.bring("alice", m, announced=[m[0][1]] * 2))), size
    yield "imported twice", "id: used before", after(size, lambda b: (m := b.away(yes[0]), b.bring("alice", m), b.bring("alice", m)))
    yield "another entry between", "another statement", after(size, lambda b: (m := b.away(*yes), b.add("alice", "import", {"statements": [h for _, h in m]}), last(b)))
    yield "an import by a reader", "reader", brought("gina", yes[0]), size
    yield "an import by one who was retired", "retired", brought("henry", yes[0]), size
    yield "an import by one who is not yet in force", "not in force", brought("ivan", yes[0]), size
    yield "an import in an import", "made in the ledger only", brought("alice", lambda b: b.add("bob", "import", {"statements": ["0" * 64]}))
    yield "a reveal imported", "made in the ledger only", after(size, lambda b: (r := in_effect(b), b.bring("alice", b.away(lambda o: o.reveal("alice", r, secret, epoch)))))
    yield "a rekey imported", "made in the ledger only", brought("alice", lambda b: b.add("alice", "rekey", {"number": 2}))
    yield "a reseal imported", "made in the ledger only", brought("alice", lambda b: b.add("alice", "reseal", book.facts(book.find("reseal"))))
    yield "a sign-off imported after the request expired", "expired", brought("alice", yes[0], later=49 * 3600)
    yield "a sign-off imported that has seen its own import", "not a state of this log", after(size, lambda b: (
        m := b.away(lambda o: (last(o), o.sign("bob", waiting_request))), b.bring("alice", m))), size + 1
    yield "imported by one whom it has retired", "in force no more", after(size, lambda b: (
        r := retire(b, "frank"), b.govern(r, "alice", "bob"), b.bring("frank", b.away(lambda o: o.sign("carol", r), yes[0]))))

    # Checkpoints
    def note(who="alice", **change):
        return then(b := last(at()), b.checkpoint(who, **change))
    yield "a wrong root", "root", note(root=b"\0" * 32)
    yield "another origin", "origin", note(origin="rootkeep/" + "0" * 64)
    yield "an extension line", "root, size or origin", note(extra="more\n")
    yield "no line of the log's own", "own line", note(own=False)
    yield "the log's line by another key", "signature", note(log_key=book.key["bob"])
    yield "no cosignature", "no cosignature", note(())
    yield "a cosignature by another key", "signature", note(key=book.key["bob"])
    yield "a cosignature of another text", "signature", note(message="x\n")
    yield "a cosignature of another size", "signature", note(message=book.notes[5]["note"].partition("\n\n")[0] + "\n")
    yield "a cosignature under another's name", "key id", note(name=f"rootkeep/{book.ledger}/{bob}")
    yield "a cosignature twice", "twice", note(("alice", "alice"))
    yield "a right cosignature and a wrong one", "signature", note(("alice", "bob"), key=book.key["alice"])
    yield "cosigned only by one who was retired", "no cosignature", note("henry")
    yield "cosigned only by a reader", "no cosignature", note("gina")
    yield "cosigned only by one who is not yet in force", "no cosignature", note("ivan")
    yield "a checkpoint left out", "size", then(b := at(), b.notes.pop(40)), 40
    yield "the last checkpoint left out", "missing", then(b := at(), b.notes.pop())
    yield "one checkpoint more", "more", then(b := at(), b.notes.append(b.notes[-1]))
    yield "another size beside the note", "size", then(b := at(), b.notes.__setitem__(-1, b.notes[-1] | {"size": size + 1}))


def with_rest(book, i):
    """The log with other facts in entry `i`, signed anew by its author, and all that followed."""
    b = book.cut(i)
    author = book.name[book.header(i)["author"]]
    facts = book.facts(i)
    facts["organization"] = "o-another"
    b.add(author, book.header(i)["kind"], facts, book.personal(i))
    for entry in book.entries[i + 1:]:
        b.entries.append(dict(entry))
        b.notes.append(None)
        b.checkpoint("alice")
    return b


def judge(directory, also, turn, of, tell):
    """Judges every forgery whose turn it is: how many were to be refused, what went wrong, and what `also` has judged."""
    book, wrong, count = Book(directory), [], 0
    missing = set(second_verifier.SHAPES) - {book.header(i)["kind"] for i in range(len(book.entries))}
    assert not missing, f"the ledger has no {missing}"
    for number, (name, says, forged, *entry) in enumerate(forgeries(book)):
        if number % of != turn:
            continue
        verdict, expected = forged.verdict(), entry[0] if entry else len(forged.entries) - 1
        if says is None:
            right = verdict is None
        else:
            right, count = verdict is not None and verdict[0] == expected and says in verdict[1], count + 1
        said = "accepted" if verdict is None else f"refused: entry #{verdict[0]}: {verdict[1]}"
        objection = also(forged)
        if objection or not right:
            wrong.append(name)
        print(f"{'WRONG' if objection or not right else 'ok   '} {name}: {said}{f'; but {objection}' if objection else ''}", flush=True)
    tell.send((count, wrong, getattr(getattr(also, "__self__", None), "judged", set())))


def main(directory, also=lambda forged: None):
    """On two cores. `also`: what is wrong with a log by another judge, or None. The exit code, and what `also` has judged."""
    wrong, count, judged, fork = [], 0, set(), multiprocessing.get_context("fork")
    pipes = [fork.Pipe(duplex=False) for _ in range(2)]
    workers = [fork.Process(target=judge, args=(directory, also, turn, 2, tell)) for turn, (_, tell) in enumerate(pipes)]
    for worker in workers:
        worker.start()
    for (told, tell), worker in zip(pipes, workers):
        tell.close()
        try:
            here = told.recv()
            count, wrong, judged = count + here[0], wrong + here[1], judged | here[2]
        except EOFError:
            wrong.append("a process that has judged a half of them")
        worker.join()
    print(f"{count} forgeries, all refused for their reason" if not wrong else f"{len(wrong)} WRONG: {', '.join(wrong)}")
    return (1 if wrong else 0), judged


if __name__ == "__main__":
    sys.exit(main(sys.argv[1])[0])
