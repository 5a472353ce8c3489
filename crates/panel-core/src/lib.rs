//! Validated panels, readers, transforms, geography and descriptive statistics for applied economics
