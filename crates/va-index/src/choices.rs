//! What the paper leaves open, choice by choice.

/// How own and others' location quotients make the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Form {
    /// VA_i = w_ii LQ_i + Σ_{j ≠ i} w_ij LQ_j, own weight 1 by default.
    ///
    /// The only form whose mean, spread and minimum on real employment are those of the paper's Table 1.
    #[default]
    OwnPlusSpillover,
    /// VA_i = LQ_i Σ_j w_ij: Eq. 4 as printed; own weight excluded by default, since d_ii = 0 has no inverse.
    OwnTimesSum,
    /// VA_i = Σ_{j ≠ i} w_ij LQ_j: others only; the own-distance rule is not used.
    Spillover,
}

/// The weight an entity gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnDistance {
    /// No own weight.
    Excluded,
    /// Own weight 1, whatever the normalisation.
    Unit,
    /// The kernel at d_ii = ⅔ √(area_i / π), the mean distance to the centre of a disc (Head & Mayer 2010); it is part
    /// of the matrix, so normalisations act on it too.
    Radius,
}

/// How the weights are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Normalization {
    /// As they are.
    #[default]
    Raw,
    /// Each row divided by its sum; a row without neighbours stays zero.
    Row,
    /// The whole matrix divided by its largest eigenvalue (Kelejian & Prucha 2010; Stata `spmatrix`, `normalize(spectral)`).
    Spectral,
    /// The whole matrix divided by the smaller of its largest row sum and its largest column sum (`normalize(minmax)`).
    MinMax,
}

panel_core::words!(Form, "form", {
    "own-plus-spillover" => Form::OwnPlusSpillover,
    "own-times-sum" => Form::OwnTimesSum,
    "spillover" => Form::Spillover,
});

panel_core::words!(OwnDistance, "own", {
    "excluded" => OwnDistance::Excluded,
    "unit" => OwnDistance::Unit,
    "radius" => OwnDistance::Radius,
});

panel_core::words!(Normalization, "normalisation", {
    "raw" => Normalization::Raw,
    "row" => Normalization::Row,
    "spectral" => Normalization::Spectral,
    "min-max" => Normalization::MinMax,
});
