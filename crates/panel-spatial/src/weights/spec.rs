//! Weights as a study writes them: `[[weights]]`.

use super::{EconomicForm, Islands, Kernel, Standardise, Weights};
use crate::error::{Error, Result};
use panel_core::geo::{Adjacency, LatLon, MetricName, NearIndex, near_pair_remark, nearest_pair};
use panel_core::{Diagnostic, Diagnostics};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The words of [`MetricName`], for the schema of a study.
#[cfg(feature = "schema")]
fn metrics() -> Vec<&'static str> {
    <MetricName as panel_core::words::Word>::WORDS.iter().map(|(word, _)| *word).collect()
}

/// One `[[weights]]` entry.
///
/// ```
/// use panel_spatial::{Standardise, WeightsSpec};
/// let spec: WeightsSpec = toml::from_str(r#"
///     id = "W_inv"
///     kind = "inverse-distance"
///     cutoff_km = 500
/// "#)?;
/// assert_eq!((spec.id.as_str(), spec.standardise), ("W_inv", Standardise::Row));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeightsSpec {
    /// Name by which columns, lags and tests refer to them.
    pub id: String,
    /// What they are made of.
    #[serde(flatten)]
    pub kind: WeightsKind,
    /// Normalisation.
    #[serde(default)]
    pub standardise: Standardise,
    /// What becomes of units without a neighbour.
    #[serde(default)]
    pub islands: Islands,
}

/// When polygons are neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A common vertex suffices.
    #[default]
    Queen,
    /// A common piece of border.
    Rook,
}

/// Which value of a variable that changes over time the weights take: a word or a period of a study, written as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "AtWord"))]
#[serde(from = "AtWord", into = "AtWord")]
pub enum At {
    /// The first period.
    #[default]
    First,
    /// The mean over the periods with a value.
    Mean,
    /// A period, as a number.
    Year(i64),
    /// A period's label.
    Named(String),
}

/// `"first"`, `"mean"`, or a period as a number or by its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
enum AtWord {
    /// A period, as a number.
    Year(i64),
    /// `first`, `mean`, or a period's label.
    Word(String),
}

impl From<AtWord> for At {
    fn from(word: AtWord) -> Self {
        match word {
            AtWord::Year(year) => Self::Year(year),
            AtWord::Word(word) if word == "first" => Self::First,
            AtWord::Word(word) if word == "mean" => Self::Mean,
            AtWord::Word(label) => Self::Named(label),
        }
    }
}

impl From<At> for AtWord {
    fn from(at: At) -> Self {
        match at {
            At::First => Self::Word("first".into()),
            At::Mean => Self::Word("mean".into()),
            At::Year(year) => Self::Year(year),
            At::Named(label) => Self::Word(label),
        }
    }
}

/// What weights are made of; the key `kind` of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum WeightsKind {
    /// d^-exponent.
    InverseDistance {
        /// Decay exponent.
        #[serde(default = "one")]
        exponent: f64,
        /// Weight 0 beyond.
        #[serde(default)]
        cutoff_km: Option<f64>,
        /// Shorter distances count as this.
        #[serde(default)]
        min_km: Option<f64>,
        /// How distance is measured.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = metrics())))]
        metric: MetricName,
    },
    /// Any other kernel of distance.
    Kernel {
        /// Which.
        kernel: Kernel,
        /// Weight 0 beyond.
        #[serde(default)]
        cutoff_km: Option<f64>,
        /// Shorter distances count as this.
        #[serde(default)]
        min_km: Option<f64>,
        /// How distance is measured.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = metrics())))]
        metric: MetricName,
    },
    /// k nearest neighbours.
    Knn {
        /// How many.
        k: usize,
    },
    /// Units from one distance to another.
    Band {
        /// From, km.
        #[serde(default)]
        from_km: f64,
        /// To, km.
        to_km: f64,
    },
    /// Common borders of polygons (`.geojson`, `.shp`), or a list of neighbours (`.gal`, `.gwt`).
    Contiguity {
        /// The file.
        file: String,
        /// When polygons are neighbours.
        #[serde(default)]
        rule: Rule,
        /// Attribute of the polygons that names the unit.
        #[serde(default)]
        id_field: Option<String>,
        /// Grid on which vertices are compared, degrees.
        #[serde(default = "tolerance")]
        tolerance: f64,
    },
    /// Likeness in a variable.
    Economic {
        /// The variable.
        variable: String,
        /// Which of its values: `first`, the mean over periods as `mean`, or a period.
        #[serde(default)]
        at: At,
        /// How likeness becomes a weight.
        #[serde(default)]
        form: EconomicForm,
    },
    /// A matrix from a file: rows i, j, w or a square table.
    File {
        /// The file.
        path: String,
        /// Whether weights may be negative.
        #[serde(default)]
        allow_negative: bool,
    },
    /// The product of other weights, element by element.
    Product {
        /// Their ids.
        of: Vec<String>,
    },
}

