#!/usr/bin/env python3
"""Drives `columnstream sql` through a pseudo-terminal, as a person does: completion, history, errors, Ctrl-C, Ctrl-D.

Usage: tests/shell/terminal.py path/to/ColumnStream.Server.dll
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

LIMIT_S = 30


class Terminal:
    def __init__(self, program, state):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", XDG_STATE_HOME=state)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it
            os.execvp("dotnet", ["dotnet", "exec", program, "sql"])
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.seen = ""

    def type(self, text):
        os.write(self.file, text.encode())

    def expect(self, text):
        """Waits until the text has been printed behind what was expected before."""
        end = time.time() + LIMIT_S
        while text not in self.seen:
            if time.time() > end:
                raise SystemExit(f"expected {text!r}, the terminal shows:\n{self.seen}")
            if select.select([self.file], [], [], 0.1)[0]:
                try:
                    read = os.read(self.file, 65536)
                except OSError:
                    read = b""
                if not read:
                    raise SystemExit(f"expected {text!r}, the shell ended:\n{self.seen}")
                self.seen += re.sub(r"\x1b[\[=>][0-9;?]*[A-Za-z]?", "", read.decode("utf8", "replace"))
        self.seen = self.seen.split(text, 1)[1]

    def end(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main():
    with tempfile.TemporaryDirectory() as state:
        shell = Terminal(sys.argv[1], state)
        shell.expect("sql> ")
        shell.type("CREATE VIEW points AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(xcol, ycol);\r")
        shell.expect("CREATE VIEW points\r\n")
        shell.expect("sql> ")
        shell.type("SELECT * FROM poi")
        shell.expect("poi")
        shell.type("\t")
        shell.expect("points")
        shell.type(" WHERE xc")
        shell.expect("xc")
        shell.type("\t")
        shell.expect("xcol")
        shell.type(" > 1\r;\r")
        shell.expect("(1 row)")
        shell.expect("sql> ")
        shell.type("SELECT nope FROM points;\r")
        shell.expect("CST2003")
        shell.expect("^~~~")
        shell.expect("sql> SELECT nope FROM points;")
        shell.type("\x1bd" + "ycol\x05\r")
        shell.expect("(2 rows)")
        shell.expect("sql> ")
        shell.type("CREATE TABLE numbers (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '500');\r")
        shell.expect("CREATE TABLE numbers\r\n")
        shell.expect("sql> ")
        shell.type("SELECT COUNT(*) AS c FROM numbers;\r")
        shell.expect("Ctrl-C ends")
        shell.type("\x03")
        shell.expect("stopped")
        shell.expect("sql> ")
        shell.type("dropped")
        shell.expect("dropped")
        shell.type("\x03")
        shell.expect("^C")
        shell.expect("sql> ")
        shell.type("SELECT 6 * 7 AS answer;\r")
        shell.expect("42")
        shell.expect("sql> ")
        shell.type("\x04")
        if shell.end() != 0:
            raise SystemExit("Ctrl-D does not end the shell with 0")

        again = Terminal(sys.argv[1], state)
        again.expect("sql> ")
        again.type("\x1b[A")
        again.expect("SELECT 6 * 7 AS answer;")
        again.type("\x03")
        again.expect("sql> ")
        again.type("quit\r")
        if again.end() != 0:
            raise SystemExit("quit does not end the shell with 0")
    print("shell: all as expected")


main()
