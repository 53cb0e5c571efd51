from promptflow.core import tool
import time


@tool
def run():
    time.sleep(float("nan"))
