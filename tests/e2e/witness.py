# SPDX-License-Identifier: ISC
"""A second opinion on witnesses: a C2SP tlog-witness over HTTP, written from the published texts alone (RFC 8032 for Ed25519,
RFC 6962 for proofs, signed-note, tlog-cosignature). `serve DIR PORTFILE`: files in DIR say what it is told to do wrong.
`check NOTE VKEY`: does the note hold a cosignature of that key? `fork NOTE OUT KEYFILE SIZE`: a head of another log."""
import base64
import hashlib
import http.server
import os
import struct
import sys
import time

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def sha512(data):
    return int.from_bytes(hashlib.sha512(data).digest(), "little")


def plus(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def times(n, point):
    total = (0, 1, 1, 0)
    while n > 0:
        if n & 1:
            total = plus(total, point)
        point = plus(point, point)
        n >>= 1
    return total


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * I % P
    if x * x % P != square:
        raise ValueError("no point")
    return P - x if x & 1 != sign else x


GY = 4 * pow(5, P - 2, P) % P
GX = x_of(GY, 0)
G = (GX, GY, 1, GX * GY % P)


def pack(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def unpack(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = x_of(y, sign)
    return x, y, 1, x * y % P


def halves(seed):
    digest = hashlib.sha512(seed).digest()
    a = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    return a, digest[32:]


def public_of(seed):
    return pack(times(halves(seed)[0], G))


def sign(seed, message):
    a, prefix = halves(seed)
    public = public_of(seed)
    r = sha512(prefix + message) % Q
    point = pack(times(r, G))
    return point + ((r + sha512(point + public + message) % Q * a) % Q).to_bytes(32, "little")


def holds(public, message, signature):
    s = int.from_bytes(signature[32:], "little")
    if s >= Q:
        return False
    k = sha512(signature[:32] + public + message) % Q
    return pack(times(s, G)) == pack(plus(unpack(signature[:32]), times(k, unpack(public))))


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def grows(old, old_root, new, new_root, proof):
    """RFC 9162, 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    if not proof:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def read_vkey(text):
    name, _, body = text.strip().split("+", 2)
    data = base64.b64decode(body)
    return name, data[0], data[1:]


def take_note(note):
    text, _, lines = note.partition("\n\n")
    text += "\n"
    marks = []
    for line in lines.splitlines():
        _, name, body = line.split(" ")
        data = base64.b64decode(body)
        marks.append((name, data[:4], data[4:]))
    origin, size, root = text.splitlines()[:3]
    return text, origin, int(size), base64.b64decode(root), marks


def cosigned(text, moment):
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def is_cosigned(note, key):
    name, kind, public = read_vkey(key)
    text, _, _, _, marks = take_note(note)
    for who, ident, data in marks:
        if who == name and ident == key_id(name, kind, public) and kind == 4:
            moment = struct.unpack(">Q", data[:8])[0]
            return abs(moment - time.time()) < 86400 and holds(public, cosigned(text, moment), data[8:])
    return False


class Witness(http.server.BaseHTTPRequestHandler):
    folder, seed, seen, log = "", b"", {}, None
    name = "python.example/w"

    def log_message(self, *_):
        pass

    def told(self, word):
        return os.path.exists(os.path.join(self.folder, word))

    def answer(self, status, text, kind="text/plain"):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        with open(os.path.join(self.folder, "answers"), "a", encoding="utf-8") as out:
            out.write(f"{status} {text}" if text.endswith("\n") else f"{status} {text}\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/prefix/add-checkpoint":
            return self.answer(404, "no such path\n")
        if self.told("unknown"):
            return self.answer(404, "unknown origin\n")
        head, _, note = body.partition("\n\n")
        old, *hashes = head.split("\n")
        old = int(old.removeprefix("old "))
        text, origin, size, root, marks = take_note(note)
        name, kind, public = read_vkey(self.log)
        good = [d for n, i, d in marks if n == name and i == key_id(name, kind, public) and holds(public, text.encode(), d)]
        if origin != name or not good:
            return self.answer(403, "not signed\n")
        known = self.seen.get(origin, (0, b""))
        if old != known[0]:
            return self.answer(409, f"{known[0]}\n", "text/x.tlog.size")
        if old and not grows(old, known[1], size, root, [base64.b64decode(h) for h in hashes]):
            return self.answer(422, "no proof\n")
        if not old and hashes:
            return self.answer(422, "a proof from nothing\n")
        self.seen[origin] = (size, root)
        moment = int(time.time())
        signature = sign(self.seed, cosigned(text if not self.told("lie") else text + "x\n", moment))
        ident = key_id(self.name, 4, public_of(self.seed))
        line = base64.b64encode(ident + struct.pack(">Q", moment) + signature).decode()
        return self.answer(200, f"\u2014 stranger.example/w {base64.b64encode(b'abcd' + bytes(72)).decode()}\n\u2014 {self.name} {line}\n")


def serve(folder, port_file, log):
    Witness.folder = folder
    Witness.seed = hashlib.sha256(b"a seed for a test").digest()
    with open(log, encoding="ascii") as file:
        Witness.log = file.read().strip()
    if os.path.exists(os.path.join(folder, "seen")):
        with open(os.path.join(folder, "seen"), encoding="utf-8") as file:
            _, origin, size, root, _ = take_note(file.read())
            Witness.seen[origin] = (size, root)
    server = http.server.HTTPServer(("127.0.0.1", 0), Witness)
    with open(os.path.join(folder, "vkey"), "w", encoding="ascii") as out:
        out.write(vkey(Witness.name, 4, public_of(Witness.seed)) + "\n")
    with open(port_file, "w", encoding="ascii") as out:
        out.write(f"{server.server_port}\n")
    server.serve_forever()


def private(path):
    with open(path, encoding="ascii") as file:
        _, _, name, _, body = file.read().strip().split("+", 4)
    return name, base64.b64decode(body)[1:]


def fork(note, out, key_file, size):
    """The log's own key signs another root: what root on the bastion could do."""
    name, seed = private(key_file)
    with open(note, encoding="utf-8") as file:
        _, origin, _, _, _ = take_note(file.read())
    text = f"{origin}\n{size}\n{base64.b64encode(hashlib.sha256(b'fork').digest()).decode()}\n"
    line = base64.b64encode(key_id(name, 1, public_of(seed)) + sign(seed, text.encode())).decode()
    with open(out, "w", encoding="utf-8") as file:
        file.write(f"{text}\n\u2014 {name} {line}\n")


if sys.argv[1] == "serve":
    serve(*sys.argv[2:5])
elif sys.argv[1] == "check":
    with open(sys.argv[2], encoding="utf-8") as opened:
        sys.exit(0 if is_cosigned(opened.read(), sys.argv[3]) else 1)
elif sys.argv[1] == "size":
    with open(sys.argv[2], encoding="utf-8") as opened:
        print(take_note(opened.read())[2])
elif sys.argv[1] == "fork":
    fork(*sys.argv[2:6])
