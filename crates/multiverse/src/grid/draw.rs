//! A seeded sample of universes, for grids that are too large to be run.

use super::{Grid, Scope, Universes, Walk};
use crate::error::{Error, Result};
use panel_core::random::Stream;
use std::collections::BTreeSet;

impl Grid {
    /// `size` different universes of a scope, each equally likely beyond the base and the universes one change away from
    /// it, which are always among them; in expansion order. All of them where there are no more.
    ///
    /// # Errors
    /// [`Error::Declaration`] where the base and its neighbours are more than `size`; else as [`Grid::count`].
    pub fn sample(&self, scope: &Scope, size: u64, seed: u64) -> Result<Universes> {
        let count = self.count(scope)?;
        if count <= u128::from(size) {
            return self.universes(scope, size);
        }
        let mut taken: BTreeSet<Box<[u16]>> = self.one_changes(scope).into_iter().collect();
        taken.insert(self.base(scope).into());
        if taken.len() as u64 > size {
            let problem = format!("{size} universes do not hold the base and the {} next to it", taken.len() - 1);
            return Err(Error::declaration("sample", problem));
        }
        let mut rng = Stream::new(seed, 0);
        if count <= 2 * u128::from(size) {
            // Dense: shuffle the rest.
            let mut rest: Vec<Box<[u16]>> = self.walk(scope).filter(|codes| !taken.contains(codes)).collect();
            let missing = size as usize - taken.len();
            rng.shuffle(&mut rest, missing);
            taken.extend(rest.into_iter().take(missing));
        } else {
            let groups = self.parts(scope)?;
            while (taken.len() as u64) < size {
                let mut codes = vec![super::ABSENT; self.choices.len()];
                for (members, parts) in &groups {
                    let part = &parts[rng.below(parts.len())];
                    members.iter().for_each(|&choice| codes[choice] = part[choice]);
                }
                taken.insert(codes.into());
            }
        }
        let mut universes = Universes::new(self.choices.len());
        taken.iter().for_each(|codes| universes.push(codes));
        Ok(universes)
    }

    /// Every group of tied choices with all its combinations.
    fn parts(&self, scope: &Scope) -> Result<Vec<(Vec<usize>, Vec<Box<[u16]>>)>> {
        const MOST: usize = 5_000_000;
        self.groups(scope)
            .into_iter()
            .map(|group| {
                let parts: Vec<Box<[u16]>> = Walk::over(self, scope, group.clone()).take(MOST + 1).collect();
                if parts.len() > MOST {
                    return Err(Error::TooMany { count: MOST as u128, at_least: true, limit: MOST as u64 });
                }
                Ok((group, parts))
            })
            .collect()
    }
}
