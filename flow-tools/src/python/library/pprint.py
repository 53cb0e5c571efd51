def pformat(value, indent=1, width=80, depth=None, **settings):
    return repr(value)


def pprint(value, stream=None, **settings):
    print(pformat(value))


pp = pprint
