//! A moderated quadratic: how the turning point and the curvature move with z (Haans, Pieters & He 2016).

use crate::after::turning_point::{FiellerSet, fieller};
use crate::coefficients::{Coefficients, Derived, check_level};
use crate::error::Result;
use crate::outcome::TestOutcome;
use faer::Mat;
use panel_core::distribution::t_critical;

/// b₁x + b₂x² + b₃xz + b₄x²z; without the last term b₄ = 0.
#[derive(Debug, Clone)]
pub struct Moderation {
    b: [f64; 4],
    covariance: Mat<f64>,
    df: f64,
    has_squared_interaction: bool,
    /// Centres of x and z that the coefficients are about; 0 unless they lie far from zero.
    center: [f64; 2],
}

/// Everything about the moderated curve at one z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtModerator {
    /// The value of z.
    pub z: f64,
    /// x*(z) = −(b₁+b₃z)/(2(b₂+b₄z)).
    pub turning_point: Derived,
    /// dx*/dz = (b₁b₄−b₂b₃)/(2(b₂+b₄z)²).
    pub shift: Derived,
    /// Curvature at the turning point, 2(b₂+b₄z).
    pub curvature: Derived,
}

/// The other factor of the interaction.
fn moderator_of<'a>(linear: &str, interaction: &'a str) -> &'a str {
    let (before, after) = (format!("{linear}:"), format!(":{linear}"));
    interaction.strip_prefix(&*before).or_else(|| interaction.strip_suffix(&*after)).unwrap_or(interaction)
}

impl Moderation {
    /// From coefficients by name; `squared_interaction` may be missing from the model.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a name that is not there.
    pub fn new(
        coefficients: &Coefficients<'_>,
        linear: &str,
        squared: &str,
        interaction: &str,
        squared_interaction: Option<&str>,
    ) -> Result<Self> {
        let mut names = vec![linear, squared, interaction];
        names.extend(squared_interaction);
        let (b, v, centres) = coefficients.pick_centred(&names, &[linear, moderator_of(linear, interaction)])?;
        let center = [centres[0], centres[1]];
        let mut all = [0.0; 4];
        all[..b.len()].copy_from_slice(&b);
        let covariance = Mat::from_fn(4, 4, |i, j| if i < b.len() && j < b.len() { v[(i, j)] } else { 0.0 });
        let has_squared_interaction = squared_interaction.is_some();
        Ok(Self { b: all, covariance, df: coefficients.df, has_squared_interaction, center })
    }

    /// A line in x that a moderator tilts, b₁x + b₃xz: b₂ = b₄ = 0. It has slopes, and no turning point.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a name that is not there.
    pub fn linear(coefficients: &Coefficients<'_>, linear: &str, interaction: &str) -> Result<Self> {
        let (b, v, centres) =
            coefficients.pick_centred(&[linear, interaction], &[linear, moderator_of(linear, interaction)])?;
        // Places of b₁ and b₃.
        let place = |i: usize| [Some(0), None, Some(1), None][i];
        let covariance = Mat::from_fn(4, 4, |i, j| match (place(i), place(j)) {
            (Some(i), Some(j)) => v[(i, j)],
            _ => 0.0,
        });
        let (df, center) = (coefficients.df, [centres[0], centres[1]]);
        Ok(Self { b: [b[0], 0.0, b[1], 0.0], covariance, df, has_squared_interaction: false, center })
    }

    fn derived(&self, value: f64, gradient: [f64; 4]) -> Derived {
        Derived::new(value, &gradient, self.covariance.as_ref(), self.df)
    }

    /// Turning point, shift and curvature at z, each with its delta-method standard error.
    ///
    /// With D = b₂+b₄z, A = b₁+b₃z, Q = b₁b₄−b₂b₃ the gradients are (−1/2D, A/2D², −z/2D, zA/2D²) and
    /// (b₄/2D², −b₃/2D²−Q/D³, −b₂/2D², b₁/2D²−Qz/D³). At D = 0 (the flip) the values are infinite or not numbers.
    #[must_use]
    pub fn at(&self, z: f64) -> AtModerator {
        let (at, z) = (z, z - self.center[1]);
        let [b1, b2, b3, b4] = self.b;
        let (d, a, q) = (b2 + b4 * z, b1 + b3 * z, b1 * b4 - b2 * b3);
        let (d2, d3) = (d * d, d * d * d);
        let turning_point = self.derived(-a / (2.0 * d), [-0.5 / d, 0.5 * a / d2, -0.5 * z / d, 0.5 * z * a / d2]);
        let turning_point = Derived { value: turning_point.value + self.center[0], ..turning_point };
        let gradient = [0.5 * b4 / d2, -0.5 * b3 / d2 - q / d3, -0.5 * b2 / d2, 0.5 * b1 / d2 - q * z / d3];
        let shift = self.derived(0.5 * q / d2, gradient);
        let curvature = self.derived(2.0 * d, [0.0, 2.0, 0.0, 2.0 * z]);
        AtModerator { z: at, turning_point, shift, curvature }
    }

