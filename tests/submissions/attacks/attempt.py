"""Tries a deed and prints what came of it; handed in beside every attack."""


def attempt(what, deed):
    try:
        evidence = deed()
    except BaseException as error:
        print(f"STOPPED {what}: {type(error).__name__}: {str(error)[:100]}")
        return None
    print(f"DONE {what}: {str(evidence)[:100]}")
    return evidence
