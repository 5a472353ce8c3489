//! Statistics and indices against pandas and numpy on the city panel (`golden/statistics.py`).

use crate::shared;
use panel_core::Panel;
use panel_core::descriptives::describe;
use panel_core::expr::Expr;
use panel_core::index::{Direction, EntropySpec, entropy_index};
use panel_core::io::{ReadOptions, read_table};
use panel_core::transform::winsorize;

pub(crate) fn cities() -> Option<Panel> {
    let path = shared("real/cn_city_panel_real_2006_2020.csv")?;
    Some(read_table(path, &ReadOptions::default()).unwrap().into_panel(Some("name_zh"), Some("year")).unwrap())
}

fn near(got: f64, expected: f64, what: &str) {
    assert!((got - expected).abs() <= 1e-11 * expected.abs().max(1e-300), "{what}: {got}, pandas {expected}");
}

#[test]
fn statistics_are_those_of_pandas() {
    let Some(panel) = cities() else { return };
    for line in include_str!("../golden/statistics.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let numbers: Vec<f64> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        match cells[0] {
            "describe" => {
                let d = describe(cells[1], panel.float(cells[1]).unwrap());
                assert_eq!((d.n, d.missing), (numbers[0] as usize, numbers[1] as usize));
                let got = [d.mean, d.sd, d.min, d.p5, d.p50, d.p95, d.max].map(Option::unwrap);
                got.iter().zip(&numbers[2..]).for_each(|(&got, &expected)| near(got, expected, line));
            }
            "winsorised" => {
                let d = describe("w", &winsorize(panel.float(cells[1]).unwrap(), 0.01, None).unwrap());
                near(d.mean.unwrap(), numbers[0], line);
                near(d.sd.unwrap(), numbers[1], line);
            }
            "lagged" => {
                let column = Expr::parse(&format!("diff({})", cells[1])).unwrap().eval(&panel).unwrap();
                let panel_core::Column::Float(values) = column else { panic!("numbers") };
                let sum: f64 = values.iter().filter(|value| !value.is_nan()).sum();
                assert!((sum - numbers[0]).abs() <= 1e-9 * numbers[0].abs(), "{line}: {sum}");
            }
            "entropy" => {
                let column = |name: &str| panel.float(name).unwrap();
                let indicators = [
                    ("wage_cur", column("wage_cur"), Direction::Benefit),
                    ("ind_dust_t", column("ind_dust_t"), Direction::Cost),
                    ("sh3", column("sh3"), Direction::Benefit),
                    ("pm25", column("pm25"), Direction::Cost),
                ];
                let index = entropy_index(&indicators, &EntropySpec::default()).unwrap();
                assert_eq!(index.n, numbers[0] as usize);
                // 1 - e loses eight of sixteen digits where a weight is small.
                index
                    .weights
                    .iter()
                    .zip(&numbers[1..5])
                    .for_each(|(got, expected)| assert!((got - expected).abs() < 1e-10, "{line}"));
                let present: Vec<f64> = index.values.iter().copied().filter(|value| !value.is_nan()).collect();
                assert!((present.iter().sum::<f64>() / present.len() as f64 - numbers[5]).abs() < 1e-10, "{line}");
            }
            other => panic!("{other}"),
        }
    }
}

/// D10 on real sector shares: the angle was computed by numpy, the sum by the data's authors in single precision.
#[test]
fn structure_indices_of_real_cities() {
    let Some(panel) = cities() else { return };
    let cases = [
        ("structure_angle(sh1, sh2, sh3)", "ind_angle", 1e-9),
        ("structure_sum(sh1, sh2, sh3)", "ind_eq5", f64::from(f32::EPSILON) * 3.0),
    ];
    for (text, name, tolerance) in cases {
        let panel_core::Column::Float(values) = Expr::parse(text).unwrap().eval(&panel).unwrap() else {
            panic!("numbers")
        };
        let expected = panel.float(name).unwrap();
        let worst =
            values.iter().zip(expected).filter(|(_, b)| !b.is_nan()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < tolerance, "{name}: {worst}");
    }
}
