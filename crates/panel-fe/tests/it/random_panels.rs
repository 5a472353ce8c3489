//! Random panels against the dummy-variable regression in double-double precision: unbalanced, with singletons and
//! collinear regressors, weights of every kind, up to three effects, slopes, instruments, clusters and leverages.
//!
//! `cargo nextest run --release -p panel-fe --run-ignored all thousand_random_panels` draws a thousand of them.

use crate::wide::{Column, Wide, dot, extend, inverse, norm, outside, wide};
use panel_core::Panel;
use panel_core::random::Stream;
use panel_fe::{Error, Estimate, Like, Model, Singletons, Vcov, WeightKind};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TOLERANCE: f64 = 1e-9;
const COLLINEAR: f64 = 1e-9;

/// One drawn design: a table and what is asked of it.
#[derive(Debug)]
struct Design {
    seed: u64,
    firm: Vec<usize>,
    year: Vec<usize>,
    region: Vec<usize>,
    columns: BTreeMap<String, Vec<f64>>,
    exog: Vec<String>,
    endog: Vec<String>,
    instruments: Vec<String>,
    /// Effects by the name of their key, with the column of a slope.
    effects: Vec<(&'static str, Option<String>)>,
    weights: Option<WeightKind>,
    vcov: &'static str,
    like: Like,
    singletons: Singletons,
}

fn draw(seed: u64) -> Design {
    let mut stream = Stream::new(seed, 0);
    let mut below = |n: usize| stream.below(n);
    let (firms, years) = (4 + below(8), 3 + below(6));
    let share = [100, 85, 60][below(3)];
    let mut rows: Vec<(usize, usize)> =
        (0..firms).flat_map(|firm| (0..years).map(move |year| (firm, year))).filter(|_| below(100) < share).collect();
    if rows.len() < 8 {
        rows = (0..firms).flat_map(|firm| (0..years).map(move |year| (firm, year))).collect();
    }
    let n = rows.len();
    let regions = 2 + below(3);
    let region: Vec<usize> = (0..n).map(|_| below(regions)).collect();
    let mut normal = || (0..4).map(|_| below(20_001) as f64 / 10_000.0 - 1.0).sum::<f64>();
    let effect_of: Vec<f64> = (0..firms).map(|_| 2.0 * normal()).collect();
    let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let with_effect: Vec<f64> = rows.iter().map(|&(firm, _)| effect_of[firm]).collect();
    for name in ["x1", "x2", "z1", "z2", "z3", "s", "e"] {
        let values: Vec<f64> = with_effect.iter().map(|effect| normal() + 0.5 * effect).collect();
        columns.insert(name.to_owned(), values);
    }
    let at = |name: &str, i: usize| -> f64 { columns[name][i] };
    let combine = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..n).map(f).collect() };
    let d1 = combine(&|i| at("z1", i) + 0.5 * at("z2", i) + at("e", i));
    let d2 = combine(&|i| at("z3", i) - at("z1", i) + 0.3 * at("e", i) + at("s", i));
    let y = combine(&|i| 1.0 + at("x1", i) - 0.5 * d1[i] + 2.0 * at("e", i) + with_effect[i]);
    let sum = combine(&|i| at("x1", i) - 2.0 * at("x2", i));
    let fixed = combine(&|i| with_effect[i]);
    columns.extend([("d1", d1), ("d2", d2), ("y", y), ("sum", sum), ("fixed", fixed)].map(|(k, v)| (k.to_owned(), v)));
    finish_draw(seed, rows, region, columns, &mut stream)
}