    /// Numerator of the shift, b₁b₄ − b₂b₃, whose sign is the direction of the shift at every z; gradient
    /// (b₄, −b₃, −b₂, b₁).
    #[must_use]
    pub fn shift_numerator(&self) -> Derived {
        let [b1, b2, b3, b4] = self.b;
        self.derived(b1 * b4 - b2 * b3, [b4, -b3, -b2, b1])
    }

    /// Change of the curvature per unit of z, 2b₄: steeper for the sign of b₂, flatter against it. `None` without x²z.
    #[must_use]
    pub fn curvature_change(&self) -> Option<Derived> {
        self.has_squared_interaction.then(|| self.derived(2.0 * self.b[3], [0.0, 0.0, 0.0, 2.0]))
    }

    /// Test that the turning point does not move at z: dx*/dz = 0, by the delta method.
    #[must_use]
    pub fn shift_test(&self, z: f64) -> TestOutcome {
        self.at(z)
            .shift
            .test("turning-point shift", &format!("the turning point does not move with the moderator at {z}"))
    }

    /// Test that the turning point moves at no z: b₁b₄ − b₂b₃ = 0.
    #[must_use]
    pub fn shift_numerator_test(&self) -> TestOutcome {
        self.shift_numerator()
            .test("turning-point shift (numerator)", "the turning point does not move with the moderator")
    }

    /// Test that the moderator does not change the curvature: b₄ = 0.
    #[must_use]
    pub fn curvature_test(&self) -> TestOutcome {
        let name = "curvature change";
        match self.curvature_change() {
            Some(change) => change.test(name, "the curvature does not depend on the moderator"),
            None => TestOutcome::not_available(name, "the model has no interaction of the squared term"),
        }
    }

    /// z at which a U becomes an inverse U, −b₂/b₄, with its Fieller set; `None` without x²z.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn flip(&self, level: f64) -> Result<Option<(Derived, FiellerSet)>> {
        check_level(level)?;
        let [_, b2, _, b4] = self.b;
        if !self.has_squared_interaction || b4 == 0.0 {
            return Ok(None);
        }
        let value = self.derived(-b2 / b4, [0.0, -1.0 / b4, 0.0, b2 / (b4 * b4)]);
        let value = Derived { value: value.value + self.center[1], ..value };
        let v = &self.covariance;
        let set = fieller(-b2, b4, v[(1, 1)], -v[(1, 3)], v[(3, 3)], t_critical(level, self.df));
        Ok(Some((value, set.shifted(self.center[1]))))
    }

    /// Slope of y in x at (x, z): b₁ + 2b₂x + b₃z + 2b₄xz.
    #[must_use]
    pub fn slope(&self, x: f64, z: f64) -> Derived {
        let (x, z) = (x - self.center[0], z - self.center[1]);
        let [b1, b2, b3, b4] = self.b;
        self.derived(b1 + 2.0 * b2 * x + b3 * z + 2.0 * b4 * x * z, [1.0, 2.0 * x, z, 2.0 * x * z])
    }

    /// Johnson-Neyman region of the slope at x: the z for which it does **not** differ from zero at this level.
    ///
    /// The slope is linear in z, so the region is a Fieller set (Johnson & Neyman 1936; Bauer & Curran 2005).
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn johnson_neyman_slope(&self, x: f64, level: f64) -> Result<FiellerSet> {
        let x = x - self.center[0];
        self.insignificant([1.0, 2.0 * x, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0 * x], level)
    }

    /// Johnson-Neyman region of the curvature: the z for which 2(b₂+b₄z) does **not** differ from zero; `None` without
    /// the interaction x²z, when the curvature is the same everywhere.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn johnson_neyman_curvature(&self, level: f64) -> Result<Option<FiellerSet>> {
        check_level(level)?;
        if !self.has_squared_interaction {
            return Ok(None);
        }
        self.insignificant([0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 2.0], level).map(Some)
    }

    /// {z : |p'b + z r'b| ≤ T·se}.
    fn insignificant(&self, p: [f64; 4], r: [f64; 4], level: f64) -> Result<FiellerSet> {
        check_level(level)?;
        let dot = |g: &[f64; 4]| g.iter().zip(&self.b).map(|(g, b)| g * b).sum::<f64>();
        let form = |g: &[f64; 4], h: &[f64; 4]| -> f64 {
            (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).map(|(i, j)| g[i] * h[j] * self.covariance[(i, j)]).sum()
        };
        // z = a/c with a = −p'b, c = r'b.
        Ok(fieller(-dot(&p), dot(&r), form(&p, &p), -form(&p, &r), form(&r, &r), t_critical(level, self.df)))
    }
}
