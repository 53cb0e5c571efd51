def itemgetter(*keys):
    if len(keys) == 1:
        return lambda owner: owner[keys[0]]
    return lambda owner: tuple([owner[key] for key in keys])


def _attribute(owner, path):
    for name in path.split('.'):
        owner = getattr(owner, name)
    return owner


def attrgetter(*names):
    if len(names) == 1:
        return lambda owner: _attribute(owner, names[0])
    return lambda owner: tuple([_attribute(owner, name) for name in names])


def methodcaller(name, *given, **named):
    return lambda owner: getattr(owner, name)(*given, **named)


def add(a, b): return a + b
def sub(a, b): return a - b
def mul(a, b): return a * b
def truediv(a, b): return a / b
def floordiv(a, b): return a // b
def mod(a, b): return a % b
def pow(a, b): return a ** b
def neg(a): return -a
def eq(a, b): return a == b
def ne(a, b): return a != b
def lt(a, b): return a < b
def le(a, b): return a <= b
def gt(a, b): return a > b
def ge(a, b): return a >= b
def not_(a): return not a
def and_(a, b): return a & b
def or_(a, b): return a | b
def xor(a, b): return a ^ b
def contains(a, b): return b in a
def getitem(a, b): return a[b]
def concat(a, b): return a + b