fn finish_draw(
    seed: u64,
    rows: Vec<(usize, usize)>,
    region: Vec<usize>,
    mut columns: BTreeMap<String, Vec<f64>>,
    stream: &mut Stream,
) -> Design {
    let mut below = |n: usize| stream.below(n);
    let n = rows.len();
    let weights =
        [None, Some(WeightKind::Analytic), Some(WeightKind::Frequency), Some(WeightKind::Importance)][below(4)];
    let w: Vec<f64> = (0..n)
        .map(|_| match weights {
            Some(WeightKind::Frequency) => 1.0 + below(4) as f64,
            _ => (1 + below(40)) as f64 / 8.0,
        })
        .collect();
    columns.insert("w".into(), w);
    let name = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
    let mut exog = name([&["x1"][..], &["x1", "x2"], &["x1", "x2", "sum"], &["fixed", "x1"]][below(4)]);
    let is_iv = below(3) == 0;
    let (endog, instruments) = match (is_iv, below(3)) {
        (false, _) => (Vec::new(), Vec::new()),
        (true, 0) => (name(&["d1"]), name(&["z1"])),
        (true, 1) => (name(&["d1"]), name(&["z1", "z2"])),
        (true, _) => (name(&["d1", "d2"]), name(&["z1", "z2", "z3"])),
    };
    if is_iv && below(2) == 0 {
        exog.clear();
    }
    let slope = (below(5) == 0).then(|| "s".to_owned());
    let effects: Vec<(&'static str, Option<String>)> = match below(5) {
        0 => Vec::new(),
        1 => vec![("firm", slope)],
        2 | 3 => vec![("firm", slope), ("year", None)],
        _ => vec![("firm", slope), ("year", None), ("region", None)],
    };
    let vcovs: &[&str] = match (is_iv, weights) {
        (false, None | Some(WeightKind::Analytic)) => {
            &["iid", "hc1", "hc2", "hc3", "cluster:firm", "cluster:year", "cluster:region", "cluster:firm,year"]
        }
        _ => &["iid", "hc1", "cluster:firm", "cluster:year", "cluster:region", "cluster:firm,year"],
    };
    let vcov = vcovs[below(vcovs.len())];
    let likes = [Like::Reghdfe, Like::Fixest, Like::Ivreghdfe];
    Design {
        seed,
        firm: rows.iter().map(|row| row.0).collect(),
        year: rows.iter().map(|row| row.1).collect(),
        region,
        columns,
        exog,
        endog,
        instruments,
        effects,
        weights,
        vcov,
        like: likes[below(3)],
        singletons: if below(3) == 0 { Singletons::Keep } else { Singletons::Drop },
    }
}

impl Design {
    fn key(&self, name: &str) -> &[usize] {
        match name {
            "firm" => &self.firm,
            "year" => &self.year,
            _ => &self.region,
        }
    }

    fn formula(&self) -> String {
        let list = |names: &[String]| if names.is_empty() { "1".to_owned() } else { names.join(" + ") };
        let effects: Vec<String> = self
            .effects
            .iter()
            .map(|(key, slope)| slope.as_ref().map_or((*key).to_owned(), |slope| format!("{key}[{slope}]")))
            .collect();
        let mut text = format!("y ~ {}", list(&self.exog));
        if !effects.is_empty() || !self.endog.is_empty() {
            let _ = write!(text, " | {}", if effects.is_empty() { "0".to_owned() } else { effects.join(" + ") });
        }
        if !self.endog.is_empty() {
            let _ = write!(text, " | {} ~ {}", list(&self.endog), list(&self.instruments));
        }
        text
    }

    fn fit(&self) -> Result<Estimate, Error> {
        let labels = |prefix: &str, codes: &[usize]| codes.iter().map(|c| format!("{prefix}{c}")).collect::<Vec<_>>();
        let mut builder = Panel::builder("firm", "year").keys(labels("f", &self.firm), labels("", &self.year));
        for (name, values) in &self.columns {
            builder = builder.column(name.clone(), values.clone());
        }
        let region: Vec<f64> = self.region.iter().map(|&region| region as f64).collect();
        let panel = builder.column("region", region).build().expect("a panel");
        let vcov: Vcov = self.vcov.parse().expect("known");
        let mut model = Model::new(&self.formula()).expect("a formula").vcov(vcov).like(self.like);
        if let Some(kind) = self.weights {
            model = model.weights_of_kind("w", kind);
        }
        model.singletons(self.singletons).fit(&panel)
    }

