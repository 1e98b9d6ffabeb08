"""Which addresses are pages. A leaf: what answers errors asks it too."""

CONSOLE = "/console"
TAKE = "/take"


def is_page(path: str) -> bool:
    """Whether a person looks at it, in a browser."""
    return any(path == root or path.startswith(f"{root}/") for root in (CONSOLE, TAKE))


def is_ours(target: str) -> bool:
    """Whether a browser may be led there: to a page of this service, and never to another host."""
    return is_page(target.partition("?")[0]) and "\\" not in target
