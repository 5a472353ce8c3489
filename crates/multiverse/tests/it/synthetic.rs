//! Own data, 12 cities × 6 years, 24 universes: numbers by numpy 2.4.6 and scipy 1.17.1, brute force with dummies and stacked
//! rows (tests/golden/synthetic).

use crate::synthetic_grid::{CITIES, Synthetic, load};
use crate::tools::{Csv, close, golden, json, numbers};
use panel_multiverse::attribution::{Cells, attribute, intervals};
use panel_multiverse::declaration::Response;
use panel_multiverse::joint::{
    Effect, JointOptions, JointResult, JointTests, Paths, Plan, Problem, Statistics, joint_tests, pairs_responses,
};
use panel_multiverse::kernel::SmallSample;
use panel_multiverse::reading::{Curve, Verdict, share_beyond};
use panel_multiverse::smallest_changes;

const DRAWS: usize = 199;

/// Controls and outcome of one part.
type Columns<'a> = (Vec<&'a [f64]>, [&'a [f64]; 1]);

/// A statistic of the joint tests.
type Read = fn(&Statistics) -> f64;

fn given(name: &str) -> Vec<Vec<f64>> {
    let plans = json(&golden("synthetic").join("plans.json"));
    plans[name].as_array().unwrap().iter().map(numbers).collect()
}

fn plan(name: &str) -> Plan {
    match name {
        "pairs" => {
            let count = |drawn: &Vec<f64>| {
                let mut weights = vec![0.0; CITIES];
                drawn.iter().for_each(|&city| weights[city as usize] += 1.0);
                weights
            };
            Plan::GivenWeights(given("pairs").iter().map(count).collect())
        }
        "wild" => Plan::GivenSigns(given("signs")),
        _ => Plan::GivenPermutations(
            given("permutations").iter().map(|draw| draw.iter().map(|&city| city as u32).collect()).collect(),
        ),
    }
}

/// The joint tests by one plan; `raw` for the effect in the units of the data.
fn run(data: &Synthetic, name: &str, raw: bool) -> JointResult {
    let panel: Vec<u32> = (0..24).collect();
    let mut targets = data.targets.clone();
    if raw {
        targets.iter_mut().for_each(|target| target.effect = Effect::Combination(vec![0.0, 1.0]));
    }
    let panels = [panel];
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &targets, panels: &panels };
    let columns: Vec<Columns<'_>> = data
        .parts
        .iter()
        .map(|part| (part.controls.iter().map(Vec::as_slice).collect(), [part.outcome.as_slice()]))
        .collect();
    let paths: Vec<Paths<'_>> = data
        .parts
        .iter()
        .zip(&columns)
        .map(|(part, (controls, outcomes))| Paths {
            x: &data.columns[&part.form],
            entity: &data.city,
            time: &data.year,
            rows: &part.rows,
            cluster: &part.cluster,
            controls,
            outcomes,
        })
        .collect();
    let options = JointOptions { draws: DRAWS, band: Some(0), paths: &paths, ..JointOptions::default() };
    joint_tests(&problem, &plan(name), &options).unwrap()
}

#[test]
fn estimates_and_readings() {
    let data = load();
    let result = run(&data, "wild", true);
    for (place, want) in data.expected["universes"].as_array().unwrap().iter().enumerate() {
        let options: Vec<&str> = want["options"].as_object().unwrap().values().map(|v| v.as_str().unwrap()).collect();
        assert_eq!(data.options(data.universes.get(place)), options);
        let design = &data.designs[place];
        let (low, high) = design.range.unwrap();
        let curve = Curve::of(&result.estimates[place], low, high);
        let reading = curve.read(0.05);
        let number = |key: &str| want[key].as_f64().unwrap();
        for (key, got) in [
            ("b1", curve.b1),
            ("b2", curve.b2.unwrap()),
            ("se1", curve.v[0].sqrt()),
            ("se2", curve.v[2].sqrt()),
            ("cov12", curve.v[1]),
            ("df", curve.df),
            ("t1", reading.t1),
            ("p1", reading.p1),
            ("t2", reading.t2.unwrap()),
            ("p2", reading.p2.unwrap()),
            ("slope_low", reading.slopes[0].0),
            ("t_low", reading.slopes[0].1),
            ("slope_high", reading.slopes[1].0),
            ("t_high", reading.slopes[1].1),
            ("turning", reading.turning_point.unwrap()),
            ("share_beyond", share_beyond(&design.sorted_x, reading.turning_point.unwrap())),
            ("u", f64::from(u8::from(reading.verdict == Verdict::U))),
            ("z2", panel_multiverse::distribution::normal_score(reading.t2.unwrap(), curve.df)),
        ] {
            close(&format!("{key} of universe {place}"), got, number(key), 1e-10);
        }
        match want["lm_p"].as_f64() {
            Some(p) => close("LM p", reading.lind_mehlum.unwrap().1, p, 1e-10),
            None => assert_eq!(reading.lind_mehlum, None),
        }
    }
}

