//! Strongly connected components: units that lead to each other along the weights.

use crate::csr::Csr;

/// Components, each with its units ascending; eigenvalues of the matrix are those of its components.
///
/// Tarjan (1972), SIAM Journal on Computing 1, 146–160, without recursion.
pub(crate) fn components(matrix: &Csr) -> Vec<Vec<usize>> {
    const NONE: usize = usize::MAX;
    let n = matrix.n();
    let (mut index, mut low) = (vec![NONE; n], vec![0; n]);
    let mut open = vec![false; n];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..n {
        if index[root] != NONE {
            continue;
        }
        // Units on the way, each with its entry of the matrix that comes next.
        let mut way = vec![(root, matrix.starts[root])];
        while let Some((unit, entry)) = way.pop() {
            if index[unit] == NONE {
                (index[unit], low[unit]) = (next, next);
                next += 1;
                open[unit] = true;
                stack.push(unit);
            }
            if entry < matrix.starts[unit + 1] {
                let other = matrix.columns[entry] as usize;
                way.push((unit, entry + 1));
                if index[other] == NONE {
                    way.push((other, matrix.starts[other]));
                } else if open[other] {
                    low[unit] = low[unit].min(index[other]);
                }
                continue;
            }
            if let Some(&(parent, _)) = way.last() {
                low[parent] = low[parent].min(low[unit]);
            }
            if low[unit] == index[unit] {
                let first = stack.iter().rposition(|&member| member == unit).unwrap_or(0);
                let mut members = stack.split_off(first);
                members.iter().for_each(|&member| open[member] = false);
                members.sort_unstable();
                found.push(members);
            }
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_belong_together_and_chains_do_not() {
        // 0 → 1 → 2 → 0, 2 → 3 → 4 ⇄ 5, 6 alone.
        let edges: [&[usize]; 7] = [&[1], &[2], &[0, 3], &[4], &[5], &[4], &[]];
        let matrix = Csr::from_rows(edges.iter().map(|row| row.iter().map(|&j| (j, 1.0)).collect::<Vec<_>>()));
        assert_eq!(components(&matrix), [vec![0, 1, 2], vec![3], vec![4, 5], vec![6]]);
    }
}
