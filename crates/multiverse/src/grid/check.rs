//! What can be wrong with a grid, said once and clearly.

use super::{Condition, Excluded, Grid, Walk};
use crate::declaration::{Axis, Choice, Exclude, Link};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

pub(super) fn grid(choices: &[Choice], links: &[Link], excludes: &[Exclude]) -> Result<Grid> {
    if choices.is_empty() {
        return Err(Error::declaration("multiverse", "there is no choice"));
    }
    for (place, choice) in choices.iter().enumerate() {
        name("choice", &choice.id)?;
        if choices[..place].iter().any(|other| other.id == choice.id) {
            return Err(Error::declaration(at(choice), "another choice has this id"));
        }
        options(choice)?;
    }
    let alone = (0..choices.len()).collect();
    let mut grid = Grid {
        choices: choices.to_vec(),
        parents: Vec::new(),
        excludes: Vec::new(),
        factor_of: alone,
        factors: Vec::new(),
    };
    for place in 0..choices.len() {
        let parents = grid.parents_above(place)?;
        grid.parents.push(parents);
    }
    for (place, link) in links.iter().enumerate() {
        grid.link(place, link)?;
    }
    grid.number_factors();
    for (place, exclude) in excludes.iter().enumerate() {
        let excluded = grid.exclude(place, exclude)?;
        grid.excludes.push(excluded);
    }
    grid.base_exists()?;
    Ok(grid)
}

fn at(choice: &Choice) -> String {
    format!("choice `{}`", choice.id)
}

fn name(what: &str, id: &str) -> Result<()> {
    let problem = match id {
        "" => "an id is empty".to_owned(),
        "-" => "`-` stands for a choice that does not exist".to_owned(),
        _ if id.contains(['=', '\n', '\r']) => {
            format!("the id `{}` has an equals sign or a line break", id.escape_debug())
        }
        _ => return Ok(()),
    };
    Err(Error::declaration(what, problem))
}

fn options(choice: &Choice) -> Result<()> {
    if choice.option.is_empty() || choice.option.len() >= usize::from(u16::MAX) {
        return Err(Error::declaration(at(choice), format!("it has {} options", choice.option.len())));
    }
    for (place, option) in choice.option.iter().enumerate() {
        name(&at(choice), &option.id)?;
        if choice.option[..place].iter().any(|other| other.id == option.id) {
            return Err(Error::declaration(at(choice), format!("two options are called `{}`", option.id)));
        }
        if place > 0 && option.kind.or(choice.kind).is_none() {
            let problem = format!(
                "option `{}` has no `kind`: say whether it is equivalent to the base, uncertain, or not-equivalent; only \
                 the author knows, and it decides which universes are pooled",
                option.id
            );
            return Err(Error::declaration(at(choice), problem));
        }
        if let Some(weight) = option.weight.filter(|weight| !(*weight > 0.0 && weight.is_finite())) {
            let problem = format!("the weight of `{}` is {weight}, not a positive number", option.id);
            return Err(Error::declaration(at(choice), problem));
        }
    }
    Ok(())
}

impl Grid {
    pub(super) fn find_choice(&self, place: &str, id: &str) -> Result<usize> {
        self.place(id).ok_or_else(|| {
            let known = self.choices.iter().map(|choice| choice.id.as_str());
            Error::unknown(place, format!("there is no choice `{id}`"), id, known)
        })
    }

    pub(super) fn find_option(&self, place: &str, choice: usize, id: &str) -> Result<u16> {
        let declared = &self.choices[choice];
        let found = declared.option.iter().position(|option| option.id == id);
        found.map(|place| place as u16 + 1).ok_or_else(|| {
            let known = declared.option.iter().map(|option| option.id.as_str());
            Error::unknown(place, format!("choice `{}` has no option `{id}`", declared.id), id, known)
        })
    }

    fn conditions(&self, place: &str, stated: &BTreeMap<String, Vec<String>>) -> Result<Vec<Condition>> {
        let mut conditions = stated
            .iter()
            .map(|(id, options)| {
                let choice = self.find_choice(place, id)?;
                if options.is_empty() {
                    return Err(Error::declaration(place, format!("no option of `{id}` is named")));
                }
                let codes =
                    options.iter().map(|option| self.find_option(place, choice, option)).collect::<Result<_>>()?;
                Ok(Condition { choice, codes })
            })
            .collect::<Result<Vec<_>>>()?;
        conditions.sort_by_key(|condition| condition.choice);
        Ok(conditions)
    }

    fn parents_above(&self, place: usize) -> Result<Vec<Condition>> {
        let choice = &self.choices[place];
        let stated = format!("{}, when", at(choice));
        let parents = self.conditions(&stated, &choice.when)?;
        for parent in &parents {
            let other = &self.choices[parent.choice];
            if parent.choice >= place {
                let problem = format!("`{}` does not stand above it; conditions look upwards only", other.id);
                return Err(Error::declaration(stated, problem));
            }
            if other.axis == Some(Axis::Inference) && choice.axis.is_none() {
                let problem = format!("an estimate cannot depend on `{}`, which moves standard errors only", other.id);
                return Err(Error::declaration(stated, problem));
            }
        }
        Ok(parents)
    }

