//! A minimum-degree order for sparse factorisation.

use std::collections::BTreeSet;

/// Approximate minimum degree on the quotient graph of a symmetric pattern without diagonal; ties go to the lower index.
///
/// Source: Amestoy, Davis & Duff (1996), SIAM Journal on Matrix Analysis 17, 886–905 (degree bound, element absorption;
/// without supervariables).
pub(crate) fn minimum_degree(pattern: &[Vec<u32>]) -> Vec<usize> {
    let n = pattern.len();
    let mut variables: Vec<Vec<u32>> = pattern.to_vec();
    let mut elements: Vec<Vec<u32>> = vec![Vec::new(); n];
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); n];
    let mut degree: Vec<usize> = variables.iter().map(Vec::len).collect();
    let mut queue: BTreeSet<(usize, usize)> = degree.iter().copied().zip(0..n).collect();
    let mut done = vec![false; n];
    let mut mark = vec![usize::MAX; n];
    // |L_e \ L_p| of elements met in this step.
    let mut outside = vec![usize::MAX; n];
    let mut order = Vec::with_capacity(n);
    while let Some((_, p)) = queue.pop_first() {
        order.push(p);
        done[p] = true;
        // The new element: everything the pivot touches.
        let mut new: Vec<u32> = Vec::new();
        mark[p] = p;
        let gather = |list: &[u32], new: &mut Vec<u32>, mark: &mut [usize]| {
            for &i in list {
                if !done[i as usize] && mark[i as usize] != p {
                    mark[i as usize] = p;
                    new.push(i);
                }
            }
        };
        gather(&variables[p], &mut new, &mut mark);
        for &e in &elements[p] {
            gather(&members[e as usize], &mut new, &mut mark);
        }
        for &e in &elements[p] {
            members[e as usize] = Vec::new();
        }
        new.sort_unstable();
        let absorbed = std::mem::take(&mut elements[p]);
        variables[p] = Vec::new();
        let mut touched: Vec<u32> = Vec::new();
        for &i in &new {
            for &e in &elements[i as usize] {
                let e = e as usize;
                if absorbed.contains(&(e as u32)) {
                    continue;
                }
                if outside[e] == usize::MAX {
                    members[e].retain(|&k| !done[k as usize]);
                    outside[e] = members[e].len();
                    touched.push(e as u32);
                }
                outside[e] -= 1;
            }
        }
        for &i in &new {
            let i = i as usize;
            elements[i].retain(|e| !absorbed.contains(e) && outside[*e as usize] != 0);
            variables[i].retain(|&k| !done[k as usize] && mark[k as usize] != p);
            let shared: usize = elements[i].iter().map(|&e| outside[e as usize]).sum();
            let bound = variables[i].len() + new.len() - 1 + shared;
            let bound = bound.min(degree[i] + new.len() - 1).min(n - order.len() - 1);
            queue.remove(&(degree[i], i));
            degree[i] = bound;
            queue.insert((bound, i));
            elements[i].push(p as u32);
        }
        for &e in &touched {
            if outside[e as usize] == 0 {
                members[e as usize] = Vec::new();
            }
            outside[e as usize] = usize::MAX;
        }
        members[p] = new;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_once_and_leaves_before_the_hub() {
        // A star: eliminating the hub first would fill everything.
        let mut star: Vec<Vec<u32>> = vec![(1..8).collect()];
        star.extend((1..8).map(|_| vec![0]));
        let order = minimum_degree(&star);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..8).collect::<Vec<_>>());
        assert!(order.iter().position(|&i| i == 0).is_some_and(|place| place >= 6), "{order:?}");
    }
}
