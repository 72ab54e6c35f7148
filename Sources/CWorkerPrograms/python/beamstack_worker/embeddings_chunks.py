"""Cutting texts into chunks where a reader would: between paragraphs, sentences, words."""

import re

# Better places to cut come first: paragraphs, lines, sentences, words.
_BOUNDARIES = [re.compile(pattern) for pattern in (r"\n\s*\n\s*", r"\n\s*", r"[.!?…。！？][\"'”’)\]]*\s+", r"\s+")]


def chunks(text, size, overlap=0, unit="characters"):
    """The chunks of a text: none longer than `size`, each but the first beginning with the last `overlap` of the one
    before it, as far as whole words allow. A cut is made at the best boundary in the second half of a chunk, and
    within a word only where the word is longer than a chunk."""
    if unit == "words":
        words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
        starts = [start for start, _ in words]
        step = size - overlap
        stop = max(len(words) - overlap, 1)
        return [
            text[starts[i] : words[min(i + size, len(words)) - 1][1]] for i in range(0, min(stop, len(words)), step)
        ]
    found, start, end = [], 0, len(text)
    while start < end:
        cut = end if end - start <= size else _cut(text, start, start + size)
        part = text[start:cut].strip()
        if part:
            found.append(part)
        if cut >= end:
            break
        start = max(_word_start(text, cut - overlap, cut), start + 1) if overlap else cut
    return found


def _cut(text, start, limit):
    middle = start + (limit - start + 1) // 2
    # A word that begins in the first half and ends beyond the limit is rather left to the next chunk than cut.
    for boundary, first in [(boundary, middle) for boundary in _BOUNDARIES] + [(_BOUNDARIES[-1], start + 1)]:
        # White space at the very end of a chunk is stripped, so that it need not fit.
        ends = [match.end() for match in boundary.finditer(text, first, limit + 1)]
        ends = [cut for cut in ends if len(text[start:cut].rstrip()) <= limit - start]
        if ends:
            return ends[-1]
    return limit


def _word_start(text, position, limit):
    """The first start of a word from a position on; the position itself where there is none before the limit."""
    if position <= 0 or text[position - 1].isspace():
        return position
    match = re.compile(r"\s+").search(text, position, limit)
    return match.end() if match else position
