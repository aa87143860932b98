#!/usr/bin/env python3
"""Runs a command on a terminal of its own and answers what it asks.

    terminal.py [--columns N] [--screen FILE] [PROMPT ANSWER]... -- COMMAND...

Where the output matches the regular expression PROMPT, ANSWER and Enter are typed, as often as it
is asked. Some answers are not typed as they stand:

    last:REGEX     the last match of REGEX in the output so far
    key:X          Ctrl-X, and no Enter
    hidden:ANSWER  ANSWER, once the terminal echoes no more

What the command wrote goes to standard output, and its exit code is the exit code. FILE is given
what a person sees in the end, the lines that were scrolled away among it. The exit code is 99 where
the terminal goes on echoing at a `hidden:` answer, or is not left as it was found.
"""

import argparse
import os
import re
import sys

import pexpect

# A shell on the same terminal looks at it before and after. It outlives Ctrl-C; it is not an
# interactive one, which would put the terminal in order by itself.
SHELL = r"""
trap : INT QUIT
printf '\036%s\036' "$(stty -a)"
"$@"
code=$?
printf '\036%s\036' "$(stty -a)"
exit $code
"""
MARK = "\x1e"
BAD_TERMINAL = 99


class BadTerminal(Exception):
    """With what was shown until then."""

    def __init__(self, message: str, seen: str = ""):
        super().__init__(message)
        self.seen = seen


def run(columns: int, prompts: list, answers: list, command: list) -> tuple:
    """What the command wrote, and its exit code."""
    child = pexpect.spawn(
        "bash",
        ["-c", SHELL, "bash", *command],
        timeout=30,
        encoding="utf-8",
        dimensions=(50, columns),
        env=os.environ,
    )

    def terminal() -> str:
        child.expect_exact(MARK)
        return child.before.strip()

    terminal()
    found = terminal()
    seen = ""
    while True:
        try:
            which = child.expect([*prompts, MARK])
        except pexpect.TIMEOUT:
            seen += child.before
            raise BadTerminal("it neither ends nor asks what there is an answer to", seen) from None
        seen += child.before
        if which == len(prompts):
            break
        seen += child.after
        answer = answers[which]
        if answer.startswith("hidden:"):
            answer = answer.removeprefix("hidden:")
            if not child.waitnoecho(5):
                raise BadTerminal("the terminal echoes what is typed now", seen)
        if answer.startswith("last:"):
            answer = re.findall(answer.removeprefix("last:"), seen, re.MULTILINE)[-1]
        if answer.startswith("key:"):
            child.sendcontrol(answer.removeprefix("key:"))
        else:
            child.sendline(answer)
    left = terminal()
    child.expect(pexpect.EOF)
    child.wait()
    code = child.exitstatus if child.exitstatus is not None else 128 + child.signalstatus
    if found != left:
        changed = [word for word in left.split() if word not in found.split()]
        raise BadTerminal(f"exit code {code}; the terminal is left with {' '.join(changed)}", seen)
    return seen, code


def screen(text: str, columns: int) -> str:
    """What a terminal of that width shows of the text, as far as this program writes such a thing."""
    rows, row, column = [[]], 0, 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|.", text, re.DOTALL):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
        elif piece == "\x1b[2K":
            rows[row] = []
        elif moved := re.fullmatch(r"\x1b\[(\d*)([AB])", piece):
            row += int(moved[1] or 1) * (1 if moved[2] == "B" else -1)
            row = max(0, row)
        elif piece.startswith("\x1b"):
            if not piece.endswith("m"):
                raise BadTerminal(f"what does a terminal do at {piece!r}?")
        else:
            if column == columns:
                row, column = row + 1, 0
            while len(rows) <= row:
                rows.append([])
            line = rows[row]
            line += " " * (column + 1 - len(line))
            line[column] = piece
            column += 1
        while len(rows) <= row:
            rows.append([])
    return "".join("".join(line).rstrip() + "\n" for line in rows)


def main(arguments: list) -> int:
    cut = arguments.index("--")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--screen", metavar="FILE")
    parser.add_argument("pairs", nargs="*")
    options = parser.parse_args(arguments[:cut])
    prompts, answers = options.pairs[0::2], options.pairs[1::2]
    try:
        seen, code = run(options.columns, prompts, answers, arguments[cut + 1 :])
        if options.screen:
            with open(options.screen, "w", encoding="utf-8") as file:
                file.write(screen(seen, options.columns))
    except BadTerminal as error:
        seen, code = error.seen, BAD_TERMINAL
        print(f"terminal.py: {error}", file=sys.stderr)
    sys.stdout.write(seen.replace("\r\n", "\n"))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
