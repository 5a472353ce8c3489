//! The study file as plain data. Every choice is spelled out here with its default; unknown keys are errors.

use super::quality::QualityOptions;
use super::source::SourceSpec;
use super::{Label, MediationSpec, PublishedSpec, ReportSpec, SpecificationCurve, TableSpec};
use report::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Title and keys.
    pub study: Header,
    /// Data files, joined in this order.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceSpec>,
    /// Derived variables: name = expression.
    #[serde(default)]
    pub variables: toml::Table,
    /// Labels of variables in tables.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
    /// Virtual agglomeration.
    pub va: Option<VaSpec>,
    /// Efficiency and productivity, one entry per specification.
    #[serde(default)]
    pub gtfp: Vec<GtfpSpec>,
    /// Market segmentation.
    pub market: Option<MarketSpec>,
    /// Tables, in order.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableSpec>,
    /// Mediation chains whose identity total = direct + indirect is checked.
    #[serde(default)]
    pub mediation: Vec<MediationSpec>,
    /// Published numbers to compare with.
    pub published: Option<PublishedSpec>,
    /// What the data quality report looks for.
    #[serde(default)]
    pub quality: QualityOptions,
    /// The specification curve: one column under one change at a time.
    pub curve: Option<SpecificationCurve>,
    /// How results are shown.
    #[serde(default)]
    pub report: ReportSpec,
}

/// `[study]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Title, one text or one per language.
    pub title: report::Text,
    /// Name of the entity key.
    pub entity: String,
    /// Name of the time key; absent for a cross-section.
    pub time: Option<String>,
    /// One sentence that every page shows, such as that the data are synthetic.
    pub notice: Option<report::Text>,
    /// Rows where several sources carry both keys: `first` (those of the first such source), `union`, `intersection`.
    #[serde(default = "first")]
    pub rows: String,
    /// Language of labels: `en` or `zh`.
    #[serde(default)]
    pub lang: Lang,
}

fn first() -> String {
    "first".into()
}

/// `[va]`: location quotient and virtual agglomeration (Eq. 4; D1–D3, D24).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VaSpec {
    /// Employment of the sector.
    pub sector: String,
    /// Total employment.
    pub total: String,
    /// Longitude in degrees.
    #[serde(default = "lon")]
    pub lon: String,
    /// Latitude in degrees.
    #[serde(default = "lat")]
    pub lat: String,
    /// D1: `own-plus-spillover`, `own-times-sum` (Eq. 4 as printed), `spillover`.
    #[serde(default = "own_plus_spillover")]
    pub form: String,
    /// D2: `inverse`, `exponential`, `gaussian`, `threshold`, `k-nearest`.
    #[serde(default = "inverse")]
    pub decay: String,
    /// Exponent of the inverse distance.
    #[serde(default = "one")]
    pub exponent: f64,
    /// Scale in km of the exponential, bandwidth of the Gaussian, radius of the threshold.
    pub scale_km: Option<f64>,
    /// Number of neighbours of `k-nearest`.
    pub k: Option<usize>,
    /// D2: `raw`, `row`, `spectral`, `min-max`.
    #[serde(default = "raw")]
    pub normalisation: String,
    /// D2: the unit of distance in km, 100 for "per 100 km".
    #[serde(default = "one")]
    pub unit_km: f64,
    /// D2: no weight beyond this distance.
    pub cutoff_km: Option<f64>,
    /// D3: `great-circle`, `geodesic`.
    #[serde(default = "great_circle")]
    pub distance: String,
    /// Shorter distances count as this one.
    pub min_km: Option<f64>,
    /// Own weight: `excluded`, `unit`, `radius` (the kernel at the mean distance within `area`); that of `form` where it is
    /// absent.
    pub own: Option<String>,
    /// Column of areas in km², for `own = "radius"`.
    pub area: Option<String>,
    /// Entity set (D24).
    pub sample: Option<String>,
    /// Names of the variables it makes.
    #[serde(default)]
    pub names: VaNames,
}