    /// Rows that are left when singletons go, again and again.
    fn rows(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.firm.len()).collect();
        if self.singletons == Singletons::Keep {
            return rows;
        }
        loop {
            let before = rows.len();
            for (key, _) in &self.effects {
                let codes = self.key(key);
                let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
                for &row in &rows {
                    let weight = match self.weights {
                        Some(WeightKind::Frequency) => self.columns["w"][row],
                        _ => 1.0,
                    };
                    *counts.entry(codes[row]).or_default() += weight;
                }
                rows.retain(|&row| counts[&codes[row]] > 1.0);
            }
            if rows.len() == before {
                return rows;
            }
        }
    }
}

/// What the other route says.
struct Reference {
    names: Vec<String>,
    dropped: Vec<String>,
    coef: Vec<f64>,
    /// V before any repair.
    vcov: Vec<Vec<f64>>,
    r2: f64,
    rmse: Option<f64>,
    df: f64,
    leftover: f64,
}

/// The sample in double-double precision, multiplied by √w.
struct Sample<'a> {
    design: &'a Design,
    rows: Vec<usize>,
    root: Column,
    n: f64,
    /// Orthonormal basis of the effects.
    absorbed: Vec<Column>,
}

impl<'a> Sample<'a> {
    fn new(design: &'a Design) -> Self {
        let rows = design.rows();
        let w: Vec<f64> = rows.iter().map(|&row| design.columns["w"][row]).collect();
        let total = wide(&w).into_iter().fold(Wide::ZERO, |sum, w| sum + w);
        let count = Wide::from(rows.len() as f64);
        let weight = |w: f64| match design.weights {
            None => Wide::ONE,
            Some(WeightKind::Analytic) => Wide::from(w) * count / total,
            Some(_) => Wide::from(w),
        };
        let root: Column = w.iter().map(|&w| weight(w).sqrt()).collect();
        let n = if design.weights == Some(WeightKind::Frequency) { total.value() } else { rows.len() as f64 };
        let mut sample = Self { design, rows, root, n, absorbed: Vec::new() };
        for (key, slope) in &design.effects {
            for level in sample.levels(key) {
                let dummy = |row: usize| f64::from(u8::from(design.key(key)[row] == level));
                let column = sample.weighted(dummy);
                let size = norm(&column);
                extend(&mut sample.absorbed, &column, size, 1e-10);
                if let Some(slope) = slope {
                    let column = sample.weighted(|row| dummy(row) * design.columns[slope][row]);
                    let size = norm(&column);
                    extend(&mut sample.absorbed, &column, size, 1e-10);
                }
            }
        }
        sample
    }

    fn weighted(&self, value: impl Fn(usize) -> f64) -> Column {
        self.rows.iter().zip(&self.root).map(|(&row, &root)| Wide::from(value(row)) * root).collect()
    }

    fn column(&self, name: &str) -> Column {
        if name == "(Intercept)" {
            return self.root.clone();
        }
        self.weighted(|row| self.design.columns[name][row])
    }

