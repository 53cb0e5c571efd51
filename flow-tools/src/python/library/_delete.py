

def __flow_delete__(owner, key):
    if isinstance(owner, list):
        if isinstance(key, slice):
            gone = set(list(range(len(owner)))[key])
            kept = [item for at, item in enumerate(owner) if at not in gone]
            owner.clear()
            owner.extend(kept)
        else:
            owner.pop(key)
    elif isinstance(owner, dict):
        owner.pop(key)
    else:
        owner.__delitem__(key)
