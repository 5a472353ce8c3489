//! Small, missing, wrong.

use market_seg::{
    Error, PairRule, PriceChanges, PriceColumns, PriceKind, Prices, Relations, SegSpec, Weights, average_periods,
    calendar_years, segmentation,
};
use panel_core::geo::{Adjacency, LatLon};
use panel_core::random::Stream;
use panel_core::{InputError, Keys};

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).to_vec()
}

fn changes(n: usize, periods: usize, goods: usize, x: impl Fn(usize, usize, usize) -> f64) -> PriceChanges {
    let label = |count: usize| (0..count).map(|k| format!("{k}")).collect::<Vec<_>>();
    let values = (0..n * periods * goods).map(|cell| x(cell % n, cell / n / goods, cell / n % goods)).collect();
    PriceChanges::from_changes(label(n), label(periods), label(goods), values).unwrap()
}

fn noise(i: usize, t: usize, k: usize) -> f64 {
    ((i * 7919 + t * 104_729 + k * 1_299_709 + i * k * 31) % 1009) as f64 / 5045.0 - 0.1
}

#[test]
fn chained_indices_and_levels_agree() {
    let (entities, goods) = (names(["a", "b", "c"]), names(["x", "y"]));
    let times = names(["2019", "2020", "2021"]);
    let (mut rows, mut keys) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new(), Vec::new()]);
    for i in 0..3 {
        for k in 0..2 {
            let mut level = 50.0 + i as f64;
            for t in 0..3 {
                let chained = 100.0 * (1.0 + noise(i, t, k));
                level *= chained / 100.0;
                rows[0].push(chained);
                rows[1].push(level);
                keys[0].push(i as u32);
                keys[1].push(t as u32);
                keys[2].push(k as u32);
            }
        }
    }
    let from = |value: &[f64], kind| {
        let rows = Keys::repeating(&keys[0], &keys[1], &entities, &times).unwrap();
        let rows = rows.with_ordinals(&[2019, 2020, 2021]).unwrap();
        let prices = Prices { keys: rows, value, good: &keys[2], goods: &goods };
        PriceChanges::from_long(&prices, kind).unwrap()
    };
    let run =
        |value: &[f64], kind| segmentation(&from(value, kind), &Relations::default(), &SegSpec::default()).unwrap();
    let chained = run(&rows[0], PriceKind::default());
    let levels = run(&rows[1], PriceKind::Levels { lag: 1 });
    assert!(chained.seg(0, 0).is_some() && levels.seg(0, 0).is_none());
    for i in 0..3 {
        for t in 1..3 {
            let (a, b) = (chained.seg(i, t).unwrap(), levels.seg(i, t).unwrap());
            assert!((a / b - 1.0).abs() < 1e-10, "{a} {b}");
        }
    }
    // The same through columns.
    let column = |k: usize| -> Vec<f64> {
        (0..rows[0].len()).filter(|&row| keys[2][row] == k as u32).map(|row| rows[0][row]).collect()
    };
    let wide_codes = |codes: &[u32]| -> Vec<u32> {
        (0..rows[0].len()).filter(|&row| keys[2][row] == 0).map(|row| codes[row]).collect()
    };
    let (entity, time) = (wide_codes(&keys[0]), wide_codes(&keys[1]));
    let wide_keys = Keys::new(&entity, &time, &entities, &times).unwrap().with_ordinals(&[2019, 2020, 2021]).unwrap();
    let columns = PriceColumns { keys: wide_keys, columns: &[&column(0), &column(1)], goods: &goods };
    let wide = PriceChanges::from_columns(&columns, PriceKind::default()).unwrap();
    assert_eq!(wide, from(&rows[0], PriceKind::default()));
    let short = PriceColumns { columns: &[&column(0), &[1.0]], ..columns };
    let error = PriceChanges::from_columns(&short, PriceKind::default()).unwrap_err().to_string();
    assert!(error.contains("prices of `y` has length 1"), "{error}");
    let twice = PriceColumns { keys: Keys::repeating(&[0, 0], &[1, 1], &entities, &times).unwrap(), ..columns };
    let one: &[f64] = &[1.0, 2.0];
    let error = PriceChanges::from_columns(&PriceColumns { columns: &[one, one], ..twice }, PriceKind::default());
    assert!(error.unwrap_err().to_string().contains("`a`, time `2020` stands twice"));
}