fn one() -> f64 {
    1.0
}

fn tolerance() -> f64 {
    1e-6
}

/// The content of a weights file, as `panel_core::io` reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum WeightsFile {
    /// Names and (i, j, w).
    Triplets {
        /// Units in the order of the file.
        labels: Vec<String>,
        /// (row, column, weight), counted from 0.
        triplets: Vec<(usize, usize, f64)>,
    },
    /// Names and polygons.
    Polygons {
        /// Units in the order of the file.
        labels: Vec<String>,
        /// Rings of each.
        polygons: Vec<Vec<panel_core::geo::Ring>>,
    },
}

/// What [`WeightsSpec::build`] may need; a closure is asked only where the kind of weights needs it.
pub struct WeightsInputs<'a> {
    /// Units of the sample, in order.
    pub labels: &'a [String],
    /// Their coordinates.
    pub points: Option<&'a [Option<LatLon>]>,
    /// Reads a file: path and the attribute that names polygons.
    pub file: &'a dyn Fn(&str, Option<&str>) -> Result<WeightsFile>,
    /// One value per unit of a variable.
    pub variable: &'a dyn Fn(&str, &At) -> Result<Vec<f64>>,
    /// Weights built before, by id.
    pub known: &'a BTreeMap<String, Weights>,
}

impl std::fmt::Debug for WeightsInputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WeightsInputs").field("labels", &self.labels.len()).finish_non_exhaustive()
    }
}

impl WeightsSpec {
    /// The weights, normalised, with remarks on islands, unmatched names, groups without connection.
    ///
    /// # Errors
    /// As the constructors of [`Weights`]; [`Error::Islands`]; [`Error::UnknownName`] for the id of a factor, or for a unit
    /// of the sample that a file lacks.
    pub fn build(&self, inputs: &WeightsInputs<'_>) -> Result<(Weights, Diagnostics)> {
        let _span = tracing::debug_span!("weights", id = %self.id).entered();
        let mut remarks = Vec::new();
        let raw = self.raw(inputs, &mut remarks)?;
        remarks.extend(self.near_pair(&raw, inputs));
        let islands: Vec<String> = raw.islands().into_iter().map(|i| raw.labels[i].clone()).collect();
        let index = inputs.points.map(nearest_index);
        let nearest = |i: usize| {
            index.as_ref().and_then(|(place, index, rank)| {
                let here = rank[i]?;
                index.nearest(here, 1).first().map(|&(j, _)| place[j])
            })
        };
        let weights = raw.with_islands(self.islands, nearest)?.standardised(self.standardise)?;
        if !islands.is_empty() {
            let what =
                if self.islands == Islands::Nearest { "were linked to their nearest" } else { "keep an empty row" };
            remarks.push(Diagnostic::warning(
                "weights-islands",
                format!(
                    "weights `{}`: {} units without a neighbour {what}: {}",
                    self.id,
                    islands.len(),
                    panel_core::suggest::some(&islands)
                ),
            ));
        }
        let components = weights.components();
        if components > 1 {
            remarks.push(Diagnostic::note(
                "weights-unconnected",
                format!("weights `{}` fall into {components} groups of units without connection", self.id),
            ));
        }
        if matches!(self.kind, WeightsKind::Economic { .. }) {
            remarks.push(Diagnostic::warning(
                "weights-endogenous",
                format!(
                    "weights `{}` come from a variable; where it moves with the outcome they are endogenous",
                    self.id
                ),
            ));
        }
        Ok((weights, remarks))
    }

    /// A remark about the nearest two units, where they are nearer than cities are and weights fall with distance.
    fn near_pair(&self, weights: &Weights, inputs: &WeightsInputs<'_>) -> Option<Diagnostic> {
        let (kernel, min_km, metric) = match &self.kind {
            WeightsKind::InverseDistance { exponent, min_km, metric, .. } => {
                (Kernel::Inverse { exponent: *exponent }, *min_km, metric)
            }
            WeightsKind::Kernel { kernel, min_km, metric, .. } => (*kernel, *min_km, metric),
            _ => return None,
        };
        let metric = metric.metric(None).unwrap_or_default();
        let (i, j, km) = nearest_pair(inputs.points?, metric).filter(|_| kernel.is_singular())?;
        let share = |own: usize, other: usize| weights.get(own, other) / weights.matrix.row_sum(own);
        let (own, other) = if share(i, j) >= share(j, i) { (i, j) } else { (j, i) };
        if weights.degree(own) == 0 {
            return None;
        }
        let labels = &weights.labels;
        let effect = format!(
            "`{}` has {:.1} % of the weights of `{}` in `{}`",
            labels[other],
            100.0 * share(own, other),
            labels[own],
            self.id
        );
        near_pair_remark((&labels[i], &labels[j]), km, min_km, &effect)
    }

