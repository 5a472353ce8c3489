//! What figures draw of a regression: the fitted curve with its binned scatter, the first stages partialled out, the
//! curves at values of a moderator.

use super::fit::fit;
use super::u_shape::{mean_sd, moderation_model, share_beyond, u_test};
use panel_core::Panel;
use panel_core::transform::quantile;
use panel_fe::Estimate;
use panel_fe::binscatter::bin_indicators;
use panel_fe::coefficients::Derived;
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::Shape;
use report::figure::{CurvePoint, TurningPoint};
use study::{ColumnSpec, Error, ModerationSpec, Parsed, Result, bare};

/// Points of the fitted curve.
const CURVE_POINTS: usize = 121;
/// Points of a moderated curve.
const MODERATED_POINTS: usize = 81;
/// Level of bands and intervals.
const LEVEL: f64 = 0.95;

/// What can be drawn of one column; each part may have failed by itself.
#[derive(Debug)]
pub struct ColumnPlots {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// The quadratic, of the headline.
    pub curve: Option<Result<FittedCurve>>,
    /// First stages, of a column with instruments.
    pub first_stages: Option<Result<FirstStages>>,
    /// Moderated curves.
    pub moderated: Option<Result<ModeratedCurves>>,
}

impl ColumnPlots {
    /// What can be drawn of a column; `x` is the variable of the quadratic where it is the headline.
    #[must_use]
    pub fn new(
        panel: &Panel,
        spec: &ColumnSpec,
        estimate: &Estimate,
        (table, column): (&str, &str),
        x: Option<&str>,
        bins: usize,
    ) -> Self {
        let named = |error: panel_fe::Error| Error::stage("report", error);
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            curve: x.map(|x| FittedCurve::new(panel, spec, estimate, x, bins).map_err(named)),
            first_stages: spec.formula.is_iv().then(|| FirstStages::new(panel, spec, estimate).map_err(named)),
            moderated: (spec.moderation.as_ref())
                .map(|moderation| ModeratedCurves::new(panel, estimate, moderation).map_err(named)),
        }
    }
}

/// The fitted quadratic relative to its sample mean, a level being unidentified beside fixed effects.
#[derive(Debug, Clone)]
pub struct FittedCurve {
    /// The curve with its pointwise band.
    pub points: Vec<CurvePoint>,
    /// The shape that is tested.
    pub shape: Option<Shape>,
    /// p of the U test.
    pub p: Option<f64>,
    /// Where it turns, with Fieller's interval.
    pub turning_point: Option<TurningPoint>,
    /// Mean of x and height of each bin.
    pub bins: Vec<(f64, f64)>,
    /// Values of x in the sample.
    pub values: Vec<f64>,
    /// Share of them beyond the turning point.
    pub share_beyond: Option<f64>,
}

impl FittedCurve {
    fn new(panel: &Panel, spec: &ColumnSpec, estimate: &Estimate, x: &str, bins: usize) -> panel_fe::Result<Self> {
        let square = format!("{x}^2");
        let (b, v) = estimate.coefficients().pick(&[x, &square])?;
        let values = estimate.sample_values(x).unwrap_or_default();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let mean_square = values.iter().map(|value| value * value).sum::<f64>() / n;
        let (low, high) = estimate.sample_range(x).unwrap_or((f64::NAN, f64::NAN));
        let points = (0..CURVE_POINTS).map(|i| {
            let at = low + (high - low) * i as f64 / (CURVE_POINTS - 1) as f64;
            let gradient = [at - mean, at * at - mean_square];
            let effect = Derived::new(b[0] * gradient[0] + b[1] * gradient[1], &gradient, v.as_ref(), estimate.df_t);
            let (below, above) = effect.interval(LEVEL);
            CurvePoint::banded(at, effect.value, below, above)
        });
        let test = u_test(estimate, x, LEVEL)?;
        let turning_point = test.as_ref().and_then(|test| test.turning_point.as_ref().ok()).map(|point| {
            let (low, high) = match point.fieller {
                FiellerSet::Interval { low, high } => (low, high),
                // The smallest interval that holds the rest of a line, or all of it, is the line.
                _ => (f64::NEG_INFINITY, f64::INFINITY),
            };
            TurningPoint { at: point.estimate.value, low, high }
        });
        // Bins in place of instrumented terms would be another model.
        let bins = if spec.formula.is_iv() { None } else { semi_linear(panel, spec, estimate, x, bins) };
        Ok(Self {
            points: points.collect(),
            shape: test.as_ref().map(|test| test.shape),
            p: test.as_ref().and_then(|test| test.overall.available().and_then(|stat| stat.p)),
            turning_point,
            bins: bins.unwrap_or_default(),
            values: values.to_vec(),
            share_beyond: test.is_some().then(|| share_beyond(values, -b[0] / (2.0 * b[1]))),
        })
    }
}