    fn link(&mut self, place: usize, link: &Link) -> Result<()> {
        let stated = format!("link {}", place + 1);
        let members = link.choices.iter().map(|id| self.find_choice(&stated, id)).collect::<Result<Vec<usize>>>()?;
        let [first, rest @ ..] = members.as_slice() else {
            return Err(Error::declaration(stated, "it names no choice"));
        };
        if rest.is_empty() {
            return Err(Error::declaration(stated, "it names one choice only"));
        }
        for (k, &member) in rest.iter().enumerate() {
            let (one, other) = (&self.choices[*first], &self.choices[member]);
            let pair = format!("`{}` and `{}`", one.id, other.id);
            let problem = if members[..=k].contains(&member) {
                format!("`{}` is named twice", other.id)
            } else if one.option.len() != other.option.len() {
                format!("{pair} have {} and {} options, which cannot be paired", one.option.len(), other.option.len())
            } else if one.when != other.when {
                format!("{pair} exist under different conditions")
            } else if one.axis != other.axis {
                format!("one of {pair} moves standard errors only")
            } else if self.factor_of[member] != member || self.factor_of[*first] != *first {
                format!("one of {pair} is linked already")
            } else {
                continue;
            };
            return Err(Error::declaration(stated, problem));
        }
        let leader = members.iter().copied().min().unwrap_or(*first);
        members.iter().for_each(|&member| self.factor_of[member] = leader);
        Ok(())
    }

    /// Leaders become numbers in file order.
    fn number_factors(&mut self) {
        let leaders = std::mem::take(&mut self.factor_of);
        for (choice, &leader) in leaders.iter().enumerate() {
            if leader == choice {
                self.factors.push(Vec::new());
            }
            let factor = if leader == choice { self.factors.len() - 1 } else { self.factor_of[leader] };
            self.factors[factor].push(choice);
            self.factor_of.push(factor);
        }
    }

    fn exclude(&self, place: usize, exclude: &Exclude) -> Result<Excluded> {
        let stated = format!("exclude {}", place + 1);
        let conditions = self.conditions(&stated, &exclude.condition)?;
        let Some(last) = conditions.last().map(|condition| condition.choice) else {
            return Err(Error::declaration(stated, "`if` names no choice: it would leave nothing"));
        };
        if exclude.why.english().is_empty() {
            return Err(Error::declaration(stated, "it gives no reason; write `why`"));
        }
        Ok(Excluded { conditions, last, declared: exclude.clone() })
    }

    fn base_exists(&self) -> Result<()> {
        if self.factors.len() > 64 {
            return Err(Error::declaration("multiverse", format!("{} choices, at most 64", self.factors.len())));
        }
        let base = self.base(&self.everything());
        let hit = |exclude: &Excluded| exclude.conditions.iter().all(|condition| condition.holds(&base));
        match self.excludes.iter().position(hit) {
            Some(place) => Err(Error::declaration(format!("exclude {}", place + 1), "it removes the base itself")),
            None => Ok(()),
        }
    }

    /// Checks what a study does with the options: the base sets nothing, every other option sets something, and no two
    /// options that can be in force together set the same path.
    pub(crate) fn check_settings(&self) -> Result<()> {
        for choice in &self.choices {
            for (place, option) in choice.option.iter().enumerate() {
                let problem = match (place, option.set.is_empty()) {
                    (0, false) => {
                        format!("`{}` is the base, the study as it stands: it cannot set anything", option.id)
                    }
                    (1.., true) => format!("option `{}` sets nothing: it would be the base once more", option.id),
                    _ => continue,
                };
                return Err(Error::declaration(at(choice), problem));
            }
        }
        for (first, one) in self.choices.iter().enumerate() {
            for (second, other) in self.choices.iter().enumerate().skip(first + 1) {
                for (code, option) in (1_u16..).zip(&one.option) {
                    for (against, rival) in (1_u16..).zip(&other.option) {
                        let Some((path, _)) = option.set.iter().find(|(path, _)| rival.set.contains_key(*path)) else {
                            continue;
                        };
                        if self.can_meet((first, code), (second, against)) {
                            let problem = format!(
                                "`{}` and `{}` of choice `{}` both set `{path}` and can be in force together",
                                option.id, rival.id, other.id
                            );
                            return Err(Error::declaration(at(one), problem));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn can_meet(&self, one: (usize, u16), other: (usize, u16)) -> bool {
        let mut scope = self.everything();
        for (choice, code) in [one, other] {
            for (place, kept) in (1_u16..).zip(&mut scope.kept[choice]) {
                *kept = place == code;
            }
        }
        // What no condition ties to the two says nothing about whether they meet.
        let mut tied: Vec<usize> = self
            .groups(&scope)
            .into_iter()
            .filter(|group| group.contains(&one.0) || group.contains(&other.0))
            .flatten()
            .collect();
        tied.sort_unstable();
        Walk::over(self, &scope, tied).any(|codes| codes[one.0] == one.1 && codes[other.0] == other.1)
    }
}
