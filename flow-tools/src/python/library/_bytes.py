

def __flow_bytes__(value):
    return value._value if hasattr(value, '_value') else bytes(value)
