def warn(message, category=None, stacklevel=1, source=None):
    print(f'Warning: {message}')


def filterwarnings(action, message='', category=None, module='', lineno=0, append=False):
    pass


def simplefilter(action, category=None, lineno=0, append=False):
    pass
