from promptflow.core import tool
from urllib.request import urlopen


@tool
def run():
    return urlopen("http://127.0.0.1/").read()