    fn levels(&self, key: &str) -> Vec<usize> {
        let mut levels: Vec<usize> = self.rows.iter().map(|&row| self.design.key(key)[row]).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// Connected components of two keys.
    fn components(&self, a: &str, b: &str) -> usize {
        let (codes_a, codes_b) = (self.design.key(a), self.design.key(b));
        let mut group: Vec<usize> = (0..self.rows.len()).collect();
        loop {
            let before = group.clone();
            for codes in [codes_a, codes_b] {
                let mut least: BTreeMap<usize, usize> = BTreeMap::new();
                for (place, &row) in self.rows.iter().enumerate() {
                    let slot = least.entry(codes[row]).or_insert(group[place]);
                    *slot = (*slot).min(group[place]);
                }
                for (place, &row) in self.rows.iter().enumerate() {
                    group[place] = least[&codes[row]];
                }
            }
            if group == before {
                group.sort_unstable();
                group.dedup();
                return group.len();
            }
        }
    }

    /// Whether every level of `inner` lies in one level of `outer`.
    fn nested(&self, inner: &str, outer: &str) -> bool {
        let mut parent: BTreeMap<usize, usize> = BTreeMap::new();
        let pairs = self.rows.iter().map(|&row| (self.design.key(inner)[row], self.design.key(outer)[row]));
        pairs.into_iter().all(|(inner, outer)| *parent.entry(inner).or_insert(outer) == outer)
    }

    /// (Absorbed parameters of the rule, those of the fit statistics of reghdfe) under the clusters.
    fn absorbed_parameters(&self, clusters: &[&str]) -> (usize, usize) {
        let effects = &self.design.effects;
        if effects.is_empty() {
            return (0, 0);
        }
        let is_nested = |key: &str| match self.design.like {
            Like::Fixest if clusters.iter().all(|c| effects.iter().any(|(key, _)| key == c)) => clusters.contains(&key),
            _ => clusters.iter().any(|cluster| self.nested(key, cluster)),
        };
        let free: Vec<bool> = effects.iter().map(|(key, _)| is_nested(key)).collect();
        let any = free.contains(&true);
        let level = |f: usize| self.levels(effects[f].0).len();
        let charged: Vec<usize> = (0..effects.len()).filter(|&f| !free[f]).collect();
        let nested: usize = (0..effects.len()).filter(|&f| free[f]).map(level).sum();
        let slopes = |idle_free: bool| -> usize {
            let parameters = |(key, slope): &(&'static str, Option<String>)| -> usize {
                let Some(slope) = slope else { return 0 };
                let varies = |level: &usize| {
                    let rows = self.rows.iter().filter(|&&row| self.design.key(key)[row] == *level);
                    let mut values: Vec<f64> = rows.map(|&row| self.design.columns[slope][row]).collect();
                    values.dedup();
                    !idle_free || values.len() > 1
                };
                self.levels(key).iter().filter(|level| varies(level)).count()
            };
            effects.iter().map(parameters).sum()
        };
        if self.design.like == Like::Fixest {
            let intercepts: usize = charged.iter().map(|&f| level(f)).sum();
            let count = if charged.is_empty() { 1 } else { intercepts - (charged.len() - 1) };
            return (count + slopes(false), 0);
        }
        let least = usize::from(any);
        let pairs = |f: usize| {
            let earlier = charged.iter().take_while(|&&g| g < f).map(|&g| self.components(effects[g].0, effects[f].0));
            level(f).saturating_sub(earlier.max().unwrap_or(0).max(least))
        };
        let count = charged.iter().map(|&f| pairs(f)).sum::<usize>() + slopes(true);
        match self.design.like {
            Like::Ivreghdfe => (count.max(1), 0),
            _ => (count + usize::from(any), count + nested),
        }
    }

    fn groups(&self, keys: &[&str]) -> Vec<usize> {
        let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let key = |row: usize| keys.iter().map(|key| self.design.key(key)[row]).collect::<Vec<usize>>();
        self.rows
            .iter()
            .map(|&row| {
                let next = known.len();
                *known.entry(key(row)).or_insert(next)
            })
            .collect()
    }
}

/// Σ_g S_g S_g'.
fn clustered(scores: &[Column], groups: &[usize]) -> Vec<Column> {
    let count = groups.iter().max().map_or(0, |max| max + 1);
    let sums: Vec<Column> = scores
        .iter()
        .map(|column| {
            let mut sums = vec![Wide::ZERO; count];
            column.iter().zip(groups).for_each(|(&score, &group)| sums[group] = sums[group] + score);
            sums
        })
        .collect();
    sums.iter().map(|a| sums.iter().map(|b| dot(a, b)).collect()).collect()
}

fn gram(a: &[Column], b: &[Column]) -> Vec<Column> {
    a.iter().map(|a| b.iter().map(|b| dot(a, b)).collect()).collect()
}

fn product(a: &[Column], b: &[Column]) -> Vec<Column> {
    let entry = |row: &Column, j: usize| row.iter().zip(b).fold(Wide::ZERO, |sum, (&a, b)| sum + a * b[j]);
    a.iter().map(|row| (0..b[0].len()).map(|j| entry(row, j)).collect()).collect()
}

/// `Err` with a word where there is no estimate.
fn reference(design: &Design) -> Result<Reference, &'static str> {
    let sample = Sample::new(design);
    if sample.rows.is_empty() {
        return Err("no rows");
    }
    let intercept = design.effects.is_empty().then(|| "(Intercept)".to_owned());
    let exog: Vec<String> = intercept.into_iter().chain(design.exog.iter().cloned()).collect();
    let tilde = |name: &String| outside(&sample.absorbed, &sample.column(name));
    // What is kept, in the order of the formula: exogenous, then endogenous.
    let mut dropped = Vec::new();
    let mut basis: Vec<Column> = Vec::new();
    let mut kept: Vec<(String, Column)> = Vec::new();
    for name in exog.iter().chain(&design.endog) {
        let column = tilde(name);
        let varies = norm(&column) > COLLINEAR * norm(&sample.column(name));
        if varies && extend(&mut basis, &column, norm(&column), COLLINEAR) {
            kept.push((name.clone(), column));
        } else {
            dropped.push(name.clone());
        }
    }
    let is_endogenous = |name: &String| design.endog.contains(name);
    kept.sort_by_key(|(name, _)| !is_endogenous(name));
    if kept.is_empty() || (!design.endog.is_empty() && !kept.iter().any(|(name, _)| is_endogenous(name))) {
        return Err("no regressor");
    }
    let x: Vec<Column> = kept.iter().map(|(_, column)| column.clone()).collect();
    let y = outside(&sample.absorbed, &sample.column("y"));
    // Regressors projected on the instruments.
    let projected: Vec<Column> = if design.endog.is_empty() {
        x.clone()
    } else {
        let mut space: Vec<Column> = Vec::new();
        for (name, column) in &kept {
            if !is_endogenous(name) {
                extend(&mut space, column, norm(column), COLLINEAR);
            }
        }
        let mut excluded = 0;
        for name in &design.instruments {
            let column = tilde(name);
            if norm(&column) > COLLINEAR * norm(&sample.column(name)) {
                let fresh = extend(&mut space, &column, norm(&column), COLLINEAR);
                excluded += usize::from(fresh);
                if !fresh {
                    dropped.push(name.clone());
                }
            } else {
                dropped.push(name.clone());
            }
        }
        if excluded < kept.iter().filter(|(name, _)| is_endogenous(name)).count() {
            return Err("too few instruments");
        }
        x.iter()
            .map(|column| {
                let left = outside(&space, column);
                column.iter().zip(left).map(|(&all, left)| all - left).collect()
            })
            .collect()
    };
    let bread = inverse(&gram(&projected, &projected));
    let right: Vec<Column> = projected.iter().map(|column| vec![dot(column, &y)]).collect();
    let b = product(&bread, &right);
    let fitted = |i: usize| x.iter().zip(&b).fold(Wide::ZERO, |sum, (column, b)| sum + column[i] * b[0]);
    let u: Column = (0..y.len()).map(|i| y[i] - fitted(i)).collect();
    let covariance = covariance(&sample, &x, &projected, &bread, &u)?;
    let ssr = dot(&u, &u).value();
    let mean_basis = vec![{
        let length = dot(&sample.root, &sample.root).sqrt();
        sample.root.iter().map(|&root| root / length).collect::<Column>()
    }];
    let centred = outside(&mean_basis, &sample.column("y"));
    Ok(Reference {
        names: kept.iter().map(|(name, _)| name.clone()).collect(),
        dropped,
        coef: b.iter().map(|b| b[0].value()).collect(),
        vcov: covariance.vcov,
        r2: 1.0 - ssr / dot(&centred, &centred).value(),
        // Where a rule leaves no degree of freedom there is no error of the regression.
        rmse: covariance.rmse_divisor.map(|divisor| if divisor > 0.0 { (ssr / divisor).sqrt() } else { f64::NAN }),
        df: covariance.df,
        leftover: ssr / dot(&y, &y).value(),
    })
}

