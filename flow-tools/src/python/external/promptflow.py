"""What promptflow offers to code, for where it is not installed."""

import base64
import importlib.abc
import importlib.machinery
import types


def mark(function=None, **settings):
    return (lambda inner: inner) if function is None else function


METRICS = []


def log_metric(key, value, variant_id=None):
    METRICS.append([str(key), plain(value), None if variant_id is None else str(variant_id)])


class Settings:
    def __init__(self, *values, **settings):
        self.__dict__.update(settings)


class ToolProvider:
    pass


class Absent:
    def __init__(self, *values, **settings):
        self.load()

    @classmethod
    def load(cls, *values, **settings):
        raise NotImplementedError(
            '%s is not there without promptflow: ask models in nodes of the flow, or install promptflow-core' % cls.__name__
        )


class Flow(Absent):
    pass


class AsyncFlow(Absent):
    pass


class Prompty(Absent):
    pass


class AsyncPrompty(Absent):
    pass


class Image:
    def __init__(self, value=b'', mime_type='image/*', source_url=None):
        import hashlib

        self._value = value
        self._mime_type = mime_type
        self._hash = hashlib.sha1(value or (source_url or '').encode()).hexdigest()
        self.source_url = source_url

    def to_base64(self, with_type=False):
        text = base64.b64encode(self._value).decode()
        return 'data:%s;base64,%s' % (self._mime_type, text) if with_type else text

    def __len__(self):
        return len(self._value)

    def __repr__(self):
        return 'Image(%s)' % self._hash[:8]


class Secret(str):
    pass


class PromptTemplate(str):
    pass


class FilePath(str):
    pass


class AssistantDefinition:
    def __init__(self, model='', instructions='', tools=None):
        self.model, self.instructions, self.tools = model, instructions, tools


class PromptflowException(Exception):
    def __init__(self, message='', **details):
        super().__init__(message)
        self.__dict__.update(details)


class UserErrorException(PromptflowException):
    pass


class SystemErrorException(PromptflowException):
    pass


class Connection:
    def __init__(self, _own=None, **fields):
        self.__dict__.update(fields)
        self._own = fields if _own is None else _own

    def keys(self):
        return list(self._own)

    def values(self):
        return list(self._own.values())

    def items(self):
        return list(self._own.items())

    def get(self, name, default=None):
        return self._own.get(name, default)

    def __getitem__(self, name):
        return self._own[name]

    def __contains__(self, name):
        return name in self._own

    def __iter__(self):
        return iter(list(self._own))

    def _to_dict(self):
        return dict(self._own)

    def __repr__(self):
        return '%s()' % type(self).__name__


CONNECTIONS = {
    name: type(name, (Connection,), {})
    for name in (
        'AzureOpenAIConnection OpenAIConnection ServerlessConnection SerpConnection CustomConnection CustomStrongTypeConnection '
        'CognitiveSearchConnection AzureContentSafetyConnection AzureAIServicesConnection FormRecognizerConnection '
        'QdrantConnection WeaviateConnection'
    ).split()
}

CORE = {
    'tool': mark,
    'trace': mark,
    'start_trace': lambda **settings: None,
    'log_metric': log_metric,
    'ToolProvider': ToolProvider,
    'InputSetting': type('InputSetting', (Settings,), {}),
    'DynamicList': type('DynamicList', (Settings,), {}),
    'AzureOpenAIModelConfiguration': type('AzureOpenAIModelConfiguration', (Settings,), {}),
    'OpenAIModelConfiguration': type('OpenAIModelConfiguration', (Settings,), {}),
    'Flow': Flow,
    'AsyncFlow': AsyncFlow,
    'Prompty': Prompty,
    'AsyncPrompty': AsyncPrompty,
    'register_connections': lambda *classes: None,
    **CONNECTIONS,
}

PROMPTFLOW = {
    'promptflow': CORE,
    'promptflow._core': {},
    'promptflow._core.tool': CORE,
    'promptflow._core.tools_manager': CORE,
    'promptflow.connections': CONNECTIONS,
    'promptflow.contracts': {},
    'promptflow.contracts.multimedia': {'Image': Image, 'PFBytes': Image},
    'promptflow.contracts.types': {
        'Secret': Secret,
        'PromptTemplate': PromptTemplate,
        'FilePath': FilePath,
        'AssistantDefinition': AssistantDefinition,
    },
    'promptflow.core': CORE,
    'promptflow.entities': CORE,
    'promptflow.exceptions': {
        'PromptflowException': PromptflowException,
        'UserErrorException': UserErrorException,
        'SystemErrorException': SystemErrorException,
        'ErrorTarget': types.SimpleNamespace(UNKNOWN='Unknown', TOOL='Tool'),
    },
    'promptflow.tracing': CORE,
}


class Promptflow(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds those modules last of all, so that what is installed goes before."""

    def find_spec(self, name, path=None, target=None):
        if name in PROMPTFLOW:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__dict__.update(PROMPTFLOW[module.__name__])
