

def __flow_exception__(kind, *args):
    return kind(str(args[0]) if len(args) == 1 else str(args))
