"""What a subclass of an actor, or a single agent, may define; everything else is refused at once.

Kernels never look for a misspelt method, so it would do nothing, silently. A public name must be
a hook. Helpers and attributes of one's own begin with an underscore.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import product
from typing import Any

from simulation.actors.table import HOOKS
from simulation.errors import ModelError
from simulation.source_code import place_of, place_outside

_SHIPPED = "simulation.actors"
_NOT_USERS = ("mesa", "builtins", "typing", "abc")
_ADVICE = "begin the name of a helper or attribute of your own with an underscore"


def is_shipped(cls: type) -> bool:
    """Whether a class is the package's own (or Mesa's, or Python's)."""
    module = cls.__module__
    if module == _SHIPPED or module.startswith(_SHIPPED + "."):
        return True
    # a class made by exec() says it is of builtins, but is not to be found there
    return module.split(".")[0] in _NOT_USERS and getattr(sys.modules.get(module), cls.__name__, None) is cls


def users_classes(cls: type) -> list[type]:
    """The classes behind a class that are not shipped, itself first."""
    return [base for base in cls.__mro__ if not is_shipped(base)]


def check_defaults(cls: type) -> None:
    """Refuse a shipped class whose hooks somebody has replaced: kernels and workers know nothing of it.

    Raises
    ------
    ModelError
        Naming the hook.
    """
    for name in HOOKS:
        result = getattr(cls, name, None)
        if result is not None and not getattr(result, "__module__", "").startswith(_SHIPPED):
            where = place_of(result)
            text = f"{cls.__name__}.{name} was replaced on the shipped class; write a subclass and pass it as actors="
            raise ModelError(f"{where}: {text}" if where else text)


def hooks_of(cls: type) -> list[str]:
    """Names of the hooks that actors of a class have."""
    return [name for name in HOOKS if hasattr(cls, name)]


def check_class(cls: type) -> None:
    """Refuse public names that are no hooks, and hooks that cannot be called.

    Raises
    ------
    ModelError
        One line a fault, with its place and advice.
    """
    faults = [
        f"{_where(cls, value)}{cls.__name__}.{name}: {fault}"
        for base in users_classes(cls)
        for name, value in vars(base).items()
        if (fault := _fault_of(cls, name, value, bound=False))
    ]
    if faults:
        raise ModelError("\n".join(faults))


def check_attribute(actor: Any, name: str, value: object) -> None:
    """Refuse to set on one agent what would do nothing, or harm.

    Raises
    ------
    ModelError
        With advice.
    """
    if name in OF_MESA or (name in _ONCE and name not in vars(actor)):
        return
    cls = type(actor)
    column = inspect.getattr_static(cls, name, None)
    if name not in HOOKS and (isinstance(column, property) and column.fset is not None):
        return  # a number of the actor's row
    fault = _WHOLE.get(name) or _fault_of(cls, name, value, bound=True)
    if fault:
        text = vars(actor).get("id", "a new actor")
        where = _where(cls, value) if callable(value) else f"{place_outside()}: "
        raise ModelError(f"{where}{cls.__name__}.{name} of {text}: {fault}")


_WHOLE = {
    "trust": 'trust is set for one other actor at a time: agent.trust["FRA"] = 0.9',
    "position": "the four numbers are set in place: agent.position[:] = [0.5, 0.5, 0.5, 0.5], each in [0, 1]",
    "interests": "the four numbers are set in place: agent.interests[:] = [0.25, 0.25, 0.25, 0.25], with a sum of one",
    "partners": "deals are planned under `deals` of the scenario, or written into model.state.depth, both entries",
}
"""What to write in place of setting a whole array of an agent."""
OF_MESA = ("model", "unique_id", "pos")
_OF_MESAS_CLASSES = ("_datasets",)  # since Mesa 3.5 each class of agents has its own
_ONCE = ("id", "row")


def _where(cls: type, value: object) -> str:
    own = place_of(value) if callable(value) or isinstance(value, property) or hasattr(value, "__func__") else ""
    first = own or next((result for other in vars(cls).values() if callable(other) and (result := place_of(other))), "")
    return f"{first}: " if first else ""


def _fault_of(cls: type, name: str, value: object, *, bound: bool) -> str:
    """What is wrong with defining a name on a class or, ``bound``, on an agent; empty if nothing."""
    if name in HOOKS:
        if name in hooks_of(_kind_of(cls)):
            return _signature_fault(cls, name, value, bound=bound)
        return f"only a {HOOKS[name].owner} decides this, a {_kind_of(cls).__name__} is never asked"
    if name in _OF_MESAS_CLASSES:
        return ""
    if name.startswith("_"):
        taken = hasattr(_kind_of(cls), name) and not name.startswith("__") and name != "_repr_html_"
        return "the model uses this name itself; choose another" if taken else ""
    known = hooks_of(_kind_of(cls))
    if inspect.getattr_static(_kind_of(cls), name, None) is not None or name in _ONCE:
        what = _what_it_is(_kind_of(cls), name)
        return f"{what}, not a decision; those are {', '.join(known)}"
    near = _nearest(name, known)
    text = f"did you mean {near!r}? Otherwise" if near else f"allowed: {', '.join(known)}. Or"
    return f"no decision of the model has this name; {text} {_ADVICE}"


def _nearest(name: str, known: Sequence[str]) -> str:
    """The hook that a name most resembles, as a whole or in one of its words; empty if none does."""
    best = max(known, key=lambda hook: _likeness(name, hook))
    return best if _likeness(name, best) >= _ALIKE else ""


def _likeness(name: str, hook: str) -> float:
    pairs = product((name, *name.split("_")), (hook, *hook.split("_")))
    return max(SequenceMatcher(None, one, two).ratio() for one, two in pairs)


_ALIKE = 0.7  # of 1; two words of five letters may differ in one


def _what_it_is(cls: type, name: str) -> str:
    result = inspect.getattr_static(cls, name, None)
    if isinstance(result, property) and result.fset is not None:
        return "a number of the actor's row, which is set on an agent"
    if isinstance(result, property):
        return "read from the arrays of the model; to change it write its entries"
    return "part of the agent"


def _kind_of(cls: type) -> type:
    """The shipped class behind a class."""
    return next(base for base in cls.__mro__ if is_shipped(base))


def _signature_fault(cls: type, name: str, value: object, *, bound: bool) -> str:
    """Whether a function can be called as the model will call it."""
    names = list(parameters_of(cls, name))
    if isinstance(value, staticmethod):
        value, bound = value.__func__, True
    elif isinstance(value, classmethod):
        value = value.__func__
    if not callable(value):
        return f"must be a function of ({', '.join(names)}), not {value!r:.60}"
    asked = names if bound else ["self", *names]
    try:
        inspect.signature(value).bind(*asked)
    except TypeError as error:
        more = "; a function set on one agent is not given self" if bound and _takes_self(value) else ""
        return f"is called with ({', '.join(asked)}): {error}{more}"
    except ValueError:  # a built-in without a signature
        return ""
    return ""


def _takes_self(value: Any) -> bool:
    return next(iter(inspect.signature(value).parameters), "") == "self"


def parameters_of(cls: type, hook: str) -> Sequence[str]:
    """Names of what a hook is given."""
    default = inspect.getattr_static(_kind_of(cls), hook)
    return list(inspect.signature(default).parameters)[1:]


def functions_of(cls: type) -> Iterator[object]:
    """Every function that a user's class and its bases define."""
    for base in users_classes(cls):
        yield from (value for value in vars(base).values() if callable(value) or hasattr(value, "__func__"))
