//! Levels that occur once explain their row perfectly.

use super::FixedEffect;

/// Rows to keep after dropping, again and again, every row that is alone in a level of an effect with intercepts.
///
/// `frequency` fᵢ > 1 makes a row more than one observation. Source: Correia (2015), "Singletons, cluster-robust
/// standard errors and fixed effects".
#[must_use]
pub fn drop_singletons(effects: &[FixedEffect], frequency: Option<&[f64]>) -> Vec<bool> {
    let n = effects.first().map_or(0, |effect| effect.codes.len());
    let mut keep = vec![true; n];
    let mut counts: Vec<Vec<u32>> = effects
        .iter()
        .map(|effect| {
            let mut counts = vec![0; effect.levels];
            effect.codes.iter().for_each(|&code| counts[code as usize] += 1);
            counts
        })
        .collect();
    let alone = |row: usize| frequency.is_none_or(|f| f[row] <= 1.0);
    loop {
        let mut dropped = false;
        for f in 0..effects.len() {
            if !effects[f].intercept || !counts[f].contains(&1) {
                continue;
            }
            for row in 0..n {
                if keep[row] && counts[f][effects[f].codes[row] as usize] == 1 && alone(row) {
                    keep[row] = false;
                    dropped = true;
                    for (counts, effect) in counts.iter_mut().zip(effects) {
                        counts[effect.codes[row] as usize] -= 1;
                    }
                }
            }
        }
        if !dropped {
            return keep;
        }
    }
}