/// Variables that `[va]` makes.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaNames {
    /// Virtual agglomeration.
    pub va: String,
    /// Own location quotient.
    pub location_quotient: String,
    /// Spillover of the others.
    pub spillover: String,
}

impl Default for VaNames {
    fn default() -> Self {
        Self { va: "Va".into(), location_quotient: "Lq".into(), spillover: "Spillover".into() }
    }
}

fn lon() -> String {
    "lon".into()
}
fn lat() -> String {
    "lat".into()
}
fn own_plus_spillover() -> String {
    "own-plus-spillover".into()
}
fn inverse() -> String {
    "inverse".into()
}
fn raw() -> String {
    "raw".into()
}
fn great_circle() -> String {
    "great-circle".into()
}
fn one() -> f64 {
    1.0
}

/// `[[gtfp]]` (D4–D8, D24).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GtfpSpec {
    /// Name of the specification; results are `results/gtfp-<id>.csv`.
    pub id: String,
    /// Inputs.
    pub inputs: Vec<String>,
    /// Good outputs.
    pub goods: Vec<String>,
    /// Bad outputs.
    #[serde(default)]
    pub bads: Vec<String>,
    /// `ebm`, `sbm`, `radial`, `ddf`.
    #[serde(default = "ebm")]
    pub model: String,
    /// `none`, `input`, `output`; for radial models `output` where it is absent.
    pub orientation: Option<String>,
    /// `crs`, `vrs`, `nirs`, `ndrs`.
    #[serde(default = "crs")]
    pub rts: String,
    /// D5: `phi`, `two-minus-phi`, `slack`, `input`.
    #[serde(default = "phi")]
    pub bads_convention: String,
    /// D4: θ ≤ 1 and φ ≥ 1; on where the orientation is none.
    pub bounded: Option<bool>,
    /// D6.
    #[serde(default)]
    pub calibration: CalibrationSpec,
    /// D6: `pooled` (one ε and w) or `per-period`.
    #[serde(default = "pooled")]
    pub calibration_scope: String,
    /// `global`, `contemporaneous`, `sequential`, `biennial`.
    #[serde(default = "global")]
    pub reference: String,
    /// `none`, `gml`, `malmquist`, `ml`; `gml` where the reference is global and there is a time key.
    pub malmquist: Option<String>,
    /// D8: `first-one`, `drop-first`, `cumulated`, `log-cumulated`, `base-given`.
    #[serde(default = "first_one")]
    pub panel_value: String,
    /// Base period of `base-given`; the first one where it is absent.
    pub base_period: Option<i64>,
    /// Disposability of bads in directional models: `weak`, `strong`, `strong-capped`, `weak-kuosmanen`.
    #[serde(default = "weak")]
    pub disposability: String,
    /// Periods of a window reference.
    #[serde(default = "three")]
    pub window: usize,
    /// Column of groups of a metafrontier.
    pub group: Option<String>,
    /// Also split efficiency change into pure and scale efficiency change.
    #[serde(default)]
    pub scale_change: bool,
    /// `auto` (built-in, HiGHS where a certificate does not close), `simplex`, `highs`.
    #[serde(default = "auto")]
    pub solver: String,
    /// Bootstrap intervals of scores and indices (Simar and Wilson 1998, 1999): `{ replications, seed, level }`.
    pub bootstrap: Option<gtfp_ebm::BootstrapSpec>,
    /// Entity set (D24).
    pub sample: Option<String>,
    /// Variable that it makes; `Gtfp` for the first specification, `gtfp_<id>` for others.
    pub name: Option<String>,
}

