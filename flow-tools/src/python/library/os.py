import os as own
import pathlib



def getenv(key, default=None):
    value = own.getenv(key)
    return default if value is None else value


environ = own.environ
sep = '/'
linesep = '\n'
pathsep = ':'
curdir = '.'
pardir = '..'
name = 'posix'
devnull = '/dev/null'
PathLike = pathlib.Path


def getcwd():
    return str(pathlib.Path('.').resolve())


def listdir(path='.'):
    return __host_list_folder(str(path))


def walk(top, topdown=True):
    top = str(top)
    folders = []
    files = []
    for found in __host_list_folder(top):
        (folders if pathlib.Path(top + '/' + found).is_dir() else files).append(found)
    result = [(top, folders, files)]
    for folder in folders:
        result.extend(walk(top + '/' + folder))
    return result


def stat(path):
    return pathlib.Path(str(path)).stat()


def makedirs(name, mode=0o777, exist_ok=False):
    pathlib.Path(str(name)).mkdir(parents=True, exist_ok=exist_ok)


def mkdir(path, mode=0o777):
    pathlib.Path(str(path)).mkdir()


def remove(path):
    pathlib.Path(str(path)).unlink()


unlink = remove


def rmdir(path):
    pathlib.Path(str(path)).rmdir()


def rename(src, dst):
    pathlib.Path(str(src)).rename(str(dst))


def fspath(path):
    return str(path)


def getpid():
    return 1


def cpu_count():
    return 1


def urandom(size):
    return __host_random_bytes(size)


def getlogin():
    return 'flow'


def system(command):
    raise PermissionError('Python nodes start no programs; use the tool command.run, with --allow-exec')


popen = system


def putenv(key, value):
    environ[key] = value


def unsetenv(key):
    environ.pop(key, None)


import os.path
