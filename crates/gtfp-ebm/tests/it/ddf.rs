//! Directional distances and the indices on them.
