"""Functions, methods and options that nobody has told the derivative of.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import numpy as np
import scipy.special

import infinitesimal as dx
from infinitesimal.core.primitive import REGISTRY
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    UnsupportedError: np.packbits of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def unknown_function() -> None:
    dx.grad(lambda x: np.packbits(x))(np.ones(3))


@WRONG.says(
    """\
    UnsupportedError: np.nextafter of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def unknown_elementwise_function() -> None:
    dx.grad(lambda x: np.nextafter(x, 1.0))(1.0)


@WRONG.says(
    """\
    UnsupportedError: jv of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def unknown_special_function() -> None:
    dx.grad(lambda x: scipy.special.jv(0, x))(1.0)


@WRONG.says(
    """\
    UnsupportedError: x.byteswap of a traced array at HERE
      because:  ndarray.byteswap has no counterpart for traced arrays
      instead:  see dir(infinitesimal.numpy) for what is known
    """
)
def unknown_method() -> None:
    dx.grad(lambda x: x.byteswap())(np.ones(3))


@WRONG.says(
    """\
    UnsupportedError: x.strides of a traced array at HERE
      because:  ndarray.strides has no counterpart for traced arrays
      instead:  see dir(infinitesimal.numpy) for what is known
    """
)
def unknown_attribute_of_arrays() -> None:
    dx.grad(lambda x: x.strides)(np.ones(3))


@WRONG.says(
    """\
    UnsupportedError: np.hypot.accumulate of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def unknown_method_of_a_ufunc() -> None:
    dx.grad(lambda x: np.hypot.accumulate(x))(np.ones(2))


@WRONG.says(
    """\
    LostDerivativeError: np.add.at(x, …) at HERE
      found:    a plain array to be changed by a traced value
      because:  a plain array cannot hold a traced value
      instead:  begin with infinitesimal.numpy.zeros
    """
)
def plain_array_added_to() -> None:
    dx.grad(lambda x: np.add.at(np.ones(2), 0, x))(1.0)


@WRONG.says(
    """\
    UnsupportedError: np.add(…, where=array([ True, False])) at HERE
      because:  this option of np.add has no counterpart for traced arrays
      instead:  np.add without where
    """
)
def unknown_option() -> None:
    dx.grad(lambda x: np.sum(np.add(x, x, where=np.array([True, False]))))(np.ones(2))


@WRONG.says(
    """\
    UnsupportedError: len (vectorized) of a traced array at HERE
      because:  this function has no record here, so its derivative is not known
      instead:  write it with functions that have one: see dir(infinitesimal.numpy)
    """
)
def python_function_made_a_ufunc() -> None:
    dx.grad(lambda x: np.frompyfunc(len, 1, 1)(x))(np.ones(3))


@WRONG.says(
    """\
    MissingRuleError: the word 'constant' called
      because:  leaves are made, not called
    """
)
def leaf_called_as_a_word() -> None:
    REGISTRY["constant"](1.0)


test_each_message = check_all(WRONG)