/// Means of x per bin against the coefficients of bin indicators that replace the quadratic (Cattaneo, Crump, Farrell
/// and Feng 2024), moved so that their mean over rows is zero, as that of the curve is. None where it cannot be fitted.
fn semi_linear(panel: &Panel, spec: &ColumnSpec, estimate: &Estimate, x: &str, bins: usize) -> Option<Vec<(f64, f64)>> {
    let values = estimate.sample_values(x)?;
    let codes = bin_indicators(values, bins).ok()?;
    let count = codes.iter().max()? + 1;
    let name = |bin: usize| format!("bin_{bin}_of_{bins}");
    let mut wide = panel.clone();
    for bin in 1..count {
        let mut column = vec![f64::NAN; panel.n_rows()];
        for (&row, &code) in estimate.rows.iter().zip(&codes) {
            column[row as usize] = f64::from(u8::from(code == bin));
        }
        wide.set(name(bin), column).ok()?;
    }
    let square = format!("{x}^2");
    let controls = estimate.names.iter().filter(|term| *term != x && **term != square && !term.starts_with('('));
    let terms: Vec<String> = (1..count).map(name).chain(controls.cloned()).collect();
    let effects = spec.formula.effect_names();
    let absorbed = if effects.is_empty() { String::new() } else { format!(" | {}", effects.join(" + ")) };
    let formula = format!("{} ~ {}{absorbed}", estimate.response, terms.join(" + ")).parse().ok()?;
    // Coefficients are all that is read, so the covariance is the cheapest.
    let plain = ColumnSpec { vcov: Parsed::default(), like: Parsed::default(), ..spec.clone() };
    let stepped = fit(&wide, &plain, &formula, &estimate.esample(panel.n_rows())).ok()?;
    let mut sums = vec![(0.0, 0_usize); count];
    for (&code, value) in codes.iter().zip(values) {
        sums[code].0 += value;
        sums[code].1 += 1;
    }
    let heights: Vec<f64> = (0..count)
        .map(|bin| if bin == 0 { 0.0 } else { stepped.coefficient(&name(bin)).map_or(f64::NAN, |c| c.estimate) })
        .collect();
    let present = || heights.iter().zip(&sums).filter(|(height, _)| !height.is_nan());
    let total: usize = present().map(|(_, sum)| sum.1).sum();
    let level = present().map(|(height, sum)| height * sum.1 as f64).sum::<f64>() / total as f64;
    Some(present().map(|(height, sum)| (sum.0 / sum.1 as f64, height - level)).collect())
}

/// The first stages of a column.
#[derive(Debug, Clone)]
pub struct FirstStages {
    /// One per endogenous regressor.
    pub stages: Vec<FirstStage>,
    /// The statistic of weak identification that fits the covariance, by its name: Cragg and Donald's F, or that of
    /// Kleibergen and Paap.
    pub weak_id: Option<(String, f64)>,
}

/// A first stage less what controls and effects explain (Frisch, Waugh and Lovell).
#[derive(Debug, Clone)]
pub struct FirstStage {
    /// The endogenous regressor.
    pub endog: String,
    /// What the instruments predict.
    pub predicted: Vec<f64>,
    /// The regressor itself.
    pub residual: Vec<f64>,
    /// F of the instruments with its degrees of freedom.
    pub f: Option<(f64, f64, Option<f64>)>,
    /// Partial R² of the instruments.
    pub partial_r2: Option<f64>,
}

impl FirstStages {
    fn new(panel: &Panel, spec: &ColumnSpec, second: &Estimate) -> panel_fe::Result<Self> {
        let missing = |what: String| panel_fe::Error::Specification(format!("`{}` has no {what}", spec.formula));
        let iv = second.iv.as_ref().ok_or_else(|| missing("instruments".into()))?;
        let rows = second.esample(panel.n_rows());
        let stages = iv.endogenous.iter().enumerate().map(|(place, endog)| {
            let (predicted, residual) =
                partialled(panel, spec, endog, &rows)?.ok_or_else(|| missing(format!("first stage of {endog}")))?;
            let stage = iv.diagnostics.first_stage.get(place);
            let f = stage.and_then(|stage| stage.f.available()).map(|f| (f.stat, f.df, f.df2));
            let partial_r2 = stage.map(|stage| stage.partial_r2);
            Ok(FirstStage { endog: endog.clone(), predicted, residual, f, partial_r2 })
        });
        let weak = iv.diagnostics.weak_identification();
        Ok(Self {
            stages: stages.collect::<panel_fe::Result<_>>()?,
            weak_id: weak
                .available()
                .map(|test| (test.name.replace(" rk Wald F", " F").replace(" Wald F", " F"), test.stat)),
        })
    }
}

