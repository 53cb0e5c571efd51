

def __flow_number__(value):
    return int(value) if value is True or value is False else value
