#!/usr/bin/env python3
"""Checks a whole C2SP tlog-proof with PyPI `proofbundle`: the log's signature, one custodian's
cosignature, and that the leaf is in the tree.

    cosignature_proof_oracle.py PROOF LEAF LOG.VKEY COSIGNER.VKEY

Prints "OK", or the verdicts and exits 1. No `proofbundle` installed: exits 2.
"""

import sys


def read(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def main(arguments: list) -> int:
    if len(arguments) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        from proofbundle import tlogproof
    except ImportError:
        print("install proofbundle", file=sys.stderr)
        return 2
    proof, leaf, log_vkey, cosigner_vkey = map(read, arguments)
    result = tlogproof.verify_tlog_proof(
        proof, leaf.encode(), log_vkey.strip(), [cosigner_vkey.strip()], threshold=1
    )
    if not result["ok"]:
        print(result, file=sys.stderr)
        return 1
    print("OK", result["origin"], result["tree_size"], result["index"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