#[test]
fn a_gap_in_the_calendar_has_no_change() {
    let (entities, times) = (names(["a"]), names(["2010", "2011", "2013", "2014"]));
    let keys = Keys::new(&[0; 4], &[0, 1, 2, 3], &entities, &times).unwrap();
    let keys = keys.with_ordinals(&[2010, 2011, 2013, 2014]).unwrap();
    let prices = Prices { keys, value: &[1.0, 2.0, 4.0, 8.0], good: &[0; 4], goods: &names(["x"]) };
    let changes = PriceChanges::from_long(&prices, PriceKind::Levels { lag: 1 }).unwrap();
    let known: Vec<bool> = (0..4).map(|t| changes.has_period(t)).collect();
    assert_eq!(known, [false, true, false, true]);
    let two = PriceChanges::from_long(&prices, PriceKind::Levels { lag: 2 }).unwrap();
    assert!((two.slice(2, 0)[0] - 2f64.ln()).abs() < 1e-15 && !two.has_period(1));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let changes = changes(203, 5, 6, |i, t, k| if (i + t + k) % 97 == 0 { f64::NAN } else { noise(i, t, k) });
    let points: Vec<Option<LatLon>> =
        (0..203).map(|i| Some(LatLon { lat: i as f64 * 0.1, lon: (i * 7 % 50) as f64 })).collect();
    let relations = Relations { points: Some(&points), ..Relations::default() };
    for spec in [
        SegSpec::default(),
        SegSpec { weights: Weights::InverseDistance { normalized: true }, ..SegSpec::default() },
        SegSpec { pairs: PairRule::WithinKm { km: 900.0 }, ..SegSpec::default() },
    ] {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| segmentation(&changes, &relations, &spec).unwrap())
        };
        let (one, three) = (run(1), run(3));
        assert!(one.seg.iter().zip(&three.seg).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn one_city_one_good_and_nothing() {
    let run = |changes: &PriceChanges| segmentation(changes, &Relations::default(), &SegSpec::default()).unwrap();
    let one = run(&changes(1, 2, 3, noise));
    assert!(one.seg.iter().all(|seg| seg.is_nan()));
    assert!(one.diagnostics.iter().any(|d| d.code == "no-partner"), "{:?}", one.diagnostics);
    let single = run(&changes(4, 1, 1, noise));
    assert_eq!(single.rows().count(), 0);
    let none = run(&changes(0, 0, 0, noise));
    assert_eq!(none.rows().count(), 0);
    assert_eq!(run(&changes(3, 2, 0, noise)).rows().count(), 0);
}

#[test]
fn identical_prices_have_no_integration_index() {
    let index =
        segmentation(&changes(3, 1, 2, |_, _, k| k as f64), &Relations::default(), &SegSpec::default()).unwrap();
    assert_eq!(index.seg(0, 0), Some(0.0));
    assert_eq!(index.mar(0, 0), None);
    assert!(index.diagnostics.iter().any(|d| d.code == "segmentation-zero"));
}

#[test]
fn missing_prices_are_reported() {
    let changes = changes(5, 2, 3, |i, t, k| if i == 2 && t == 1 && k < 2 { f64::NAN } else { noise(i, t, k) });
    let index = segmentation(&changes, &Relations::default(), &SegSpec::default()).unwrap();
    // City 2 keeps one good in the second period: no variance with anyone.
    assert_eq!((index.partners[2 * 2 + 1], index.partners[1], index.partners[0]), (0, 3, 4));
    let codes: Vec<&str> = index.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["price-changes-missing", "no-partner", "partners-missing"]);
    assert!(index.diagnostics[1].message.contains("2 1"), "{:?}", index.diagnostics);
}

#[test]
fn a_missing_partner_is_put_down_to_its_cause() {
    let changes = changes(4, 2, 3, |i, t, k| if i == 2 && t == 1 { f64::NAN } else { noise(i, t, k) });
    let list = Adjacency::from_pairs(4, [(0, 1), (1, 2)]).unwrap();
    let relations = Relations { adjacency: Some(&list), ..Relations::default() };
    let spec = SegSpec { pairs: PairRule::Neighbours, ..SegSpec::default() };
    let index = segmentation(&changes, &relations, &spec).unwrap();
    let messages: Vec<&str> = index.diagnostics.iter().map(|remark| remark.message.as_str()).collect();
    assert!(messages[1].starts_with("1 entities have no partner under pairs = \"neighbours\" (3)"), "{messages:?}");
    assert!(messages[2].starts_with("1 entity-periods have no partner with 2 goods in common (2 1)"), "{messages:?}");
    let gdp = [1.0, 1.0, 0.0, 0.0, f64::NAN, f64::NAN, 0.0, 0.0];
    let relations = Relations { gdp: Some(&gdp), ..Relations::default() };
    let weights = Weights::Gdp { column: "size".into(), normalized: true };
    let index = segmentation(&changes, &relations, &SegSpec { weights, ..SegSpec::default() }).unwrap();
    let alone = index.diagnostics.iter().find(|remark| remark.code == "no-partner").unwrap();
    assert!(alone.message.contains("and a positive `size`"), "{alone}");
}

