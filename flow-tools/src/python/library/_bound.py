

class __flow_bound:
    def __init__(self, function, first):
        self.function = function
        self.first = first

    def call(self, *given, **named):
        return self.function(*self.first, *given, **named)


def __flow_static__(function):
    return __flow_bound(function, ()).call


def __flow_of_class__(kind, name, function):
    try:
        __flow_class_methods__[(kind, name)] = function
    except NameError:
        pass
    return __flow_bound(function, (kind,)).call