#[test]
fn draws_and_joint_p_values() {
    let data = load();
    let drawn = Csv::read(&golden("synthetic").join("draws.csv"));
    for name in ["pairs", "wild", "permutation"] {
        let (standard, raw) = (run(&data, name, false), run(&data, name, true));
        assert_eq!(standard.discarded, 0);
        let rows: Vec<usize> = (0..3 * DRAWS).filter(|&row| drawn.text("plan")[row] == name).collect();
        let columns: [(&str, &JointResult, Read); 6] = [
            ("median", &raw, |s| s.median),
            ("median_std", &standard, |s| s.median),
            ("share", &raw, |s| s.share),
            ("stouffer", &raw, |s| s.stouffer),
            ("share_u", &raw, |s| s.share_u),
            ("share_u_boundary", &raw, |s| s.share_u_boundary),
        ];
        for (column, result, value) in columns {
            if column == "share_u_boundary" && name == "permutation" {
                continue;
            }
            let want = drawn.numbers(column);
            for (draw, &row) in rows.iter().enumerate() {
                close(&format!("{name} {column} {draw}"), value(&result.draws[0][draw]), want[row], 1e-9);
            }
        }
        let (standard, raw) = (&standard.panels[0], &raw.panels[0]);
        let want = &data.expected["joint"][name];
        let tests = [
            ("median", Some(&raw.median)),
            ("median_std", Some(&standard.median)),
            ("share", Some(&raw.share)),
            ("stouffer", Some(&raw.stouffer)),
            ("share_u", raw.share_u_flat.as_ref()),
            ("share_u_boundary", raw.share_u.as_ref()),
        ];
        for (key, test) in tests {
            let Some(want) = want.get(key) else {
                assert_eq!(test, None, "{name} has no {key}");
                continue;
            };
            let test = test.unwrap();
            assert_eq!(want["at_least"], test.at_least, "{name} {key}");
            assert_eq!(want["ties"], test.ties, "{name} {key}");
            close(key, test.p, want["p"].as_f64().unwrap(), 1e-15);
            close(key, test.mid_p, want["mid_p"].as_f64().unwrap(), 1e-15);
        }
    }
}

#[test]
fn shares_and_their_intervals() {
    let data = load();
    let cells = Cells::of(&data.grid, &data.universes, false).unwrap();
    let panels = [(0..24).collect()];
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &data.targets, panels: &panels };
    let kinds = [Response::Effect, Response::ShareBeyond, Response::Verdict];
    let drawn = pairs_responses(&problem, &plan("pairs"), DRAWS, &kinds, 0.05).unwrap();
    for ((name, key), draws) in
        [("b2_std", "b2_std"), ("share_beyond", "share_beyond"), ("u", "u")].into_iter().zip(&drawn.values)
    {
        let response: Vec<f64> =
            data.expected["universes"].as_array().unwrap().iter().map(|u| u[key].as_f64().unwrap()).collect();
        let shares = attribute(&cells, &[&response]).unwrap().remove(0).unwrap();
        let want = &data.expected["attribution"][name];
        close("variance", shares.variance, want["variance"].as_f64().unwrap(), 1e-10);
        let band = intervals(&cells, draws).unwrap();
        assert_eq!(want["intervals_90"]["draws"], band.draws);
        let pairs = [
            ("first", &shares.first, &want["first"]),
            ("total", &shares.total, &want["total"]),
            ("shapley", &shares.shapley, &want["shapley"]),
            ("ordered", &shares.ordered, &want["shapley_ordered"]),
            ("low", &band.low, &want["intervals_90"]["low"]),
            ("high", &band.high, &want["intervals_90"]["high"]),
        ];
        for (what, got, want) in pairs {
            for (got, want) in got.iter().zip(numbers(want)) {
                close(&format!("{name} {what}"), *got, want, 1e-10);
            }
        }
        close("sum", shares.ordered.iter().sum(), 1.0, 1e-12);
        close("sum", shares.shapley.iter().sum(), 1.0, 1e-12);
    }
}

#[test]
fn smallest_sets_of_changes() {
    let data = load();
    let want = &data.expected["changes"];
    let base = ["y1", "x", "w1+w2", "no-c12", "-"];
    let from = (0..24).find(|&place| data.options(data.universes.get(place)) == base).unwrap();
    let universes = data.expected["universes"].as_array().unwrap();
    let verdicts: Vec<Option<bool>> = universes.iter().map(|u| Some(u["u"] == 1)).collect();
    let changes = smallest_changes(&data.grid, &data.universes, &verdicts, from).unwrap();
    assert_eq!((changes.has_verdict, changes.smallest), (true, Some(1)));
    let minimal: Vec<Vec<String>> = changes.sets.iter().map(|set| set.choices.clone()).collect();
    assert_eq!(serde_json::to_value(minimal).unwrap(), want["minimal_sets"]);
    let witnesses: Vec<String> = want["witnesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|options| {
            let options: Vec<&str> = options.as_array().unwrap().iter().map(|o| o.as_str().unwrap()).collect();
            let place = (0..24).find(|&place| data.options(data.universes.get(place)) == options).unwrap();
            data.grid.id(data.universes.get(place))
        })
        .collect();
    assert_eq!(changes.sets[0].universes, witnesses);
    assert_eq!(changes.by_size, [1]);
    assert_eq!(changes.neighbours, 5, "y2, x r, w1, all and late");
}

