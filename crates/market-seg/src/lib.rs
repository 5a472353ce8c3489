//! Market segmentation and integration from relative prices
