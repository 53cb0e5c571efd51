import math




StatisticsError = ValueError


def _numbers(data):
    data = list(data)
    if not data:
        raise ValueError('no data points')
    return data


def _exact(data):
    whole = all(isinstance(item, int) for item in data)
    return sum(data) if whole else math.fsum(data) if hasattr(math, 'fsum') else _sum(data)


def _sum(data):
    total = 0.0
    lost = 0.0
    for item in data:
        step = total + item
        if abs(total) >= abs(item):
            lost += (total - step) + item
        else:
            lost += (item - step) + total
        total = step
    return total + lost


def _convert(value):
    return int(value) if isinstance(value, float) and value == int(value) else value


def mean(data):
    data = _numbers(data)
    total = _exact(data)
    if all(isinstance(item, int) for item in data):
        return total // len(data) if total % len(data) == 0 else total / len(data)
    return total / len(data)


def fmean(data, weights=None):
    data = _numbers(data)
    if weights is None:
        return _sum([float(item) for item in data]) / len(data)
    weights = list(weights)
    return _sum([item * weight for item, weight in zip(data, weights)]) / _sum(weights)


def geometric_mean(data):
    data = _numbers(data)
    return math.exp(_sum([math.log(item) for item in data]) / len(data))


def harmonic_mean(data):
    data = _numbers(data)
    return len(data) / _sum([1 / item for item in data])


def median(data):
    data = sorted(_numbers(data))
    middle = len(data) // 2
    return data[middle] if len(data) % 2 else (data[middle - 1] + data[middle]) / 2


def median_low(data):
    data = sorted(_numbers(data))
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = sorted(_numbers(data))
    return data[len(data) // 2]


def multimode(data):
    counts = {}
    for item in data:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values()) if counts else 0
    return [item for item in counts if counts[item] == most]


def mode(data):
    return multimode(_numbers(data))[0]


def _squares(data, center):
    center = mean(data) if center is None else center
    return _sum([(item - center) ** 2 for item in data])


def variance(data, xbar=None):
    data = list(data)
    if len(data) < 2:
        raise ValueError('variance requires at least two data points')
    result = _squares(data, xbar) / (len(data) - 1)
    return _convert(result) if all(isinstance(item, int) for item in data) else result


def pvariance(data, mu=None):
    data = _numbers(data)
    result = _squares(data, mu) / len(data)
    return _convert(result) if all(isinstance(item, int) for item in data) else result


def stdev(data, xbar=None):
    return math.sqrt(variance(data, xbar))


def pstdev(data, mu=None):
    return math.sqrt(pvariance(data, mu))


def quantiles(data, n=4, method='exclusive'):
    data = sorted(data)
    size = len(data)
    if size < 2:
        raise ValueError('must have at least two data points')
    result = []
    for i in range(1, n):
        if method == 'inclusive':
            j, delta = divmod(i * (size - 1), n)
            result.append((data[j] * (n - delta) + data[j + 1] * delta) / n)
        else:
            j = i * (size + 1) // n
            j = 1 if j < 1 else size - 1 if j > size - 1 else j
            delta = i * (size + 1) - j * n
            result.append((data[j - 1] * (n - delta) + data[j] * delta) / n)
    return result


def covariance(x, y):
    x, y = list(x), list(y)
    mx, my = fmean(x), fmean(y)
    return _sum([(a - mx) * (b - my) for a, b in zip(x, y)]) / (len(x) - 1)


def correlation(x, y):
    x, y = list(x), list(y)
    mx, my = fmean(x), fmean(y)
    top = _sum([(a - mx) * (b - my) for a, b in zip(x, y)])
    return top / math.sqrt(_sum([(a - mx) ** 2 for a in x]) * _sum([(b - my) ** 2 for b in y]))
