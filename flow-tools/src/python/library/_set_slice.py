

def __flow_set_slice__(owner, key, items):
    start, stop, step = key.indices(len(owner))
    items = list(items)
    if step == 1:
        parts = owner[:start] + items + owner[max(start, stop):]
        owner.clear()
        owner.extend(parts)
        return
    places = list(range(start, stop, step))
    if len(places) != len(items):
        raise ValueError(f'attempt to assign sequence of size {len(items)} to extended slice of size {len(places)}')
    for place, item in zip(places, items):
        owner[place] = item
