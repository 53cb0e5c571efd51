from collections import namedtuple

struct_time = namedtuple('struct_time', [
    'tm_year', 'tm_mon', 'tm_mday', 'tm_hour', 'tm_min', 'tm_sec', 'tm_wday', 'tm_yday', 'tm_isdst'])
timezone = 0
altzone = 0
daylight = 0
tzname = ('UTC', 'UTC')


def time():
    return __host_time()


def time_ns():
    return int(__host_time() * 1000000000)


def monotonic():
    return __host_monotonic()


def monotonic_ns():
    return int(__host_monotonic() * 1000000000)


perf_counter = monotonic
perf_counter_ns = monotonic_ns
process_time = monotonic
thread_time = monotonic


def sleep(secs):
    __host_sleep(secs)


def gmtime(secs=None):
    parts = __host_civil(__host_time() if secs is None else secs)
    return struct_time(*parts, 0)


localtime = gmtime


def strftime(format, t=None):
    t = gmtime() if t is None else t
    return __host_strftime(format, t[0], t[1], t[2], t[3], t[4], t[5])


def strptime(string, format='%a %b %d %H:%M:%S %Y'):
    parts = __host_strptime(string, format)
    return gmtime(_seconds(parts))


def _seconds(parts):
    import datetime
    days = (datetime.date(parts[0], parts[1], parts[2]) - datetime.date(1970, 1, 1)).days
    return days * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]


def mktime(t):
    return float(_seconds(t))


def asctime(t=None):
    return strftime('%a %b %e %H:%M:%S %Y', t)


def ctime(secs=None):
    return asctime(gmtime(secs))
