from promptflow.core import tool
import builtins


@tool
def run():
    return getattr(builtins, "__host_list_folder")("/etc")
