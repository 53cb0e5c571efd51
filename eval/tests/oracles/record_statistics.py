"""Values that `tests/it/statistics` has recorded of SciPy, statsmodels and mpmath, beside those of published tables.

Run it with scipy 1.17, statsmodels 0.15 and mpmath; it prints each value with the test that holds it.
"""

import mpmath
import numpy as np
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

print("distributions: t", 2 * stats.t.sf(3, 1e6), 2 * stats.t.sf(3, 4e6), stats.t.isf(0.025, 1e6), stats.t.sf(40, 30))
print("distributions: beta", [special.betainc(*at) for at in [(5e5, 5e5, 0.5005), (5e6, 5e6, 0.5001), (1e6, 9e6, 0.1001)]])
for t, degrees, shift in [(2, 10, 1.5), (-1, 5, 0.5), (1.97, 197, 2.8), (0.5, 3, -2), (12, 30, 10)]:
    print("distributions: noncentral t", t, degrees, shift, stats.nct.cdf(t, degrees, shift))
for q, groups in [(3.31449, 3), (2.0, 2), (4.5, 10)]:
    print("distributions: studentized range", q, groups, stats.studentized_range.sf(q, groups, np.inf))

d = [0.0, 0.5, 0.0, -0.25, 0.75, 1.0, 0.5, -0.5, 2.0, 0.0]
for zeros in ("wilcox", "pratt"):
    for correction in (False, True):
        p = stats.wilcoxon(d, zero_method=zeros, method="asymptotic", correction=correction).pvalue
        print("paired_numeric: zeros", zeros, correction, p)

tied = np.array([[1, 1, 2, 3], [2, 1, 2, 2], [1, 2, 3, 3], [1, 1, 1, 2]])
print("many: friedman with ties", stats.friedmanchisquare(*tied.T))
p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.060, 0.074, 0.205, 0.212, 0.216]
print("many: hommel", multipletests(p, method="hommel")[1])

# Plans: the roots of the power functions, where statsmodels stops its search about 1e-6 off them.
mpmath.mp.dps = 25
z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.95"))
shift = lambda n: mpmath.mpf("0.2") * mpmath.sqrt(n / 2)
power = lambda n: mpmath.ncdf(shift(n) - z) + mpmath.ncdf(-shift(n) - z) - mpmath.mpf("0.8")
print("planning: unpaired z", mpmath.findroot(power, 392.44))


def t_power(n, degrees, noncentrality):
    tail = lambda t: mpmath.betainc(degrees / 2, 0.5, 0, degrees / (degrees + t * t), regularized=True) / 2
    critical = mpmath.findroot(lambda t: tail(t) - mpmath.mpf("0.025"), mpmath.mpf(stats.t.isf(0.025, float(degrees))))
    log_scale = -degrees / 2 * mpmath.log(2) - mpmath.loggamma(degrees / 2)
    density = lambda v: mpmath.exp((degrees / 2 - 1) * mpmath.log(v) - v / 2 + log_scale)
    beyond = lambda t: mpmath.quad(
        lambda v: mpmath.ncdf(noncentrality - t * mpmath.sqrt(v / degrees)) * density(v),
        [degrees * share for share in (0, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.8, 3)],
    )
    return beyond(critical) + 1 - beyond(-critical) - mpmath.mpf("0.8")


effect = mpmath.mpf("0.2")
paired = lambda n: t_power(n, n - 1, effect * mpmath.sqrt(n))
unpaired = lambda n: t_power(n, 2 * n - 2, effect * mpmath.sqrt(n / 2))
print("planning: paired t", mpmath.findroot(paired, (198.1, 198.2), solver="secant", tol=1e-18))
print("planning: unpaired t", mpmath.findroot(unpaired, (393.4, 393.41), solver="secant", tol=1e-18))
