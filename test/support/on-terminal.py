"""Runs a command on a pseudo-terminal and types what a script says: one JSON document in, one out.

In:  {"command": [...], "folder": "...", "environment": {...}, "steps": [{"seen": "text", "keys": "\r"}, ...]}
Out: {"code": 0, "screen": "..."}: all that the terminal was sent. Each step waits until its text was sent anew.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

given = json.load(sys.stdin)
deadline = time.monotonic() + 45
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.chdir(given["folder"])
    os.execvpe(given["command"][0], given["command"], given["environment"])

screen = b""
read_to = 0
steps = given["steps"]
while time.monotonic() < deadline:
    ready, _, _ = select.select([terminal], [], [], 0.2)
    if ready:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux says so where the other end is closed.
            break
        if not chunk:
            break
        screen += chunk
    if steps and steps[0]["seen"].encode() in screen[read_to:]:
        read_to = len(screen)
        os.write(terminal, steps.pop(0)["keys"].encode())
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
json.dump({"code": os.waitstatus_to_exitcode(status), "screen": screen.decode(errors="replace")}, sys.stdout)
