

def __flow_as_integer_ratio__(owner):
    if isinstance(owner, int):
        return owner, 1
    if hasattr(owner, 'as_integer_ratio'):
        return owner.as_integer_ratio()
    bottom = 1
    while owner != int(owner):
        owner *= 2
        bottom *= 2
    return int(owner), bottom


def __flow_bit_length__(owner):
    return len(bin(owner).lstrip('-')) - 2 if isinstance(owner, int) and owner else 0


def __flow_format_map__(owner, mapping):
    return owner.format(**mapping)


def __flow_is_integer__(owner):
    return owner.is_integer() if hasattr(owner, 'is_integer') else owner == owner and abs(owner) != float('inf') and owner == int(owner)


def __flow_isprintable__(owner):
    return repr(owner)[1:-1].replace("\\'", "'").replace('\\\\', '\\') == owner


def __flow_to_bytes__(owner, length=1, byteorder='big', signed=False):
    if hasattr(owner, 'to_bytes'):
        return owner.to_bytes(length, byteorder)
    if owner < 0 or len(bin(owner)) - 2 > 8 * length and owner:
        raise OverflowError('int too big to convert')
    data = bytes.fromhex(f'{owner:0{2 * length}x}')
    return data if byteorder == 'big' else data[::-1]


def __flow_translate__(owner, table):
    if hasattr(owner, 'translate'):
        return owner.translate(table)
    parts = []
    for letter in owner:
        found = table.get(ord(letter), letter)
        if found is not None:
            parts.append(chr(found) if isinstance(found, int) else found)
    return ''.join(parts)


def __flow_maketrans__(x, y=None, z=None):
    if y is None:
        return {ord(key) if isinstance(key, str) else key: x[key] for key in x}
    table = {ord(one): ord(other) for one, other in zip(x, y)}
    for letter in z or '':
        table[ord(letter)] = None
    return table


def __flow_from_bytes__(data, byteorder='big', signed=False):
    return int((data if byteorder == 'big' else data[::-1]).hex() or '0', 16)
