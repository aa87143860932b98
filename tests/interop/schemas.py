"""Holds what the program writes to schema/*.json: `schemas.py SCHEMAS DIR`.

DIR is what schemas.sh has made: log.ndjson, checkpoints.ndjson, *.card, and `outputs`, an object a
line. Everything must pass its schema, every schema must be met by something, and the schemas of what
is signed must refuse every field more, every field less, and every value of another type. So must the
one of frameworks, by the frameworks that are built in.
"""

import base64
import copy
import hashlib
import json
import pathlib
import sys
import zipfile
from collections import Counter

from jsonschema import Draft202012Validator as Draft

SIGNED = "statements.v1.schema.json"
SAID = "output.v1.schema.json"
FRAMEWORK = "framework.v1.schema.json"
EVIDENCE = "evidence.v1.schema.json"
TRUST = "trust.v1.schema.json"
# What may be missing from what is signed.
MISSABLE = {"#/account.import.facts": ("at",)}


class Schemas:
    def __init__(self, path):
        self.path = path
        self.whole = json.loads(path.read_text())
        self.defs = self.whole["$defs"]
        Draft.check_schema(self.whole)
        self.root = Draft(self.whole)
        # The root's own `$ref` or `oneOf` gives way to the one definition that is asked for.
        bare = {key: value for key, value in self.whole.items() if key not in ("$ref", "oneOf")}
        self.each = {name: Draft({**bare, "$ref": f"#/$defs/{name}"}) for name in self.defs}
        self.met = Counter()

    def holds(self, name, value):
        """The value passes; or the test ends, saying where it doesn't."""
        assert name in self.each, f"{self.path.name} has no `{name}`"
        for error in self.each[name].iter_errors(value):
            sys.exit(f"{name}, at {error.json_path}: {error.message[:400]}\n{json.dumps(value)[:2000]}")
        self.met[name] += 1


