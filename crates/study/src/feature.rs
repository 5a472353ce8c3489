//! Features that this program was or was not built with.

/// A feature of this package that a study can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// HiGHS beside the built-in engine of linear programs.
    Highs,
    /// Parquet files.
    Parquet,
    /// Figures as PNG.
    Png,
    /// Figures as PDF.
    Pdf,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Highs, Self::Parquet, Self::Png, Self::Pdf];

    /// Its name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Highs => "highs",
            Self::Parquet => "parquet",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it was compiled.
    pub fn is_there(self) -> bool {
        match self {
            Self::Highs => cfg!(feature = "highs"),
            Self::Parquet => cfg!(feature = "parquet"),
            Self::Png => cfg!(feature = "png"),
            Self::Pdf => cfg!(feature = "pdf"),
        }
    }

    /// The library behind it, as it is shown, and its package.
    pub fn library(self) -> (&'static str, &'static str) {
        match self {
            Self::Highs => ("HiGHS", "highs-sys"),
            Self::Parquet => ("polars", "polars"),
            Self::Png => ("resvg", "resvg"),
            Self::Pdf => ("krilla", "krilla"),
        }
    }
}
