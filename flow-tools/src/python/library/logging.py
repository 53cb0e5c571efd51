NOTSET = 0
DEBUG = 10
INFO = 20
WARNING = WARN = 30
ERROR = 40
CRITICAL = FATAL = 50
BASIC_FORMAT = '%(levelname)s:%(name)s:%(message)s'
_names = {0: 'NOTSET', 10: 'DEBUG', 20: 'INFO', 30: 'WARNING', 40: 'ERROR', 50: 'CRITICAL'}
_loggers = {}
_root = {'level': 30, 'format': BASIC_FORMAT}


def getLevelName(level):
    return _names.get(level, f'Level {level}')


def _level(level):
    if isinstance(level, str):
        for number in _names:
            if _names[number] == level:
                return number
        raise ValueError(f'Unknown level: {level!r}')
    return level


class Handler:
    def __init__(self, stream=None, level=0):
        self.level = level
        self.formatter = None

    def setLevel(self, level):
        self.level = _level(level)

    def setFormatter(self, formatter):
        self.formatter = formatter


StreamHandler = Handler
NullHandler = Handler
FileHandler = Handler


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style='%'):
        self.format_text = fmt or '%(message)s'


class Logger:
    def __init__(self, name):
        self.name = name
        self.level = 0
        self.handlers = []
        self.propagate = True
        self.disabled = False

    def setLevel(self, level):
        self.level = _level(level)

    def getEffectiveLevel(self):
        return self.level or _root['level']

    def isEnabledFor(self, level):
        return level >= self.getEffectiveLevel()

    def addHandler(self, handler):
        self.handlers.append(handler)

    def removeHandler(self, handler):
        pass

    def hasHandlers(self):
        return bool(self.handlers)

    def log(self, level, msg, *args, exc_info=None, extra=None, stacklevel=1):
        if not self.isEnabledFor(level):
            return
        text = str(msg)
        if args:
            text = text % (args[0] if len(args) == 1 and isinstance(args[0], dict) else args)
        form = self.handlers[0].formatter.format_text if self.handlers and self.handlers[0].formatter else _root['format']
        known = {
            'levelname': getLevelName(level), 'levelno': level, 'name': self.name, 'message': text,
            'asctime': '', 'filename': '', 'lineno': 0, 'funcName': '', 'module': '', 'process': 1,
            'thread': 1, 'threadName': 'MainThread', 'created': 0.0, 'pathname': '',
        }
        print(form % known)

    def debug(self, msg, *args, **more):
        self.log(10, msg, *args, **more)

    def info(self, msg, *args, **more):
        self.log(20, msg, *args, **more)

    def warning(self, msg, *args, **more):
        self.log(30, msg, *args, **more)

    def warn(self, msg, *args, **more):
        self.log(30, msg, *args, **more)

    def error(self, msg, *args, **more):
        self.log(40, msg, *args, **more)

    def exception(self, msg, *args, **more):
        self.log(40, msg, *args, **more)

    def critical(self, msg, *args, **more):
        self.log(50, msg, *args, **more)


def getLogger(name=None):
    name = name or 'root'
    if name not in _loggers:
        _loggers[name] = Logger(name)
    return _loggers[name]


root = getLogger()


def basicConfig(level=None, format=None, **settings):
    if level is not None:
        _root['level'] = _level(level)
    if format is not None:
        _root['format'] = format


def disable(level=50):
    _root['level'] = level + 1


def debug(msg, *args, **more):
    root.debug(msg, *args, **more)


def info(msg, *args, **more):
    root.info(msg, *args, **more)


def warning(msg, *args, **more):
    root.warning(msg, *args, **more)


def error(msg, *args, **more):
    root.error(msg, *args, **more)


def exception(msg, *args, **more):
    root.error(msg, *args, **more)


def critical(msg, *args, **more):
    root.critical(msg, *args, **more)


def log(level, msg, *args, **more):
    root.log(level, msg, *args, **more)
