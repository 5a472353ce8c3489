//! Lag windows, periods, groups, distances and small meats by hand.

use faer::{Mat, mat};
use panel_fe::vcov::{ConleyDistance, ConleyKernel, Groups, Kernel, Meat, Periods, Structure};
use std::f64::consts::PI;

fn near(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{got} against {want}");
}

/// The formulas of Baum, Schaffer & Stillman (2007, table of kernels of ivreg2) at arguments whose values are known.
#[test]
fn weights_of_lags() {
    let quarter = PI / 4.0;
    for (kernel, tau, bandwidth, want) in [
        (Kernel::Bartlett, 1, 4.0, 0.75),
        (Kernel::Bartlett, 4, 4.0, 0.0),
        (Kernel::Bartlett, 5, 4.0, 0.0),
        (Kernel::Truncated, 4, 4.0, 1.0),
        (Kernel::Truncated, 5, 4.0, 0.0),
        // 1 - 6/16 + 6/64; ¼; 2 (¼)³.
        (Kernel::Parzen, 1, 4.0, 0.718_75),
        (Kernel::Parzen, 2, 4.0, 0.25),
        (Kernel::Parzen, 3, 4.0, 0.031_25),
        (Kernel::Parzen, 5, 4.0, 0.0),
        (Kernel::TukeyHanning, 1, 4.0, 0.5 + 0.5 * quarter.cos()),
        (Kernel::TukeyHanning, 2, 4.0, 0.5),
        (Kernel::TukeyHanning, 4, 4.0, 0.0),
        (Kernel::TukeyHamming, 2, 4.0, 0.54),
        (Kernel::TukeyHamming, 4, 4.0, 0.08),
        // 2 (1 - cos 1)/(τ/b)² for τ²/b = 1.
        (Kernel::Tent, 1, 1.0, 2.0 * (1.0 - 1_f64.cos())),
        (Kernel::Tent, 2, 4.0, 8.0 * (1.0 - 1_f64.cos())),
        // sin(π/2)/(π/2); sin(3π/2)/(3π/2).
        (Kernel::Daniell, 2, 4.0, 2.0 / PI),
        (Kernel::Daniell, 6, 4.0, -2.0 / (3.0 * PI)),
        // 6πx/5 = π at x = 5/6: 25/(12 π² 25/36) · 1; at x = 5/12, z = π/2: 25/(12π²·25/144)·2/π.
        (Kernel::QuadraticSpectral, 5, 6.0, 3.0 / (PI * PI)),
        (Kernel::QuadraticSpectral, 5, 12.0, 24.0 / (PI * PI * PI)),
    ] {
        near(kernel.weight(tau, bandwidth), want);
    }
    assert_eq!(Kernel::Truncated.weight(1, f64::NAN), 0.0);
    assert_eq!([3.7, 20.0, 0.5, -1.0].map(|b| Kernel::Bartlett.last_lag(b, 10)), [3, 10, 0, 0]);
    for kernel in [Kernel::Tent, Kernel::Daniell, Kernel::QuadraticSpectral] {
        assert_eq!(kernel.last_lag(2.0, 10), 10);
    }
}

#[test]
fn periods_on_their_axes() {
    let years = [2012_i64, 2010, 2011, 2014, 2010];
    let calendar = Periods::calendar(&years);
    assert_eq!((calendar.positions(), calendar.count()), (&[2010, 2011, 2012, 2014][..], 4));
    assert_eq!(calendar.groups().codes(), [2, 0, 1, 3, 0]);
    assert!(calendar.has_gaps());
    let numbered = Periods::reindexed(&years);
    assert_eq!((numbered.positions(), numbered.count()), (&[0, 1, 2, 3][..], 4));
    assert_eq!(numbered.groups(), calendar.groups());
    assert!(!numbered.has_gaps() && !Periods::calendar(&[7]).has_gaps() && !Periods::calendar(&[]).has_gaps());
    assert!(!Periods::calendar(&[5, 6, 7]).has_gaps());
}

