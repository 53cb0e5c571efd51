import functools as own

reduce = own.reduce
partial = own.partial


def wraps(wrapped, assigned=(), updated=()):
    return lambda wrapper: wrapper


def update_wrapper(wrapper, wrapped, assigned=(), updated=()):
    return wrapper


def _key(args, named):
    return (args, tuple(sorted(named.items()))) if named else args


def cache(function):
    kept = {}

    def cached(*args, **named):
        key = _key(args, named)
        if key not in kept:
            kept[key] = function(*args, **named)
        return kept[key]

    return cached


def lru_cache(maxsize=128, typed=False):
    return cache if maxsize is None or isinstance(maxsize, int) else cache(maxsize)


def cached_property(function):
    return function


def total_ordering(kind):
    return kind


class _Key:
    def __init__(self, value, compare):
        self.value = value
        self.compare = compare

    def __lt__(self, other):
        return self.compare(self.value, other.value) < 0

    def __eq__(self, other):
        return self.compare(self.value, other.value) == 0


def cmp_to_key(compare):
    return lambda value: _Key(value, compare)
