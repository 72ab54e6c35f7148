"""Frames: how the host and a worker talk over two pipes.

A frame is `u32 header length | u64 body length | header | body`, little-endian; the header is a JSON object, whose
`bodies` are the lengths of the parts that the body consists of.
"""

import json
import os
import struct

_PREFIX = struct.Struct("<IQ")

# A header holds a configuration, schemas' names and messages: more than this is no frame.
_MAXIMAL_HEADER = 1 << 28


class EndOfInput(Exception):
    """The host has closed its end."""


class Channel:
    """A pair of descriptors: frames come from one and go to the other."""

    def __init__(self, input=3, output=4):
        # What a person's code starts must not hold the pipes open.
        os.set_inheritable(input, False)
        os.set_inheritable(output, False)
        self._input = input
        self._output = output

    def read(self):
        """The next frame: its header, and its bodies as memoryviews."""
        prefix = self._exactly(_PREFIX.size, at_boundary=True)
        header_length, body_length = _PREFIX.unpack(prefix)
        if header_length > _MAXIMAL_HEADER:
            raise ValueError(f"a frame's header of {header_length} bytes")
        header = json.loads(bytes(self._exactly(header_length)))
        body = self._exactly(body_length)
        bodies = []
        start = 0
        for length in header.get("bodies", ()):
            bodies.append(body[start : start + length])
            start += length
        return header, bodies

    def write(self, header, bodies=()):
        """Sends a frame; a body is anything with the buffer protocol."""
        views = [memoryview(body).cast("B") for body in bodies]
        if views:
            header = dict(header, bodies=[view.nbytes for view in views])
        text = json.dumps(header, separators=(",", ":")).encode()
        prefix = _PREFIX.pack(len(text), sum(view.nbytes for view in views))
        self._all(memoryview(prefix + text))
        for view in views:
            self._all(view)

    def _exactly(self, count, at_boundary=False):
        view = memoryview(bytearray(count))
        filled = 0
        while filled < count:
            received = os.readv(self._input, [view[filled:]])
            if received == 0:
                if at_boundary and filled == 0:
                    raise EndOfInput
                raise EOFError("the host closed the pipe within a frame")
            filled += received
        return view

    def _all(self, view):
        while view.nbytes:
            view = view[os.write(self._output, view) :]
