class _Reader:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def fail(self):
        raise ValueError(f'malformed node or string: {self.text!r}')

    def space(self):
        while self.at < len(self.text) and self.text[self.at] in ' \t\r\n':
            self.at += 1

    def peek(self):
        self.space()
        return self.text[self.at:self.at + 1]

    def items(self, end):
        found = []
        comma = False
        while self.peek() != end:
            found.append(self.value())
            if self.peek() == ',':
                self.at += 1
                comma = True
            elif self.peek() != end:
                self.fail()
        self.at += 1
        return found, comma

    def value(self):
        letter = self.peek()
        if letter == '[':
            self.at += 1
            return self.items(']')[0]
        if letter == '(':
            self.at += 1
            found, comma = self.items(')')
            return found[0] if len(found) == 1 and not comma else tuple(found)
        if letter == '{':
            return self.braces()
        if letter and letter in '+-':
            self.at += 1
            number = self.value()
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                self.fail()
            return -number if letter == '-' else number
        if letter and letter in '\'"' or self.text[self.at:self.at + 2].lower() in ('b\'', 'b"', 'r\'', 'r"', 'u\'', 'u"', 'f\''):
            text = self.string()
            while self.peek() and self.peek() in '\'"':
                text += self.string()
            return text
        return self.word()

    def braces(self):
        self.at += 1
        if self.peek() == '}':
            self.at += 1
            return {}
        first = self.value()
        if self.peek() != ':':
            if self.peek() == ',':
                self.at += 1
            elif self.peek() != '}':
                self.fail()
            return set([first] + self.items('}')[0])
        found = {}
        key = first
        while True:
            if self.peek() != ':':
                self.fail()
            self.at += 1
            found[key] = self.value()
            if self.peek() == ',':
                self.at += 1
            elif self.peek() != '}':
                self.fail()
            if self.peek() == '}':
                self.at += 1
                return found
            key = self.value()

    def string(self):
        prefix = ''
        while self.text[self.at] not in '\'"':
            prefix += self.text[self.at].lower()
            self.at += 1
        quote = self.text[self.at]
        if self.text[self.at:self.at + 3] == quote * 3:
            quote = quote * 3
        self.at += len(quote)
        parts = []
        while self.text[self.at:self.at + len(quote)] != quote:
            if self.at >= len(self.text) or (self.text[self.at] == '\n' and len(quote) == 1):
                self.fail()
            letter = self.text[self.at]
            self.at += 1
            if letter == '\\' and 'r' not in prefix:
                parts.append(self.escape())
            else:
                parts.append(letter)
        self.at += len(quote)
        text = ''.join(parts)
        return text.encode('latin-1') if 'b' in prefix else text

    def escape(self):
        letter = self.text[self.at:self.at + 1]
        self.at += 1
        known = {'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', "'": "'", '"': '"', 'a': '\a', 'b': '\b', 'f': '\f',
                 'v': '\v', '0': '\0', '\n': ''}
        sizes = {'x': 2, 'u': 4, 'U': 8}
        if letter in sizes:
            code = self.text[self.at:self.at + sizes[letter]]
            self.at += sizes[letter]
            return chr(int(code, 16))
        return known[letter] if letter in known else '\\' + letter

    def word(self):
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in '_.' or (
                self.text[self.at] in '+-' and self.text[self.at - 1] in 'eE' and self.text[start:start + 1].isdigit()
                and not self.text[start:start + 2].lower() == '0x')):
            self.at += 1
        word = self.text[start:self.at]
        known = {'None': None, 'True': True, 'False': False, 'Ellipsis': ...}
        if word in known:
            return known[word]
        plain = word.replace('_', '')
        if not plain or not (plain[0].isdigit() or plain[0] == '.'):
            self.fail()
        if plain[:2].lower() in ('0x', '0o', '0b'):
            return int(plain, 0)
        return float(plain) if '.' in plain or 'e' in plain.lower() else int(plain)


def literal_eval(node_or_string):
    reader = _Reader(node_or_string.strip())
    value = reader.value()
    if reader.peek() == ',':
        reader.at += 1
        rest, comma = [], False
        while reader.peek():
            rest.append(reader.value())
            if reader.peek() == ',':
                reader.at += 1
        value = tuple([value] + rest)
    if reader.peek():
        raise SyntaxError('invalid syntax')
    return value
