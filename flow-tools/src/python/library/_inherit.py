

__flow_members__ = {}
__flow_ancestors__ = {}
__flow_class_methods__ = {}
__flow_properties__ = {}


def __flow_inherit__(kind, bases, own):
    members = list(own)
    ancestors = []
    for base in bases:
        for name in __flow_members__.get(base, []):
            if name in members:
                continue
            members.append(name)
            if (base, name) in __flow_class_methods__:
                setattr(kind, name, __flow_of_class__(kind, name, __flow_class_methods__[(base, name)]))
            else:
                setattr(kind, name, getattr(base, name))
            if (base, name) in __flow_properties__:
                __flow_properties__[(kind, name)] = __flow_properties__[(base, name)]
        for ancestor in [base] + __flow_ancestors__.get(base, []):
            if ancestor not in ancestors:
                ancestors.append(ancestor)
    __flow_members__[kind] = members
    __flow_ancestors__[kind] = ancestors


def __flow_init__(base, instance, *given, **named):
    if '__init__' in __flow_members__.get(base, ['__init__']):
        base.__init__(instance, *given, **named)


def __flow_isinstance__(value, kinds):
    if isinstance(value, kinds):
        return True
    ancestors = __flow_ancestors__.get(type(value))
    if not ancestors:
        return False
    return any(kind in ancestors for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
