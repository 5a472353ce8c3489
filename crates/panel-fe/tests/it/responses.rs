//! Many responses on one design against fits of their own, bit by bit.

use panel_core::Panel;
use panel_core::random::Stream;
use panel_fe::{Like, Model, Options, Responses, Vcov, WeightKind, Weights};

const COVARIANCES: [(&str, Like); 11] = [
    ("cluster:place", Like::Xtreg),
    ("iid", Like::Reghdfe),
    ("hc1", Like::Reghdfe),
    ("hc3", Like::Reghdfe),
    ("cluster:year", Like::Fixest),
    ("cluster:place,year", Like::Reghdfe),
    ("cluster:place,year", Like::Fixest),
    ("dk:2", Like::Reghdfe),
    ("nw:1", Like::Fixest),
    ("conley:150", Like::Reghdfe),
    ("conley:150:bartlett:2", Like::Reghdfe),
];

/// 14 places, 7 years of which one is missing, some rows missing; `y0` to `y5` are responses, `far` lies far from zero.
fn panel() -> Panel {
    let mut stream = Stream::new(11, 0);
    let mut normal = || (0..4).map(|_| stream.below(20_001) as f64 / 10_000.0 - 1.0).sum::<f64>();
    let (mut place, mut time, mut at) = (Vec::new(), Vec::new(), Vec::new());
    for p in 0..14_usize {
        for (t, year) in [2010, 2011, 2012, 2014, 2015, 2016, 2017].into_iter().enumerate() {
            if (p * 5 + t * 3) % 13 != 0 {
                place.push(format!("p{p}"));
                time.push(i64::to_string(&year));
                at.push(p);
            }
        }
    }
    let mut column = |scale: f64, shift: f64| at.iter().map(|_| shift + scale * normal()).collect::<Vec<f64>>();
    let mut builder = Panel::builder("place", "year").keys(place.clone(), time.clone());
    for (name, shift) in [("x", 1.0), ("z", 0.0), ("far", 4000.0), ("y0", 0.0), ("y1", 3.0), ("y2", 0.0), ("y3", -1.0)]
    {
        builder = builder.column(name, column(1.0, shift));
    }
    let weight = column(0.2, 3.0);
    builder
        .column("w", weight)
        .column("lat", at.iter().map(|&p| 30.0 + 0.7 * (p % 4) as f64 + 0.01 * p as f64).collect::<Vec<f64>>())
        .column("lon", at.iter().map(|&p| 110.0 + 1.1 * (p / 4) as f64).collect::<Vec<f64>>())
        .build()
        .expect("unique keys")
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Compares every response and covariance on one formula; how many there were.
fn check(formula: &str, weights: Option<Weights>, covariances: &[(&str, Like)]) -> usize {
    let panel = panel();
    let asked: Vec<(Vcov, Like)> =
        covariances.iter().map(|(vcov, like)| (vcov.parse().expect("known"), *like)).collect();
    let options = |place: usize| Options {
        vcov: asked[place].0.clone(),
        like: asked[place].1,
        weights: weights.clone(),
        ..Options::default()
    };
    let fit = |response: &str, place: usize| {
        let formula = formula.replace("y0", response);
        Model::new(&formula).expect("valid").options(options(place)).fit(&panel).expect("fits")
    };
    let lead = fit("y0", 0);
    let refs: Vec<(&Vcov, Like)> = asked.iter().map(|(vcov, like)| (vcov, *like)).collect();
    let responses = Responses::new(&lead, &panel, &refs).expect("a plain design");
    assert_eq!(responses.names(), lead.names);
    let places: Vec<usize> = (0..asked.len()).rev().collect();
    let mut compared = 0;
    for response in ["y0", "y1", "y2", "y3"] {
        let column = panel.float(response).expect("a column");
        let values: Vec<f64> = lead.rows.iter().map(|&row| column[row as usize]).collect();
        let found = responses.fit(values.into(), &places).expect("regular");
        assert_eq!(found.len(), places.len());
        for (found, &place) in found.iter().zip(&places) {
            let alone = fit(response, place);
            let what = format!("{response} of `{formula}` under {}", alone.vcov_spec);
            assert_eq!(bits(&found.estimates), bits(&alone.estimates), "{what}");
            let k = alone.names.len();
            for j in 0..k {
                let column = |v: &faer::Mat<f64>| bits(&(0..k).map(|i| v[(i, j)]).collect::<Vec<f64>>());
                assert_eq!(column(&found.covariance), column(&alone.vcov), "{what}");
                assert_eq!(found.unavailable[j], alone.coef[j].unavailable, "{what}");
                assert_eq!(found.p(j).to_bits(), alone.coef[j].p.to_bits(), "{what}");
            }
            assert_eq!(found.df.to_bits(), alone.df_t.to_bits(), "{what}");
            assert_eq!(responses.clusters(place), alone.clusters.iter().map(|count| count.groups).min(), "{what}");
            let (one, other) = (found.coefficients(&responses), alone.coefficients());
            assert_eq!(one.centred, other.centred, "{what}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn each_is_to_the_bit_a_fit_of_its_own() {
    assert_eq!(check("y0 ~ x + x^2 + z | place + year", None, &COVARIANCES), 4 * COVARIANCES.len());
    assert_eq!(check("y0 ~ x + x^2 | place", None, &COVARIANCES), 4 * COVARIANCES.len());
}

#[test]
fn weights_and_variables_far_from_zero_change_nothing_of_that() {
    let weights = Some(Weights { column: "w".into(), kind: WeightKind::Analytic });
    assert_eq!(check("y0 ~ x + z | place + year", weights, &COVARIANCES), 4 * COVARIANCES.len());
    assert_eq!(check("y0 ~ far + far^2 + z | place + year", None, &COVARIANCES), 4 * COVARIANCES.len());
}

#[test]
fn what_asks_for_a_whole_fit_is_left_to_it() {
    let panel = panel();
    let lead = Model::new("y0 ~ x + z | place + year").expect("valid").fit(&panel).expect("fits");
    let cluster: Vcov = "cluster:place".parse().expect("known");
    let responses = Responses::new(&lead, &panel, &[(&cluster, Like::Reghdfe)]).expect("a plain design");
    let values = |name: &str| lead.sample_values(name).expect("a variable").to_vec();
    // A copy of a regressor, and a response with another number of rows.
    assert!(responses.fit(values("z").into(), &[0]).is_none());
    assert!(responses.fit(values("y0")[1..].to_vec().into(), &[0]).is_none());
    assert!(responses.fit(values("y0").into(), &[1]).is_none());
    // Too many lags for the years there are.
    let lags: Vcov = "dk:9".parse().expect("known");
    assert!(Responses::new(&lead, &panel, &[(&lags, Like::Reghdfe)]).is_none());
    let instruments = Model::new("y0 ~ z | place + year | x ~ far").expect("valid").fit(&panel).expect("fits");
    assert!(Responses::new(&instruments, &panel, &[(&cluster, Like::Reghdfe)]).is_none());
}
