NoneType = type(None)
FunctionType = LambdaType = type(lambda: 0)


class SimpleNamespace:
    def __init__(self, **named):
        self._names = list(named)
        for name in named:
            setattr(self, name, named[name])

    def __repr__(self):
        return 'namespace(' + ', '.join([f'{name}={getattr(self, name)!r}' for name in self._names]) + ')'


def MappingProxyType(mapping):
    return mapping
