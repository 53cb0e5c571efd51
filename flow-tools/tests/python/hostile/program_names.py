from promptflow.core import tool


@tool
def run():
    global __flow_result__
    __flow_result__ = None
    return __flow_modules
