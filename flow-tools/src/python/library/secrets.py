def token_bytes(nbytes=32):
    return __host_random_bytes(32 if nbytes is None else nbytes)


def token_hex(nbytes=32):
    return token_bytes(nbytes).hex()


def token_urlsafe(nbytes=32):
    import base64
    return base64.urlsafe_b64encode(token_bytes(nbytes)).decode('ascii').rstrip('=')


def randbelow(n):
    return int(__host_random_bytes(16).hex(), 16) % n


def choice(sequence):
    return sequence[randbelow(len(sequence))]


def compare_digest(a, b):
    return a == b
