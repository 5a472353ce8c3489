#![doc = include_str!("../README.md")]
//!
//! # Checks
//! Every printed number stands for the interval of numbers that round to it. A check fails only when no number in the
//! intervals satisfies it, so that rounding alone never makes a finding:
//!
//! | check | what is compared |
//! |---|---|
//! | [`Check::Stars`] | stars with the range of \|coefficient / standard error\| |
//! | [`Check::SampleSize`] | n of one sample, n with entities × periods, parts with their whole |
//! | [`Check::TurningPoint`] | -b₁/(2b₂) with the observed range and with printed turning points |
//! | [`Check::Mediation`] | total = direct + indirect, exact in linear models on one sample |
//! | [`Check::Moderation`] | shift and flip of a moderated curve |
//! | [`Check::Instruments`] | critical values, first-stage F, tests and their stars |
//! | [`Check::Descriptives`] | mean, sd, minimum, maximum with each other and with declared bounds |
//! | [`Check::Subsamples`] | pooled coefficients with those of parts |
//! | [`Check::Precision`] | standard errors of one coefficient across samples of one data set, as bounds |
//!
//! Which columns belong together cannot be guessed: an [`AuditSpec`] declares it. Stars and descriptive statistics are
//! checked without any declaration.

#![warn(missing_docs)]

mod descriptives;
mod error;
mod finding;
mod instruments;
mod interval;
mod lookup;
mod mediation;
mod precision;
mod samples;
mod shape;
mod show;
mod spec;
mod stars;

pub use error::{Error, Result};
pub use finding::{Audit, Check, Finding, Status};
pub use interval::Interval;
pub use spec::{
    AuditSpec, Bounds, ColumnRef, Count, CurveSpec, Distribution, FirstStage, InstrumentsSpec, MediationSpec,
    ModerationSpec, Partition, SampleSpec, StarsSpec, SubsetSpec,
};

/// The printed numbers, tables and languages of the audit.
pub use report;

use report::PublishedRow;

/// Checks published numbers for internal consistency.
///
/// # Errors
/// [`Error::Printed`] when the specification names a column or a row that the numbers do not have;
/// [`Error::Specification`] when it contradicts itself.
pub fn audit(rows: &[PublishedRow], spec: &AuditSpec) -> Result<Audit> {
    let numbers = lookup::Numbers::new(rows);
    let mut findings = Vec::new();
    findings.extend(samples::check(&numbers, spec)?);
    findings.extend(stars::check(&numbers, spec)?);
    findings.extend(instruments::check(&numbers, spec)?);
    findings.extend(shape::turning_points(&numbers, spec)?);
    findings.extend(shape::moderation(&numbers, spec)?);
    findings.extend(mediation::check(&numbers, spec)?);
    findings.extend(descriptives::check(&numbers, spec)?);
    findings.extend(samples::subsamples(&numbers, spec)?);
    findings.extend(precision::check(&numbers, spec)?);
    Ok(Audit { findings })
}
