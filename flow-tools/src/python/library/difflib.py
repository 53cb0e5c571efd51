class SequenceMatcher:
    def __init__(self, isjunk=None, a='', b='', autojunk=True):
        self.a = a
        self.b = b

    def _longest(self, alo, ahi, blo, bhi):
        best = (alo, blo, 0)
        places = {}
        for j in range(blo, bhi):
            places.setdefault(self.b[j], []).append(j)
        lengths = {}
        for i in range(alo, ahi):
            longer = {}
            for j in places.get(self.a[i], []):
                size = lengths.get(j - 1, 0) + 1
                longer[j] = size
                if size > best[2]:
                    best = (i - size + 1, j - size + 1, size)
            lengths = longer
        return best

    def get_matching_blocks(self):
        waiting = [(0, len(self.a), 0, len(self.b))]
        found = []
        while waiting:
            alo, ahi, blo, bhi = waiting.pop()
            i, j, size = self._longest(alo, ahi, blo, bhi)
            if size:
                found.append((i, j, size))
                if alo < i and blo < j:
                    waiting.append((alo, i, blo, j))
                if i + size < ahi and j + size < bhi:
                    waiting.append((i + size, ahi, j + size, bhi))
        return sorted(found) + [(len(self.a), len(self.b), 0)]

    def ratio(self):
        total = len(self.a) + len(self.b)
        return 2.0 * sum([block[2] for block in self.get_matching_blocks()]) / total if total else 1.0

    quick_ratio = ratio
    real_quick_ratio = ratio


def get_close_matches(word, possibilities, n=3, cutoff=0.6):
    scored = [(SequenceMatcher(None, one, word).ratio(), one) for one in possibilities]
    scored = sorted([pair for pair in scored if pair[0] >= cutoff], reverse=True)
    return [one for ratio, one in scored[:n]]
