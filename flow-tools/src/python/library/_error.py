

__flow_errors__ = {}
__flow_raised__ = []


def __flow_error__(kind, name, bases):
    ancestors = []
    builtin = None
    for base in bases:
        ancestors.append(base)
        if base in __flow_errors__:
            ancestors.extend(__flow_ancestors__[base])
            builtin = builtin or __flow_errors__[base][1]
        else:
            builtin = builtin or base
    ancestors.extend([Exception, BaseException])
    __flow_ancestors__[kind] = ancestors
    __flow_errors__[kind] = (name, builtin or Exception)


def __flow_new_error__(error, args):
    error.args = args


def __flow_error_init__(error, *args):
    error.args = args


def __flow_error_text__(error):
    args = getattr(error, 'args', ())
    return '' if not args else str(args[0]) if len(args) == 1 else str(args)


def __flow_error_repr__(error):
    args = getattr(error, 'args', ())
    return f"{__flow_errors__[type(error)][0]}({', '.join([repr(item) for item in args])})"


def __flow_raise__(error):
    if error in __flow_errors__ if isinstance(error, type(__flow_new_error_kind)) else False:
        error = error()
    known = __flow_errors__.get(type(error))
    if known is None:
        return error
    __flow_raised__.append(error)
    return known[1](f'\ufdd0{len(__flow_raised__) - 1}\ufdd0{known[0]}\ufdd0{error}')


def __flow_unwrap__(error):
    text = str(error)
    if not text.startswith('\ufdd0') and '\ufdd0' not in text[:2]:
        return error
    return __flow_raised__[int(text.split('\ufdd0')[1])]


class __flow_new_error_kind:
    pass