struct Scaled {
    vcov: Vec<Vec<f64>>,
    rmse_divisor: Option<f64>,
    df: f64,
}

fn covariance(
    sample: &Sample<'_>,
    x: &[Column],
    projected: &[Column],
    bread: &[Column],
    u: &Column,
) -> Result<Scaled, &'static str> {
    let design = sample.design;
    let clusters: Vec<&str> = design.vcov.strip_prefix("cluster:").map_or(Vec::new(), |keys| keys.split(',').collect());
    let (n, k) = (sample.n, x.len());
    let (plain, plain_used) = sample.absorbed_parameters(&[]);
    let (counted, used) = if clusters.is_empty() { (plain, plain_used) } else { sample.absorbed_parameters(&clusters) };
    if n <= (k + plain) as f64 {
        return Err("no degrees of freedom");
    }
    let left = n - (k + counted) as f64;
    let scores = |residual: &Column| -> Vec<Column> {
        projected.iter().map(|column| column.iter().zip(residual).map(|(&x, &u)| x * u).collect()).collect()
    };
    let frequency = design.weights == Some(WeightKind::Frequency);
    let (meat, multiplier, df) = match design.vcov {
        "iid" => (gram(projected, projected), dot(u, u).value() / left, left),
        "hc1" => {
            // A frequency weight stands for so many rows: √f x and √f u make a score of weight f.
            let residual: Column =
                if frequency { u.iter().zip(&sample.root).map(|(&u, &root)| u / root).collect() } else { u.clone() };
            let s = scores(&residual);
            (gram(&s, &s), n / left, left)
        }
        "hc2" | "hc3" => {
            let mut basis = sample.absorbed.clone();
            for column in x {
                extend(&mut basis, column, norm(column), 1e-10);
            }
            let adjusted: Column = (0..u.len())
                .map(|i| {
                    let h = basis.iter().fold(Wide::ZERO, |sum, q| sum + q[i] * q[i]);
                    let rest = Wide::ONE - h;
                    match rest.value() <= 1e-12 {
                        true => Wide::ZERO,
                        false if design.vcov == "hc2" => u[i] / rest.sqrt(),
                        false => u[i] / rest,
                    }
                })
                .collect();
            let s = scores(&adjusted);
            (gram(&s, &s), 1.0, left)
        }
        _ => {
            let s = scores(u);
            let mut total = clustered(&s, &sample.groups(&clusters[..1]));
            if let [first, second] = clusters[..] {
                let (b, both) =
                    (clustered(&s, &sample.groups(&[second])), clustered(&s, &sample.groups(&[first, second])));
                for (i, row) in total.iter_mut().enumerate() {
                    row.iter_mut().enumerate().for_each(|(j, value)| *value = *value + b[i][j] - both[i][j]);
                }
            }
            let g = clusters.iter().map(|key| sample.levels(key).len()).min().unwrap_or(0) as f64;
            if g < 2.0 {
                return Err("one cluster");
            }
            if left <= 0.0 {
                return Err("no degrees of freedom");
            }
            let df = if design.like == Like::Reghdfe { (g - 1.0).min(left) } else { g - 1.0 };
            (total, (n - 1.0) / left * g / (g - 1.0), df)
        }
    };
    let v = product(&product(bread, &meat), bread);
    let vcov = v.iter().map(|row| row.iter().map(|value| value.value() * multiplier).collect()).collect();
    // R² and the root mean squared error of reghdfe.
    let rmse_divisor = (design.like == Like::Reghdfe).then(|| {
        let freed = !clusters.is_empty() && (counted, used) != (plain, plain_used);
        if freed { n - (k + used) as f64 } else { n - (k + plain) as f64 }
    });
    Ok(Scaled { vcov, rmse_divisor, df })
}

