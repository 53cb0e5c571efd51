

def __flow_sum__(items, start=0):
    items = list(items)
    if True in items or False in items:
        items = [int(item) if item is True or item is False else item for item in items]
    return sum(items, start)