#[test]
fn partitions() {
    let a = Groups::new(&[0, 0, 1, 1, 2, 2]);
    let b = Groups::new(&[0, 1, 0, 1, 1, 1]);
    assert_eq!((a.count(), b.count()), (3, 2));
    let both = a.intersect(&b);
    assert_eq!((both.codes(), both.count()), (&[0, 1, 2, 3, 4, 4][..], 5));
    assert!(both.nested_in(&a) && both.nested_in(&b) && a.nested_in(&a));
    assert!(!a.nested_in(&b) && !b.nested_in(&a) && !a.nested_in(&both));
    // Empty codes vanish, far codes too, the order of the codes is kept.
    for codes in [[9, 4, 9, 2], [900_000, 4, 900_000, 2], [u32::MAX, 4, u32::MAX, 2]] {
        let groups = Groups::new(&codes);
        assert_eq!((groups.codes(), groups.count()), (&[2, 1, 2, 0][..], 3), "{codes:?}");
        assert_eq!(Groups::shared(codes.to_vec().into()), groups);
    }
    let full = Groups::shared(vec![1, 0, 1].into());
    assert_eq!((full.codes(), full.count()), (&[1, 0, 1][..], 2));
    assert_eq!(Groups::new(&[]).count(), 0);
    assert_eq!((Groups::singletons(3).codes(), Groups::singletons(3).count()), (&[0, 1, 2][..], 3));
    assert_eq!(Groups::from_keys(&[1 << 40, 3, 1 << 40]).codes(), [1, 0, 1]);
    // Many groups on few rows take the road by keys: 200 × 200 cells on 200 rows.
    let one = Groups::singletons(200);
    let other = Groups::new(&(0..200).rev().collect::<Vec<u32>>());
    assert_eq!((one.intersect(&other).codes(), other.intersect(&one).count()), (one.codes(), 200));
    assert_eq!(one.clone().into_codes().len(), 200);
}

/// More groups than 32 bits can number in pairs: 70,000 by 70,000.
#[test]
fn pairs_beyond_thirty_two_bits() {
    let one = Groups::singletons(70_000);
    let other = Groups::new(&(0..70_000).rev().collect::<Vec<u32>>());
    let both = one.intersect(&other);
    assert_eq!((both.count(), both.codes()), (70_000, one.codes()));
}

/// Scores 1 and 10 at two places: 101, and 2·10 more where they are within the cut-off.
#[test]
fn who_is_within_the_cut_off() {
    let meat = |a, b, cutoff_km, distance| {
        let structure = Structure::Conley {
            coordinates: vec![a, b],
            cutoff_km,
            kernel: ConleyKernel::Uniform,
            distance,
            serial: None,
        };
        Meat::new(structure).of(mat![[1.0], [10.0]].as_ref()).expect("defined")[(0, 0)]
    };
    for distance in [ConleyDistance::GreatCircle, ConleyDistance::FixestTriangular, ConleyDistance::FixestSpherical] {
        // Along a meridian a degree has 111 to 111.3 km.
        assert_eq!(meat((0.0, 0.0), (0.9, 0.0), 111.0, distance), 121.0);
        assert_eq!(meat((2.0, 0.0), (0.0, 0.0), 300.0, distance), 121.0);
        assert_eq!(meat((-1.0, 0.0), (1.0, 0.0), 150.0, distance), 101.0);
        // The cut-off itself is within.
        let (a, b) = ((10.0, 20.0), (10.3, 20.4));
        let km = distance.km(a, b);
        assert_eq!((meat(a, b, km, distance), meat(a, b, km * (1.0 - 1e-12), distance)), (121.0, 101.0));
        // One place written in two ways.
        assert_eq!(meat((0.0, 5.0), (-0.0, 5.0), 1.0, distance), 121.0);
    }
}

