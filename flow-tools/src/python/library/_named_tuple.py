

def __flow_named_tuple__(name, names, defaults):
    from collections import namedtuple
    return namedtuple(name, names, defaults=defaults)
