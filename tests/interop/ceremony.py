#!/usr/bin/env python3
"""Leads a ceremony of twenty steps through the full screen, on a terminal of its own whose screen
is kept by another's emulator (PyPI pyte): with a value, an exception, somebody who leaves with
something, a break, a kill -9 in the middle of typing, and a SIGTERM.

    ceremony.py ROOTKEEP LEDGER CEREMONY [PICTURES]

Where PICTURES is given, what was on the screen is drawn into that directory.
"""

import os
import re
import signal
import subprocess
import sys
import time

import pexpect
import pyte

rootkeep, ledger, ceremony = sys.argv[1:4]
pictures = sys.argv[4] if len(sys.argv) > 4 else None
COLUMNS, LINES = 110, 36
WAIT = 60


class Run:
    """The runner on a terminal."""

    def __init__(self, columns=COLUMNS, lines=LINES):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        # The shell outlives it, and says how the terminal was left.
        shell = 'before=$(stty -a); "$@"; code=$?; [ "$before" = "$(stty -a)" ] || code=99; exit $code'
        self.child = pexpect.spawn(
            "bash", ["-c", shell, "shell", rootkeep, "-L", ledger, "-i", "alice.key", "ceremony", "run", ceremony],
            dimensions=(lines, columns), timeout=WAIT)

    def read(self):
        try:
            self.stream.feed(self.child.read_nonblocking(1 << 16, timeout=0.1))
        except pexpect.TIMEOUT:
            pass

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def see(self, regex):
        end = time.monotonic() + WAIT
        while not re.search(regex, self.text()):
            if time.monotonic() > end:
                raise SystemExit(f"ceremony.py: never seen: {regex}\n{self.text()}")
            try:
                self.read()
            except pexpect.EOF:
                raise SystemExit(f"ceremony.py: it ended before {regex} was seen\n{self.text()}")

    def type(self, *keys):
        for key in keys:
            self.child.send(key)

    def form(self, key, heading, *texts):
        """Opens a form, types into its fields from the first on, and records. None leaves one as it is."""
        self.type(key)
        self.see(heading)
        for text in texts:
            if text is not None:
                self.type("\x15", text)
            self.type("\r")
        # The rest stays as it is. Enter where no form is open does nothing.
        end, left = time.monotonic() + WAIT, 12
        while time.monotonic() < end:
            self.read()
            if not re.search(heading, self.text()):
                return
            if left:
                self.type("\r")
                left -= 1
        raise SystemExit(f"ceremony.py: the form does not end: {heading}\n{self.text()}")

    def kill(self, number):
        """Kills the program itself, and not the shell."""
        children = subprocess.run(["pgrep", "-P", str(self.child.pid)], capture_output=True, text=True, check=True)
        os.kill(int(children.stdout.split()[0]), number)

    def end(self):
        try:
            while True:
                self.stream.feed(self.child.read_nonblocking(1 << 16, timeout=WAIT))
        except pexpect.EOF:
            self.child.close()
            return self.child.exitstatus

    def picture(self, name):
        if pictures:
            draw(self.screen, os.path.join(pictures, name))


INK, PAPER = (40, 42, 46), (255, 255, 255)


def colour(name, default):
    """As pyte has it: a word for the terminal's own, else six hexadecimal digits."""
    if not re.fullmatch("[0-9a-f]{6}", name):
        return default
    red, green, blue = bytes.fromhex(name)
    # Yellow on white is not read.
    return (150, 100, 0) if (red, green, blue) == (128, 128, 0) else (red, green, blue)


def draw(screen, path):
    from PIL import Image, ImageDraw, ImageFont
    size, face = 15, "/usr/share/fonts/truetype/dejavu/DejaVuSansMono"
    plain, bold = ImageFont.truetype(face + ".ttf", size), ImageFont.truetype(face + "-Bold.ttf", size)
    wide, high = round(plain.getlength("M")), size + 4
    image = Image.new("RGB", (wide * screen.columns + 16, high * screen.lines + 16), "white")
    pen = ImageDraw.Draw(image)
    for row in range(screen.lines):
        for column in range(screen.columns):
            char = screen.buffer[row][column]
            ink, paper = colour(char.fg, INK), colour(char.bg, PAPER)
            if char.reverse:
                ink, paper = paper, ink
            x, y = 8 + column * wide, 8 + row * high
            if paper != PAPER:
                pen.rectangle((x, y, x + wide - 1, y + high - 1), fill=paper)
            if char.data.strip():
                pen.text((x, y), char.data, font=bold if char.bold else plain, fill=ink)
    image.save(path, optimize=True)


