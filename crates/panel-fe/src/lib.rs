//! Fixed-effects and instrumental-variable regression with every degrees-of-freedom rule made explicit
