ascii_lowercase = 'abcdefghijklmnopqrstuvwxyz'
ascii_uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
ascii_letters = ascii_lowercase + ascii_uppercase
digits = '0123456789'
hexdigits = '0123456789abcdefABCDEF'
octdigits = '01234567'
punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
whitespace = ' \t\n\r\x0b\x0c'
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    return (sep or ' ').join([word.capitalize() for word in s.split(sep)])


class Template:
    def __init__(self, template):
        self.template = template

    def _fill(self, values, is_safe):
        parts = []
        text = self.template
        at = 0
        while at < len(text):
            mark = text.find('$', at)
            if mark < 0:
                parts.append(text[at:])
                break
            parts.append(text[at:mark])
            rest = text[mark + 1:]
            if rest.startswith('$'):
                parts.append('$')
                at = mark + 2
                continue
            braced = rest.startswith('{')
            body = rest[1:] if braced else rest
            end = 0
            while end < len(body) and (body[end].isalnum() or body[end] == '_') and ord(body[end]) < 128:
                end += 1
            name = body[:end]
            if not name or name[0].isdigit() or (braced and body[end:end + 1] != '}'):
                if not is_safe:
                    raise ValueError('Invalid placeholder in string')
                parts.append('$')
                at = mark + 1
                continue
            after = mark + 1 + end + (2 if braced else 0)
            if name in values:
                parts.append(str(values[name]))
            elif is_safe:
                parts.append(text[mark:after])
            else:
                raise KeyError(name)
            at = after
        return ''.join(parts)

    def substitute(self, mapping=None, **named):
        return self._fill({**(mapping or {}), **named}, False)

    def safe_substitute(self, mapping=None, **named):
        return self._fill({**(mapping or {}), **named}, True)
