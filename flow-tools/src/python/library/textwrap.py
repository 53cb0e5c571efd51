def dedent(text):
    margin = None
    lines = [line if line.strip() else ('\n' if line.endswith('\n') else '') for line in text.splitlines(True)]
    for line in lines:
        if line.strip():
            own = line[:len(line) - len(line.lstrip())]
            if margin is None:
                margin = own
            else:
                same = 0
                while same < min(len(margin), len(own)) and margin[same] == own[same]:
                    same += 1
                margin = margin[:same]
    size = len(margin or '')
    return ''.join([line[size:] if line.strip() else line for line in lines])


def indent(text, prefix, predicate=None):
    wanted = predicate or (lambda line: line.strip())
    return ''.join([prefix + line if wanted(line) else line for line in text.splitlines(True)])


def wrap(text, width=70, initial_indent='', subsequent_indent='', break_long_words=True, **settings):
    lines = []
    line = ''
    lead = initial_indent
    for word in text.split():
        while break_long_words and len(lead) + len(word) > width and not line:
            room = max(width - len(lead), 1)
            lines.append(lead + word[:room])
            word = word[room:]
            lead = subsequent_indent
        if not word:
            continue
        if line and len(lead) + len(line) + 1 + len(word) > width:
            lines.append(lead + line)
            lead = subsequent_indent
            line = ''
            while break_long_words and len(lead) + len(word) > width:
                room = max(width - len(lead), 1)
                lines.append(lead + word[:room])
                word = word[room:]
        line = line + ' ' + word if line else word
    if line:
        lines.append(lead + line)
    return lines


def fill(text, width=70, **settings):
    return '\n'.join(wrap(text, width, **settings))


def shorten(text, width, placeholder=' [...]', **settings):
    words = text.split()
    whole = ' '.join(words)
    if len(whole) <= width:
        return whole
    line = ''
    for word in words:
        longer = line + ' ' + word if line else word
        if len(longer) + len(placeholder) > width:
            break
        line = longer
    return line + placeholder if line else placeholder.strip()
