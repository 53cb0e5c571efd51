

__flow_enums__ = {}


def __flow_plain__(value):
    return value.value if hasattr(value, '_flow_is_plain') else value


def __flow_enum__(kind, members):
    made = {}
    counter = 0
    for name, value in members:
        if hasattr(value, '_flow_is_auto'):
            value = counter + 1
        if isinstance(value, int):
            counter = value
        same = [member for member in made.values() if member.value == value]
        made[name] = same[0] if same else kind(name, value)
        setattr(kind, name, made[name])
    __flow_enums__[kind] = made


def __flow_enum_members__(kind):
    unique = []
    for member in __flow_enums__[kind].values():
        if not any(member is other for other in unique):
            unique.append(member)
    return unique


def __flow_enum_of__(kind, value):
    for member in __flow_enums__[kind].values():
        if member is value or member.value == value:
            return member
    raise ValueError(f'{value!r} is not a valid {__flow_enum_members__(kind)[0]._class_name}')


def __flow_enum_named__(kind, name):
    return __flow_enums__[kind][name]
