#!/usr/bin/env python3
"""Has Rootkeep judge the logs of second_verifier_forgeries.py too, beside second_verifier.py.

    second_verifier_program.py DIR ROOTKEEP CODE

Rootkeep judges the whole log in a request slip (docs/formats.md, section 16), and whoever has a
member key can write one. So both read every log, and must stop at the same entry, or both at
none. A slip has no personal parts but those of cards, and one checkpoint: what is forged in the
others is not for a slip to show."""
import json, os, re, subprocess, sys, tempfile
import second_verifier, second_verifier_forgeries
from second_verifier_forgeries import b64, card_payload, seal_envelope, sha, spell, unb64

SLIP = "application/vnd.rootkeep.slip.v1+json"
READER = "gina"  # who holds no share, so that no slip to her has blobs


class Program:
    def __init__(self, path, directory, code):
        self.path, self.directory, self.code, self.judged = path, directory, code, set()

    def disagrees(self, book):
        """None, or what the two say who don't say the same."""
        people = self.people(book)
        entries = [(entry["envelope"], entry["facts"]) for entry in book.entries]
        name = sha(spell([entries, people]))
        if people is None or name in self.judged:
            return None
        self.judged.add(name)
        ours, theirs = self.second(book), self.first(book, people)
        return None if ours == theirs else f"second_verifier: {ours}, {os.path.basename(self.path)}: {theirs}"

    @staticmethod
    def people(book):
        """The personal part of every card, in order of id; None where one is at fault, or the reader's is not there."""
        found = {}
        for i in range(len(book.entries)):
            try:
                facts, personal = book.facts(i), book.personal(i)
                cards = [(facts["card"], personal)] if "card" in facts else []
                for founder, part in zip(facts.get("founders", ()), (personal or {}).get("people", ())):
                    cards.append((founder["card"], part))
                for card, part in cards:
                    second_verifier.read_card(card, part)
                    found[card_payload(card)["id"]] = {"salt": part["salt"], "bytes": part["bytes"]}
            except (second_verifier.Refused, ValueError, KeyError, TypeError):
                return None
        return [{"custodian": who} | found[who] for who in sorted(found)] if book.id[READER] in found else None

    @staticmethod
    def second(book):
        """The first entry that second_verifier refuses, without the personal parts; None if it takes all."""
        log = second_verifier.Log(book.ledger)
        for i, entry in enumerate(book.entries):
            try:
                log.leaf(entry | {"seq": i, "personal": None})
            except (second_verifier.Refused, KeyError, TypeError, AttributeError, ValueError, RecursionError):
                return i
        return "unfinished" if log.announced else None

    def first(self, book, people):
        """As `second`, by Rootkeep."""
        log = book.cut()
        log.notes += [None] * (len(log.entries) - len(log.notes))  # a checkpoint may be what was left out
        log.checkpoint("alice")
        parts = [{"salt": entry["facts"]["salt"], "bytes": entry["facts"]["bytes"]} for entry in log.entries]
        body = spell({"entries": [{"envelope": entry["envelope"], "facts": part} for entry, part in zip(log.entries, parts)],
                      "personal": None, "people": people, "checkpoint": log.notes[-1]["note"], "blobs": []})
        head = spell({"v": 1, "ledger": log.ledger, "by": log.id["alice"], "to": log.id[READER], "made_at": "2026-01-01T00:00:00Z",
                      "subject": None, "body": sha(b"rootkeep/slip/v1\n", body).hex()})
        head = b64(seal_envelope(head, log.key["alice"], SLIP)).encode()
        slip = b'{"schema":"rootkeep/v1/slip.request","head":"%s","body":%s}' % (head, body)
        with tempfile.TemporaryDirectory() as scratch:
            recipient = card_payload(log.card[READER]["envelope"])["recipient"]
            subprocess.run(["age", "-r", recipient, "-o", f"{scratch}/slip"], input=slip, check=True)
            own = [f"--own-card={self.directory}/{READER}.card", f"-i={self.directory}/{READER}.key", f"--code={self.code}"]
            said = subprocess.run([self.path, "--batch", "--json", *own, "slip", "show", f"{scratch}/slip"], capture_output=True,
                                  stdin=subprocess.DEVNULL, env=os.environ | {"XDG_STATE_HOME": scratch}, check=False)
        if said.returncode == 0:
            return None
        error = json.loads(said.stderr)["error"]
        entry = re.search("entry ([0-9]+) of the slip's log", " ".join(error["causes"]))
        return int(entry[1]) if entry else "unfinished" if "has announced" in " ".join(error["causes"]) else error


if __name__ == "__main__":
    directory, path, code = sys.argv[1:]
    program = Program(path, directory, code)
    wrong, judged = second_verifier_forgeries.main(directory, program.disagrees)
    print(f"{len(judged)} logs judged by {os.path.basename(path)} too")
    sys.exit(wrong)
