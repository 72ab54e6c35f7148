"""Shell patterns of paths, as the native readers have them: `*`, `?`, `[a-z]`, `**` across folders, `{a,b}`."""

import os
import re

_WILDCARDS = re.compile(r"[*?\[]")
MAXIMUM_ALTERNATIVES = 1024


def is_pattern(path):
    """Whether a path has wildcards or alternatives."""
    return bool(_WILDCARDS.search(path)) or len(alternatives(path)) > 1


def escaped(path):
    """A pattern that matches just this path."""
    return re.sub(r"[*?\[{]", r"[\g<0>]", path)


def alternatives(pattern):
    """`a{b,c}d` as `abd` and `acd`; braces without a comma stay as they are."""
    pending, done = [pattern], []
    while pending:
        text = pending.pop()
        group = _brace_group(text) if len(done) + len(pending) < MAXIMUM_ALTERNATIVES else None
        if group is None:
            done.append(text)
            continue
        start, end, options = group
        pending += [text[:start] + option + text[end + 1 :] for option in reversed(options)]
    return done


def _brace_group(text):
    for start, letter in enumerate(text):
        if letter != "{":
            continue
        depth, cuts = 0, [start]
        for position in range(start, len(text)):
            if text[position] == "{":
                depth += 1
            elif text[position] == "," and depth == 1:
                cuts.append(position)
            elif text[position] == "}":
                depth -= 1
                if depth == 0:
                    if len(cuts) > 1:
                        cuts.append(position)
                        return start, position, [text[a + 1 : b] for a, b in zip(cuts, cuts[1:])]
                    break
    return None


def fixed_prefix(pattern):
    """The part of a pattern before its first wildcard."""
    found = _WILDCARDS.search(pattern)
    return pattern[: found.start()] if found else pattern


def expression(pattern):
    """A compiled regular expression for whole paths; names that begin with a point match only patterns that do."""
    parts = pattern.split("/")
    text = ""
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if part == "**":
            text += r"(?:(?!\.)[^/]+/)*" + (r"(?!\.)[^/]+" if is_last else "")
        else:
            text += _component(part) + ("" if is_last else "/")
    return re.compile(text, re.DOTALL)


def _component(part):
    text = r"(?!\.)" if part[:1] in ("*", "?", "[") else ""
    position = 0
    while position < len(part):
        letter = part[position]
        position += 1
        if letter == "*":
            # A run of stars is one: each more would make matching slower by a power.
            if not text.endswith("[^/]*"):
                text += "[^/]*"
        elif letter == "?":
            text += "[^/]"
        elif letter == "[":
            end = _set_end(part, position)
            if end is None:
                text += r"\["
                continue
            members = part[position:end]
            negated = members[:1] in ("!", "^")
            members = re.sub(r"([\\\[\]^&~|])", r"\\\1", members[1:] if negated else members)
            text += f"(?!/)[{'^' if negated else ''}{members}]"
            position = end + 1
        else:
            text += re.escape(letter)
    return text


def _set_end(part, position):
    if part[position : position + 1] in ("!", "^"):
        position += 1
    end = part.find("]", position + 1)
    return None if end < 0 else end


def local_files(pattern):
    """The files that a pattern of local paths matches, sorted by the bytes of their paths."""
    if os.path.isfile(pattern):
        return [pattern]
    found = set()
    for alternative in alternatives(pattern):
        parts = alternative.split("/")
        start = "/" if alternative.startswith("/") else ""
        _walk(start, [part for part in parts if part], found)
    return sorted(found, key=os.fsencode)


def _walk(folder, parts, found):
    part, rest = parts[0], parts[1:]
    if part == "**":
        _walk(folder, rest or ["*"], found)
        for name in _names(folder):
            path = folder + name
            if not name.startswith(".") and os.path.isdir(path) and not os.path.islink(path):
                _walk(path + "/", parts, found)
        return
    names = [part]
    if _WILDCARDS.search(part):
        matches = re.compile(_component(part), re.DOTALL).fullmatch
        names = [name for name in _names(folder) if matches(name)]
    for name in names:
        path = folder + name
        if rest:
            if os.path.isdir(path):
                _walk(path + "/", rest, found)
        elif os.path.isfile(path):
            found.add(path)


def _names(folder):
    try:
        return os.listdir(folder or ".")
    except OSError:
        return []


def files_below(folder):
    """All files below a local folder, but for names that begin with `.` or `_`, which hold no data by convention."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        found += [os.path.join(place, name) for name in names if not name.startswith((".", "_"))]
    return sorted(found, key=os.fsencode)
