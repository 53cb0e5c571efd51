import pathlib

sep = '/'


def join(first, *others):
    result = str(first)
    for other in others:
        other = str(other)
        if other.startswith('/'):
            result = other
        elif not result or result.endswith('/'):
            result += other
        else:
            result += '/' + other
    return result


def split(path):
    path = str(path)
    at = path.rfind('/') + 1
    head, tail = path[:at], path[at:]
    if head and head.strip('/'):
        head = head.rstrip('/')
    return head, tail


def basename(path):
    return split(path)[1]


def dirname(path):
    return split(path)[0]


def splitext(path):
    path = str(path)
    slash = path.rfind('/')
    dot = path.rfind('.')
    first = slash + 1
    while first < dot and path[first] == '.':
        first += 1
    return (path[:dot], path[dot:]) if dot > slash and first < dot else (path, '')


def exists(path):
    return pathlib.Path(str(path)).exists()


lexists = exists


def isfile(path):
    return pathlib.Path(str(path)).is_file()


def isdir(path):
    return pathlib.Path(str(path)).is_dir()


def islink(path):
    return False


def isabs(path):
    return str(path).startswith('/')


def normpath(path):
    path = str(path)
    if not path:
        return '.'
    parts = []
    for part in path.split('/'):
        if part in ('', '.'):
            continue
        if part == '..' and parts and parts[-1] != '..':
            parts.pop()
        elif part != '..' or not path.startswith('/'):
            parts.append(part)
    text = ('/' if path.startswith('/') else '') + '/'.join(parts)
    return text or '.'


def abspath(path):
    return normpath(path if isabs(path) else join(str(pathlib.Path('.').resolve()), str(path)))


def realpath(path):
    return abspath(path)


def relpath(path, start='.'):
    own = [part for part in abspath(path).split('/') if part]
    base = [part for part in abspath(start).split('/') if part]
    same = 0
    while same < min(len(own), len(base)) and own[same] == base[same]:
        same += 1
    parts = ['..'] * (len(base) - same) + own[same:]
    return '/'.join(parts) or '.'


def commonprefix(paths):
    if not paths:
        return ''
    low, high = min(paths), max(paths)
    for at, letter in enumerate(low):
        if letter != high[at]:
            return low[:at]
    return low


def getsize(path):
    return pathlib.Path(str(path)).stat().st_size


def getmtime(path):
    return pathlib.Path(str(path)).stat().st_mtime


def expanduser(path):
    return str(path)


def expandvars(path):
    return str(path)
