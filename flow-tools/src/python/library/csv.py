QUOTE_MINIMAL = 0
QUOTE_ALL = 1
QUOTE_NONNUMERIC = 2
QUOTE_NONE = 3
Error = ValueError


def reader(csvfile, dialect='excel', delimiter=',', quotechar='"', skipinitialspace=False, **settings):
    lines = [line if line.endswith('\n') else line + '\n' for line in csvfile]
    rows = []
    row = []
    field = ''
    quoted = False
    was_quoted = False
    for line in lines:
        at = 0
        line = line.replace('\r\n', '\n')
        while at < len(line):
            letter = line[at]
            if quoted:
                if letter == quotechar and line[at + 1:at + 2] == quotechar:
                    field += quotechar
                    at += 1
                elif letter == quotechar:
                    quoted = False
                else:
                    field += letter
            elif letter == quotechar and not field:
                quoted = True
                was_quoted = True
            elif letter == delimiter:
                row.append(field)
                field = ''
                was_quoted = False
            elif letter == '\n':
                if row or field or was_quoted:
                    row.append(field)
                rows.append(row)
                row = []
                field = ''
                was_quoted = False
            elif not (letter == ' ' and skipinitialspace and not field):
                field += letter
            at += 1
    if quoted:
        rows.append(row + [field])
    return iter(rows)


class writer:
    def __init__(self, csvfile, dialect='excel', delimiter=',', quotechar='"', lineterminator='\r\n', quoting=0,
                 **settings):
        self.file = csvfile
        self.delimiter = delimiter
        self.quotechar = quotechar
        self.lineterminator = lineterminator
        self.quoting = quoting

    def _field(self, value, alone):
        text = '' if value is None else str(value)
        special = [self.delimiter, self.quotechar, '\n', '\r']
        wanted = self.quoting == 1 or (self.quoting == 2 and not isinstance(value, (int, float)))
        if self.quoting != 3 and (wanted or any(mark in text for mark in special) or (alone and not text)):
            return self.quotechar + text.replace(self.quotechar, self.quotechar * 2) + self.quotechar
        return text

    def writerow(self, row):
        row = list(row)
        line = self.delimiter.join([self._field(value, len(row) == 1) for value in row]) + self.lineterminator
        self.file.write(line)
        return len(line)

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)


class DictReader:
    def __init__(self, f, fieldnames=None, restkey=None, restval=None, **settings):
        rows = list(reader(f, **settings))
        if fieldnames is None:
            fieldnames = rows[0] if rows else []
            rows = rows[1:]
        self.fieldnames = list(fieldnames)
        self._rows = []
        for row in rows:
            if not row:
                continue
            made = {name: row[at] if at < len(row) else restval for at, name in enumerate(self.fieldnames)}
            if len(row) > len(self.fieldnames):
                made[restkey] = row[len(self.fieldnames):]
            self._rows.append(made)

    def __iter__(self):
        return iter(self._rows)


class DictWriter:
    def __init__(self, f, fieldnames, restval='', extrasaction='raise', **settings):
        self.fieldnames = list(fieldnames)
        self.restval = restval
        self.extrasaction = extrasaction
        self.writer = writer(f, **settings)

    def writeheader(self):
        return self.writer.writerow(self.fieldnames)

    def writerow(self, row):
        extra = [name for name in row if name not in self.fieldnames]
        if extra and self.extrasaction == 'raise':
            raise ValueError(f'dict contains fields not in fieldnames: {", ".join([repr(name) for name in extra])}')
        return self.writer.writerow([row.get(name, self.restval) for name in self.fieldnames])

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)
