def tool(function=None, **settings):
    return (lambda inner: inner) if function is None else function


trace = tool


def log_metric(key, value, variant_id=None):
    __host_log_metric(str(key), __flow_weigh__(value), variant_id if variant_id is None else str(variant_id))


class ToolProvider:
    pass


class InputSetting:
    def __init__(self, **settings):
        self.settings = settings


class DynamicList:
    def __init__(self, **settings):
        self.settings = settings


class AzureOpenAIModelConfiguration:
    def __init__(self, **settings):
        for name in settings:
            setattr(self, name, settings[name])


OpenAIModelConfiguration = AzureOpenAIModelConfiguration
