from promptflow.core import tool


@tool
def run():
    return open("/proc/self/environ", "rb").read()
