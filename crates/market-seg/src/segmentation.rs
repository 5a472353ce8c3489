//! The segmentation index of every entity and period.

use crate::choices::Weights;
use crate::engine::{Totals, totals};
use crate::error::Result;
use crate::means::demeaning;
use crate::prices::PriceChanges;
use crate::relations::Relations;
use crate::result::{PeriodSummary, Segmentation};
use crate::spec::SegSpec;
use panel_core::suggest::some;
use panel_core::sum::compensated_sum;
use panel_core::{Diagnostic, Diagnostics};

/// Market segmentation by entity and period, from the dispersion of relative price changes over goods.
///
/// q_ijt^k = |ΔQ_ijt^k| - mean over pairs of |ΔQ_t^k|,  Seg_it = Σ_{j ≠ i} w_j Var_k(q_ijt^k),  Mar_it = Seg_it^(-1/2)
///
/// with ΔQ as in [`PriceChanges`]. Options: [`SegSpec`].
///
/// **Shapes**: results run entity by entity, period by period (fastest). **Units**: squared log points.
/// **Missing values**: a pair uses the goods that both entities have; with fewer than `min_goods` it has no variance
/// in that period and is left out (the number of partners left is in the result, and reported where it is short: an
/// unnormalised sum over fewer partners is smaller, a mean is of those that are left). An entity without any partner has no index; where Seg is 0 (all
/// relative prices moved alike), Mar does not exist.
/// **Cost**: O(n² T K) for all pairs, in blocks on all threads, O(n T K) memory; means by sorting, O(n log n) each.
///
/// # Errors
/// See [`Error`](crate::Error): what the options need and is not there, lengths, a bad option.
///
/// **Source**: Parsley & Wei (1996), Quarterly Journal of Economics 111, 1211–1236, and (2001), Journal of
/// International Economics 55, 87–105; the paper's Eq. 6.
///
/// ```
/// use market_seg::{PriceChanges, Relations, SegSpec, segmentation};
/// // Three cities, three goods, one year; log price changes good by good:
/// //   good 1: 0, 1, 3   |Δ| = 1 (a-b), 3 (a-c), 2 (b-c), mean 2
/// //   good 2: 0, 2, 2   |Δ| = 2, 2, 0, mean 4/3
/// //   good 3: 0, 0, 3   |Δ| = 0, 3, 3, mean 2
/// let name = |names: [&str; 3]| names.map(String::from).to_vec();
/// let changes = PriceChanges::from_changes(
///     name(["a", "b", "c"]), vec!["2020".into()], name(["1", "2", "3"]),
///     vec![0.0, 1.0, 3.0, 0.0, 2.0, 2.0, 0.0, 0.0, 3.0],
/// )?;
/// let index = segmentation(&changes, &Relations::default(), &SegSpec::default())?;
/// // a-b: q = -1, 2/3, -2, variance 49/27; a-c: q = 1, 2/3, 1, variance 1/27; b-c: q = 0, -4/3, 1, variance 37/27
/// for (got, want) in index.seg.iter().zip([50.0 / 27.0, 86.0 / 27.0, 38.0 / 27.0]) {
///     assert!((got - want).abs() < 1e-14);
/// }
/// assert!((index.mar[0] - (27.0_f64 / 50.0).sqrt()).abs() < 1e-14);
/// # Ok::<(), market_seg::Error>(())
/// ```
pub fn segmentation(changes: &PriceChanges, relations: &Relations<'_>, spec: &SegSpec) -> Result<Segmentation> {
    spec.validate()?;
    relations.validate(changes, spec)?;
    let (n, periods) = (changes.n_entities(), changes.n_periods());
    let _span = tracing::debug_span!("segmentation", entities = n, periods).entered();
    let selected = relations.selected(n, spec)?;
    let means = demeaning(changes, selected.as_ref(), spec);
    let sums = totals(changes, relations, &means, selected.as_ref(), spec);
    let mut seg = Vec::with_capacity(n * periods);
    for cell in 0..n * periods {
        let value = match &spec.weights {
            Weights::Sum => sums.weighted[cell],
            Weights::Mean => sums.plain[cell] / sums.count[cell],
            Weights::InverseDistance { normalized } | Weights::Gdp { normalized, .. } => {
                sums.weighted[cell] / if *normalized { sums.weight[cell] } else { 1.0 }
            }
        };
        seg.push(if sums.count[cell] > 0.0 { value } else { f64::NAN });
    }
    let mar = seg.iter().map(|&seg| if seg > 0.0 { seg.sqrt().recip() } else { f64::NAN }).collect();
    let partners: Vec<u32> = sums.count.iter().map(|&count| count as u32).collect();
    let expected: Vec<u32> =
        (0..n).map(|i| selected.as_ref().map_or(n - 1, |pairs| pairs.neighbours(i).len()) as u32).collect();
    let mut diagnostics = changes.diagnostics().clone();
    diagnostics.extend(relations.near_pair(selected.as_ref(), changes, spec));
    diagnostics.extend(remarks(changes, &seg, &partners, &expected, spec));
    tracing::debug!(entities = n, periods, all_pairs = selected.is_none(), "segmentation computed");
    Ok(Segmentation {
        times: changes.times().to_vec(),
        n_periods: periods,
        by_period: by_period(n, periods, &seg, &sums),
        demeaned_by: means,
        seg,
        mar,
        partners,
        diagnostics,
    })
}

