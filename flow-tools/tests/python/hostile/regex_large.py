from promptflow.core import tool
import re


@tool
def run():
    return re.compile("(((a{1,1000}){1,1000}){1,1000}){1,1000}")
