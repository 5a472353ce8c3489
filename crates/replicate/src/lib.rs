//! The study runner: study file in, tables and figures out
