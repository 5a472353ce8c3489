//! Means of one long run.

/// Subtracts the (weighted) mean, twice, the second time of what the first has left, so that large levels leave no
/// rounding behind.
pub(super) fn demean(values: &mut [f64], weights: Option<&[f64]>) {
    match weights {
        None => {
            let scale = 1.0 / values.len() as f64;
            for _ in 0..2 {
                let mean = values.iter().sum::<f64>() * scale;
                values.iter_mut().for_each(|value| *value -= mean);
            }
        }
        Some(w) => {
            let scale = 1.0 / w.iter().sum::<f64>();
            for _ in 0..2 {
                let mean = values.iter().zip(w).map(|(v, w)| v * w).sum::<f64>() * scale;
                values.iter_mut().for_each(|value| *value -= mean);
            }
        }
    }
}