    fn raw(&self, inputs: &WeightsInputs<'_>, remarks: &mut Diagnostics) -> Result<Weights> {
        let labels = inputs.labels;
        let points = || {
            inputs.points.ok_or_else(|| {
                Error::Specification(format!(
                    "weights `{}` need coordinates: name the columns of latitude and longitude",
                    self.id
                ))
            })
        };
        match &self.kind {
            WeightsKind::InverseDistance { exponent, cutoff_km, min_km, metric } => {
                let kernel = Kernel::Inverse { exponent: *exponent };
                Weights::from_kernel(
                    labels,
                    points()?,
                    kernel,
                    metric.metric(None).unwrap_or_default(),
                    *cutoff_km,
                    *min_km,
                )
            }
            WeightsKind::Kernel { kernel, cutoff_km, min_km, metric } => Weights::from_kernel(
                labels,
                points()?,
                *kernel,
                metric.metric(None).unwrap_or_default(),
                *cutoff_km,
                *min_km,
            ),
            WeightsKind::Knn { k } => Weights::k_nearest(labels, points()?, *k),
            WeightsKind::Band { from_km, to_km } => Weights::band(labels, points()?, *from_km, *to_km),
            WeightsKind::Economic { variable, at, form } => {
                Weights::economic(labels, variable, &(inputs.variable)(variable, at)?, *form)
            }
            WeightsKind::Contiguity { file, rule, id_field, tolerance } => {
                match (inputs.file)(file, id_field.as_deref())? {
                    WeightsFile::Polygons { labels: names, polygons } => {
                        let contiguity = match rule {
                            Rule::Queen => panel_core::geo::Contiguity::Queen,
                            Rule::Rook => panel_core::geo::Contiguity::Rook,
                        };
                        let adjacency = Adjacency::from_polygons(&names, &polygons, contiguity, *tolerance)?;
                        self.matched(Weights::from_adjacency(&names, &adjacency)?, labels, remarks)
                    }
                    WeightsFile::Triplets { labels: names, triplets } => {
                        let ones: Vec<(usize, usize, f64)> =
                            triplets.iter().filter(|entry| entry.0 != entry.1).map(|&(i, j, _)| (i, j, 1.0)).collect();
                        self.matched(Weights::from_triplets(&names, &ones)?.described("contiguity"), labels, remarks)
                    }
                }
            }
            WeightsKind::File { path, allow_negative } => match (inputs.file)(path, None)? {
                WeightsFile::Triplets { labels: names, triplets } => {
                    let weights = if *allow_negative {
                        Weights::from_triplets_signed(&names, &triplets)?
                    } else {
                        Weights::from_triplets(&names, &triplets)?
                    };
                    self.matched(weights.described(format!("weights of {path}")), labels, remarks)
                }
                WeightsFile::Polygons { .. } => Err(Error::Specification(format!(
                    "weights `{}`: `{path}` holds polygons; kind = \"contiguity\" makes weights of them",
                    self.id
                ))),
            },
            WeightsKind::Product { of: factors } => {
                let known = |id: &String| {
                    inputs.known.get(id).ok_or_else(|| Error::UnknownName {
                        what: "weights defined before",
                        name: id.clone(),
                        known: inputs.known.keys().cloned().collect(),
                    })
                };
                Weights::product(&factors.iter().map(known).collect::<Result<Vec<_>>>()?)
            }
        }
    }

    /// The weights of a file for the units of the sample; names that match nothing are listed.
    fn matched(&self, weights: Weights, labels: &[String], remarks: &mut Diagnostics) -> Result<Weights> {
        let spare: Vec<&String> = weights.labels.iter().filter(|label| !labels.contains(label)).collect();
        if !spare.is_empty() {
            remarks.push(Diagnostic::note(
                "weights-unused",
                format!(
                    "weights `{}`: {} units of the file are not in the sample: {}",
                    self.id,
                    spare.len(),
                    panel_core::suggest::some(&spare)
                ),
            ));
        }
        weights.select(labels)
    }
}

/// Positions of the units with coordinates, an index over them, and each unit's place in it.
fn nearest_index(points: &[Option<LatLon>]) -> (Vec<usize>, NearIndex, Vec<Option<usize>>) {
    let (place, known): (Vec<usize>, Vec<LatLon>) =
        points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip();
    let mut rank = vec![None; points.len()];
    place.iter().enumerate().for_each(|(here, &i)| rank[i] = Some(here));
    (place, NearIndex::new(&known), rank)
}