/// Values that do not fit their kind are remarked on, those that do are not.
#[test]
fn prices_of_the_other_kind_are_remarked() {
    let (entities, goods) = (names(["a", "b", "c", "d", "e", "f"]), names(["w", "x", "y", "z"]));
    let times: Vec<String> = (2012..2020).map(|year: i32| year.to_string()).collect();
    let (entity, time): (Vec<u32>, Vec<u32>) = (0..48).map(|row| (row / 8, row % 8)).unzip();
    let keys = Keys::new(&entity, &time, &entities, &times).unwrap();
    let mut stream = Stream::new(15, 0);
    let changes: Vec<Vec<f64>> = (0..4).map(|_| (0..48).map(|_| 0.97 + 0.1 * stream.uniform()).collect()).collect();
    let chained: Vec<Vec<f64>> =
        changes.iter().map(|good| good.iter().map(|change| 100.0 * change).collect()).collect();
    let level = |good: &[f64], row: usize| good[row / 8 * 8..=row].iter().fold(100.0, |level, change| level * change);
    let levels: Vec<Vec<f64>> = changes.iter().map(|good| (0..48).map(|row| level(good, row)).collect()).collect();
    let codes = |columns: &[Vec<f64>], kind| -> Vec<String> {
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let prices = PriceColumns { keys, columns: &slices, goods: &goods };
        let found = PriceChanges::from_columns(&prices, kind).unwrap();
        found.diagnostics().iter().map(|remark| remark.code.clone()).filter(|code| code == "price-kind").collect()
    };
    assert!(codes(&chained, PriceKind::default()).is_empty());
    assert!(codes(&levels, PriceKind::Levels { lag: 1 }).is_empty());
    assert_eq!(codes(&levels, PriceKind::default()), ["price-kind"]);
    assert_eq!(codes(&chained, PriceKind::Levels { lag: 1 }), ["price-kind"]);
}

#[test]
fn errors_name_what_is_wrong() {
    let (entities, times, goods) = (names(["Johor"]), names(["2011"]), names(["food"]));
    fn rows<'a>(value: &'a [f64], entity: &'a [u32], labels: [&'a [String]; 3]) -> Prices<'a> {
        let [entities, times, goods] = labels;
        Prices {
            keys: Keys::repeating(entity, &[0, 0][..entity.len()], entities, times).unwrap(),
            value,
            good: &[0, 0][..entity.len()],
            goods,
        }
    }
    let labels: [&[String]; 3] = [&entities, &times, &goods];
    let error = PriceChanges::from_long(&rows(&[0.0], &[0], labels), PriceKind::default()).unwrap_err().to_string();
    assert!(["Johor", "2011", "food", "`0`"].iter().all(|part| error.contains(part)), "{error}");
    let twice = PriceChanges::from_long(&rows(&[1.0, 1.0], &[0, 0], labels), PriceKind::default());
    assert!(matches!(twice, Err(Error::Input(InputError::DuplicateKey { .. }))));
    let strange =
        PriceChanges::from_long(&Prices { good: &[0, 3], ..rows(&[1.0, 1.0], &[0, 0], labels) }, PriceKind::default());
    assert!(matches!(strange, Err(Error::Input(InputError::UnknownCode { code: 3, .. }))));
    let changes = changes(3, 1, 3, noise);
    let run =
        |relations: &Relations<'_>, spec: &SegSpec| segmentation(&changes, relations, spec).unwrap_err().to_string();
    let none = Relations::default();
    assert!(run(&none, &SegSpec { pairs: PairRule::Neighbours, ..SegSpec::default() }).contains("adjacency"));
    assert!(
        run(&none, &SegSpec { pairs: PairRule::WithinKm { km: 1.0 }, ..SegSpec::default() }).contains("coordinates")
    );
    assert!(
        run(&none, &SegSpec { weights: Weights::Gdp { column: "gdp".into(), normalized: true }, ..SegSpec::default() })
            .contains("weights = \"gdp\"")
    );
    assert!(run(&none, &SegSpec { min_goods: 1, ..SegSpec::default() }).contains("min_goods = 1"));
    // A hundred metres at the least, however a place is written.
    let twin = [(1.0, 180.0), (1.0, -180.0), (9.0, 9.0)].map(|(lat, lon)| Some(LatLon { lat, lon }));
    let inverse = SegSpec { weights: Weights::InverseDistance { normalized: false }, ..SegSpec::default() };
    assert!(
        run(&Relations { points: Some(&twin), ..none }, &inverse).contains("`0` and `1` are less than 0.1 cm apart")
    );
    let short = Adjacency::from_pairs(2, [(0, 1)]).unwrap();
    assert!(run(&Relations { adjacency: Some(&short), ..none }, &SegSpec::default()).contains("adjacency"));
}

#[test]
fn months_become_years() {
    let months = names(["2010-11-01", "2010-12-01", "2011-01-01"]);
    let (coarse, years, ordinals) = calendar_years(&months).unwrap();
    assert_eq!(
        (coarse.as_slice(), years.as_slice(), ordinals.as_slice()),
        (&[0, 0, 1][..], &names(["2010", "2011"])[..], &[2010, 2011][..])
    );
    let mean = average_periods(&[1.0, 3.0, 5.0], &[0; 3], &[0, 1, 2], &[0; 3], &coarse, 2).unwrap();
    assert_eq!(mean.value[0], 2.0);
    assert!(mean.value[1].is_nan());
    assert!(calendar_years(&names(["Jan 2010"])).is_err());
}
