//! A multiverse with everything that is said of it.

use super::attribution::Attributions;
use super::estimation::Estimation;
use super::joint::Joint;
use std::ops::Deref;

/// A multiverse: its estimates, joint tests, and what moves the result.
#[derive(Debug)]
pub struct Multiverse {
    pub(super) estimation: Estimation,
    pub(super) joint: Joint,
    pub(super) attributions: Attributions,
}

impl Deref for Multiverse {
    type Target = Estimation;

    fn deref(&self) -> &Estimation {
        &self.estimation
    }
}
