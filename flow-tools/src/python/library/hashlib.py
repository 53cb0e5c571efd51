_sizes = {'md5': 16, 'sha1': 20, 'sha224': 28, 'sha256': 32, 'sha384': 48, 'sha512': 64}
algorithms_available = algorithms_guaranteed = set(_sizes)


class _Hash:
    def __init__(self, name, data):
        self.name = name
        self.digest_size = _sizes[name]
        self.block_size = 128 if name in ('sha384', 'sha512') else 64
        self._data = data

    def update(self, data):
        self._data += data

    def digest(self):
        return __host_digest(self.name, self._data)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return _Hash(self.name, self._data)


def new(name, data=b'', usedforsecurity=True):
    name = name.lower().replace('-', '')
    if name not in _sizes:
        raise ValueError(f'unsupported hash type {name}')
    return _Hash(name, data)


def md5(data=b'', usedforsecurity=True):
    return _Hash('md5', data)


def sha1(data=b'', usedforsecurity=True):
    return _Hash('sha1', data)


def sha224(data=b'', usedforsecurity=True):
    return _Hash('sha224', data)


def sha256(data=b'', usedforsecurity=True):
    return _Hash('sha256', data)


def sha384(data=b'', usedforsecurity=True):
    return _Hash('sha384', data)


def sha512(data=b'', usedforsecurity=True):
    return _Hash('sha512', data)