/// Ẑπ̂ and the endogenous regressor, both less what controls and effects explain: with residuals u of endog on controls
/// and v of endog on controls and instruments, these are u − v and u.
fn partialled(
    panel: &Panel,
    spec: &ColumnSpec,
    endog: &str,
    rows: &[bool],
) -> panel_fe::Result<Option<(Vec<f64>, Vec<f64>)>> {
    let formula = &spec.formula;
    let place = formula.endogenous.iter().position(|term| term.name == endog);
    let Some(first) = place.and_then(|place| formula.first_stage(place)) else { return Ok(None) };
    let mut controls: Vec<&str> = vec![if formula.intercept { "1" } else { "0" }];
    controls.extend(formula.regressors.iter().map(|term| term.name.as_str()));
    let effects = if formula.effects.is_empty() { "0".to_owned() } else { formula.effect_names().join(" + ") };
    let without = fit(panel, spec, &format!("{endog} ~ {} | {effects}", controls.join(" + ")).parse()?, rows)?;
    let with = fit(panel, spec, &first, rows)?;
    let predicted = without.residuals().iter().zip(with.residuals()).map(|(u, v)| u - v).collect();
    Ok(Some((predicted, without.residuals().to_vec())))
}

/// A quadratic at three values of its moderator.
#[derive(Debug, Clone)]
pub struct ModeratedCurves {
    /// At one standard deviation below the mean, at the mean, at one above it.
    pub levels: [ModeratedCurve; 3],
    /// Numerator of the shift of the turning point: its value and p.
    pub shift: (f64, f64),
    /// Where the curve changes its shape, inside the sample, and the share of the sample beyond.
    pub flip: Option<(f64, f64)>,
    /// Coefficient of the moderated square; zero without one.
    pub squared_interaction: f64,
}

/// The fitted effect at one value of a moderator, relative to that at the mean of x.
#[derive(Debug, Clone)]
pub struct ModeratedCurve {
    /// The value.
    pub level: f64,
    /// The curve between the 1 and 99 % quantiles of x.
    pub points: Vec<CurvePoint>,
    /// Where it turns within them.
    pub turn: Option<(f64, f64)>,
    /// Whether it is convex.
    pub convex: bool,
}

