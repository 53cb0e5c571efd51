from collections import namedtuple

_safe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~'


def quote(string, safe='/', encoding=None, errors=None):
    data = string if isinstance(string, bytes) else str(string).encode('utf-8')
    kept = _safe + safe
    return ''.join([chr(byte) if byte < 128 and chr(byte) in kept else f'%{byte:02X}' for byte in data])


def quote_plus(string, safe='', encoding=None, errors=None):
    return quote(string, safe + ' ').replace(' ', '+')


def unquote_to_bytes(string):
    data = []
    text = string if isinstance(string, str) else string.decode('utf-8')
    parts = text.split('%')
    data.append(parts[0].encode('utf-8'))
    for part in parts[1:]:
        code = part[:2]
        if len(code) == 2 and all(letter in '0123456789abcdefABCDEF' for letter in code):
            data.append(bytes.fromhex(code) + part[2:].encode('utf-8'))
        else:
            data.append(('%' + part).encode('utf-8'))
    return b''.join(data)


def unquote(string, encoding='utf-8', errors='replace'):
    return unquote_to_bytes(string).decode('utf-8', 'replace') if '%' in string else string


def unquote_plus(string, encoding='utf-8', errors='replace'):
    return unquote(string.replace('+', ' '))


def urlencode(query, doseq=False, safe='', encoding=None, errors=None, quote_via=quote_plus):
    pairs = list(query.items()) if isinstance(query, dict) else list(query)
    parts = []
    for key, value in pairs:
        values = value if doseq and isinstance(value, (list, tuple)) else [value]
        for one in values:
            parts.append(quote_via(str(key), safe) + '=' + quote_via(str(one), safe))
    return '&'.join(parts)


def parse_qsl(qs, keep_blank_values=False, **settings):
    pairs = []
    for part in qs.split('&'):
        if not part:
            continue
        key, mark, value = part.partition('=')
        if value or keep_blank_values:
            pairs.append((unquote_plus(key), unquote_plus(value)))
    return pairs


def parse_qs(qs, keep_blank_values=False, **settings):
    found = {}
    for key, value in parse_qsl(qs, keep_blank_values):
        found.setdefault(key, []).append(value)
    return found


SplitResult = namedtuple('SplitResult', ['scheme', 'netloc', 'path', 'query', 'fragment'])


class ParseResult:
    def __init__(self, scheme, netloc, path, params, query, fragment):
        self.scheme = scheme
        self.netloc = netloc
        self.path = path
        self.params = params
        self.query = query
        self.fragment = fragment
        user, at, host = netloc.rpartition('@')
        self.username = user.partition(':')[0] or None if at else None
        self.password = user.partition(':')[2] or None if at else None
        name, colon, port = host.partition(':') if not host.startswith('[') else (host, '', '')
        self.hostname = name.lower() or None
        self.port = int(port) if port else None

    def _parts(self):
        return (self.scheme, self.netloc, self.path, self.params, self.query, self.fragment)

    def geturl(self):
        return urlunparse(self._parts())

    def __iter__(self):
        return iter(self._parts())

    def __getitem__(self, at):
        return self._parts()[at]

    def __eq__(self, other):
        return tuple(other) == self._parts()

    def __repr__(self):
        names = ['scheme', 'netloc', 'path', 'params', 'query', 'fragment']
        return 'ParseResult(' + ', '.join([f'{name}={value!r}' for name, value in zip(names, self._parts())]) + ')'

    def _replace(self, **changes):
        names = ['scheme', 'netloc', 'path', 'params', 'query', 'fragment']
        return ParseResult(*[changes.get(name, value) for name, value in zip(names, self._parts())])


def _split(url, scheme):
    fragment = query = netloc = ''
    at = url.find(':')
    if at > 0 and url[0].isalpha() and all(letter.isalnum() or letter in '+-.' for letter in url[:at]):
        scheme, url = url[:at].lower(), url[at + 1:]
    if url.startswith('//'):
        ends = [place for place in [url.find(mark, 2) for mark in '/?#'] if place >= 0]
        end = min(ends) if ends else len(url)
        netloc, url = url[2:end], url[end:]
    if '#' in url:
        url, mark, fragment = url.partition('#')
    if '?' in url:
        url, mark, query = url.partition('?')
    return scheme, netloc, url, query, fragment


def urlsplit(url, scheme='', allow_fragments=True):
    scheme, netloc, path, query, fragment = _split(url, scheme)
    return ParseResult(scheme, netloc, path, '', query, fragment)


def urlparse(url, scheme='', allow_fragments=True):
    scheme, netloc, path, query, fragment = _split(url, scheme)
    params = ''
    last = path.rfind('/')
    if ';' in path[last + 1:]:
        at = path.find(';', last + 1)
        path, params = path[:at], path[at + 1:]
    return ParseResult(scheme, netloc, path, params, query, fragment)


def urlunparse(parts):
    scheme, netloc, path, params, query, fragment = parts
    url = path + (';' + params if params else '')
    if netloc:
        url = '//' + netloc + ('' if url.startswith('/') or not url else '/') + url
    if scheme:
        url = scheme + ':' + url
    if query:
        url += '?' + query
    return url + ('#' + fragment if fragment else '')


def urlunsplit(parts):
    scheme, netloc, path, query, fragment = parts
    return urlunparse((scheme, netloc, path, '', query, fragment))


def urldefrag(url):
    whole, mark, fragment = url.partition('#')
    return whole, fragment


def urljoin(base, url, allow_fragments=True):
    if not base:
        return url
    if not url:
        return base
    b = _split(base, '')
    u = _split(url, b[0])
    if u[0] != b[0]:
        return url
    if u[1]:
        return urlunsplit(u)
    path = u[2]
    if not path:
        return urlunsplit((b[0], b[1], b[2], u[3] or b[3], u[4]))
    if not path.startswith('/'):
        path = b[2][:b[2].rfind('/') + 1] + path
    parts = []
    pieces = path.split('/')
    for piece in pieces:
        if piece == '..':
            if len(parts) > 1:
                parts.pop()
        elif piece != '.':
            parts.append(piece)
    if pieces[-1] in ('.', '..'):
        parts.append('')
    joined = '/'.join(parts)
    if b[1] and not joined.startswith('/'):
        joined = '/' + joined
    return urlunsplit((b[0], b[1], joined, u[3], u[4]))
