"""The hashes of texts that TensorFlow has, so that buckets are the same: FarmHash's fingerprint and SipHash-2-4."""

import struct

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_WORD = struct.Struct("<Q")
_HALF = struct.Struct("<I")


def _rotated(value, count):
    value &= _MASK
    return (value >> count) | (value << (64 - count)) & _MASK


def _shifted(value):
    value &= _MASK
    return value ^ (value >> 47)


def _mixed(left, right, factor):
    left = _shifted((left ^ right) * factor)
    right = _shifted((right ^ left) * factor)
    return right * factor & _MASK


def fingerprint(data):
    """FarmHash's 64-bit fingerprint of bytes."""
    length = len(data)
    if length <= 16:
        return _short(data, length)
    if length <= 32:
        return _medium(data, length)[0]
    if length <= 64:
        return _longer(data, length)
    return _long(data, length)


def _short(data, length):
    factor = _K2 + length * 2
    if length >= 8:
        first = _WORD.unpack_from(data, 0)[0] + _K2
        last = _WORD.unpack_from(data, length - 8)[0]
        return _mixed(
            (_rotated(last, 37) * factor + first) & _MASK, (_rotated(first, 25) + last) * factor & _MASK, factor
        )
    if length >= 4:
        first, last = _HALF.unpack_from(data, 0)[0], _HALF.unpack_from(data, length - 4)[0]
        return _mixed(length + (first << 3), last, factor)
    if length:
        low = data[0] + (data[length >> 1] << 8)
        high = length + (data[-1] << 2)
        return _shifted(low * _K2 ^ high * _K0) * _K2 & _MASK
    return _K2


def _medium(data, length):
    """The hash of 17 to 32 bytes, and its parts, which longer texts begin with."""
    factor = _K2 + length * 2
    first = _WORD.unpack_from(data, 0)[0] * (_K1 if length <= 32 else _K2)
    second = _WORD.unpack_from(data, 8)[0]
    last = _WORD.unpack_from(data, length - 8)[0] * factor
    before = _WORD.unpack_from(data, length - 16)[0] * _K2
    low = (_rotated(first + second, 43) + _rotated(last, 30) + before) & _MASK
    high = (first + _rotated(second + _K2, 18) + last) & _MASK
    return _mixed(low, high, factor), low, first


def _longer(data, length):
    factor = _K2 + length * 2
    whole, low, first = _medium(data, length)
    third = _WORD.unpack_from(data, 16)[0] * factor
    fourth = _WORD.unpack_from(data, 24)[0]
    left = (low + _WORD.unpack_from(data, length - 32)[0]) * factor
    right = (whole + _WORD.unpack_from(data, length - 24)[0]) * factor
    return _mixed(
        (_rotated(third + fourth, 43) + _rotated(left, 30) + right) & _MASK,
        (third + _rotated(fourth + first, 18) + left) & _MASK,
        factor,
    )


def _weak(data, at, left, right):
    """Two sums over 32 bytes."""
    first, second, third, fourth = struct.unpack_from("<4Q", data, at)
    left = (left + first) & _MASK
    right = _rotated(right + left + fourth, 21)
    start = left
    left = (left + second + third) & _MASK
    right = right + _rotated(left, 44)
    return (left + fourth) & _MASK, (right + start) & _MASK


def _long(data, length):
    x, y = 81, 81 * _K1 + 113 & _MASK
    z = _shifted(y * _K2 + 113) * _K2 & _MASK
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _WORD.unpack_from(data, 0)[0]) & _MASK
    end = (length - 1) // 64 * 64
    # All blocks of 64 bytes, and then the last 64 bytes with another factor.
    for at in [*range(0, end, 64), length - 64]:
        is_last = at == length - 64 and at + 64 > end
        factor = _K1 + ((z & 0xFF) << 1) if is_last else _K1
        if is_last:
            w = (w[0] + (length - 1 & 63) & _MASK, w[1])
            v = (v[0] + w[0] & _MASK, v[1])
            w = (w[0] + v[0] & _MASK, w[1])
        second, third, sixth, seventh = (_WORD.unpack_from(data, at + offset)[0] for offset in (8, 16, 40, 48))
        x = _rotated(x + y + v[0] + second, 37) * factor & _MASK
        y = _rotated(y + v[1] + seventh, 42) * factor & _MASK
        x ^= w[1] * 9 & _MASK if is_last else w[1]
        y = y + (v[0] * 9 if is_last else v[0]) + sixth & _MASK
        z = _rotated(z + w[0], 33) * factor & _MASK
        v = _weak(data, at, v[1] * factor, x + w[0])
        w = _weak(data, at + 32, z + w[1], y + third)
        z, x = x, z
    return _mixed(
        (_mixed(v[0], w[0], factor) + _shifted(y) * _K0 + z) & _MASK, (_mixed(v[1], w[1], factor) + x) & _MASK, factor
    )


def keyed_hash(data, key):
    """SipHash-2-4 of bytes with a key of two 64-bit numbers."""
    words = [
        part ^ number
        for part, number in zip(
            (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573), (*key, *key)
        )
    ]

    def rounds(count):
        a, b, c, d = words
        for _ in range(count):
            a, c = a + b & _MASK, c + d & _MASK
            b, d = _rotated(b, 51) ^ a, _rotated(d, 48) ^ c
            a, c = _rotated(a, 32) + d & _MASK, c + b & _MASK
            b, d = _rotated(b, 47) ^ c, _rotated(d, 43) ^ a
            c = _rotated(c, 32)
        words[:] = a, b, c, d

    length = len(data)
    padded = data + bytes(-(length + 1) % 8) + bytes([length & 0xFF])
    for (block,) in _WORD.iter_unpack(padded):
        words[3] ^= block
        rounds(2)
        words[0] ^= block
    words[2] ^= 0xFF
    rounds(4)
    return words[0] ^ words[1] ^ words[2] ^ words[3]
