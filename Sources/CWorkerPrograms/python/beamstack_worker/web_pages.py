"""What a web page says: its title, its text in blocks, its sections and its links, by the standard library's parser."""

import re
from collections import namedtuple
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# A paragraph, list item or heading: `level` is 1 to 6 for headings and 0 for all else.
Block = namedtuple("Block", ["text", "level", "in_main", "is_boilerplate"])
Section = namedtuple("Section", ["heading", "text"])
Link = namedtuple("Link", ["url", "is_followed"])

_INVISIBLE = frozenset("script style template noscript svg canvas iframe object audio video select textarea".split())
_BOILERPLATE = frozenset("nav aside header footer".split())
_MAIN = frozenset("main article".split())
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hgroup hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul".split()
) | frozenset(_HEADINGS)
_CELLS = frozenset(["td", "th"])
_META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-:.]+)", re.IGNORECASE)


class Page:
    """A parsed page. `content` is 'main', which leaves out navigation, or 'all'."""

    def __init__(self, html, url, content="main"):
        parser = _Parser(url)
        parser.feed(html)
        parser.close()
        self.title = " ".join("".join(parser.title).split())
        self.links = list({link.url: link for link in reversed(parser.links)}.values())[::-1]
        self.is_followed = not parser.forbids_following
        self.blocks = _chosen(parser.blocks, content)

    @property
    def text(self):
        """All blocks, one a line."""
        return "\n".join(block.text for block in self.blocks)

    def sections(self):
        """The text below each heading, up to the next one; what stands before the first is headed by the title."""
        sections = [Section(self.title, [])]
        for block in self.blocks:
            if block.level:
                sections.append(Section(block.text, []))
            else:
                sections[-1].text.append(block.text)
        return [Section(section.heading, "\n".join(section.text)) for section in sections if section.text]


def _chosen(blocks, content):
    if content == "main":
        body = [block for block in blocks if not block.is_boilerplate]
        # A page of navigation only, or one whose `nav` is never closed, is better read whole than not at all.
        for choice in ([block for block in body if block.in_main], body):
            if choice:
                return choice
    return blocks


class _Parser(HTMLParser):
    def __init__(self, url):
        super().__init__(convert_charrefs=True)
        self.base = url
        self.title = []
        self.links = []
        self.blocks = []
        self.forbids_following = False
        self._text = []
        self._open = []
        self._level = 0
        self._preformatted = 0
        self._in_title = False

    def handle_starttag(self, tag, attributes):
        names = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            self._flush()
        elif tag in _CELLS:
            self._text.append(" ")
        if tag in _HEADINGS:
            self._level = _HEADINGS[tag]
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "title":
            # An SVG's titles are no title of the page.
            self._in_title = not self.title and not self._is_in(_INVISIBLE)
        elif tag == "base" and names.get("href"):
            self.base = urljoin(self.base, names["href"])
        elif tag == "meta" and names.get("name", "").lower() == "robots":
            self.forbids_following |= bool({"nofollow", "none"} & set(_words(names.get("content", ""))))
        elif tag in ("a", "area") and "href" in names:
            url = normalized(names["href"], self.base)
            if url:
                self.links.append(Link(url, "nofollow" not in _words(names.get("rel", ""))))
        if tag in _INVISIBLE or tag in _BOILERPLATE or tag in _MAIN:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in _BLOCKS:
            self._flush()
        if tag in _HEADINGS:
            self._level = 0
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        elif tag == "title":
            self._in_title = False
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        # `<svg/>` is closed; `<div/>` is not, as in browsers.
        if tag in _INVISIBLE:
            self.handle_endtag(tag)

    def handle_data(self, data):
        if self._in_title:
            self.title.append(data)
        elif not self._is_in(_INVISIBLE):
            self._text.append(data)

    def close(self):
        super().close()
        self._flush()

    def _is_in(self, tags):
        return any(tag in tags for tag in self._open)

    def _flush(self):
        if not self._text:
            return
        text = "".join(self._text)
        text = text.strip("\n").rstrip() if self._preformatted else " ".join(text.split())
        self._text = []
        if text:
            # An article's own header holds its heading: only those of the page are boilerplate.
            in_main = self._is_in(_MAIN)
            boilerplate = self._is_in(("nav", "aside") if in_main else _BOILERPLATE)
            self.blocks.append(Block(text, self._level, in_main, boilerplate))


def _words(text):
    return text.lower().replace(",", " ").split()


def normalized(reference, base=None):
    """An absolute http or https URL without its fragment, in one spelling; None for what is no such URL."""
    try:
        parts = urlsplit(urljoin(base, reference.strip()) if base else reference.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        return None
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return None
    if ":" in host:
        host = f"[{host}]"
    if port and port != {"http": 80, "https": 443}[scheme]:
        host = f"{host}:{port}"
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((scheme, host.lower(), path, query, ""))


def decoded(body, charset=None):
    """A page's bytes as text: by byte order mark, the answer's header, the page's own `meta`, else UTF-8."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _META_CHARSET.search(body[:4096])
    for name in (charset, declared.group(1).decode("ascii") if declared else None):
        # What says Latin-1 means Windows-1252: the standard of HTML reads it so.
        if name and name.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
            name = "cp1252"
        try:
            if name:
                return body.decode(name, "replace")
        except LookupError:
            continue
    return body.decode("utf-8", "replace")
