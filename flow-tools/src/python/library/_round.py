

def __flow_round__(number, ndigits):
    if isinstance(number, float) and isinstance(ndigits, int) and 0 < ndigits < 300 and abs(number) < 1e300:
        return float(f'{number:.{ndigits}f}')
    return round(number, ndigits)
