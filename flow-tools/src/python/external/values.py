"""Values as they go to the code of nodes and back."""

import base64
import inspect
import json
import pickle
import sys

MARK = '__flow__'  # The key of a dict that stands for something that JSON lacks.
DEEPEST = 100
LONGEST_TEXT = 1 << 20
LARGEST_PICKLE = 32 << 20



def take(value):
    """An argument, with what its marks stand for."""
    if isinstance(value, list):
        return [take(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(MARK)
    if kind is None:
        return {key: take(item) for key, item in value.items()}
    if kind == 'map':
        return {key: take(item) for key, item in value['pairs']}
    if kind == 'float':
        return float(value['value'])
    if kind == 'image':
        data = base64.b64decode(value['base64']) if 'base64' in value else b''
        image = sys.modules.get('promptflow.contracts.multimedia')
        return getattr(image, 'Image', Image)(data, value['mime'], value.get('url'))
    return instance(value)


class Held:
    """An instance of a class that is not there."""

    def __init__(self, name, text, attributes):
        self.__dict__.update(attributes)
        self._flow_held = (name, text)

    def __repr__(self):
        return self._flow_held[1]


def instance(value):
    if 'pickle' in value:
        try:
            return pickle.loads(base64.b64decode(value['pickle']))
        except Exception:  # Its class is another node's alone; its attributes are there all the same.
            pass
    return Held(value['class'], value['text'], take(value['attributes']))


def connect(given):
    """A connection of the class that the code knows by its name."""
    name, fields, own = given['class'], given['fields'], given['own']
    ours = CONNECTIONS.get(name, CONNECTIONS['CustomConnection'])
    known = getattr(sys.modules.get('promptflow.connections'), name, ours)
    if issubclass(known, Connection):
        return known(own, **fields)
    try:
        if known.__name__ == 'CustomConnection':
            return known(secrets=fields['secrets'], configs=fields['configs'])
        accepted = inspect.signature(known).parameters
        return known(**{key: value for key, value in fields.items() if key in accepted})
    except Exception:  # Another version of promptflow may want other things.
        return ours(own, **fields)


def plain(value):
    """A number of a library of numbers as a number of Python."""
    if type(value).__module__ == 'numpy' and getattr(value, 'shape', None) == ():
        return value.item()
    return value


def give(value, depth=0):
    """A result as data, with marks for what JSON lacks."""
    if depth > DEEPEST:
        raise ValueError('the result is nested deeper than %d levels' % DEEPEST)
    value = plain(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else {MARK: 'float', 'value': repr(float(value))}
    if isinstance(value, dict):
        pairs = [(key if isinstance(key, str) else text_of(key), give(item, depth + 1)) for key, item in value.items()]
        return {MARK: 'map', 'pairs': pairs} if MARK in value else dict(pairs)
    if isinstance(value, (list, tuple)):
        return [give(item, depth + 1) for item in value]
    if type(value).__name__ == 'Image' and isinstance(getattr(value, '_value', None), bytes):
        content = {'base64': value.to_base64()} if value._value else {'url': value.source_url}
        return {MARK: 'image', 'mime': value._mime_type, **content}
    return foreign(value, depth)


def text_of(key):
    return {True: 'true', False: 'false', None: 'null'}[key] if key is None or isinstance(key, bool) else str(key)


def foreign(value, depth):
    """Something that is no data: later nodes see its attributes; in another Python it is itself again, where it can be."""
    name, text = type(value).__name__, repr(value)[:LONGEST_TEXT]
    attributes = getattr(value, '__dict__', {})
    if isinstance(value, Held):
        name, text = value._flow_held
    shown = {}
    for key, item in attributes.items():
        if key != '_flow_held':
            try:
                shown[key] = give(item, depth + 1)
            except ValueError:
                shown[key] = None
    known = {MARK: 'object', 'class': name, 'text': text, 'attributes': shown}
    try:
        data = pickle.dumps(value)
        if len(data) <= LARGEST_PICKLE:
            known['pickle'] = base64.b64encode(data).decode()
    except Exception:  # Much cannot be pickled, and may raise anything.
        pass
    return known


def refuse(value):
    raise TypeError


def encoded(value):
    """The JSON text of a result, and whether it has marks."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=refuse)
        if MARK not in text:
            return text, False
    except (TypeError, ValueError):
        pass
    except RecursionError:
        raise ValueError('the result is nested deeper than %d levels' % DEEPEST) from None
    return json.dumps(give(value), ensure_ascii=False, allow_nan=False), True