impl ModeratedCurves {
    fn new(panel: &Panel, estimate: &Estimate, spec: &ModerationSpec) -> panel_fe::Result<Self> {
        let model = moderation_model(estimate, spec)?;
        let beta = |name: &str| estimate.coefficient(name).map_or(0.0, |c| c.estimate);
        let either =
            |left: &str| beta(&format!("{left}:{}", spec.moderator)) + beta(&format!("{}:{left}", spec.moderator));
        let square = format!("{}^2", spec.x);
        let (b1, b2, b3, b4) = (beta(&spec.x), beta(&square), either(&spec.x), either(&square));
        let values = panel.float(bare(&spec.moderator))?;
        let used: Vec<f64> = estimate.rows.iter().map(|&row| values[row as usize]).collect();
        let (mean, sd) = mean_sd(&used);
        let mut xs = estimate.sample_values(&spec.x).unwrap_or_default().to_vec();
        xs.sort_unstable_by(f64::total_cmp);
        let center = xs.iter().sum::<f64>() / xs.len() as f64;
        let (low, high) = (quantile(&xs, 0.01), quantile(&xs, 0.99));
        let curve = |z: f64| {
            let at = |x: f64| (b1 + b3 * z) * (x - center) + (b2 + b4 * z) * (x * x - center * center);
            let points = (0..MODERATED_POINTS).map(|i| low + (high - low) * i as f64 / (MODERATED_POINTS - 1) as f64);
            let turn = model.at(z).turning_point.value;
            ModeratedCurve {
                level: z,
                points: points.map(|x| CurvePoint::new(x, at(x))).collect(),
                turn: (low..=high).contains(&turn).then(|| (turn, at(turn))),
                convex: b2 + b4 * z > 0.0,
            }
        };
        let shift = model.shift_numerator();
        let flip = model.flip(LEVEL)?.map(|(point, _)| point.value);
        Ok(Self {
            levels: [mean - sd, mean, mean + sd].map(curve),
            shift: (shift.value, shift.p()),
            flip: flip
                .map(|at| (at, share_beyond(&used, at)))
                .filter(|(_, beyond)| (f64::EPSILON..1.0).contains(beyond)),
            squared_interaction: b4,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(formula: &str) -> ColumnSpec {
        ColumnSpec::new(formula.parse().unwrap())
    }

    /// Forty rows whose x, w and z are of no simple pattern.
    fn panel() -> Panel {
        let wave = |f: f64| (0..40).map(|i| (f * f64::from(i)).sin() + f64::from(i) / 20.0).collect::<Vec<f64>>();
        let (x, w, z) = (wave(1.3), wave(0.7), wave(2.9));
        let d: Vec<f64> = (0..40).map(|i| z[i] + 0.5 * w[i] + 0.3 * x[i]).collect();
        let y: Vec<f64> = (0..40).map(|i| 1.0 + x[i] * x[i] - x[i] + 0.2 * w[i] + d[i]).collect();
        Panel::builder("id", "t")
            .keys((0..40).map(|i| format!("f{}", i % 8)), (0..40).map(|i| format!("{}", 2000 + i / 8)))
            .column("x", x)
            .column("w", w)
            .column("z", z)
            .column("d", d)
            .column("y", y)
            .build()
            .unwrap()
    }

    #[test]
    fn what_instruments_predict_has_slope_one_and_the_r2_of_the_first_stage() {
        let (panel, spec) = (panel(), column("y ~ x + w | id | d ~ z"));
        let second = fit(&panel, &spec, &spec.formula, &[true; 40]).unwrap();
        let found = FirstStages::new(&panel, &spec, &second).unwrap();
        let stage = &found.stages[0];
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let explained = dot(&stage.predicted, &stage.predicted);
        assert!((dot(&stage.predicted, &stage.residual) / explained - 1.0).abs() < 1e-10);
        let partial_r2 = explained / dot(&stage.residual, &stage.residual);
        assert!((partial_r2 - stage.partial_r2.unwrap()).abs() < 1e-10, "{partial_r2}");
    }

    #[test]
    fn bins_without_controls_are_the_means_of_y_about_their_own() {
        let (panel, spec) = (panel(), column("y ~ x + x^2"));
        let estimate = fit(&panel, &spec, &spec.formula, &[true; 40]).unwrap();
        let bins = semi_linear(&panel, &spec, &estimate, "x", 4).unwrap();
        let (x, y) = (panel.float("x").unwrap(), panel.float("y").unwrap());
        let mut order: Vec<usize> = (0..40).collect();
        order.sort_by(|&i, &j| x[i].total_cmp(&x[j]));
        let mean = |rows: &[usize], values: &[f64]| rows.iter().map(|&i| values[i]).sum::<f64>() / rows.len() as f64;
        for (bin, rows) in bins.iter().zip(order.chunks(10)) {
            assert!((bin.0 - mean(rows, x)).abs() < 1e-10, "{bin:?}");
            assert!((bin.1 - (mean(rows, y) - mean(&order, y))).abs() < 1e-9, "{bin:?}");
        }
    }

    #[test]
    fn a_fitted_curve_has_mean_zero_in_the_sample_and_turns_where_the_test_says() {
        let (panel, spec) = (panel(), column("y ~ x + x^2 + w"));
        let estimate = fit(&panel, &spec, &spec.formula, &[true; 40]).unwrap();
        let curve = FittedCurve::new(&panel, &spec, &estimate, "x", 4).unwrap();
        let lowest = curve.points.iter().min_by(|a, b| a.y.total_cmp(&b.y)).unwrap();
        let step = curve.points[1].x - curve.points[0].x;
        assert!((lowest.x - curve.turning_point.unwrap().at).abs() <= step);
        let [b, c] = ["x", "x^2"].map(|name| estimate.coefficient(name).unwrap().estimate);
        let mean = |f: fn(f64) -> f64| curve.values.iter().map(|&x| f(x)).sum::<f64>() / 40.0;
        let at = |x: f64| b * (x - mean(|x| x)) + c * (x * x - mean(|x| x * x));
        assert!(curve.points.iter().all(|point| (point.y - at(point.x)).abs() < 1e-10));
    }
}