#[derive(Debug, Default)]
struct Counts {
    compared: usize,
    refused: usize,
    repaired: usize,
    numbers: usize,
    differences: Vec<String>,
}

impl Counts {
    fn check(&mut self, design: &Design, what: &str, got: f64, want: f64, scale: f64) {
        self.numbers += 1;
        if got.is_nan() != want.is_nan() || (got - want).abs() > TOLERANCE * scale {
            let Design { seed, vcov, like, weights, singletons, .. } = design;
            self.differences.push(format!(
                "seed {seed}: {what}: {got:e} for {want:e}; {} {vcov} {like} {weights:?} {singletons}",
                design.formula()
            ));
        }
    }

    fn compare(&mut self, design: &Design) {
        let (estimate, want) = match (design.fit(), reference(design)) {
            (Ok(estimate), Ok(want)) => (estimate, want),
            (Err(_), Err(_)) => {
                self.refused += 1;
                return;
            }
            (Ok(_), Err(why)) => return self.differences.push(format!("seed {}: fitted, but {why}", design.seed)),
            (Err(error), Ok(_)) => return self.differences.push(format!("seed {}: {error}", design.seed)),
        };
        self.compared += 1;
        let mut dropped: Vec<&String> = estimate.dropped.iter().map(|dropped| &dropped.name).collect();
        let mut expected: Vec<&String> = want.dropped.iter().collect();
        dropped.sort();
        expected.sort();
        if estimate.names != want.names || dropped != expected {
            let message = format!("seed {}: {:?} for {:?}", design.seed, estimate.names, want.names);
            return self.differences.push(message);
        }
        if want.leftover < 1e-20 {
            assert!(estimate.coef.iter().all(|row| row.unavailable.is_some()), "seed {}: a perfect fit", design.seed);
            return;
        }
        let repaired = estimate.diagnostics.iter().any(|d| d.code == "vcov-not-positive");
        self.repaired += usize::from(repaired);
        for (j, name) in want.names.iter().enumerate() {
            let variance = want.vcov[j][j];
            let size = want.coef[j].abs().max(variance.abs().sqrt());
            self.check(design, name, estimate.coef[j].estimate, want.coef[j], size);
            for i in (0..want.names.len()).filter(|_| !repaired) {
                let size = (want.vcov[i][i] * variance).abs().sqrt();
                self.check(design, &format!("V {name}"), estimate.vcov[(i, j)], want.vcov[i][j], size);
            }
            if variance > 0.0 && !repaired {
                self.check(design, &format!("se {name}"), estimate.coef[j].se, variance.sqrt(), variance.sqrt());
            } else if !repaired {
                assert!(estimate.coef[j].unavailable.is_some(), "seed {}: {name} {variance}", design.seed);
            }
        }
        self.check(design, "r2", estimate.r2.overall, want.r2, 1.0);
        self.check(design, "df", estimate.df_t, want.df, 1.0);
        if let Some(rmse) = want.rmse {
            self.check(design, "rmse", estimate.rmse, rmse, rmse);
        }
    }
}

fn run(seeds: std::ops::Range<u64>) -> Counts {
    let mut counts = Counts::default();
    seeds.for_each(|seed| counts.compare(&draw(seed)));
    eprintln!(
        "{} panels compared ({} numbers), {} refused by both, {} repaired, {} differences",
        counts.compared,
        counts.numbers,
        counts.refused,
        counts.repaired,
        counts.differences.len()
    );
    assert!(counts.differences.is_empty(), "{}", counts.differences.join("\n"));
    counts
}

#[test]
fn sixty_random_panels() {
    let counts = run(0..60);
    assert!(counts.compared > 45 && counts.numbers > 300, "{counts:?}");
}

#[test]
#[ignore = "long: a thousand random panels in double-double precision"]
fn thousand_random_panels() {
    let counts = run(1000..2000);
    assert!(counts.compared > 800, "{counts:?}");
}
