import re as own

A = own.A
ASCII = own.ASCII
DOTALL = own.DOTALL
S = own.S
I = own.I
IGNORECASE = own.IGNORECASE
M = own.M
MULTILINE = own.MULTILINE
NOFLAG = own.NOFLAG
X = VERBOSE = 0
U = UNICODE = 0
Match = own.Match
error = own.error
PatternError = own.PatternError
escape = own.escape
findall = own.findall
finditer = own.finditer
fullmatch = own.fullmatch
match = own.match
search = own.search
split = own.split
own_sub = own.sub
own_compile = own.compile


def _replace(found, repl, string, count):
    parts = []
    at = 0
    done = 0
    for one in found:
        if count and done >= count:
            break
        parts.append(string[at:one.start()])
        parts.append(repl(one))
        at = one.end()
        done += 1
    parts.append(string[at:])
    return ''.join(parts), done


def sub(pattern, repl, string, count=0, flags=0):
    if isinstance(repl, str):
        return own_sub(_own(pattern), repl, string, count=count, flags=flags)
    return _replace(finditer(_own(pattern), string, flags), repl, string, count)[0]


def subn(pattern, repl, string, count=0, flags=0):
    if isinstance(repl, str):
        found = len(list(finditer(_own(pattern), string, flags)))
        return sub(pattern, repl, string, count, flags), min(found, count) if count else found
    return _replace(finditer(_own(pattern), string, flags), repl, string, count)


def _own(pattern):
    return pattern._own if hasattr(pattern, '_own') else pattern


class Pattern:
    def __init__(self, pattern, flags):
        self._own = own_compile(pattern, flags)
        self.pattern = pattern
        self.flags = flags

    def sub(self, repl, string, count=0):
        if isinstance(repl, str):
            return self._own.sub(repl, string, count)
        return _replace(self._own.finditer(string), repl, string, count)[0]

    def subn(self, repl, string, count=0):
        if isinstance(repl, str):
            found = len(list(self._own.finditer(string)))
            return self._own.sub(repl, string, count), min(found, count) if count else found
        return _replace(self._own.finditer(string), repl, string, count)

    def search(self, string):
        return self._own.search(string)

    def match(self, string):
        return self._own.match(string)

    def fullmatch(self, string):
        return self._own.fullmatch(string)

    def findall(self, string):
        return self._own.findall(string)

    def finditer(self, string):
        return self._own.finditer(string)

    def split(self, string, maxsplit=0):
        return self._own.split(string, maxsplit)


def compile(pattern, flags=0):
    return pattern if hasattr(pattern, '_own') else Pattern(pattern, flags)


def purge():
    pass
