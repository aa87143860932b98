#!/usr/bin/env python3
"""Holds rootkeep's SLIP-39 against PyPI's `shamir-mnemonic`, in both directions.

    python3 -m venv /tmp/venv-slip39 && /tmp/venv-slip39/bin/pip install shamir-mnemonic==0.3.0
    cargo build --example slip39_pipe
    /tmp/venv-slip39/bin/python tests/interop/slip39_oracle.py target/debug/examples/slip39_pipe

Each case is one random scheme, from 2-of-2 to 16-of-16 and grouped, and one random key:
 - split there, combined here from a quorum, from every share, and with a wrong share among them;
 - split here, combined there, and each header read there;
 - one word of a share exchanged: refused here and there;
 - one share too few: refused here and there.
An optional second argument is the number of cases (1,000), a third the seed.
"""

import json
import random
import subprocess
import sys

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST


class Pipe:
    """The program under test: a command in, an answer out."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the program under test ended")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def plain_schemes():
    """Every k-of-n from 2-of-2 to 16-of-16."""
    return [(1, [(k, n)]) for n in range(2, 17) for k in range(2, n + 1)]


def grouped_scheme(dice):
    """A scheme of two to five groups that needs at least two shares; now and then, of sixteen."""
    while True:
        count = 16 if dice.random() < 0.02 else dice.randint(2, 5)
        groups = []
        for _ in range(count):
            n = dice.randint(1, 16 if count < 6 else 4)
            groups.append((1 if n == 1 else dice.randint(2, n), n))
        needed = dice.randint(1, count)
        if sum(sorted(k for k, _ in groups)[:needed]) >= 2:
            return needed, groups


def quorum(dice, needed, groups, shares):
    """Exactly the shares that are needed, in any order."""
    chosen = []
    for index in dice.sample(range(len(groups)), needed):
        chosen += dice.sample(shares[index], groups[index][0])
    dice.shuffle(chosen)
    return chosen


def exchange_word(dice, share):
    words = share.split()
    place = dice.randrange(len(words))
    words[place] = dice.choice([word for word in WORDLIST if word != words[place]])
    return place, " ".join(words)


def spoil(dice, share):
    """A well-formed share with a good checksum and a wrong value."""
    good = Share.from_mnemonic(share)
    value = bytearray(good.value)
    value[dice.randrange(len(value))] ^= dice.randint(1, 255)
    fields = {**good.__dict__, "value": bytes(value)}
    return Share(**fields).mnemonic()


def refused_there(shares):
    try:
        combine_mnemonics(shares)
    except MnemonicError:
        return True
    return False


def one_case(pipe, dice, needed, groups):
    """Yields (what was checked, whether it held)."""
    key = dice.randbytes(32)
    good = {"key": key.hex(), "wrong": [], "unchecked": []}

    # Theirs, combined here. Other tools' choices of flag and exponent must be readable too.
    theirs = generate_mnemonics(
        needed, groups, key, extendable=dice.random() < 0.8, iteration_exponent=dice.choice([0, 0, 0, 1])
    )
    chosen = quorum(dice, needed, groups, theirs)
    yield "theirs, a quorum", pipe.ask(combine=chosen) == good
    everything = [share for group in theirs for share in group]
    yield "theirs, every share", pipe.ask(combine=everything) == good
    fewer = chosen[1:]
    answer = pipe.ask(combine=fewer)
    yield "theirs, one too few", "error" in answer and refused_there(fewer)

    # A wrong share in a group that can spare one is named, and the key comes out all the same.
    spare = [index for index, (k, n) in enumerate(groups) if n > k]
    if spare:
        group = dice.choice(spare)
        member = dice.randrange(groups[group][1])
        place = sum(n for _, n in groups[:group]) + member
        wrong = list(everything)
        wrong[place] = spoil(dice, wrong[place])
        yield "theirs, a wrong share named", pipe.ask(combine=wrong) == {**good, "wrong": [place]}

    # Without one to spare, the digest refuses it, here and there.
    wrong = list(chosen)
    place = dice.randrange(len(wrong))
    wrong[place] = spoil(dice, wrong[place])
    answer = pipe.ask(combine=wrong)
    yield "theirs, a wrong quorum", "error" in answer and refused_there(wrong)

    # Ours, combined there.
    ours = pipe.ask(split={"key": key.hex(), "groups_needed": needed, "groups": groups})["groups"]
    yield "ours, the scheme's size", [len(group) for group in ours] == [n for _, n in groups]
    yield "ours, a quorum", combine_mnemonics(quorum(dice, needed, groups, ours)) == key
    for index, group in enumerate(ours):
        for member, text in enumerate(group):
            share = Share.from_mnemonic(text)
            said = (share.group_index, share.index, share.member_threshold, share.group_threshold)
            form = (share.group_count, share.extendable, share.iteration_exponent, share.mnemonic())
            if said != (index, member, groups[index][0], needed) or form != (len(groups), True, 0, text):
                yield f"ours, the header of {index}/{member}", False

    # One word exchanged.
    for name, shares in [("theirs", theirs), ("ours", ours)]:
        place, bad = exchange_word(dice, dice.choice(dice.choice(shares)))
        answer = pipe.ask(parse=bad)
        located = answer.get("error", "").endswith(f"if only one word is wrong, it is word {place + 1}")
        yield f"{name}, one word exchanged", located and refused_there([bad])


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    pipe = Pipe(sys.argv[1])
    schemes = plain_schemes()
    passed = failed = 0
    for number in range(cases):
        plain = number % 2 == 0
        needed, groups = schemes[number // 2 % len(schemes)] if plain else grouped_scheme(dice)
        faults = [what for what, held in one_case(pipe, dice, needed, groups) if not held]
        if faults:
            failed += 1
            print(f"case {number} (seed {seed}): {needed} of {groups}: {'; '.join(faults)}", file=sys.stderr)
        else:
            passed += 1
    if pipe.close() != 0:
        failed += 1
        print("the program under test did not end well", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
