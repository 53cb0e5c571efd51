class _Connection:
    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])
        if not hasattr(self, '_fields'):
            self._fields = fields

    def keys(self):
        return list(self._fields)

    def values(self):
        return list(self._fields.values())

    def items(self):
        return list(self._fields.items())

    def get(self, name, default=None):
        return self._fields.get(name, default)

    def __getitem__(self, name):
        return self._fields[name]

    def __contains__(self, name):
        return name in self._fields

    def __iter__(self):
        return iter(list(self._fields))

    def _to_dict(self):
        return dict(self._fields)

    def __repr__(self):
        return f'{type(self).__name__}()'


class AzureOpenAIConnection(_Connection):
    pass


class OpenAIConnection(_Connection):
    pass


class ServerlessConnection(_Connection):
    pass


class SerpConnection(_Connection):
    pass


class CustomConnection(_Connection):
    pass


class CustomStrongTypeConnection(_Connection):
    pass


class CognitiveSearchConnection(_Connection):
    pass


class AzureContentSafetyConnection(_Connection):
    pass


class AzureAIServicesConnection(_Connection):
    pass


class FormRecognizerConnection(_Connection):
    pass


class QdrantConnection(_Connection):
    pass


class WeaviateConnection(_Connection):
    pass


_classes = {
    'AzureOpenAIConnection': AzureOpenAIConnection,
    'OpenAIConnection': OpenAIConnection,
    'ServerlessConnection': ServerlessConnection,
    'SerpConnection': SerpConnection,
    'CognitiveSearchConnection': CognitiveSearchConnection,
    'AzureContentSafetyConnection': AzureContentSafetyConnection,
    'AzureAIServicesConnection': AzureAIServicesConnection,
    'FormRecognizerConnection': FormRecognizerConnection,
    'QdrantConnection': QdrantConnection,
    'WeaviateConnection': WeaviateConnection,
}


def __flow_connect__(given):
    kind = _classes.get(given['__flow_connection__'], CustomConnection)
    return kind(_fields=given['own'], **given['fields'])