#[test]
fn signs_of_one_give_the_estimate_and_weights_of_one_too() {
    let data = load();
    let panels = [(0..24).collect()];
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &data.targets, panels: &panels };
    let options = JointOptions { draws: 1, ..JointOptions::default() };
    let ones = vec![vec![1.0; CITIES]];
    let wild = joint_tests(&problem, &Plan::GivenSigns(ones.clone()), &options).unwrap();
    close("T1", wild.draws[0][0].median, wild.panels[0].median.observed, 1e-10);
    close("T3", wild.draws[0][0].stouffer, wild.panels[0].stouffer.observed, 1e-10);
    close("T4", wild.draws[0][0].share_u_boundary, 0.25, 1e-15);
    let kinds = [Response::Effect, Response::T];
    let pairs = pairs_responses(&problem, &Plan::GivenWeights(ones), 1, &kinds, 0.05).unwrap();
    for (place, (effect, t)) in wild.effects.iter().enumerate() {
        close("effect", pairs.values[0][0][place], *effect, 1e-10);
        close("t", pairs.values[1][0][place], *t, 1e-10);
    }
}

/// Under one variance, too, for single coefficients and for Anderson and Rubin's statistic of both.
#[test]
fn signs_of_one_give_the_estimate_under_one_variance() {
    let data = load();
    let panels = [(0..24).collect()];
    for effect in [Effect::Combination(vec![0.0, 1.0]), Effect::AndersonRubin] {
        let mut targets = data.targets.clone();
        for target in &mut targets {
            (target.effect, target.small) = (effect.clone(), SmallSample::iid(1.0));
        }
        let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &targets, panels: &panels };
        let options = JointOptions { draws: 1, ..JointOptions::default() };
        let wild = joint_tests(&problem, &Plan::GivenSigns(vec![vec![1.0; CITIES]]), &options).unwrap();
        let (tests, draw) = (&wild.panels[0], &wild.draws[0][0]);
        close("T1", draw.median, tests.median.observed, 1e-9);
        close("T2", draw.share, tests.share.observed, 1e-15);
        close("T3", draw.stouffer, tests.stouffer.observed, 1e-9);
    }
}

#[test]
fn parts_that_are_added_one_by_one_give_the_tests_of_the_whole() {
    let data = load();
    let panels = [(0..24).collect::<Vec<u32>>(), vec![3, 3, 20]];
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &data.targets, panels: &panels };
    let Plan::GivenWeights(mut weights) = plan("pairs") else { panic!("pairs draw clusters") };
    // Twelve times the same city identifies nothing: the draw is replaced.
    weights[3] = vec![0.0; CITIES];
    weights[3][0] = CITIES as f64;
    let signs = panel_multiverse::declaration::Signs::Rademacher;
    let options = JointOptions { draws: 100, band: Some(0), ..JointOptions::default() };
    for (plan, discarded) in [(Plan::Wild { seed: 3, signs }, 0), (Plan::GivenWeights(weights), 1)] {
        let at_once = joint_tests(&problem, &plan, &options).unwrap();
        assert_eq!(at_once.discarded, discarded);
        let mut tests = JointTests::new(&panels, &plan, &options).unwrap();
        while tests.wants_more().unwrap() {
            for places in [0..5, 5..6, 6..24] {
                let part = Problem { targets: &data.targets[places], panels: &[], ..problem.clone() };
                tests.add(&part, &[]).unwrap();
            }
            tests.end_round().unwrap();
        }
        assert_eq!(tests.finish().unwrap(), at_once);
    }
    let plan = Plan::Wild { seed: 3, signs };
    let mut tests = JointTests::new(&panels, &plan, &options).unwrap();
    assert!(tests.wants_more().unwrap());
    let part = Problem { targets: &data.targets[..5], panels: &[], ..problem };
    tests.add(&part, &[]).unwrap();
    assert!(tests.end_round().unwrap_err().to_string().contains("a place among the estimates"));
}

#[test]
fn threads_do_not_matter() {
    let data = load();
    let panels = [(0..24).collect::<Vec<u32>>(), (0..7).collect()];
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &data.targets, panels: &panels };
    let options = JointOptions { draws: 150, band: Some(0), ..JointOptions::default() };
    let signs = panel_multiverse::declaration::Signs::Webb;
    for plan in [Plan::Wild { seed: 7, signs }, Plan::Pairs { seed: 7 }] {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| joint_tests(&problem, &plan, &options).unwrap())
        };
        let one = on(1);
        assert_eq!(one, on(2));
        assert_eq!(one, on(7));
    }
}
