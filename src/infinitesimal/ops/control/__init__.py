"""Words with programs inside: loops and branches, and how every mode passes through them."""

from infinitesimal.ops.control import words as words
