from promptflow.core import tool


@tool
def run():
    return len(open("/dev/zero", "rb").read())
