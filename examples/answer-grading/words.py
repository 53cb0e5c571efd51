"""Words of a text, as the SQuAD metrics count them: no case, no punctuation, no articles."""
import string
from collections import Counter

ARTICLES = {"a", "an", "the"}


def words(text):
    plain = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return [word for word in plain.split() if word not in ARTICLES]


def shared(one, other):
    return sum((Counter(one) & Counter(other)).values())
