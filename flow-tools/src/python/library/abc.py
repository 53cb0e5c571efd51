class ABC:
    pass


ABCMeta = type


def abstractmethod(function):
    return function


abstractproperty = abstractmethod
