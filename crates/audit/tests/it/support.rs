//! The snapshot settings.

snapshot_function!();
