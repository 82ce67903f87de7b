# SPDX-License-Identifier: ISC
"""Tiles, proofs and exports of a log, judged from their published formats alone (RFC 6962, C2SP tlog-tiles, tlog-proof)."""
import base64
import hashlib
import json
import os
import sys


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(root_of(hashes[:half]), root_of(hashes[half:]))


def read_note(text):
    lines = text.split("\n")
    return int(lines[1]), base64.b64decode(lines[2])


def read(folder, kind, number, width):
    name = "%03d" % (number % 1000)
    while number >= 1000:
        number //= 1000
        name = "x%03d/%s" % (number % 1000, name)
    path = os.path.join(folder, "tile", kind, name + ("" if width == 256 else ".p/%d" % width))
    with open(path, "rb") as file:
        return file.read()


def read_entries(folder, size):
    entries = []
    for number in range((size + 255) // 256):
        bundle = read(folder, "entries", number, min(256, size - 256 * number))
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            entries.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
    return entries


def check_tiles(folder):
    with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
        size, root = read_note(file.read())
    entries = read_entries(folder, size)
    assert len(entries) == size and size > 256, "entries: %d, head: %d" % (len(entries), size)
    hashes = [leaf_hash(entry) for entry in entries]
    assert root_of(hashes) == root, "the root is another one"
    level = 0
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            part = hashes[256 * number : 256 * number + 256]
            assert read(folder, str(level), number, len(part)) == b"".join(part), "tile %d/%d" % (level, number)
        hashes = [root_of(hashes[i : i + 256]) for i in range(0, len(hashes) - 255, 256)]
        level += 1


def check_proof(path):
    with open(path, encoding="utf-8") as file:
        head, note = file.read().split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ") and lines[2].startswith("index ")
    index = int(lines[2][6:])
    size, root = read_note(note)
    hash_, last = leaf_hash(base64.b64decode(lines[1][6:])), size - 1
    assert index < size
    for line in lines[3:]:  # RFC 9162, 2.1.3.2
        assert last > 0, "the proof is too long"
        other = base64.b64decode(line)
        if index % 2 == 1 or index == last:
            hash_ = node_hash(other, hash_)
            while index % 2 == 0 and index != 0:
                index //= 2
                last //= 2
        else:
            hash_ = node_hash(hash_, other)
        index //= 2
        last //= 2
    assert last == 0 and hash_ == root, "it does not lead to the head"


def check_export(path, folder):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    leaves = [base64.b64decode(row["leaf"]) for row in rows if "entry" in row]
    heads = [read_note(row["note"]) for row in rows if "head" in row]
    assert heads
    for size, root in heads:
        assert root_of([leaf_hash(leaf) for leaf in leaves[:size]]) == root
    assert leaves[: heads[-1][0]] == read_entries(folder, heads[-1][0])


{"tiles": check_tiles, "proof": check_proof, "export": check_export}[sys.argv[1]](*sys.argv[2:])
