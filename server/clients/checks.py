"""What the checks written in Python share: one line for each, and an exit code for all."""
import sys

failed = 0


def check(name):
    """Runs the decorated function at once and says how it went."""
    def run(function):
        global failed
        try:
            function()
            print(f"ok {name}", flush=True)
        except Exception as error:  # Whatever it is, the next check is of interest too.
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: "
                  f"{' '.join(str(error).split())}", flush=True)
        return function
    return run


def equal(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


def includes(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


def finish():
    sys.exit(1 if failed else 0)
