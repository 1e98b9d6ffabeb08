"""The words of the Python that may be run: modules with what may be imported, built-ins, attributes."""

import builtins


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = {
    "__future__": _words("annotations"),
    "abc": _words("ABC abstractmethod"),
    "bisect": _words("bisect bisect_left bisect_right insort insort_left insort_right"),
    "collections": _words("ChainMap Counter OrderedDict UserDict UserList defaultdict deque namedtuple"),
    "collections.abc": _words(
        """Callable Collection Container Generator Hashable Iterable Iterator Mapping MutableMapping
        MutableSequence MutableSet Sequence Set Sized"""
    ),
    "contextlib": _words("ExitStack closing contextmanager nullcontext suppress"),
    "copy": _words("copy deepcopy"),
    "dataclasses": _words("FrozenInstanceError asdict astuple dataclass field fields replace"),
    "datetime": _words("MAXYEAR MINYEAR UTC date datetime time timedelta timezone"),
    "decimal": _words(
        """Decimal DivisionByZero InvalidOperation ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN
        ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP getcontext localcontext"""
    ),
    "enum": _words("Enum Flag IntEnum IntFlag StrEnum auto unique"),
    "fractions": _words("Fraction"),
    "functools": _words("cache cached_property cmp_to_key lru_cache partial reduce total_ordering wraps"),
    "heapq": _words("heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "itertools": _words(
        """accumulate batched chain combinations combinations_with_replacement compress count cycle
        dropwhile filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee
        zip_longest"""
    ),
    "json": _words("JSONDecodeError dumps loads"),
    "math": _words(
        """ceil comb copysign cos degrees dist e exp fabs factorial floor fmod fsum gcd hypot inf isclose
        isfinite isinf isnan isqrt lcm log log10 log2 nan perm pi pow prod radians sin sqrt tan tau trunc"""
    ),
    "operator": _words(
        """add and_ attrgetter concat contains eq floordiv ge getitem gt invert itemgetter le lt mod mul ne
        neg not_ or_ pow setitem sub truediv xor"""
    ),
    "random": _words("Random choice choices randint random randrange sample seed shuffle uniform"),
    "re": _words(
        """ASCII DOTALL I IGNORECASE M MULTILINE S VERBOSE compile escape findall finditer fullmatch match
        search split sub subn"""
    ),
    "statistics": _words(
        """StatisticsError fmean harmonic_mean mean median median_high median_low mode multimode pstdev
        pvariance quantiles stdev variance"""
    ),
    "string": _words(
        """Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits punctuation
        whitespace"""
    ),
    "textwrap": _words("dedent fill indent shorten wrap"),
    "typing": _words(
        """Any Callable ClassVar Dict Final Generic Iterable Iterator List Literal Mapping NamedTuple
        NewType Optional Protocol Self Sequence Set Tuple TypeVar Union cast overload override"""
    ),
}

BUILTINS = {
    name
    for name, thing in vars(builtins).items()
    if isinstance(thing, type) and issubclass(thing, BaseException)
} | _words(
    """Ellipsis NotImplemented __name__ abs all any ascii bin bool bytearray bytes callable chr classmethod
    complex delattr dict divmod enumerate filter float format frozenset getattr hasattr hash hex id int
    isinstance issubclass iter len list map max min next object oct ord pow print property range repr
    reversed round set setattr slice sorted staticmethod str sum super tuple type zip"""
)

# Dunder names that may be defined and read: none of them leads to a frame, a module or `type`.
DUNDERS = {
    f"__{name}__"
    for name in _words(
        """abs add and bool bytes call cause ceil contains context copy deepcopy defaults delattr delete
        delitem divmod doc enter eq exit float floor floordiv format ge get getitem gt hash iadd iand
        ifloordiv imod imul index init init_subclass int invert ior ipow isub iter itruediv ixor le len
        lshift lt missing mod mro mul name ne neg new next notes or pos post_init pow qualname radd rand
        repr reversed rfloordiv rmod rmul ror round rpow rshift rsub rtruediv rxor set set_name setattr
        setitem slots str sub truediv trunc xor"""
    )
}
# May be defined, not read: reading them gives attributes by a made-up name.
DEFINED_ONLY = {"__getattr__", "__getattribute__", "__class_getitem__"}
# Attributes that lead from a generator, a coroutine, a traceback or a frame to the globals of others,
# have text evaluated, or let a class pass for another.
REFUSED_PREFIXES = ("gi_", "cr_", "ag_", "tb_", "co_")
REFUSED_ATTRIBUTES = _words(
    """f_back f_builtins f_code f_generator f_globals f_locals f_trace obj _evaluate evaluate register
    with_traceback cell_contents"""
)
# Attributes that are looked at again where they stand.
WATCHED_ATTRIBUTES = DEFINED_ONLY | {"__class__", "format", "format_map"}
# Only called, and only in the ways that `python_subset` knows.
CALLED_ONLY = {"getattr", "hasattr", "setattr", "delattr", "attrgetter", "type"}
DECORATORS_ONLY = {"wraps", "dataclass"}
# What may be given the class of a thing, as it only shows it; the code must not give them a new meaning.
SHOWN_BY = {"print", "repr", "str"}
# What gives another result in another process.
VARYING = {"set", "frozenset", "hash", "id"}
