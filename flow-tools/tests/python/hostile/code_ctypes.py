from promptflow.core import tool
import ctypes


@tool
def run():
    return ctypes.string_at(0)
