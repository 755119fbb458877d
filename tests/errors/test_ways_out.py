"""Every way out of the traced world that would silently cut a derivative.

Each with the exact text of its error; HERE stands for the file and line of the call.
"""

import math
import operator
import pickle

import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.optimize
import scipy.special
import scipy.stats

import infinitesimal as dx
from tests.errors.refused import Wrong, check_all

WRONG = Wrong()


@WRONG.says(
    """\
    LostDerivativeError: float() of a traced f64 at HERE
      because:  a plain number has no past, so the derivative would be silently lost
      instead:  x itself (a traced number computes like a float); np.sin(x) for math.sin(x);
                infinitesimal.numpy.zeros(n) for an array that x is written into;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_math() -> None:
    dx.grad(lambda x: math.sin(x))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: float() of a traced f64 at HERE
      because:  a plain number has no past, so the derivative would be silently lost
      instead:  x itself (a traced number computes like a float); np.sin(x) for math.sin(x);
                infinitesimal.numpy.zeros(n) for an array that x is written into;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_float() -> None:
    dx.grad(lambda x: float(x) * x)(1.0)


@WRONG.says(
    """\
    LostDerivativeError: complex() of a traced f64 at HERE
      because:  a plain number has no past, so the derivative would be silently lost
      instead:  x itself;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_complex() -> None:
    dx.grad(lambda x: complex(x))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64 at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_list_in_an_array() -> None:
    dx.grad(lambda x: np.array([x, x])[0])(1.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64[2] at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_asarray() -> None:
    dx.grad(lambda x: np.asarray(x)[0])(np.ones(2))


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64 at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_sum_of_a_list() -> None:
    dx.grad(lambda x: np.sum([x, x * x]))(3.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64 at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_list_times_an_array() -> None:
    dx.grad(lambda x: np.sum([x, x] * np.ones(2)))(3.0)


@WRONG.says(
    """\
    LostDerivativeError: float() of a traced f64 at HERE
      because:  a plain number has no past, so the derivative would be silently lost
      instead:  x itself (a traced number computes like a float); np.sin(x) for math.sin(x);
                infinitesimal.numpy.zeros(n) for an array that x is written into;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_write_into_an_array() -> None:
    dx.grad(lambda x: np.zeros(2).__setitem__(0, x))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64[2] at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_write_into_a_slice() -> None:
    dx.grad(lambda x: np.zeros(2).__setitem__(slice(None), x))(np.ones(2))


@WRONG.says(
    """\
    LostDerivativeError: np.add written into an existing array at HERE
      because:  a plain array cannot hold a traced value
      instead:  y = y + x in place of y += x, or begin with infinitesimal.numpy.zeros
    """
)
def by_out() -> None:
    dx.grad(lambda x: np.add(x, x, out=np.zeros(3))[0])(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: np.sum(…, out=…) at HERE
      because:  a plain array cannot hold a traced value
      instead:  y = np.sum(…), and use y
    """
)
def by_out_of_a_reduction() -> None:
    dx.grad(lambda x: np.sum(x, out=np.zeros(())))(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: np.add written into an existing array at HERE
      because:  a plain array cannot hold a traced value
      instead:  y = y + x in place of y += x, or begin with infinitesimal.numpy.zeros
    """
)
def by_adding_in_place() -> None:
    dx.grad(lambda x: operator.iadd(np.zeros(3), x)[0])(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: pickle of a traced f64 at HERE
      because:  a pickled number has no past, so the derivative would be silently lost
      instead:  infinitesimal.stop_gradient(x) evaluated first
    """
)
def by_pickle() -> None:
    dx.grad(lambda x: pickle.dumps(x))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: x.tobytes() of a traced f64[2] at HERE
      because:  bytes have no past, so the derivative would be silently lost
      instead:  the array that the traced function returns
    """
)
def by_bytes() -> None:
    dx.grad(lambda x: x.tobytes())(np.ones(2))


@WRONG.says(
    """\
    LostDerivativeError: x.view(<class 'numpy.int64'>) of a traced f64[2] at HERE
      because:  a traced array remembers numbers, not bits
      instead:  x.astype(dtype)
    """
)
def by_bits() -> None:
    dx.grad(lambda x: x.view(np.int64)[0])(np.ones(2))


@WRONG.says(
    """\
    LostDerivativeError: the hash of a traced f64 at HERE
      because:  a set, a dict or a cache finds by value, and would answer for another number
      instead:  a list; or float(infinitesimal.stop_gradient(x)) as the key
    """
)
def by_a_key_of_a_dict() -> None:
    dx.grad(lambda x: {x: 1.0}[x])(1.0)


@WRONG.says(
    """\
    LostDerivativeError: the hash of a traced f64 at HERE
      because:  a set, a dict or a cache finds by value, and would answer for another number
      instead:  a list; or float(infinitesimal.stop_gradient(x)) as the key
    """
)
def by_a_set() -> None:
    dx.grad(lambda x: len({x}) * x)(1.0)


@WRONG.says(
    """\
    LostDerivativeError: graph(f) at HERE
      found:    f depends on a value that is traced outside it
      because:  a graph would hold it as a number, and its derivative would be silently lost
      instead:  give it to f as an argument
    """
)
def by_a_graph() -> None:
    dx.grad(lambda x: dx.graph(lambda y: x * y)(2.0)(2.0)[0])(3.0)


@WRONG.says(
    """\
    LostDerivativeError: conversion to a NumPy array of a traced f64 at HERE
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.numpy.array([x, y]) or np.stack([x, y]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_call_of_a_graph() -> None:
    dx.grad(lambda x: dx.graph(lambda y: 2 * y)(2.0)(x)[0])(3.0)


@WRONG.says(
    """\
    LostDerivativeError: scipy.linalg.norm of a traced f64[3] at HERE
      found:    conversion to a NumPy array, inside scipy.linalg.norm
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  np.linalg.norm;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_function_of_scipy_that_numpy_has() -> None:
    dx.grad(lambda x: scipy.linalg.norm(x))(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: scipy.special.logsumexp of a traced f64[3] at HERE
      found:    conversion to a NumPy array, inside scipy.special.logsumexp
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  infinitesimal.scipy.special.logsumexp, the same function for traced arrays too;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_function_of_scipy_with_a_double() -> None:
    dx.grad(lambda x: scipy.special.logsumexp(x))(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: scipy.optimize.rosen of a traced f64[3] at HERE
      found:    conversion to a NumPy array, inside scipy.optimize.rosen
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  the same computation written with functions of NumPy;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_function_of_scipy() -> None:
    dx.grad(lambda x: scipy.optimize.rosen(x))(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: scipy.interpolate.CubicSpline of a traced f64[3] at HERE
      found:    conversion to a NumPy array, inside scipy.interpolate.CubicSpline
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  the same computation written with functions of NumPy;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_class_of_scipy() -> None:
    dx.grad(lambda x: scipy.interpolate.CubicSpline(x, x)(1.0))(np.arange(3.0))


@WRONG.says(
    """\
    LostDerivativeError: scipy.stats.rv_continuous.logpdf of a traced f64 at HERE
      found:    conversion to a NumPy array, inside scipy.stats.rv_continuous.logpdf
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  the same computation written with functions of NumPy;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_method_of_scipy() -> None:
    dx.grad(lambda x: scipy.stats.norm.logpdf(x))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: scipy.integrate.quad of a traced f64 at HERE
      found:    float(), inside scipy.integrate.quad
      because:  a plain number has no past, so the derivative would be silently lost
      instead:  the same computation written with functions of NumPy;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_an_integral_of_scipy() -> None:
    dx.grad(lambda x: scipy.integrate.quad(lambda t: t * x, 0, 1)[0])(1.0)


@WRONG.says(
    """\
    LostDerivativeError: numpy.vectorize of a traced f64[3] at HERE
      found:    conversion to a NumPy array, inside numpy.vectorize
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  f(x) itself, which works element by element; or np.stack([f(v) for v in x]);
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_vectorized_function() -> None:
    dx.grad(lambda x: np.sum(np.vectorize(lambda t: t * t)(x)))(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: numpy.polynomial.ABCPolyBase of a traced f64 at HERE
      found:    conversion to a NumPy array, inside numpy.polynomial.ABCPolyBase
      because:  a plain array has no past, so the derivative would be silently lost
      instead:  the same computation written with functions of NumPy;
                infinitesimal.stop_gradient(x) if the derivative is to end
    """
)
def by_a_polynomial() -> None:
    dx.grad(lambda x: np.polynomial.Polynomial([x, 1.0])(2.0))(1.0)


@WRONG.says(
    """\
    LostDerivativeError: x += y at HERE
      found:    a traced f64[3]; it is the caller's own array
      because:  NumPy would change the other array too, and a traced array cannot
      instead:  y = x + d in place of x += d, or x = x.copy() first
    """
)
def the_argument_changed_in_place() -> None:
    dx.grad(lambda x: operator.iadd(x, 1.0)[0])(np.ones(3))


@WRONG.says(
    """\
    LostDerivativeError: x[key] = value at HERE
      found:    a traced f64[3]; it is the caller's own array
      because:  NumPy would change the other array too, and a traced array cannot
      instead:  y = x + d in place of x += d, or x = x.copy() first
    """
)
def the_argument_written_into() -> None:
    dx.grad(lambda x: x.__setitem__(0, 1.0) or x[0])(np.ones(3))


test_each_message = check_all(WRONG)