/// Lags count from period to period, wherever the calendar begins.
#[test]
fn the_span_of_periods_before_the_epoch() {
    let (kernel, bandwidth) = (Kernel::Daniell, 2.0);
    let meats_from = |first: i64| {
        let periods = Periods::calendar(&[first, first + 1, first + 2, first + 3]);
        let units = Groups::new(&[0; 4]);
        [
            Structure::DriscollKraay { periods: periods.clone(), kernel, bandwidth },
            Structure::NeweyWest { units, periods, kernel, bandwidth },
        ]
        .map(|structure| entries(&Meat::new(structure).of(scores().as_ref()).expect("defined")))
    };
    assert_eq!(meats_from(-2), meats_from(2000));
    // With one row a period both are Σ over pairs: 30 + 2 Σ k(τ) Σ s_t s_{t-τ}; k = 2/π, 0 and -2/(3π).
    let want = 30.0 + 2.0 * (2.0 / PI * (3.0 - 6.0 - 8.0) - 2.0 / (3.0 * PI) * 4.0);
    for got in meats_from(-2) {
        near(got[0], want);
    }
}

/// Degrees into km. fixest: 111 km a degree in the triangle, whose mean latitude shortens the longitude; 12752 asin √h on
/// the sphere.
#[test]
fn distances() {
    let flat = |a, b| ConleyDistance::FixestTriangular.km(a, b);
    assert!((flat((-1.5, 10.0), (1.5, 14.0)) - 555.0).abs() < 1e-9);
    assert!((flat((1.5, 14.0), (-1.5, 10.0)) - 555.0).abs() < 1e-9);
    assert!((flat((0.0, 179.0), (0.0, -179.0)) - 222.0).abs() < 1e-6);
    // fixest's π has five decimals: cos 60° is ½ to 1e-6.
    assert!((flat((60.0, 0.0), (60.0, 1.0)) - 55.5).abs() < 1e-3);
    assert!((flat((50.0, 0.0), (70.0, 0.0)) - 2220.0).abs() < 1e-9);
    let sphere = |a, b| ConleyDistance::FixestSpherical.km(a, b);
    near(sphere((0.0, 0.0), (0.0, 1.0)), 12752.0 * PI / 360.0);
    near(sphere((0.0, 30.0), (90.0, 70.0)), 12752.0 * PI / 4.0);
    near(sphere((60.0, 0.0), (60.0, 180.0)), 12752.0 * PI / 6.0);
    near(sphere((0.0, -90.0), (0.0, 90.0)), 12752.0 * PI / 2.0);
    near(sphere((10.0, 5.0), (40.0, 5.0)), 12752.0 * PI / 12.0);
    // Halfway round at 6371.0088 km.
    near(ConleyDistance::GreatCircle.km((0.0, 0.0), (0.0, 180.0)), 6371.0088 * PI);
}

fn entries(m: &Mat<f64>) -> [f64; 4] {
    [m[(0, 0)], m[(0, 1)], m[(1, 0)], m[(1, 1)]]
}

