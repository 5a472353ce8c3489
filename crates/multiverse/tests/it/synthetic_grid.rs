//! The twenty-four universes of the synthetic golden as designs and targets.

use crate::tools::{Csv, golden, json};
use panel_multiverse::declaration::{Choice, ChoiceOption, EffectKind, Exclude, Kind, Label};
use panel_multiverse::joint::{Design, Effect, Target};
use panel_multiverse::kernel::{Blocks, SmallSample};
use panel_multiverse::reading::Scale;
use panel_multiverse::{Grid, Universes};
use std::collections::BTreeMap;

pub const CITIES: usize = 12;

/// One universe: its rows and columns, demeaned by city.
pub struct Universe {
    pub rows: Vec<u32>,
    pub cluster: Vec<u32>,
    pub controls: Vec<Vec<f64>>,
    pub outcome: Vec<f64>,
    pub form: String,
}

pub struct Synthetic {
    pub grid: Grid,
    pub universes: Universes,
    pub expected: serde_json::Value,
    pub columns: BTreeMap<String, Vec<f64>>,
    pub city: Vec<u32>,
    pub year: Vec<u32>,
    pub parts: Vec<Universe>,
    pub blocks: Vec<Blocks>,
    pub designs: Vec<Design>,
    pub targets: Vec<Target>,
}

fn choice(id: &str, options: &[&str]) -> Choice {
    let option = options.iter().map(|id| ChoiceOption { id: (*id).to_owned(), ..ChoiceOption::default() }).collect();
    Choice { id: id.to_owned(), kind: Some(Kind::Equivalent), option, ..Choice::default() }
}

pub fn grid() -> Grid {
    let mut outlier = choice("outlier", &["keep", "drop"]);
    outlier.when = BTreeMap::from([("sample".to_owned(), vec!["all".to_owned()])]);
    let choices = [
        choice("outcome", &["y1", "y2"]),
        choice("form", &["x", "xr"]),
        choice("controls", &["w1", "w1+w2"]),
        choice("sample", &["all", "no-c12", "late"]),
        outlier,
    ];
    let condition =
        [("form", "xr"), ("controls", "w1")].map(|(choice, option)| (choice.to_owned(), vec![option.to_owned()]));
    let why = Label { zh: None, en: Some("not meant".to_owned()) };
    Grid::new(&choices, &[], &[Exclude { condition: BTreeMap::from(condition), why }]).unwrap()
}

pub fn demean(values: &[f64], entity: &[u32]) -> Vec<f64> {
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    entity.iter().zip(values).for_each(|(&e, value)| {
        let sum = sums.entry(e).or_default();
        *sum = (sum.0 + value, sum.1 + 1.0);
    });
    entity.iter().zip(values).map(|(e, value)| value - sums[e].0 / sums[e].1).collect()
}

pub fn sd(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

pub fn load() -> Synthetic {
    let csv = Csv::read(&golden("synthetic").join("panel.csv"));
    let columns: BTreeMap<String, Vec<f64>> =
        ["y1", "y2", "x", "xr", "w1", "w2"].map(|name| (name.to_owned(), csv.numbers(name))).into();
    let city: Vec<u32> = csv.text("city").iter().map(|name| name[1..].parse::<u32>().unwrap() - 1).collect();
    let year: Vec<u32> = csv.numbers("year").iter().map(|&year| year as u32 - 2001).collect();
    let grid = grid();
    let universes = grid.universes(&grid.everything(), 100).unwrap();
    let mut loaded = Synthetic {
        expected: json(&golden("synthetic").join("expected.json")),
        grid,
        universes: universes.clone(),
        columns,
        city,
        year,
        parts: Vec::new(),
        blocks: Vec::new(),
        designs: Vec::new(),
        targets: Vec::new(),
    };
    universes.iter().for_each(|codes| loaded.add(codes));
    loaded
}

impl Synthetic {
    pub fn options(&self, codes: &[u16]) -> Vec<String> {
        codes.iter().enumerate().map(|(choice, &code)| self.grid.option_id(choice, code).to_owned()).collect()
    }

    fn add(&mut self, codes: &[u16]) {
        let options = self.options(codes);
        let [outcome, form, controls, sample, outlier] = <[String; 5]>::try_from(options).unwrap();
        let keep = |row: usize| match (sample.as_str(), outlier.as_str()) {
            ("no-c12", _) => self.city[row] != 11,
            ("late", _) => self.year[row] > 0,
            (_, "drop") => !(self.city[row] == 2 && self.year[row] == 3),
            _ => true,
        };
        let rows: Vec<u32> = (0..self.city.len()).filter(|&row| keep(row)).map(|row| row as u32).collect();
        let pick = |name: &str| rows.iter().map(|&row| self.columns[name][row as usize]).collect::<Vec<f64>>();
        let cluster: Vec<u32> = rows.iter().map(|&row| self.city[row as usize]).collect();
        let (x, y) = (pick(&form), pick(&outcome));
        let square: Vec<f64> = x.iter().map(|x| x * x).collect();
        let mut years: Vec<u32> = rows.iter().map(|&row| self.year[row as usize]).collect();
        years.sort_unstable();
        years.dedup();
        let dummy =
            |year: &u32| rows.iter().map(|&row| f64::from(u8::from(self.year[row as usize] == *year))).collect();
        let mut others: Vec<Vec<f64>> = controls.split('+').map(&pick).collect();
        others.extend(years[1..].iter().map(dummy));
        let others: Vec<Vec<f64>> = others.iter().map(|column| demean(column, &cluster)).collect();
        let focal = [demean(&x, &cluster), demean(&square, &cluster)];
        let regressors: Vec<&[f64]> = focal.iter().chain(&others).map(Vec::as_slice).collect();
        let tilde = demean(&y, &cluster);
        self.blocks.push(Blocks::new(&regressors, &[&tilde], &cluster, CITIES).unwrap());
        let mut sorted_x = x.clone();
        sorted_x.sort_unstable_by(f64::total_cmp);
        let range = (sorted_x[0], *sorted_x.last().unwrap());
        let place = self.targets.len();
        let scale = Scale { sd_x: sd(&x), sd_y: sd(&y), low: range.0, median: 0.0, high: range.1 };
        self.designs.push(Design {
            blocks: place,
            focal: vec![0, 1],
            controls: (2..regressors.len()).collect(),
            range: Some(range),
            sorted_x,
        });
        self.targets.push(Target {
            design: place,
            outcome: 0,
            effect: Effect::Combination(EffectKind::Square.weights(&scale, false).to_vec()),
            small: SmallSample::clustered(1.0),
        });
        self.parts.push(Universe { rows, cluster, controls: others, outcome: tilde, form });
    }
}
