

__flow_kinds = (type(len), type(lambda: 0), type(type))


def __flow_callable__(value):
    return isinstance(value, __flow_kinds) or hasattr(value, '__call__')
