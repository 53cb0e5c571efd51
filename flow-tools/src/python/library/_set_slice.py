

def __flow_set_slice__(owner, key, items):
    size = len(owner)
    items = list(items)
    if key.step is None or key.step == 1:
        start = 0 if key.start is None else key.start
        stop = size if key.stop is None else key.stop
        start = max(start + size, 0) if start < 0 else min(start, size)
        stop = max(stop + size, 0) if stop < 0 else min(stop, size)
        parts = owner[:start] + items + owner[max(start, stop):]
        owner.clear()
        owner.extend(parts)
        return
    places = list(range(size))[key]
    if len(places) != len(items):
        raise ValueError(f'attempt to assign sequence of size {len(items)} to extended slice of size {len(places)}')
    for place, item in zip(places, items):
        owner[place] = item
