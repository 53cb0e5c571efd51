import statistics as st
from statistics import mean, median

from promptflow.core import tool


@tool
def main():
    data = [2, 4, 4, 4, 5, 5, 7, 9]
    print(mean(data), mean([1, 2, 4]), mean([0.1] * 10), median(data), median([3, 1, 2]))
    print(st.fmean([1, 2, 4]), st.stdev(data), st.pstdev(data), st.variance(data), st.pvariance([1.5, 2.5, 4.0]))
    print(st.mode(["a", "b", "a"]), st.multimode([1, 1, 2, 2]), st.median_low([1, 2, 3, 4]), st.median_high([1, 2, 3, 4]))
    print(round(st.harmonic_mean([40, 60]), 9), st.quantiles([1, 2, 3, 4, 5, 6, 7], n=4), st.quantiles([1, 2, 3, 4, 5], n=4, method="inclusive"))
    print(round(st.correlation([1, 2, 3, 4], [2, 4, 6, 9]), 12), st.covariance([1, 2, 3], [1, 5, 7]))
    try:
        mean([])
    except st.StatisticsError as error:
        print("none", type(error).__name__ in ("StatisticsError", "ValueError"))
