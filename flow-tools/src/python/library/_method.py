

def __flow_method__(owner, name, call):
    return getattr(owner, name) if hasattr(owner, name) else call(owner)
