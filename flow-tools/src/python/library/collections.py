import collections as own

Counter = own.Counter
defaultdict = own.defaultdict
deque = own.deque
namedtuple = own.namedtuple
OrderedDict = dict
UserDict = dict
UserList = list
UserString = str


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __getitem__(self, key):
        for found in self.maps:
            if key in found:
                return found[key]
        raise KeyError(key)

    def get(self, key, default=None):
        for found in self.maps:
            if key in found:
                return found[key]
        return default

    def __contains__(self, key):
        return any(key in found for found in self.maps)

    def keys(self):
        return list(dict.fromkeys([key for found in reversed(self.maps) for key in found]))

    def __iter__(self):
        return iter(self.keys())

    def items(self):
        return [(key, self.get(key)) for key in self.keys()]

    def values(self):
        return [self.get(key) for key in self.keys()]


import collections.abc