def steps(value, path=()):
    """Every place in a value, but of a list only the first and the last."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from steps(value[key], (*path, key))
    elif isinstance(value, list):
        for index in sorted({0, len(value) - 1} if value else ()):
            yield from steps(value[index], (*path, index))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def spoilt(value):
    """The value with one field more, one less, or one of another type; with what was done."""
    for path in steps(value):
        here = at(value, path)
        if isinstance(here, dict):
            for change in ["more", *here]:
                other = copy.deepcopy(value)
                if change == "more":
                    at(other, path)["more"] = None
                else:
                    del at(other, path)[change]
                yield f"{path}: {change}", other
        if path:
            for wrong in ({}, [{}], 0.5, "\x00"):
                other = copy.deepcopy(value)
                at(other, path[:-1])[path[-1]] = wrong
                yield f"{path}: {wrong!r}", other


def shape(value):
    """What a value looks like, so that like ones are spoilt once."""
    if isinstance(value, dict):
        return tuple((key, shape(value[key])) for key in value)
    if isinstance(value, list):
        return (list, *sorted({shape(one) for one in value}, key=repr))
    return type(value)


class Signed(Schemas):
    def __init__(self, path):
        super().__init__(path)
        self.seen = set()
        self.refused = 0

    def holds(self, name, value):
        super().holds(name, value)
        if (name, shape(value)) in self.seen:
            return
        self.seen.add((name, shape(value)))
        missable = {f"(): {field}" for field in MISSABLE.get(f"#/{name}", ())}
        for change, other in spoilt(value):
            if change in missable:
                continue
            assert not self.each[name].is_valid(other), f"{name} takes a change: {change}"
            self.refused += 1

    def reads(self, name, raw):
        """Bytes in their one spelling (docs/formats.md, section 1), with the fields in the order of the schema."""
        value = json.loads(raw)
        assert json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == raw, name
        self.holds(name, value)
        order = list(self.defs[name]["properties"])
        assert list(value) == order, f"{name}: {list(value)}, and not {order}"
        return value

    def card(self, raw):
        return self.reads("card.payload", unpack(self.reads("card.envelope", raw)["payload"]))


def unpack(text):
    return base64.b64decode(text, validate=True)


def objects(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def whole(value, path="#"):
    """In the schemas of what is signed, no object has a field that may be missing or is not named."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            assert value["additionalProperties"] is False, path
            assert value["required"] == [name for name in value["properties"] if name not in MISSABLE.get(path, ())], path
        for key in value:
            whole(value[key], f"{path}/{key}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            whole(one, f"{path}/{index}")


class Frameworks(Schemas):
    """People write these files: a control may do without a list, if another is left to it."""

    refused = 0

    def holds(self, value):
        super().holds("framework", value)
        for change, other in spoilt(value):
            if not change.endswith((": rules", ": kinds", ": drills")):
                assert not self.root.is_valid(other), f"a framework takes a change: {change}"
                self.refused += 1
        for at, control in enumerate(value["controls"]):
            less = copy.deepcopy(value)
            less["controls"][at] = {key: control[key] for key in ("id", "about")}
            assert not self.root.is_valid(less), f"{control['id']} with nothing that speaks of it"


def main():
    schemas, where = map(pathlib.Path, sys.argv[1:])
    signed, said = Signed(schemas / SIGNED), Schemas(schemas / SAID)
    whole(signed.defs)

    # ---- the log
    kinds, parts, gone, erased = signed.defs["kind"]["enum"], {}, set(), set()
    for index, line in enumerate(objects(where / "log.ndjson")):
        signed.holds("log.line", line)
        assert signed.root.is_valid(line) and line["seq"] == index
        header = signed.reads("header", unpack(signed.reads("envelope", unpack(line["envelope"]))["payload"]))
        kind = header["kind"]
        facts = signed.reads(f"{kind}.facts", unpack(line["facts"]["bytes"]))
        assert (header["personal"] is None) == (f"{kind}.personal" not in signed.defs), kind
        if line["personal"] is None and header["personal"] is not None:
            gone.add(hashlib.sha256(b"\0" + unpack(line["envelope"])).hexdigest())
        assert line["personal"] is None or header["personal"] is not None, kind
        if kind == "erase":
            erased.add(facts["subject"])
        personal = line["personal"] and signed.reads(f"{kind}.personal", unpack(line["personal"]["bytes"]))
        parts[header["id"]] = facts, personal
        if kind == "genesis":
            for founder, person in zip(facts["founders"], personal["people"], strict=True):
                assert signed.card(unpack(founder["card"]))["id"] == person["custodian"]
                signed.reads("card.personal", unpack(person["bytes"]))
        if kind in ("custodian.add", "custodian.replace"):
            signed.card(unpack(facts["card"]))
            signed.reads("card.personal", unpack(personal["bytes"]))
    assert gone and gone <= erased, "a part is missing that was not to be erased"
    for line in objects(where / "checkpoints.ndjson"):
        signed.holds("log.checkpoint", line)
    for path in where.glob("*.card"):
        card = signed.reads("card.file", path.read_bytes().removesuffix(b"\n"))
        signed.card(unpack(card["envelope"]))
        signed.reads("card.personal", unpack(card["personal"]["bytes"]))
    expected = {name for name in signed.defs if name.endswith((".facts", ".personal"))}
    expected |= {f"{kind}.facts" for kind in kinds} | {"card.file"}
    assert expected <= set(signed.met), f"nothing was seen of {expected - set(signed.met)}"

    # ---- what the commands said
    assert said.defs["kind"]["enum"] == kinds
    for value in objects(where / "outputs"):
        if "error" in value:
            name = "error"
        else:
            name = value["schema"].removeprefix("rootkeep/v1/")
        said.holds(name, value)
        assert said.root.is_valid(value), name
        # A reader that knows this version reads a later one.
        assert said.root.is_valid({**value, "more": None}), name
        for key in said.defs[name].get("required", []):
            less = {k: v for k, v in value.items() if k != key}
            assert not said.each[name].is_valid(less), f"{name} without {key} passes"
        if name == "entry":
            assert (value["facts"], value["personal"]) == parts[value["id"]], value["seq"]
    expected = {one["$ref"].rsplit("/", 1)[1] for one in said.whole["oneOf"]}
    assert expected == set(said.met), f"nothing was seen of {expected - set(said.met)}"

    # ---- frameworks, and what bundles have of them
    frameworks = Frameworks(schemas / FRAMEWORK)
    evidence, trust = Schemas(schemas / EVIDENCE), Schemas(schemas / TRUST)
    for path in sorted((schemas / "frameworks").glob("*.json")):
        value = json.loads(path.read_text())
        assert value["framework"] == path.stem, path
        frameworks.holds(value)
    assert frameworks.defs["kind"]["enum"] == evidence.defs["kind"]["enum"] == kinds
    assert frameworks.defs["drill-kind"] == signed.defs["drill-kind"]
    whole(evidence.defs)
    whole(trust.defs)
    value = json.loads((schemas.parent / "tests/fixtures/evidence/evidence.json").read_text())
    evidence.holds("evidence", value)
    with zipfile.ZipFile(where / "evidence.zip") as bundle:
        evidence.holds("evidence", json.loads(bundle.read("evidence.json")))
        trust.holds("trust", json.loads(bundle.read("trust.json")))
    for path in steps(value):
        for change in ["more", *here] if isinstance(here := at(value, path), dict) else ():
            other = copy.deepcopy(value)
            if change == "more":
                at(other, path)["more"] = None
            else:
                del at(other, path)[change]
            assert not evidence.root.is_valid(other), f"evidence takes a change: {path}: {change}"

    print(f"signed: {signed.met.total()} pieces pass, of {len(signed.met)} forms; {signed.refused} changes are refused")
    print(f"said: {said.met.total()} objects pass, of {len(said.met)} forms")
    print(f"frameworks: {frameworks.met.total()} pass; {frameworks.refused} changes are refused")


main()
