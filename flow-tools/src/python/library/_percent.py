

def __flow_mod__(form, values):
    if not isinstance(form, str):
        return form % values
    __flow_safe__(values)
    named = values if isinstance(values, dict) else None
    given = values if isinstance(values, tuple) else (values,)
    taken = 0
    parts = []
    at = 0
    size = len(form)
    while at < size:
        mark = form.find('%', at)
        if mark < 0:
            parts.append(form[at:])
            break
        parts.append(form[at:mark])
        at = mark + 1
        name = None
        if at < size and form[at] == '(':
            end = form.find(')', at)
            if end < 0:
                raise ValueError('incomplete format key')
            name = form[at + 1:end]
            at = end + 1
        flags = ''
        while at < size and form[at] in '#0- +':
            flags += form[at]
            at += 1
        width = ''
        if at < size and form[at] == '*':
            width = str(given[taken])
            taken += 1
            at += 1
        while at < size and form[at] in '0123456789':
            width += form[at]
            at += 1
        precision = ''
        if at < size and form[at] == '.':
            at += 1
            precision = '.'
            if at < size and form[at] == '*':
                precision += str(given[taken])
                taken += 1
                at += 1
            while at < size and form[at] in '0123456789':
                precision += form[at]
                at += 1
        while at < size and form[at] in 'hlL':
            at += 1
        if at >= size:
            raise ValueError('incomplete format')
        kind = form[at]
        at += 1
        if kind == '%':
            parts.append('%')
            continue
        if name is not None:
            if named is None:
                raise TypeError('format requires a mapping')
            value = named[name]
        else:
            if taken >= len(given):
                raise TypeError('not enough arguments for format string')
            value = given[taken]
            taken += 1
        left = '-' in flags
        if kind in 'sra':
            text = str(value) if kind == 's' else repr(value)
            if precision:
                text = text[:int(precision[1:] or '0')]
        elif kind == 'c':
            text = chr(value) if isinstance(value, int) else value
        elif kind in 'diu':
            if isinstance(value, str):
                raise TypeError(f'%{kind} format: a real number is required, not str')
            sign = '+' if '+' in flags else ' ' if ' ' in flags else ''
            text = f'{int(value):{sign}d}'
        elif kind in 'xXo':
            base = ('#' if '#' in flags else '') + kind
            text = f'{value:{base}}'
        elif kind in 'eEfFgG':
            if isinstance(value, str):
                raise TypeError('must be real number, not str')
            sign = '+' if '+' in flags else ' ' if ' ' in flags else ''
            digits = '.6' if precision == '' else ('.0' if precision == '.' else precision)
            spec = sign + digits + kind
            text = f'{float(value):{spec}}'
        else:
            raise ValueError(f"unsupported format character '{kind}'")
        if width and len(text) < int(width):
            if left:
                text = text.ljust(int(width))
            elif '0' in flags and kind not in 'sra':
                sign = text[:1] if text[:1] in '+- ' else ''
                text = sign + text[len(sign):].rjust(int(width) - len(sign), '0')
            else:
                text = text.rjust(int(width))
        parts.append(text)
    if named is None and taken < len(given) and not (len(given) == 1 and taken == 0 and isinstance(values, (list, dict))):
        raise TypeError('not all arguments converted during string formatting')
    return ''.join(parts)
