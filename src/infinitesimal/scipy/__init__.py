"""SciPy's names for code that is differentiated; so far those of `scipy.special`."""

from infinitesimal.scipy import special as special

__all__ = ["special"]
