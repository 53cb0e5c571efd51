

def __flow_or__(one, two):
    if isinstance(one, dict) and isinstance(two, dict):
        return {**one, **two}
    return one | two
