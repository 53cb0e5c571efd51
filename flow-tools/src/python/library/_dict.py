

def __flow_dict__(*given, **named):
    if given and hasattr(given[0], 'keys') and not isinstance(given[0], dict):
        owner = given[0]
        return {**{key: owner.__getitem__(key) for key in owner.keys()}, **named}
    return dict(*given, **named)
