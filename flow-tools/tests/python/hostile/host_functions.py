from promptflow.core import tool


@tool
def run():
    return __host_sleep("x")
