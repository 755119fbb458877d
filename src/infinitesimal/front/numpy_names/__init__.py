"""NumPy's names: for each function of NumPy, how it is said in words of the graph.

In: NumPy functions and the names of ndarray's methods. Out: `WORDS`, from function to its meaning
on nodes (with NumPy's own signature); `METHODS`, from the name of a method to a key of `WORDS`;
`IN_PLACE`, the same for methods and functions that change their array;
`VIEWS`, the keys whose answer shares memory with their first argument in NumPy. One file a subject.
"""

from infinitesimal.front.numpy_names import arranging as arranging
from infinitesimal.front.numpy_names import calculus as calculus
from infinitesimal.front.numpy_names import changing as changing
from infinitesimal.front.numpy_names import creating as creating
from infinitesimal.front.numpy_names import einstein as einstein
from infinitesimal.front.numpy_names import indexing as indexing
from infinitesimal.front.numpy_names import joining as joining
from infinitesimal.front.numpy_names import matrices as matrices
from infinitesimal.front.numpy_names import methods as methods
from infinitesimal.front.numpy_names import norms as norms
from infinitesimal.front.numpy_names import ordering as ordering
from infinitesimal.front.numpy_names import picking as picking
from infinitesimal.front.numpy_names import polynomials as polynomials
from infinitesimal.front.numpy_names import products as products
from infinitesimal.front.numpy_names import reducing as reducing
from infinitesimal.front.numpy_names import selecting as selecting
from infinitesimal.front.numpy_names import shaping as shaping
from infinitesimal.front.numpy_names import special as special
from infinitesimal.front.numpy_names import statistics as statistics
from infinitesimal.front.numpy_names import ufuncs as ufuncs
from infinitesimal.front.numpy_names.common import IN_PLACE, METHODS, VIEWS, WORDS

__all__ = ["IN_PLACE", "METHODS", "VIEWS", "WORDS"]
