

__flow_special__ = {}


def __flow_item__(owner, key):
    return owner.__getitem__(key) if type(owner) in __flow_special__ else owner[key]


def __flow_set_item__(owner, key, value):
    if type(owner) in __flow_special__:
        owner.__setitem__(key, value)
    else:
        owner[key] = value


def __flow_len__(owner):
    return owner.__len__() if type(owner) in __flow_special__ else len(owner)


def __flow_int__(owner):
    return owner.__int__() if type(owner) in __flow_special__ else int(owner)


def __flow_float__(owner):
    return owner.__float__() if type(owner) in __flow_special__ else float(owner)


def __flow_abs__(owner):
    return owner.__abs__() if type(owner) in __flow_special__ else abs(owner)


def __flow_neg__(owner):
    return owner.__neg__() if type(owner) in __flow_special__ else -owner


def __flow_callee__(owner):
    return owner.__call__ if type(owner) in __flow_special__ else owner


def __flow_pair__(one, two, name, other):
    if type(one) in __flow_special__ and hasattr(one, name):
        result = getattr(one, name)(two)
        if result is not NotImplemented:
            return True, result
    if type(two) in __flow_special__ and hasattr(two, other):
        return True, getattr(two, other)(one)
    return False, None


def __flow_add__(one, two):
    done, result = __flow_pair__(one, two, '__add__', '__radd__')
    return result if done else one + two


def __flow_sub__(one, two):
    done, result = __flow_pair__(one, two, '__sub__', '__rsub__')
    return result if done else one - two


def __flow_mul__(one, two):
    done, result = __flow_pair__(one, two, '__mul__', '__rmul__')
    return result if done else one * two


def __flow_div__(one, two):
    done, result = __flow_pair__(one, two, '__truediv__', '__rtruediv__')
    return result if done else one / two


def __flow_lt__(one, two):
    done, result = __flow_pair__(one, two, '__lt__', '__gt__')
    return result if done else one < two


def __flow_le__(one, two):
    done, result = __flow_pair__(one, two, '__le__', '__ge__')
    return result if done else one <= two


def __flow_gt__(one, two):
    done, result = __flow_pair__(one, two, '__gt__', '__lt__')
    return result if done else one > two


def __flow_ge__(one, two):
    done, result = __flow_pair__(one, two, '__ge__', '__le__')
    return result if done else one >= two
