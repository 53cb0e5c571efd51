

def __flow_issubclass__(one, other):
    others = other if isinstance(other, tuple) else (other,)
    return one in others or object in others or (one is bool and int in others)
