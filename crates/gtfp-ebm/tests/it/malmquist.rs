//! Malmquist decompositions against deaR, Benchmarking, nonparaeff and DEAPack.
