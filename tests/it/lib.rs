//! A package of tests; there is nothing in the library.
