

try:
    __flow_properties__
except NameError:
    __flow_properties__ = {}


def __flow_get__(owner, name):
    getter = __flow_properties__.get((type(owner), name))
    return getattr(owner, name) if getter is None else getter(owner)
