class UUID:
    def __init__(self, hex=None, bytes=None, int=None, version=None):
        if hex is not None:
            text = hex.replace('urn:', '').replace('uuid:', '').strip('{}').replace('-', '')
            if len(text) != 32:
                raise ValueError('badly formed hexadecimal UUID string')
            number = _number(text)
        elif bytes is not None:
            if len(bytes) != 16:
                raise ValueError('bytes is not a 16-char string')
            number = _number(bytes.hex())
        else:
            number = int
        if version is not None:
            number = number & ~(0xc000 << 48) | (0x8000 << 48)
            number = number & ~(0xf000 << 64) | (version << 76)
        text = format(number, '032x')
        self.int = number
        self.hex = text
        self.urn = f'urn:uuid:{self._dashed(text)}'
        self.bytes = _bytes(text)
        self.version = (number >> 76) & 0xf

    def _dashed(self, text):
        return f'{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}'

    def __str__(self):
        return self._dashed(self.hex)

    def __repr__(self):
        return f"UUID('{self._dashed(self.hex)}')"

    def __eq__(self, other):
        return getattr(other, 'hex', None) == self.hex

    def __hash__(self):
        return hash(self.hex)

    def __lt__(self, other):
        return self.int < other.int


def _number(text):
    return int(text, 16)


def _bytes(text):
    return bytes.fromhex(text)


def uuid4():
    return UUID(bytes=__host_random_bytes(16), version=4)


def uuid1(node=None, clock_seq=None):
    return UUID(bytes=__host_random_bytes(16), version=1)


def uuid3(namespace, name):
    return UUID(bytes=__host_digest('md5', namespace.bytes + name.encode('utf-8')), version=3)


def uuid5(namespace, name):
    return UUID(bytes=__host_digest('sha1', namespace.bytes + name.encode('utf-8'))[:16], version=5)


NAMESPACE_DNS = UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_URL = UUID('6ba7b811-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_OID = UUID('6ba7b812-9dad-11d1-80b4-00c04fd430c8')
NAMESPACE_X500 = UUID('6ba7b814-9dad-11d1-80b4-00c04fd430c8')
