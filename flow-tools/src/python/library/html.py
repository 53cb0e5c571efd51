_named = {'amp': '&', 'lt': '<', 'gt': '>', 'quot': '"', 'apos': "'", 'nbsp': '\xa0', 'copy': '\xa9', 'reg': '\xae',
          'hellip': '\u2026', 'mdash': '\u2014', 'ndash': '\u2013', 'lsquo': '\u2018', 'rsquo': '\u2019',
          'ldquo': '\u201c', 'rdquo': '\u201d', 'bull': '\u2022', 'euro': '\u20ac', 'trade': '\u2122', 'deg': '\xb0'}


def escape(s, quote=True):
    s = s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return s.replace('"', '&quot;').replace("'", '&#x27;') if quote else s


def unescape(s):
    parts = s.split('&')
    result = [parts[0]]
    for part in parts[1:]:
        name, semicolon, rest = part.partition(';')
        if semicolon and name.startswith('#'):
            code = name[1:]
            try:
                result.append(chr(int(code[1:], 16) if code[:1] in 'xX' else int(code)) + rest)
            except ValueError:
                result.append('&' + part)
        elif semicolon and name in _named:
            result.append(_named[name] + rest)
        else:
            result.append('&' + part)
    return ''.join(result)