fn ebm() -> String {
    "ebm".into()
}
fn crs() -> String {
    "crs".into()
}
fn phi() -> String {
    "phi".into()
}
fn weak() -> String {
    "weak".into()
}
fn three() -> usize {
    3
}
fn pooled() -> String {
    "pooled".into()
}
fn global() -> String {
    "global".into()
}
fn first_one() -> String {
    "first-one".into()
}
fn auto() -> String {
    "auto".into()
}

/// D6: where ε and w come from.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum CalibrationSpec {
    /// `raw`, `sbm`, `add`.
    On(String),
    /// Given values.
    Given(GivenCalibration),
}

impl Default for CalibrationSpec {
    fn default() -> Self {
        Self::On("raw".into())
    }
}

/// Given ε and w.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GivenCalibration {
    /// ε of each group.
    pub epsilon: GroupValues,
    /// w of each group.
    pub weights: GroupWeights,
}

/// One number per group of variables.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GroupValues {
    /// Inputs.
    pub inputs: f64,
    /// Good outputs.
    pub goods: f64,
    /// Bad outputs.
    #[serde(default)]
    pub bads: f64,
}

/// One weight per variable.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GroupWeights {
    /// Inputs.
    pub inputs: Vec<f64>,
    /// Good outputs.
    pub goods: Vec<f64>,
    /// Bad outputs.
    #[serde(default)]
    pub bads: Vec<f64>,
}

/// `[market]` (Eq. 6; D11, D24).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MarketSpec {
    /// One column per good.
    pub prices: Vec<String>,
    /// `chained` (previous period = 100) or `level`.
    #[serde(default = "chained")]
    pub kind: String,
    /// `absolute` (Eq. 6) or `signed`.
    #[serde(default = "absolute")]
    pub difference: String,
    /// `all`, `neighbours`, `within-km`, `within-group`.
    #[serde(default = "all")]
    pub pairs: String,
    /// Radius of `within-km`.
    pub km: Option<f64>,
    /// Group column of `within-group`.
    pub group: Option<String>,
    /// Column that lists neighbours, separated by `;`, of `neighbours`.
    pub neighbours: Option<String>,
    /// `sum` (1 each), `mean` (1/N), `inverse-distance`, or the name of a column (GDP).
    #[serde(default = "sum")]
    pub weights: String,
    /// Value of "no change" in chained prices.
    #[serde(default = "hundred")]
    pub base: f64,
    /// Periods back to which prices in levels are compared: 12 for months against the same month a year ago.
    #[serde(default = "one_back")]
    pub lag: i64,
    /// What is subtracted from each good's changes before the variance, the mean over `all-pairs`, `selected-pairs`, or
    /// `none`.
    #[serde(default = "all_pairs")]
    pub demean: String,
    /// Goods that a pair needs in a period.
    #[serde(default = "two")]
    pub min_goods: usize,
    /// Shorter distances count as this one.
    pub min_km: Option<f64>,
    /// Divisor of the variance over goods: `n` or `n-1`.
    #[serde(default = "n_minus_one")]
    pub divisor: String,
    /// Longitude in degrees.
    #[serde(default = "lon")]
    pub lon: String,
    /// Latitude in degrees.
    #[serde(default = "lat")]
    pub lat: String,
    /// Entity set (D24).
    pub sample: Option<String>,
    /// Name of the segmentation variable.
    #[serde(default = "seg")]
    pub seg: String,
    /// Name of the integration variable.
    #[serde(default = "mar")]
    pub mar: String,
}

fn chained() -> String {
    "chained".into()
}
fn absolute() -> String {
    "absolute".into()
}
fn all() -> String {
    "all".into()
}
fn sum() -> String {
    "sum".into()
}
fn hundred() -> f64 {
    100.0
}
fn one_back() -> i64 {
    1
}
fn two() -> usize {
    2
}
fn all_pairs() -> String {
    "all-pairs".into()
}
fn n_minus_one() -> String {
    "n-1".into()
}
fn seg() -> String {
    "Seg".into()
}
fn mar() -> String {
    "Mar".into()
}
