# limits: memory=32
from promptflow.core import tool
from collections import Counter, deque, defaultdict


@tool
def run():
    queue = deque(range(10**9))
    counts = Counter(range(10**9))
    return len(queue) + len(counts)
