//! The index by three nested loops, as one would write it down from Eq. 6.

use market_seg::{Change, Demean, Divisor, PairRule, PriceChanges, Relations, SegSpec, Weights};
use panel_core::geo::Metric;

/// (Seg by entity and period, partners); `NaN` where there is none.
pub(crate) fn by_loops(changes: &PriceChanges, relations: &Relations<'_>, spec: &SegSpec) -> (Vec<f64>, Vec<u32>) {
    let (n, periods, goods) = (changes.n_entities(), changes.n_periods(), changes.n_goods());
    let km = |i: usize, j: usize| match relations.points {
        Some(points) => match (points[i], points[j]) {
            (Some(a), Some(b)) => Metric::default().km(a, b),
            _ => f64::INFINITY,
        },
        None => f64::INFINITY,
    };
    let selected = |i: usize, j: usize| {
        i != j
            && match spec.pairs {
                PairRule::All => true,
                PairRule::Neighbours => relations.adjacency.unwrap().contains(i, j),
                PairRule::WithinKm { km: cutoff } => km(i, j) <= cutoff,
                PairRule::WithinGroup => relations.group.unwrap()[i] == relations.group.unwrap()[j],
                other => panic!("no reference for {other:?}"),
            }
    };
    let (mut seg, mut partners) = (vec![f64::NAN; n * periods], vec![0; n * periods]);
    for t in 0..periods {
        let delta = |i: usize, j: usize, k: usize| {
            let d = changes.slice(t, k)[i] - changes.slice(t, k)[j];
            if spec.change == Change::Absolute { d.abs() } else { d }
        };
        let means: Vec<f64> = (0..goods)
            .map(|k| {
                if spec.change == Change::Signed || spec.demean == Demean::None {
                    return 0.0;
                }
                let all: Vec<f64> = (0..n)
                    .flat_map(|i| (0..i).map(move |j| (i, j)))
                    .filter(|&(i, j)| spec.demean == Demean::AllPairs || selected(i, j))
                    .map(|(i, j)| delta(i, j, k))
                    .filter(|d| !d.is_nan())
                    .collect();
                all.iter().sum::<f64>() / all.len() as f64
            })
            .collect();
        for i in 0..n {
            let (mut sum, mut weights, mut count) = (0.0, 0.0, 0);
            for j in (0..n).filter(|&j| selected(i, j)) {
                let q: Vec<f64> = (0..goods).map(|k| delta(i, j, k) - means[k]).filter(|q| !q.is_nan()).collect();
                if q.len() < spec.min_goods {
                    continue;
                }
                let mean = q.iter().sum::<f64>() / q.len() as f64;
                let ddof = if spec.divisor == Divisor::Sample { 1.0 } else { 0.0 };
                let variance = q.iter().map(|q| (q - mean).powi(2)).sum::<f64>() / (q.len() as f64 - ddof);
                let weight = match &spec.weights {
                    Weights::Sum | Weights::Mean => 1.0,
                    Weights::InverseDistance { .. } => 1.0 / km(i, j),
                    Weights::Gdp { .. } => relations.gdp.unwrap()[j * periods + t],
                    other => panic!("no reference for {other:?}"),
                };
                if weight > 0.0 {
                    sum += weight * variance;
                    weights += weight;
                    count += 1;
                }
            }
            let normalized = match &spec.weights {
                Weights::Sum => false,
                Weights::Mean => true,
                Weights::InverseDistance { normalized } | Weights::Gdp { normalized, .. } => *normalized,
                other => panic!("no reference for {other:?}"),
            };
            if count > 0 {
                seg[i * periods + t] = if normalized { sum / weights } else { sum };
            }
            partners[i * periods + t] = count;
        }
    }
    (seg, partners)
}
