# SPDX-License-Identifier: ISC
# A syslog daemon, as far as a test needs one: takes datagrams at a unix socket, checks each against RFC 5424's grammar
# and writes its JSON, one a line.
import json
import re
import socket
import sys

FRAME = re.compile(
    r"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([!-~]{1,255}) postern ([!-~]{1,128}) ([!-~]{1,32}) "
    r'\[meta sequenceId="(\d+)"\] (.*)', re.ASCII | re.DOTALL)

sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(sys.argv[1])
with open(sys.argv[2], "a", encoding="utf-8") as out:
    while True:
        text = sock.recv(1 << 20).decode("ascii")
        match = FRAME.fullmatch(text)
        if not match:
            out.write("BAD " + repr(text) + "\n")
            out.flush()
            continue
        priority, _, _, process, name, number, message = match.groups()
        event = json.loads(message)
        good = int(priority) // 8 == 10 and process == "-" and name == event["name"] and int(number) == event["entry"] + 1
        out.write(("" if good else "BAD ") + json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
        out.flush()
