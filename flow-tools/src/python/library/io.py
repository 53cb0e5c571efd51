class StringIO:
    def __init__(self, initial_value='', newline='\n'):
        self._text = initial_value or ''
        self._at = 0
        self.closed = False

    def write(self, text):
        end = self._at + len(text)
        self._text = self._text[:self._at] + text + self._text[end:]
        self._at = end
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def read(self, size=-1):
        end = len(self._text) if size is None or size < 0 else self._at + size
        text = self._text[self._at:end]
        self._at += len(text)
        return text

    def readline(self, size=-1):
        end = self._text.find('\n', self._at)
        end = len(self._text) if end < 0 else end + 1
        text = self._text[self._at:end]
        self._at = end
        return text

    def readlines(self, hint=-1):
        lines = []
        line = self.readline()
        while line:
            lines.append(line)
            line = self.readline()
        return lines

    def __iter__(self):
        return iter(self.readlines())

    def getvalue(self):
        return self._text

    def seek(self, at, whence=0):
        self._at = at if whence == 0 else self._at + at if whence == 1 else len(self._text) + at
        return self._at

    def tell(self):
        return self._at

    def truncate(self, size=None):
        self._text = self._text[:self._at if size is None else size]
        return len(self._text)

    def flush(self):
        pass

    def close(self):
        self.closed = True

    def isatty(self):
        return False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()
        return False


class BytesIO:
    def __init__(self, initial_bytes=b''):
        self._bytes = initial_bytes
        self._at = 0

    def write(self, data):
        end = self._at + len(data)
        self._bytes = self._bytes[:self._at] + data + self._bytes[end:]
        self._at = end
        return len(data)

    def read(self, size=-1):
        end = len(self._bytes) if size is None or size < 0 else self._at + size
        data = self._bytes[self._at:end]
        self._at += len(data)
        return data

    def getvalue(self):
        return self._bytes

    def seek(self, at, whence=0):
        self._at = at if whence == 0 else self._at + at if whence == 1 else len(self._bytes) + at
        return self._at

    def tell(self):
        return self._at

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False
