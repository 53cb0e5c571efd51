from promptflow.core import tool
import os


@tool
def run():
    return os.system("touch /tmp/owned")
