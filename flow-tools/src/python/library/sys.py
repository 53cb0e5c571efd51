import sys as own

platform = 'linux'
version = '3.11.0 (flow)'
version_info = (3, 11, 0, 'final', 0)
maxsize = 9223372036854775807
byteorder = 'little'
executable = ''
argv = ['']
path = ['.']
modules = {}


class _Stream:
    def __init__(self, name):
        self.name = name
        self.encoding = 'utf-8'

    def write(self, text):
        __host_write(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            __host_write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return 1


stdout = _Stream('<stdout>')
stderr = _Stream('<stderr>')
__stdout__ = stdout
__stderr__ = stderr


def exit(code=None):
    raise SystemExit('' if code is None else str(code))


def getrecursionlimit():
    return 1000


def setrecursionlimit(limit):
    pass


def getsizeof(value, default=0):
    return 64


def exc_info():
    return (None, None, None)


def intern(text):
    return text
