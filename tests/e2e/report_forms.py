# SPDX-License-Identifier: ISC
"""The four forms of one report, read by parsers that share no line with ours: report_forms.py BUNDLE. They must agree."""
import csv
import json
import os
import re
import sys
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

XHTML = "{http://www.w3.org/1999/xhtml}"
NOT_IN_TEXT = ("coverage", "commands")


def fail(words):
    print(words)
    sys.exit(1)


class Page(HTMLParser):
    """What a browser would run or fetch; must stay empty."""
    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "svg"):
            self.bad.append(tag)
        self.bad += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href", "style")]


def read_csv(folder, name):
    with open(os.path.join(folder, "tables", name + ".csv"), newline="") as file:
        raw = file.read()
    if "\n" in raw.replace("\r\n", ""):
        fail(name + ".csv: a line does not end in CRLF")
    return list(csv.DictReader(raw.splitlines(keepends=True), strict=True))


def as_csv(value):
    text = "" if value is None else str(value)
    return "'" + text if isinstance(value, str) and text[:1] in ("=", "+", "-", "@") and text else text


def html_tables(folder):
    with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    page.close()
    if page.bad:
        fail("the page has " + ", ".join(page.bad))
    if re.search(r"url\(|@import|https?://(?!www\.w3\.org/1999/xhtml)", text.split("<body>")[0]):
        fail("the page refers to something else")
    titles = re.findall(r"<th[^>]*>([^<]*)</th>", text[text.index("Who had access"):])
    if titles.index("Reason") != titles.index("Role") + 1:
        fail("why somebody was there does not stand beside who it was")
    if "thead { display: table-header-group }" not in text:
        fail("titles of columns do not stand on each sheet")
    body = xml.fromstring(text.split("\n", 1)[1]).find(XHTML + "body")
    for section in body.findall(XHTML + "section"):
        title = section.find(XHTML + "h2").text.strip()
        rows = ["".join(row.itertext()) for row in section.iter(XHTML + "tr")][1:]
        yield title, int(section.find(XHTML + "h2").find(XHTML + "span").text.strip("()")), rows


def main(folder):
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        report = json.load(file)
    with open(os.path.join(folder, "report.txt"), encoding="utf-8") as file:
        text = dict((m.group(1), int(m.group(2))) for m in re.finditer(r"(?m)^(\S.*) \((\d+)\)$", file.read()))
    names = sorted(os.listdir(os.path.join(folder, "tables")))
    if len(names) != sum(isinstance(value, list) for value in report.values()):
        fail("JSON and the folder of tables have not the same tables")
    pages = list(html_tables(folder))
    html = dict((title, (count, rows)) for title, count, rows in pages)
    for file in names:
        name = file[:-4]
        rows, same = report[name], read_csv(folder, name)
        if [dict((key, as_csv(value)) for key, value in row.items()) for row in rows] != same:
            fail("%s is not the same in JSON and CSV" % name)
    counts = sorted(len(report[name[:-4]]) for name in names if name[:-4] not in NOT_IN_TEXT)
    if sorted(text.values()) != counts:
        fail("text has the counts %s, JSON %s" % (sorted(text.values()), counts))
    for title, count in text.items():
        if html[title][0] != count or len(html[title][1]) != count:
            fail("%s: %d in the text, %d in HTML with %d rows" % (title, count, html[title][0], len(html[title][1])))
    who = html["Who had access"][1]
    for session in report["sessions"]:
        if not any(session["session"] in row and session["reason"] in row for row in who):
            fail("a session's reason is not in HTML as it was written: " + session["reason"])
    print("%d sessions" % len(report["sessions"]))


main(sys.argv[1])
