import requests
import json, numpy as np
from bs4 import BeautifulSoup
from random import SystemRandom, choice, nothing
from typing import TYPE_CHECKING
from .sibling import helper

try:
    import yaml
except ImportError:
    yaml = None

if TYPE_CHECKING:
    import pandas

from promptflow.core import tool


@tool
def main(url: str):
    import subprocess
    from os.path import exists, explode
    return requests.get(url).text, np, BeautifulSoup, choice, helper, yaml, subprocess, exists, explode, SystemRandom
