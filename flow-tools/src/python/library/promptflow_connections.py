class AzureOpenAIConnection:
    pass


class OpenAIConnection:
    pass


class ServerlessConnection:
    pass


class SerpConnection:
    pass


class CustomConnection:
    pass


class CustomStrongTypeConnection:
    pass


class CognitiveSearchConnection:
    pass


class AzureContentSafetyConnection:
    pass


class AzureAIServicesConnection:
    pass


class FormRecognizerConnection:
    pass


class QdrantConnection:
    pass


class WeaviateConnection:
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
    made = _classes.get(given['__flow_connection__'], CustomConnection)()
    fields = given['fields']
    for name in fields:
        setattr(made, name, fields[name])
    return made
