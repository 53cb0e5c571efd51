import itertools as own

accumulate = own.accumulate
batched = own.batched
chain = own.chain
compress = own.compress
count = own.count
cycle = own.cycle
dropwhile = own.dropwhile
filterfalse = own.filterfalse
islice = own.islice
pairwise = own.pairwise
repeat = own.repeat
starmap = own.starmap
takewhile = own.takewhile
zip_longest = own.zip_longest


def product(*iterables, repeat=1):
    result = [()]
    for pool in [list(one) for one in iterables] * repeat:
        result = [item + (choice,) for item in result for choice in pool]
    return iter(result)


def permutations(iterable, r=None):
    pool = list(iterable)
    r = len(pool) if r is None else r
    result = [()] if r <= len(pool) else []
    for _ in range(r):
        result = [item + (at,) for item in result for at in range(len(pool)) if at not in item]
    return iter([tuple([pool[at] for at in item]) for item in result])


def combinations(iterable, r):
    pool = list(iterable)
    result = [()]
    for _ in range(r):
        result = [item + (at,) for item in result for at in range(item[-1] + 1 if item else 0, len(pool))]
    return iter([tuple([pool[at] for at in item]) for item in result])


def combinations_with_replacement(iterable, r):
    pool = list(iterable)
    result = [()]
    for _ in range(r):
        result = [item + (at,) for item in result for at in range(item[-1] if item else 0, len(pool))]
    return iter([tuple([pool[at] for at in item]) for item in result])


def groupby(iterable, key=None):
    groups = []
    for item in iterable:
        own_key = item if key is None else key(item)
        if not groups or groups[-1][0] != own_key:
            groups.append((own_key, []))
        groups[-1][1].append(item)
    return iter([(own_key, iter(items)) for own_key, items in groups])


def tee(iterable, n=2):
    items = list(iterable)
    return tuple([iter(items) for _ in range(n)])
