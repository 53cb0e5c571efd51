

__flow_numbers__ = {type(None): 1, bool: 1, int: 1, float: 1}
__flow_small__ = {type(None): 1, bool: 1, int: 1, float: 1, str: 1, bytes: 1}
__flow_texts__ = {str}


def __flow_weigh__(value):
    if type(value) not in __flow_small__:
        others = []
        total = __flow_weight__(value, {}, {}, others)
        if others:
            total = __flow_weight__(value, {}, __flow_names__(value), [])
        if total > 100_000:
            __host_reserve(total)
    return value


def __flow_safe__(value):
    if type(value) not in __flow_small__:
        total = __flow_weight__(value, {}, {}, [])
        if total > 100_000:
            __host_reserve(total)
    return value


def __flow_str__(value):
    return str(__flow_safe__(value))


def __flow_repr__(value):
    return repr(__flow_safe__(value))


def __flow_weight__(value, known, names, others):
    mark = id(value)
    if mark in known:
        return known[mark]
    kind = type(value)
    if kind is list:
        items = value
    elif kind is dict:
        items = list(value.values())
        items.extend(value)
    else:
        items = __flow_items__(value, names)
        if items is None:
            others.append(value)
            return 100
    total = 100 + 100 * len(items)
    known[mark] = total
    if len(items) > 20:
        kinds = set(map(type, items))
        if not any(kind not in __flow_numbers__ for kind in kinds):
            return total
        if kinds == __flow_texts__:
            total += sum(map(len, items))
            known[mark] = total
            return total
    for item in items:
        kind = type(item)
        if kind is str or kind is bytes:
            total += len(item)
        elif kind not in __flow_small__:
            total += __flow_weight__(item, known, names, others)
    known[mark] = total
    return total


def __flow_items__(value, names):
    kind = type(value)
    if kind is dict:
        items = list(value)
        items.extend(value.values())
        return items
    if kind is list or kind is tuple or kind is set or kind is frozenset:
        return value
    shape = names.get(id(value))
    if shape is None:
        return None
    if shape[0] == 'attributes':
        return [getattr(value, name) for name in shape[1]]
    items = list(value)
    if shape[0] == 'pairs':
        items.extend(value.values())
    return items


def __flow_names__(value):
    names = {}
    seen = {id(value): value}
    level = [value]
    for depth in range(101):
        others = [item for item in level if __flow_items__(item, names) is None]
        if others:
            for item, shape in zip(others, __flow_shapes__(others)):
                if shape is not None:
                    names[id(item)] = shape
        below = []
        for item in level:
            for child in __flow_items__(item, names) or []:
                if type(child) not in __flow_small__ and id(child) not in seen:
                    seen[id(child)] = child
                    below.append(child)
        if not below:
            return names
        level = below
    raise ValueError('the result is nested deeper than 100 levels')


def __flow_shapes__(items):
    try:
        shapes = __flow_shapes__(items)
    except RecursionError:
        shapes = None
    return __host_shapes(items) if shapes is None else shapes


def __flow_pow__(base, exponent, modulus=None):
    large = 1 << 4096
    if modulus is None or not isinstance(exponent, int) or exponent < large and -large < modulus < large:
        return pow(base, exponent, modulus)
    result = 1
    base %= modulus
    while exponent:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result % modulus
