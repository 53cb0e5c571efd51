import json as own

loads_own = own.loads
dumps_own = own.dumps
JSONDecodeError = own.JSONDecodeError


def loads(s, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None):
    if isinstance(s, bytes):
        s = s.decode('utf-8')
    if isinstance(s, str) and len(s) > 100_000:
        __host_reserve(len(s) + 100 * (s.count(',') + s.count('[') + s.count('{')))
    value = loads_own(s)
    if object_hook is not None or object_pairs_hook is not None:
        value = _hooked(value, object_hook, object_pairs_hook)
    return value


def _hooked(value, hook, pairs):
    if isinstance(value, dict):
        made = {key: _hooked(value[key], hook, pairs) for key in value}
        return pairs(list(made.items())) if pairs is not None else hook(made)
    if isinstance(value, list):
        return [_hooked(item, hook, pairs) for item in value]
    return value


def load(fp, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None):
    return loads(fp.read(), object_hook=object_hook, object_pairs_hook=object_pairs_hook)


def _plain(value, default, seen):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, '_flow_is_plain') and value._flow_is_plain:
        return value.value
    if isinstance(value, (dict, list, tuple)):
        if any(value is other for other in seen):
            raise ValueError('Circular reference detected')
        seen = seen + [value]
        if isinstance(value, dict):
            return {key: _plain(value[key], default, seen) for key in value}
        return [_plain(item, default, seen) for item in value]
    if default is None:
        raise TypeError(f'Object of type {type(value).__name__} is not JSON serializable')
    return _plain(default(value), default, seen)


def _size(value):
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return 0, 1
    sizes = [_size(item) for item in value]
    return 1 + max([height for height, _ in sizes] or [0]), 1 + sum([count for _, count in sizes])


def dumps(obj, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None,
          separators=None, default=None, sort_keys=False):
    if cls is not None and default is None:
        default = cls().default
    if __flow_safe__(obj) is not None and indent is not None:
        height, count = _size(obj)
        size = height * count * (len(indent) if isinstance(indent, str) else indent)
        if size > 100_000:
            __host_reserve(size)
    settings = {'ensure_ascii': ensure_ascii, 'indent': indent, 'sort_keys': sort_keys}
    if separators is not None:
        settings['separators'] = separators
    try:
        return dumps_own(obj, **settings)
    except TypeError:
        return dumps_own(_plain(obj, default, []), **settings)


def dump(obj, fp, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None,
         separators=None, default=None, sort_keys=False):
    fp.write(dumps(obj, ensure_ascii=ensure_ascii, indent=indent, cls=cls, separators=separators, default=default,
                   sort_keys=sort_keys))


class JSONEncoder:
    def __init__(self, **settings):
        self.settings = settings

    def default(self, o):
        raise TypeError(f'Object of type {type(o).__name__} is not JSON serializable')

    def encode(self, o):
        return dumps(o, default=self.default)


class JSONDecoder:
    def __init__(self, **settings):
        self.settings = settings

    def decode(self, s):
        return loads(s)
