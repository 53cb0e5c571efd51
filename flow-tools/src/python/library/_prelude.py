__flow_modules = {}


def __flow_take__(value):
    if isinstance(value, dict):
        if '__flow_connection__' in value:
            return __flow_import_promptflow__connections().__flow_connect__(value)
        if '__flow_image__' in value:
            return __flow_import_promptflow__contracts__multimedia().__flow_picture__(value)
        if '__flow_object__' in value:
            return __flow_held__(value['__flow_object__'], value['text'], __flow_take__(value['attributes']))
        return {key: __flow_take__(value[key]) for key in value}
    if isinstance(value, list):
        return [__flow_take__(item) for item in value]
    return value


class __flow_held__:
    def __init__(self, kind, text, attributes):
        self._flow_kind = kind
        self._flow_text = text
        for name in attributes:
            setattr(self, name, attributes[name])

    def __repr__(self):
        return self._flow_text


def __flow_given__(arguments, marks):
    return {name: __flow_take__(arguments[name]) for name in arguments} if marks else arguments


def __flow_call_method__(kind, of_init, name, arguments):
    init = {key: arguments[key] for key in arguments if key in of_init}
    rest = {key: arguments[key] for key in arguments if key not in of_init}
    return getattr(kind(**init), name)(**rest)


def __flow_run_async__(waited):
    import asyncio
    return asyncio.run(waited)


__flow_iterator = type(iter([]))


def __flow_join__(parts):
    return ''.join([str(part) for part in parts])


def __flow_result__(value):
    if type(value) is __flow_iterator:
        return __flow_join__(value)
    if type(value) is dict and any(type(value[key]) is __flow_iterator for key in value):
        return {key: __flow_result__(value[key]) for key in value}
    return __flow_weigh__(value)


def __flow_nothing__(*given, **named):
    return None


def __flow_metrics__(result):
    if isinstance(result, dict):
        for key in result:
            __host_log_metric(str(key), __flow_weigh__(result[key]), None)
    return result
