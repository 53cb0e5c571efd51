

def __flow_vars__(owner):
    raise TypeError('vars() is not there in Python nodes; name the attributes')
