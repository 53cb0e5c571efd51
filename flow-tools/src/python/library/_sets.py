

def __flow_is_subset__(one, other, is_proper):
    if isinstance(one, (set, frozenset)) and isinstance(other, (set, frozenset)):
        return one.issubset(other) and not (is_proper and len(one) == len(other))
    return one < other if is_proper else one <= other
