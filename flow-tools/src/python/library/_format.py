

def __flow_format__(value, spec=''):
    return f'{value:{spec}}'
