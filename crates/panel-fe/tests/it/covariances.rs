//! Covariances against sums over all pairs of observations, written out; leverages of one.

use panel_core::Panel;
use panel_core::geo::{LatLon, great_circle_km};
use panel_fe::{Estimate, Like, Model, Options, Singletons, fit};

/// 12 places on a grid of odd steps, 7 years with a gap, some rows missing.
fn panel() -> Panel {
    let years = [2010_i64, 2011, 2012, 2014, 2015, 2016, 2017];
    let (mut place, mut time) = (Vec::new(), Vec::new());
    let (mut lat, mut lon, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for p in 0..12_usize {
        for (t, year) in years.iter().enumerate() {
            if (p * 5 + t * 3) % 11 == 0 {
                continue;
            }
            place.push(format!("p{p}"));
            time.push(year.to_string());
            lat.push(30.0 + 0.7 * (p % 4) as f64 + 0.01 * p as f64);
            lon.push(110.0 + 1.1 * (p / 4) as f64);
            let wave = |k: f64| ((p as f64 + 1.3) * k + t as f64 * (k + 0.4)).sin();
            x.push(wave(1.7) + 0.2 * t as f64);
            y.push(2.0 * wave(1.7) + wave(0.6) + 0.5 * p as f64);
        }
    }
    Panel::builder("place", "year")
        .keys(place, time)
        .column("lat", lat)
        .column("lon", lon)
        .column("x", x)
        .column("y", y)
        .build()
        .expect("unique keys")
}

fn estimate(data: &Panel, vcov: &str, like: Like) -> Estimate {
    let options = Options { vcov: vcov.parse().expect("known"), like, ..Options::default() };
    fit(data, "y ~ x | place + year", &options, None).expect("fits")
}

/// se² of x from weights of pairs: c Σᵢⱼ wᵢⱼ x̃ᵢuᵢ x̃ⱼuⱼ / (x̃'x̃)².
fn by_pairs(estimate: &Estimate, data: &Panel, weight: impl Fn(usize, usize) -> f64) -> f64 {
    let x = fit(data, "x ~ 0 + zero | place + year", &Options::default(), None);
    assert!(x.is_err(), "a column of zeros is no regressor");
    // x̃ as residual of x on a regressor that is orthogonal to nothing: y plays no part in it.
    let demeaned = Model::new("x ~ y | place + year").expect("valid").fit(data).expect("fits");
    let b = demeaned.estimates[0];
    let tilde_y = Model::new("y ~ x | place + year").expect("valid").fit(data).expect("fits");
    // x̃ = (e_x + b e_y)/(1 - b d) with e_x = x̃ - bỹ, e_y = ỹ - dx̃.
    let d = tilde_y.estimates[0];
    let x: Vec<f64> = demeaned
        .residuals()
        .iter()
        .zip(tilde_y.residuals())
        .map(|(e_x, e_y)| (e_x + b * e_y) / (1.0 - b * d))
        .collect();
    let u = estimate.residuals();
    let square: f64 = x.iter().map(|x| x * x).sum();
    let mut meat = 0.0;
    for i in 0..u.len() {
        for j in 0..u.len() {
            meat += weight(i, j) * x[i] * u[i] * x[j] * u[j];
        }
    }
    estimate.small_sample.multiplier * meat / (square * square)
}

struct Keys {
    place: Vec<u32>,
    year: Vec<i64>,
    km: Vec<Vec<f64>>,
}

fn keys(data: &Panel) -> Keys {
    let (lat, lon) = (data.float("lat").expect("there"), data.float("lon").expect("there"));
    let at = |i: usize| LatLon { lat: lat[i], lon: lon[i] };
    let n = data.n_rows();
    let ordinals = data.times().ordinals();
    Keys {
        place: data.entity_of_row().to_vec(),
        year: data.time_of_row().iter().map(|&t| ordinals[t as usize]).collect(),
        km: (0..n).map(|i| (0..n).map(|j| great_circle_km(at(i), at(j))).collect()).collect(),
    }
}

fn zeros(data: &mut Panel) {
    data.set("zero", vec![0.0; data.n_rows()]).expect("length");
}

#[test]
fn every_structure_is_its_sum_over_pairs() {
    let mut data = panel();
    zeros(&mut data);
    let Keys { place, year, km } = keys(&data);
    let one = |yes: bool| f64::from(u8::from(yes));
    let lag = |i: usize, j: usize| year[i].abs_diff(year[j]) as f64;
    // Periods numbered through: 2014 is the fourth.
    let step = |y: i64| if y < 2013 { y - 2010 } else { y - 2011 };
    let reindexed = |i: usize, j: usize| step(year[i]).abs_diff(step(year[j])) as f64;
    let bartlett = |lag: f64, l: f64| (1.0 - lag / (l + 1.0)).max(0.0);
    type Weight<'a> = Box<dyn Fn(usize, usize) -> f64 + 'a>;
    let cases: Vec<(&str, Like, Weight<'_>)> = vec![
        ("hc1", Like::Reghdfe, Box::new(|i, j| one(i == j))),
        ("cluster:place", Like::Reghdfe, Box::new(|i, j| one(place[i] == place[j]))),
        (
            "cluster:place,year",
            Like::Reghdfe,
            Box::new(|i, j| one(place[i] == place[j]) + one(year[i] == year[j]) - one(i == j)),
        ),
        ("dk:2", Like::Ivreghdfe, Box::new(|i, j| bartlett(lag(i, j), 2.0))),
        ("dk:2", Like::Reghdfe, Box::new(|i, j| bartlett(reindexed(i, j), 2.0))),
        ("nw:2", Like::Ivreghdfe, Box::new(|i, j| one(place[i] == place[j]) * bartlett(lag(i, j), 2.0))),
        ("nw:2", Like::Reghdfe, Box::new(|i, j| one(place[i] == place[j]) * bartlett(reindexed(i, j), 2.0))),
        ("conley:150", Like::Reghdfe, Box::new(|i, j| one(km[i][j] <= 150.0))),
        ("conley:150:bartlett", Like::Reghdfe, Box::new(|i, j| (1.0 - km[i][j] / 150.0).max(0.0))),
        (
            "conley:150:bartlett:2",
            Like::Ivreghdfe,
            Box::new(|i, j| {
                let space = one(year[i] == year[j]) * (1.0 - km[i][j] / 150.0).max(0.0);
                let own = one(place[i] == place[j] && i != j) * bartlett(lag(i, j), 2.0);
                space + own
            }),
        ),
        (
            "conley:150:2",
            Like::Reghdfe,
            Box::new(|i, j| {
                let space = one(year[i] == year[j] && km[i][j] <= 150.0);
                space + one(place[i] == place[j] && i != j) * bartlett(reindexed(i, j), 2.0)
            }),
        ),
    ];
    let mut positive = 0;
    for (vcov, like, weight) in cases {
        let estimate = estimate(&data, vcov, like);
        let want = by_pairs(&estimate, &data, weight);
        let got = estimate.vcov[(0, 0)];
        // A negative sum is set to zero.
        assert!((got - want.max(0.0)).abs() <= 1e-9 * want.abs(), "{vcov} {like}: {got} against {want}");
        positive += usize::from(got > 0.0);
    }
    assert!(positive >= 9, "only {positive} of 11 compare more than a zero");
}

/// Three- and four-way clusters: inclusion and exclusion over all subsets.
#[test]
fn four_way_clusters_are_their_sum_over_pairs() {
    let mut data = panel();
    zeros(&mut data);
    let n = data.n_rows();
    data.set("a", (0..n).map(|i| f64::from(i as u32 % 5)).collect::<Vec<f64>>()).expect("length");
    data.set("b", (0..n).map(|i| f64::from((i as u32 / 3) % 6)).collect::<Vec<f64>>()).expect("length");
    let Keys { place, year, .. } = keys(&data);
    let (a, b) = (data.float("a").expect("there").to_vec(), data.float("b").expect("there").to_vec());
    for ways in [3, 4] {
        let keys = ["place", "year", "a", "b"][..ways].join(",");
        let estimate = estimate(&data, &format!("cluster:{keys}"), Like::Ivreghdfe);
        // 1 - Π(1 - 1[same key]) counts a pair that shares any key once.
        let want = by_pairs(&estimate, &data, |i, j| {
            let same = [place[i] == place[j], year[i] == year[j], a[i] == a[j], b[i] == b[j]];
            f64::from(u8::from(same[..ways].contains(&true)))
        });
        let got = estimate.vcov[(0, 0)];
        assert!((got - want.max(0.0)).abs() <= 1e-9 * want.abs(), "{ways}: {got} against {want}");
    }
}

/// A row that is alone in a level is fitted perfectly: its leverage is one, its residual zero, and its score counts
/// nothing under HC2 and HC3, as if it had been left out.
#[test]
fn leverage_of_one_counts_nothing() {
    let mut data = panel();
    let n = data.n_rows();
    let mut own: Vec<f64> = data.entity_of_row().iter().map(|&p| f64::from(p)).collect();
    own[3] = 99.0;
    own[17] = 98.0;
    data.set("level", own).expect("length");
    for vcov in ["hc2", "hc3"] {
        let run = |singletons: Singletons| {
            let options = Options { vcov: vcov.parse().expect("known"), singletons, ..Options::default() };
            fit(&data, "y ~ x | level", &options, None).expect("fits")
        };
        let (kept, dropped) = (run(Singletons::Keep), run(Singletons::Drop));
        assert_eq!((kept.n_obs, dropped.n_obs), (n, n - 2));
        assert!(kept.coef[0].se.is_finite() && kept.coef[0].se > 0.0);
        assert!((kept.estimates[0] / dropped.estimates[0] - 1.0).abs() < 1e-12);
        assert!((kept.coef[0].se / dropped.coef[0].se - 1.0).abs() < 1e-10, "{vcov}");
        let influence = kept.influence().expect("leverages");
        assert!((influence[3].leverage - 1.0).abs() < 1e-12);
        let trace: f64 = influence.iter().map(|row| row.leverage).sum();
        assert!((trace - kept.small_sample.k as f64).abs() < 1e-9, "{trace}");
    }
}
