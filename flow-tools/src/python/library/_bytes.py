

def __flow_bytes__(value):
    if hasattr(value, '_value'):
        return value._value
    if isinstance(value, (list, tuple)) or hasattr(value, '__next__'):
        return bytes.fromhex(''.join([f'{item:02x}' for item in value]))
    return bytes(value)
