#!/usr/bin/env python3
"""Runs a command on a terminal of its own and answers what it asks.

    terminal.py [PROMPT ANSWER]... -- COMMAND...

Where the output matches the regular expression PROMPT, ANSWER and Enter are typed, as often as it
is asked. An ANSWER `last:REGEX` stands for the last match of REGEX in the output so far. What the
command wrote goes to standard output, and its exit code is the exit code.
"""

import os
import re
import sys

import pexpect


def main(arguments: list) -> int:
    cut = arguments.index("--")
    pairs, command = arguments[:cut], arguments[cut + 1 :]
    prompts, answers = pairs[0::2], pairs[1::2]
    child = pexpect.spawn(
        command[0], command[1:], timeout=60, encoding="utf-8", dimensions=(50, 200), env=os.environ
    )
    seen = ""
    while True:
        which = child.expect([*prompts, pexpect.EOF])
        seen += child.before + (child.after if which < len(prompts) else "")
        if which == len(prompts):
            break
        answer = answers[which]
        if answer.startswith("last:"):
            answer = re.findall(answer.removeprefix("last:"), seen, re.MULTILINE)[-1]
        child.sendline(answer)
    child.close()
    sys.stdout.write(seen.replace("\r\n", "\n"))
    return child.exitstatus if child.exitstatus is not None else 128 + child.signalstatus


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
