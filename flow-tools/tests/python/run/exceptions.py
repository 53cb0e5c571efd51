from promptflow.core import tool


class AppError(Exception):
    """An error of this flow."""


class CodeError(AppError):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


class Strict(ValueError):
    pass


def fail(kind):
    if kind == "code":
        raise CodeError("no luck", 7)
    if kind == "app":
        raise AppError("plain", 2)
    if kind == "strict":
        raise Strict("too loose")
    if kind == "bare":
        raise AppError
    if kind == "key":
        return {}["missing"]
    return kind


@tool
def main():
    for kind in ["code", "app", "strict", "bare", "key", "fine"]:
        try:
            print(fail(kind))
        except CodeError as error:
            print("code", error, error.code, isinstance(error, AppError))
        except AppError as error:
            print("app", str(error), error.args, repr(error))
        except ValueError as error:
            print("value", error, type(error).__name__)
        except (KeyError, IndexError) as error:
            print("lookup", error)
        else:
            print("else")
        finally:
            print("finally", kind)
    try:
        try:
            raise CodeError("inner", 1)
        except CodeError as error:
            raise AppError("outer") from error
    except Exception as error:
        print(type(error).__name__, error)
    try:
        try:
            raise AppError("again")
        except AppError:
            raise
    except AppError as error:
        print("reraised", error)
    try:
        assert 1 == 2, "sums"
    except AssertionError as error:
        print("assert", str(error).split("\n")[0])
