from promptflow.core import tool


@tool
def run():
    try:
        import http.client as client
    except ImportError:
        client = __import__("socket")
    return client
