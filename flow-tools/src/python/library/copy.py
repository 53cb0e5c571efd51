def copy(value):
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list):
        return list(value)
    if isinstance(value, set):
        return set(value)
    return value.__copy__() if hasattr(value, '__copy__') else value


def deepcopy(value, memo=None):
    if isinstance(value, dict):
        return {deepcopy(key): deepcopy(value[key]) for key in value}
    if isinstance(value, list):
        return [deepcopy(item) for item in value]
    if isinstance(value, tuple):
        return tuple([deepcopy(item) for item in value])
    if isinstance(value, set):
        return {deepcopy(item) for item in value}
    return value.__deepcopy__({}) if hasattr(value, '__deepcopy__') else value
