#!/usr/bin/env python3
"""Checks a custodian's cosignature (C2SP tlog-cosignature v1) with other people's code.

    cosignature_oracle.py CHECKPOINT COSIGNER.VKEY

Uses every verifier that is installed, and needs at least one: PyPI `proofbundle` (Python 3.10
or newer) and `aics-tlog` (Python 3.12 or newer). Prints "OK time <seconds> by <verifiers>", or
the reason, and exits 1. No verifier installed: exits 2.
"""

import sys


def with_proofbundle(note: str, vkey: str) -> int:
    from proofbundle import checkpoint

    result = checkpoint.verify_cosignature(note, vkey)
    if not result["ok"]:
        raise ValueError("the cosignature does not verify")
    return result["timestamp"]


def with_aics_tlog(note: str, vkey: str) -> int:
    from aics_tlog import checkpoint, cosign
    from aics_tlog import note as notes

    key = notes.parse_vkey(vkey)
    if key.key_type != 0x04:
        raise ValueError("not a cosigner's key")
    head, signed = checkpoint.checkpoint_from_note(note)
    lines = [s for s in signed.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
    if len(lines) != 1:
        raise ValueError(f"{len(lines)} signature lines by this key")
    blob = lines[0].signature
    if not cosign.verify_cosignature(
        blob, key.name, key.public_key, head.origin, head.size, head.root
    ):
        raise ValueError("the cosignature does not verify")
    return cosign.cosignature_timestamp(blob)


VERIFIERS = {"proofbundle": with_proofbundle, "aics_tlog": with_aics_tlog}


def main(arguments: list) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8", newline="") as file:
        note = file.read()
    with open(arguments[1], encoding="utf-8", newline="") as file:
        vkey = file.read().removesuffix("\n")

    times = {}
    for name, verify in VERIFIERS.items():
        try:
            __import__(name)
        except ImportError:
            continue
        try:
            times[name] = verify(note, vkey)
        except Exception as reason:  # whatever a verifier raises is its refusal
            print(f"{name}: {type(reason).__name__}: {reason}", file=sys.stderr)
            return 1
    if not times:
        print(f"install one of: {', '.join(VERIFIERS)}", file=sys.stderr)
        return 2
    if len(set(times.values())) != 1:
        print(f"the verifiers read different times: {times}", file=sys.stderr)
        return 1
    print("OK time", next(iter(times.values())), "by", ", ".join(times))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
