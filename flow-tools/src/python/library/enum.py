class Enum:
    pass


class IntEnum:
    pass


class StrEnum:
    pass


class Flag:
    pass


class _auto:
    def __init__(self):
        self._flow_is_auto = True


auto = _auto


def unique(kind):
    return kind