fn scores() -> Mat<f64> {
    mat![[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [4.0, 1.0]]
}

#[test]
fn meats_of_four_rows() {
    let entries_of = |meat: Meat| entries(&meat.of(scores().as_ref()).expect("defined"));
    // 1 + 9 + 4 + 16; 2 - 3 - 1 + 4; 4 + 1 + ¼ + 1.
    assert_eq!(entries_of(Meat::new(Structure::Independent)), [30.0, 2.0, 2.0, 6.25]);
    // A row that stands for two has half its square, one that stands for none has nothing: 1 + 9/2 + 0 + 16/4.
    let frequency = Some(vec![1.0, 2.0, 0.0, 4.0]);
    let weighted = Meat { frequency: frequency.clone(), ..Meat::new(Structure::Independent) };
    assert_eq!(entries_of(weighted), [9.5, 1.5, 1.5, 4.75]);
    // Sums (4, 1) and (2, 1.5).
    let halves = Groups::new(&[0, 0, 1, 1]);
    let cluster = Meat::new(Structure::Cluster(vec![halves.clone()]));
    assert_eq!(cluster.group_counts(), [2]);
    assert_eq!(entries_of(cluster), [20.0, 7.0, 7.0, 3.25]);
    // Odd against even rows: sums (-1, 2.5) and (7, 0); less each row by itself.
    let parity = Groups::new(&[0, 1, 0, 1]);
    let both = Meat::new(Structure::Cluster(vec![halves.clone(), parity]));
    assert_eq!(both.group_counts(), [2, 2]);
    assert_eq!(entries_of(both), [20.0 + 50.0 - 30.0, 7.0 - 2.5 - 2.0, 7.0 - 2.5 - 2.0, 3.25 + 6.25 - 6.25]);
    // Three ways, the third as the first: A + B + A - AB - AA - AB + AAB = A + B - AB.
    let parity = Groups::new(&[0, 1, 0, 1]);
    let three = Meat::new(Structure::Cluster(vec![halves.clone(), parity, halves.clone()]));
    assert_eq!(entries_of(three), [40.0, 2.5, 2.5, 3.25]);
    // One lag with weight ½ between years 1 and 2 (sums (4, 1), (2, 1.5)): + ½ (h₂h₁' + h₁h₂').
    let periods = Periods::calendar(&[1, 1, 2, 2]);
    let (kernel, bandwidth) = (Kernel::Bartlett, 2.0);
    let dk = Meat::new(Structure::DriscollKraay { periods: periods.clone(), kernel, bandwidth });
    assert_eq!(dk.group_counts(), [2]);
    assert_eq!(entries_of(dk), [20.0 + 8.0, 7.0 + 4.0, 7.0 + 4.0, 3.25 + 1.5]);
    // Within units (rows 1, 3 and rows 2, 4): s₃s₁' = (-2, -4; ½, 1) and s₄s₂' = (12, -4; 3, -1), with weight ½ and turned.
    let units = Groups::new(&[0, 1, 0, 1]);
    let nw = Structure::NeweyWest { units: units.clone(), periods: periods.clone(), kernel, bandwidth };
    let want = [30.0 + 10.0, 2.0 - 2.25, 2.0 - 2.25, 6.25];
    assert_eq!(entries_of(Meat::new(nw.clone())), want);
    assert_eq!(Meat::new(nw.clone()).group_counts(), [2]);
    // Places 1 and 2 a degree apart, 3 and 4 far away and at one place: all pairs within 120 km.
    let coordinates = vec![(0.0, 0.0), (0.0, 1.0), (50.0, 0.0), (50.0, 0.0)];
    let conley = |serial, kernel| Structure::Conley {
        coordinates: coordinates.clone(),
        cutoff_km: 120.0,
        kernel,
        distance: ConleyDistance::FixestTriangular,
        serial,
    };
    let uniform = entries_of(Meat::new(conley(None, ConleyKernel::Uniform)));
    assert_eq!(uniform, [20.0, 7.0, 7.0, 3.25]);
    // Weight 1 - 111/120 = 0.075 between places 1 and 2: s₁s₁' + s₂s₂' + 0.075 (s₁s₂' + s₂s₁') + sums (2, 1.5).
    let bartlett = entries_of(Meat::new(conley(None, ConleyKernel::Bartlett)));
    for (got, want) in bartlett.into_iter().zip([14.45, 2.375, 2.375, 6.95]) {
        assert!((got - want).abs() < 1e-9, "{bartlett:?}");
    }
    // Within years the same pairs; and own lags of one year with weight ½.
    let serial = conley(Some((units, periods, 1)), ConleyKernel::Uniform);
    assert_eq!(entries_of(Meat::new(serial.clone())), [20.0 + 10.0, 7.0 - 2.25, 7.0 - 2.25, 3.25]);
    assert_eq!(Meat::new(serial.clone()).group_counts(), [0; 0]);
    for structure in [nw, serial] {
        assert!(Meat { structure, frequency: frequency.clone() }.of(scores().as_ref()).is_err());
    }
}