fn by_period(n: usize, periods: usize, seg: &[f64], sums: &Totals) -> Vec<PeriodSummary> {
    (0..periods)
        .map(|t| {
            let cells = || (0..n).map(|i| i * periods + t);
            let known: Vec<f64> = cells().map(|cell| seg[cell]).filter(|value| !value.is_nan()).collect();
            // Every pair stands with both its ends.
            let pairs = 0.5 * compensated_sum(cells().map(|cell| sums.count[cell]));
            let variance = 0.5 * compensated_sum(cells().map(|cell| sums.plain[cell])) / pairs;
            let mean = compensated_sum(known.iter().copied()) / known.len() as f64;
            PeriodSummary {
                time: t as u32,
                entities: known.len(),
                pairs: pairs as u64,
                mean_seg: mean,
                integration: if mean > 0.0 { mean.sqrt().recip() } else { f64::NAN },
                mean_variance: variance,
            }
        })
        .collect()
}

fn remarks(changes: &PriceChanges, seg: &[f64], partners: &[u32], expected: &[u32], spec: &SegSpec) -> Diagnostics {
    let periods = changes.n_periods();
    let mut diagnostics = Diagnostics::new();
    let used: Vec<bool> = (0..periods).map(|t| changes.has_period(t)).collect();
    let cells_where = |test: &dyn Fn(usize, usize) -> bool| -> Vec<String> {
        (0..seg.len())
            .filter(|&cell| used[cell % periods] && test(cell / periods, cell))
            .map(|cell| format!("{} {}", changes.entities()[cell / periods], changes.times()[cell % periods]))
            .collect()
    };
    // Whom the rule leaves alone has no partner in any period, whatever the prices.
    let by_rule: Vec<&str> =
        changes.entities().iter().zip(expected).filter(|(_, n)| **n == 0).map(|(label, _)| label.as_str()).collect();
    if !by_rule.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "no-partner",
            format!(
                "{} entities have no partner under {} ({}): their index is missing",
                by_rule.len(),
                spec.pairs_in_words(),
                some(&by_rule)
            ),
        ));
    }
    let alone = cells_where(&|i, cell| expected[i] > 0 && partners[cell] == 0);
    if !alone.is_empty() {
        let weight = match &spec.weights {
            Weights::Sum | Weights::Mean => String::new(),
            Weights::InverseDistance { .. } => " and a known distance".into(),
            Weights::Gdp { column, .. } => format!(" and a positive `{column}`"),
        };
        diagnostics.push(Diagnostic::warning(
            "no-partner",
            format!(
                "{} entity-periods have no partner with {} goods in common{weight} ({}): their index is missing",
                alone.len(),
                spec.min_goods,
                some(&alone)
            ),
        ));
    }
    let short = cells_where(&|i, cell| partners[cell] > 0 && partners[cell] < expected[i]);
    if !short.is_empty() {
        let consequence = if spec.weights.adds_up() {
            "an unnormalised sum over fewer partners is smaller"
        } else {
            "their mean is over the partners that are left"
        };
        diagnostics.push(Diagnostic::warning(
            "partners-missing",
            format!(
                "{} entity-periods have fewer partners than their rule gives ({}): {consequence}",
                short.len(),
                some(&short)
            ),
        ));
    }
    let flat = cells_where(&|_, cell| seg[cell] == 0.0);
    if !flat.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "segmentation-zero",
            format!(
                "segmentation is exactly 0 in {} entity-periods ({}): their integration index does not exist",
                flat.len(),
                some(&flat)
            ),
        ));
    }
    diagnostics
}
