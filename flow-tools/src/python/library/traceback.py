def format_exc(limit=None, chain=True):
    return ''


def print_exc(limit=None, file=None, chain=True):
    pass


def format_exception(error, value=None, tb=None, **settings):
    error = value if value is not None else error
    return [f'{type(error).__name__}: {error}\n']


def format_tb(tb, limit=None):
    return []


def print_stack(f=None, limit=None, file=None):
    pass
