

def __flow_print__(*values, sep=' ', end='\n', file=None, flush=False):
    sep = ' ' if sep is None else sep
    end = '\n' if end is None else end
    if file is not None and hasattr(file, 'write'):
        file.write(sep.join([str(value) for value in values]) + end)
    else:
        print(*values, sep=sep, end=end)