# Too small a window says so, and nothing else breaks.
run = Run(40, 10)
run.see(r"Make the window larger")
run.type("q")
assert run.end() == 0, "the terminal is not left as it was found"

run = Run()
run.see(r"PRODUCTION.*Twenty steps")
run.see(r"▶ +1 step-1")
run.see(r"\d\d:\d\d:\d\d Asia/Tokyo +\d\d:\d\d:\d\d UTC")
run.picture("ceremony-step.png")
# A value that is missing is asked for, and the form stays.
run.type("d")
run.see(r"step 1 step-1: done as written")
run.type("\r" * 5)
run.see(r"value-missing")
run.type("\x1b[A" * 8, "the bag is A-0001", "\r" * 5)
run.see(r"✓ +1 step-1 .*\d\d:\d\d")
run.see(r"recorded: entry #\d+")
run.form("d", r"step 2 step-2: done as written")
run.see(r"▶ +3 step-3")
# What nobody is there for is refused, and can be mended.
run.type("d")
run.see(r"step 3 step-3: done as written")
run.type("\x15", "dave", "\r" * 4)
run.see(r"role-missing")
run.type("\x1b")
run.see(r"given up")
run.form("e", r"An exception at step 3", "The key turns", "It breaks off", "Fetch the spare one", "alice, bob")
run.see(r"EXCEPTION, decided by alice, bob")
run.picture("ceremony-exception.png")
run.form("l", r"Somebody leaves the room", "bob", None, "a broken key")
run.see(r"FEWER THAN TWO IN THE ROOM|fewer than two")
run.form("c", r"Somebody comes in", "bob", None, "item:spare-key, a torch")
run.see(r"In the room 2")
run.form("o", r"step 3 step-3: done otherwise than written", None, None, None, "With the spare key")
run.see(r"! +3 step-3")
run.form("b", r"A break begins")
run.see(r"BREAK")
# While it rests, nobody works.
run.type("d")
time.sleep(0.5)
run.read()
assert "done as written" not in run.text(), run.text()
run.picture("ceremony-break.png")
run.form("b", r"The break is over")
for number in range(4, 10):
    run.see(rf"▶ +{number} step-{number}\b")
    run.form("d", rf"step {number} step-{number}: done as written")
# Killed while somebody types: what was recorded is there, what was being typed is not.
run.see(r"▶ +10 step-10")
run.type("d")
run.see(r"step 10 step-10: done as written")
run.type("half a na")
run.picture("ceremony-typing.png")
run.kill(signal.SIGKILL)
assert run.end() != 0

run = Run()
run.see(r"▶ +10 step-10")
assert len(re.findall(r"[✓!] +\d+ step-\d+", run.text())) == 9, run.text()
run.form("d", r"step 10 step-10: done as written")
# Asked to end by the system, it gives the terminal back.
run.see(r"▶ +11 step-11")
run.kill(signal.SIGTERM)
assert run.end() == 0, "the terminal is not left as it was found"

run = Run()
for number in range(11, 20):
    run.see(rf"▶ +{number} step-{number}\b")
    run.form("d", rf"step {number} step-{number}: done as written")
run.see(r"▶ +20 step-20")
run.form("s", r"step 20 step-20: left out", None, None, None, "Nothing to sweep")
run.see(r"Every step is recorded")
run.picture("ceremony-end.png")
run.type("f")
run.see(r"The ceremony is over")
run.type("\r", "The first key broke", "\r\r", "A second spare key|bob|2031-01-31", "\r" * 4)
run.see(r"Type Yes to agree")
run.type("Yes\r")
# Bob could sign here at once; he does it elsewhere.
run.see(r"sign now")
run.type("\r")
assert run.end() == 0, run.text()
assert "counts as completed once the others have signed" in run.text(), run.text()
