//! From a named covariance to its structure on a sample.

use crate::error::{Error, Result};
use crate::like::Like;
use crate::sample::frame::Frame;
use crate::sample::keys::{Key, combined_groups};
use crate::spec::Coordinates;
use crate::vcov::{Covariance, Gaps, Groups, Kernel, Meat, Periods, Structure, Vcov};
use crate::weights::WeightKind;
use panel_core::{Diagnostic, Panel};

/// Where names are looked up.
pub(crate) struct Lookup<'a> {
    pub(crate) frame: &'a Frame,
    /// The panel, for keys and coordinates that the frame does not hold.
    pub(crate) panel: Option<&'a Panel>,
    pub(crate) coordinates: &'a Coordinates,
    pub(crate) like: Like,
    pub(crate) gaps: Option<Gaps>,
}

/// Resolves `vcov`; what the reader should know goes to `diagnostics`.
pub(crate) fn resolve(vcov: &Vcov, lookup: &Lookup<'_>, diagnostics: &mut Vec<Diagnostic>) -> Result<Covariance> {
    let frame = lookup.frame;
    let structure = match vcov {
        Vcov::Iid | Vcov::Hc1 | Vcov::Hc2 | Vcov::Hc3 => Structure::Independent,
        Vcov::Cluster(keys) => {
            let partitions = keys.iter().map(|key| lookup.key(key)).collect::<Result<Vec<_>>>()?;
            for (key, groups) in keys.iter().zip(&partitions) {
                if groups.count() < 2 {
                    return Err(Error::Specification(format!(
                        "cluster key `{key}` has {} group in the sample",
                        groups.count()
                    )));
                }
                if groups.count() < 10 {
                    let message = format!("`{key}` has {} clusters: clustered inference leans on many", groups.count());
                    diagnostics.push(Diagnostic::warning("few-clusters", message));
                }
            }
            Structure::Cluster(partitions)
        }
        Vcov::DriscollKraay { lags } => {
            let periods = lookup.periods(diagnostics)?;
            let bandwidth = lookup.lags(*lags, &periods)? as f64 + 1.0;
            Structure::DriscollKraay { periods, kernel: Kernel::Bartlett, bandwidth }
        }
        Vcov::NeweyWest { lags } => {
            let periods = lookup.periods(diagnostics)?;
            let bandwidth = lookup.lags(*lags, &periods)? as f64 + 1.0;
            Structure::NeweyWest { units: frame.entity.1.clone(), periods, kernel: Kernel::Bartlett, bandwidth }
        }
        Vcov::Conley { cutoff_km, kernel, distance, serial_lags } => {
            let serial = match serial_lags {
                None => None,
                Some(lags) => {
                    let periods = lookup.periods(diagnostics)?;
                    let lags = lookup.lags(Some(*lags), &periods)?;
                    Some((frame.entity.1.clone(), periods, lags))
                }
            };
            let coordinates = lookup.coordinates()?;
            Structure::Conley { coordinates, cutoff_km: *cutoff_km, kernel: *kernel, distance: *distance, serial }
        }
    };
    let frequency = frame.weights.as_ref().filter(|weights| weights.kind == WeightKind::Frequency);
    let meat = Meat { frequency: frequency.map(|weights| weights.values.clone()), structure };
    let mut covariance = Covariance::new(vcov.clone(), meat);
    if let (Vcov::Cluster(keys), Structure::Cluster(partitions)) = (vcov, &covariance.meat.structure) {
        let effects = frame.effects.iter().map(|effect| Groups::of_levels(&effect.codes, effect.levels));
        covariance.nested =
            effects.map(|effect| partitions.iter().any(|partition| effect.nested_in(partition))).collect();
        // fixest goes by names: those of the keys of an effect, without its slopes; `a^b` is nested in `a`.
        let bare = |name: &String| name.split('[').next().unwrap_or_default().to_owned();
        let is_key = |key: &str| keys.iter().any(|known| known == key);
        let names: Vec<String> = frame.effect_names.iter().map(bare).collect();
        covariance.is_key = names.iter().map(|name| is_key(name) || name.split('^').any(is_key)).collect();
        covariance.keys_absorbed = keys.iter().all(|key| names.contains(key));
    }
    Ok(covariance)
}

