#!/usr/bin/env python3
"""Runs a command on a terminal of its own and answers what it asks.

    terminal.py [--columns N] [--screen FILE] [PROMPT ANSWER]... -- COMMAND...
    terminal.py [--columns N] --script FILE -- COMMAND...

Where the output matches the regular expression PROMPT, ANSWER and Enter are typed, as often as it
is asked. Some answers are not typed as they stand:

    last:REGEX     the last match of REGEX in the output so far
    key:X          Ctrl-X, and no Enter
    hidden:ANSWER  ANSWER, once the terminal echoes no more

A script is followed line by line, whatever else is shown:

    see REGEX      waits for it
    enter TEXT     types TEXT and Enter
    type TEXT      types TEXT
    tab            types the tab key
    key X          Ctrl-X
    hidden TEXT    TEXT and Enter, once the terminal echoes no more
    run COMMAND    runs it elsewhere, meanwhile; it has to succeed

What the command wrote goes to standard output, and its exit code is the exit code. FILE is given
what a person sees in the end, the lines that were scrolled away among it. The exit code is 99 where
the terminal goes on echoing at a `hidden:` answer, or is not left as it was found.
"""

import argparse
import os
import re
import subprocess
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


def answer_all(child: pexpect.spawn, prompts: list, answers: list) -> str:
    """Answers until the command has ended. What was shown."""
    seen = ""
    while True:
        try:
            which = child.expect([*prompts, MARK])
        except pexpect.TIMEOUT:
            seen += child.before
            raise BadTerminal("it neither ends nor asks what there is an answer to", seen) from None
        seen += child.before
        if which == len(prompts):
            return seen
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


def follow(child: pexpect.spawn, script: list) -> str:
    """Does what a script says, and waits until the command has ended. What was shown."""
    seen = ""

    def see(what: str, pattern: str) -> None:
        nonlocal seen
        which = child.expect([pattern, MARK, pexpect.TIMEOUT])
        seen += child.before
        if which == 0:
            seen += child.after
        if which == 2 or (which == 1 and pattern != MARK):
            raise BadTerminal(f"{what}, which is not there: {child.before[-300:]!r}", seen)

    for line in script:
        verb, _, text = line.partition(" ")
        if verb == "see":
            see(line, text)
        elif verb == "enter":
            child.sendline(text)
        elif verb == "type":
            child.send(text)
        elif verb == "tab":
            child.send("\t")
        elif verb == "key":
            child.sendcontrol(text)
        elif verb == "hidden":
            if not child.waitnoecho(5):
                raise BadTerminal("the terminal echoes what is typed now", seen)
            child.sendline(text)
        elif verb == "run":
            elsewhere = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)
            if elsewhere.returncode != 0:
                raise BadTerminal(f"{line}: {elsewhere.stdout}{elsewhere.stderr}", seen)
        else:
            raise BadTerminal(f"no such line in a script: {line}", seen)
    see("the end", MARK)
    return seen.removesuffix(MARK)


def run(columns: int, speak, command: list) -> tuple:
    """What the command wrote, and its exit code; `speak` talks to it until it has ended."""
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
    seen = speak(child)
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
    parser.add_argument("--script", metavar="FILE")
    parser.add_argument("pairs", nargs="*")
    options = parser.parse_args(arguments[:cut])
    prompts, answers = options.pairs[0::2], options.pairs[1::2]

    def speak(child: pexpect.spawn) -> str:
        if not options.script:
            return answer_all(child, prompts, answers)
        with open(options.script, encoding="utf-8") as file:
            return follow(child, [line.rstrip("\n") for line in file if line.strip()])

    try:
        seen, code = run(options.columns, speak, arguments[cut + 1 :])
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
