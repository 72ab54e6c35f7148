"""`robots.txt` as RFC 9309 says: the longest matching rule decides, `*` and `$` are wildcards."""

import re
from urllib.parse import unquote, urlsplit


class Robots:
    """The rules of one site for one user agent."""

    def __init__(self, text, agent):
        groups = _groups(text)
        product = agent.split("/")[0].strip().lower()
        named = [rules for agents, rules in groups if product in agents]
        general = [rules for agents, rules in groups if "*" in agents]
        rules = [rule for group in (named or general) for rule in group]
        self._rules = [(len(path), kind == "allow", _pattern(path)) for kind, path in rules if kind != "crawl-delay"]
        self.delay = max((_seconds(value) for kind, value in rules if kind == "crawl-delay"), default=0.0)

    def allows(self, url):
        """Whether the site lets us read the address."""
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + ("?" + unquote(parts.query) if parts.query else "")
        matching = [(length, allowed) for length, allowed, pattern in self._rules if pattern.match(path)]
        # Of rules of equal length the one that allows wins: True sorts last.
        return max(matching)[1] if matching else True

    @classmethod
    def all(cls):
        """Rules that allow all."""
        return cls("", "*")

    @classmethod
    def none(cls):
        """Rules that allow nothing."""
        return cls("User-agent: *\nDisallow: /", "*")


def _groups(text):
    groups, agents, rules = [], [], None
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.split("#", 1)[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if rules is not None:
                agents, rules = [], None
            if rules is None and not agents:
                agents = []
                groups.append((agents, []))
            agents.append(value.lower().split("/")[0])
        elif key in ("allow", "disallow", "crawl-delay") and agents:
            rules = groups[-1][1]
            if value:
                rules.append((key, value))
    return groups


def _pattern(path):
    anchored = path.endswith("$")
    parts = [re.escape(unquote(part)) for part in (path[:-1] if anchored else path).split("*")]
    return re.compile(".*".join(parts) + (r"\Z" if anchored else ""), re.DOTALL)


def _seconds(text):
    try:
        return max(0.0, min(float(text), 60.0))
    except ValueError:
        return 0.0
