"""Makes a PDF that opens with one password only, by the format's oldest rule (RC4 with 40 bits), for tests."""

import hashlib

from tests.unit.reading.samples import pdf_of, words_at

# ISO 32000-1, 7.6.3.3: what fills a short password up to 32 bytes
_FILL = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_PERMISSIONS = -4
_ID = bytes(16)
_CONTENT_OBJECT = 5  # of `pdf_of`


def locked_pdf(words: str, password: str) -> bytes:
    """One page that shows `words` to whoever has the password. Raises UnicodeEncodeError beyond Windows-1252."""
    padded = (password.encode("cp1252") + _FILL)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    permissions = _PERMISSIONS.to_bytes(4, "little", signed=True)
    key = hashlib.md5(padded + owner + permissions + _ID).digest()[:5]
    salted = key + _CONTENT_OBJECT.to_bytes(3, "little") + bytes(2)
    content = _rc4(hashlib.md5(salted).digest()[:10], words_at(50, 200, words))
    keys = b"/O <%s> /U <%s>" % (owner.hex().encode(), _rc4(key, _FILL).hex().encode())
    encryption = b"<< /Filter /Standard /V 1 /R 2 /P %d %s >>" % (_PERMISSIONS, keys)
    ids = b"/Encrypt 6 0 R /ID [<%s> <%s>]" % (_ID.hex().encode(), _ID.hex().encode())
    return pdf_of(content, more=[encryption], trailer=ids)


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
