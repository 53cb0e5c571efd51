from promptflow.core import tool
import os


@tool
def run():
    return [os.environ.get("HOME"), os.getenv("PATH"), dict(os.environ)]
