from helper_that_is_not_there import *
from math import *
from promptflow.core import tool


@tool
def main():
    return sqrt(2)