/// ⌊T^(1/4)⌋, the default of fixest.
fn default_lags(periods: usize) -> usize {
    let root = (periods as f64).powf(0.25).floor() as usize;
    // The power can miss a whole root by one ulp.
    if (root + 1).pow(4) <= periods { root + 1 } else { root }
}

impl Lookup<'_> {
    pub(crate) fn key(&self, key: &str) -> Result<Groups> {
        let frame = self.frame;
        if let Some(f) = frame.effect_names.iter().position(|name| name == key) {
            return Ok(Groups::of_levels(&frame.effects[f].codes, frame.effects[f].levels));
        }
        if key == frame.entity.0 {
            return Ok(frame.entity.1.clone());
        }
        if key == frame.time.0 {
            return Ok(Periods::calendar(&frame.time.1).groups().clone());
        }
        let Some(panel) = self.panel else {
            return Err(Error::UnknownOption {
                what: "cluster key",
                got: key.into(),
                expected: format!("{}, {} or a fixed effect, unless the panel is given", frame.entity.0, frame.time.0),
            });
        };
        let keys = key.split('^').map(|name| Key::of(panel, name.trim())).collect::<Result<Vec<_>>>()?;
        for (part, name) in keys.iter().zip(key.split('^')) {
            if let Some(&row) = frame.rows.iter().find(|&&row| part.is_missing(row as usize)) {
                return Err(Error::BadValue {
                    cell: Box::new(panel.cell(row as usize, name.trim())),
                    expected: "a cluster key for each row of the sample; refit to leave the row out".into(),
                });
            }
        }
        Ok(combined_groups(&keys, &frame.rows))
    }

    /// The lags asked for, or ⌊T^(1/4)⌋; those that reach beyond the span of the periods are refused, as ivreg2 does:
    /// the weights of the few lags that there are would only rise with the bandwidth.
    fn lags(&self, asked: Option<usize>, periods: &Periods) -> Result<usize> {
        let steps = periods.span() + 1;
        let lags = asked.unwrap_or_else(|| default_lags(periods.count()));
        if lags >= steps {
            return Err(Error::Specification(format!(
                "{lags} lags, but the sample spans {steps} periods of `{}`: expected at most {}",
                self.frame.time.0,
                steps - 1
            )));
        }
        Ok(lags)
    }

    fn periods(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<Periods> {
        let (name, ordinals) = &self.frame.time;
        let calendar = Periods::calendar(ordinals);
        if calendar.count() < 2 {
            return Err(Error::Specification(format!("`{name}` has one period in the sample: there are no lags")));
        }
        let follow = self.gaps.unwrap_or(if self.like.calendar_lags() { Gaps::Calendar } else { Gaps::Reindex });
        if calendar.has_gaps() {
            let how = match follow {
                Gaps::Calendar => "lags follow the calendar",
                Gaps::Reindex => "the observed periods are numbered through",
            };
            let message = format!("`{name}` has gaps; {how} (like = {})", self.like);
            diagnostics.push(Diagnostic::warning("time-gaps", message));
        }
        Ok(match follow {
            Gaps::Calendar => calendar,
            Gaps::Reindex => Periods::reindexed(ordinals),
        })
    }

    fn coordinates(&self) -> Result<Vec<(f64, f64)>> {
        let Some(panel) = self.panel else {
            return Err(Error::Specification("Conley covariances need the panel, which holds the coordinates".into()));
        };
        let (lat, lon) = (panel.float(&self.coordinates.lat)?, panel.float(&self.coordinates.lon)?);
        let place = |&row: &u32| {
            let row = row as usize;
            let bad = |name: &str, expected: &str| Error::BadValue {
                cell: Box::new(panel.cell(row, name)),
                expected: expected.into(),
            };
            if lat[row].is_nan() || lat[row].abs() > 90.0 {
                return Err(bad(&self.coordinates.lat, "a latitude between -90 and 90"));
            }
            if lon[row].is_nan() || lon[row].abs() > 360.0 {
                return Err(bad(&self.coordinates.lon, "a longitude between -180 and 360"));
            }
            Ok((lat[row], lon[row]))
        };
        self.frame.rows.iter().map(place).collect()
    }
}
