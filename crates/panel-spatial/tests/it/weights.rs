//! Weights by hand and as a study writes them.

use panel_core::geo::{LatLon, Metric, great_circle_km};
use panel_spatial::weights::EconomicForm;
use panel_spatial::{Islands, Kernel, Prepared, Standardise, Weights, WeightsFile, WeightsInputs, WeightsSpec};
use std::collections::BTreeMap;

fn labels() -> Vec<String> {
    ["a", "b", "c", "d"].map(String::from).to_vec()
}

/// Four places on the equator, at 0, 1, 3 and 20 degrees.
fn points() -> Vec<Option<LatLon>> {
    [0.0, 1.0, 3.0, 20.0].map(|lon| Some(LatLon { lat: 0.0, lon })).to_vec()
}

#[test]
fn kernels_bands_and_nearest() {
    let degree = great_circle_km(LatLon { lat: 0.0, lon: 0.0 }, LatLon { lat: 0.0, lon: 1.0 });
    let w = Weights::from_kernel(
        &labels(),
        &points(),
        Kernel::Inverse { exponent: 2.0 },
        Metric::default(),
        Some(5.0 * degree),
        None,
    )
    .unwrap();
    assert_eq!(w.islands(), [3]);
    assert!((w.get(0, 1) / w.get(0, 2) - 9.0).abs() < 1e-9);
    let near = Weights::k_nearest(&labels(), &points(), 1).unwrap();
    assert_eq!(
        (near.get(0, 1), near.get(1, 0), near.get(2, 1), near.get(3, 2), near.nonzeros()),
        (1.0, 1.0, 1.0, 1.0, 4)
    );
    assert!(Weights::k_nearest(&labels(), &points(), 4).is_err());
    let band = Weights::band(&labels(), &points(), 1.5 * degree, 4.0 * degree).unwrap();
    assert_eq!((band.get(0, 1), band.get(0, 2), band.get(1, 2)), (0.0, 1.0, 1.0));
    let mut twins = points();
    twins[1] = twins[0];
    let text = Weights::from_kernel(&labels(), &twins, Kernel::default(), Metric::default(), None, None)
        .unwrap_err()
        .to_string();
    assert!(text.starts_with("`a` and `b` are 0 m apart, nearer than 100 m"), "{text}");
    assert!(text.contains("set min_km"), "{text}");
    twins[1] = Some(LatLon { lat: 0.0, lon: 0.0005 });
    let text = Weights::from_kernel(&labels(), &twins, Kernel::default(), Metric::default(), None, None)
        .unwrap_err()
        .to_string();
    assert!(text.contains("are 56 m apart"), "one unit, not two: {text}");
}

/// b lies 0.001° from a, 111 m: not refused, but said, as every method that weighs by distance says it.
#[test]
fn places_nearer_than_cities_are_remarked_upon() {
    let near = [0.0, 0.001, 1.0, 2.0].map(|lon| Some(LatLon { lat: 0.0, lon }));
    let known = BTreeMap::new();
    let inputs = WeightsInputs {
        labels: &labels(),
        points: Some(&near),
        file: &|_, _| panic!("no file is asked for"),
        variable: &|_, _| panic!("no variable is asked for"),
        known: &known,
    };
    let near_pair_remark = |text: &str| {
        let spec: WeightsSpec = toml::from_str(text).unwrap();
        let (_, remarks) = spec.build(&inputs).unwrap();
        remarks.into_iter().find(|remark| remark.code == "near-pair").map(|remark| remark.message)
    };
    // On the equator distances are as longitudes: 1/0.001 against 1 and 1/2 from a.
    let share = 100.0 * 1000.0 / 1001.5;
    assert_eq!(
        near_pair_remark("id = 'W'\nkind = 'inverse-distance'").unwrap(),
        format!(
            "`a` and `b` are 111 m apart: `b` has {share:.1} % of the weights of `a` in `W`; are both coordinates right?"
        )
    );
    let floored = near_pair_remark("id = 'W'\nkind = 'inverse-distance'\nmin_km = 50").unwrap();
    assert!(floored.contains("; it counts as min_km = 50: "), "{floored}");
    assert_eq!(near_pair_remark("id = 'W'\nkind = 'knn'\nk = 2"), None);
}

#[test]
fn likeness_and_products() {
    let x = [1.0, 2.0, 4.0, 8.0];
    let gap = Weights::economic(&labels(), "gdp", &x, EconomicForm::InverseGap).unwrap();
    assert_eq!((gap.get(0, 2), gap.get(3, 2)), (1.0 / 3.0, 0.25));
    assert_eq!(Weights::economic(&labels(), "gdp", &x, EconomicForm::Ratio).unwrap().get(0, 3), 0.125);
    assert_eq!(Weights::economic(&labels(), "gdp", &x, EconomicForm::Size).unwrap().get(0, 3), 8.0);
    let text =
        Weights::economic(&labels(), "gdp", &[1.0, 2.0, 1.0, 3.0], EconomicForm::InverseGap).unwrap_err().to_string();
    assert!(text.contains("`a` and `c`"), "{text}");
    let near = Weights::k_nearest(&labels(), &points(), 1).unwrap();
    let product = Weights::product(&[&near, &gap]).unwrap();
    assert_eq!((product.get(0, 1), product.get(0, 2), product.nonzeros()), (1.0, 0.0, 4));
}

#[test]
fn normalisations() {
    // Symmetric path with weights 1, 2, 3: eigenvalues by hand are not needed, the largest scales to 1.
    let path = Weights::from_triplets(
        &labels(),
        &[(0, 1, 1.0), (1, 0, 1.0), (1, 2, 2.0), (2, 1, 2.0), (2, 3, 3.0), (3, 2, 3.0)],
    )
    .unwrap();
    let row = path.clone().standardised(Standardise::Row).unwrap();
    assert_eq!((row.get(1, 2), row.common_row_sum()), (2.0 / 3.0, Some(1.0)));
    let spectral = path.clone().standardised(Standardise::Spectral).unwrap();
    assert!((Prepared::new(&spectral).unwrap().bounds().1 - 1.0).abs() < 1e-13);
    assert!(spectral.is_symmetric());
    assert_eq!(path.clone().standardised(Standardise::MaxRow).unwrap().get(2, 3), 0.6);
    assert!((path.clone().standardised(Standardise::Global).unwrap().get(2, 3) - 1.0).abs() < 1e-15);
    // Without `a`, `b` has one neighbour left, which counts fully.
    let part = row.subset(&[false, true, true, true]).unwrap();
    assert_eq!((part.labels().len(), part.get(0, 1)), (3, 1.0));
    let text = row.subset(&[true, false, true, true]).unwrap_err().to_string();
    assert!(text.contains("no neighbour: a"), "{text}");
    let turned = row.select(&["d", "c", "b", "a"].map(String::from)).unwrap();
    assert_eq!((turned.get(1, 2), turned.get(0, 1)), (row.get(2, 1), 1.0));
}

#[test]
fn weights_of_a_study() {
    let file = |path: &str, _: Option<&str>| {
        assert_eq!(path, "w.csv");
        Ok(WeightsFile::Triplets {
            labels: ["z", "b", "a", "c", "d"].map(String::from).to_vec(),
            triplets: vec![(2, 1, 2.0), (1, 2, 2.0), (3, 0, 1.0), (4, 3, 1.0)],
        })
    };
    let variable = |_: &str, _: &panel_spatial::weights::At| Ok(vec![1.0, 2.0, 4.0, 8.0]);
    let (labels, points) = (labels(), points());
    let mut known = BTreeMap::new();
    let build = |text: &str, known: &BTreeMap<String, Weights>| {
        let spec: WeightsSpec = toml::from_str(text).unwrap();
        let inputs = WeightsInputs { labels: &labels, points: Some(&points), file: &file, variable: &variable, known };
        spec.build(&inputs)
    };
    let text = build("id = \"w\"\nkind = \"file\"\npath = \"w.csv\"", &known).unwrap_err().to_string();
    assert!(text.contains("no neighbour: c"), "{text}");
    let (linked, remarks) =
        build("id = \"w\"\nkind = \"file\"\npath = \"w.csv\"\nislands = \"nearest\"", &known).unwrap();
    // c lost its only neighbour z with the sample; its nearest is b.
    assert_eq!((linked.get(2, 1), linked.get(0, 1), linked.standardise()), (1.0, 1.0, Standardise::Row));
    assert!(
        remarks.iter().any(|remark| remark.code == "weights-unused" && remark.message.contains('z')),
        "{remarks:?}"
    );
    known.insert("w".to_owned(), linked);
    let (economic, remarks) =
        build("id = \"e\"\nkind = \"economic\"\nvariable = \"gdp\"\nat = 2013\nform = \"ratio\"", &known).unwrap();
    assert!(remarks.iter().any(|remark| remark.code == "weights-endogenous"));
    known.insert("e".to_owned(), economic);
    let (product, _) = build("id = \"p\"\nkind = \"product\"\nof = [\"w\", \"e\"]", &known).unwrap();
    assert_eq!(product.common_row_sum(), Some(1.0));
    assert!(build("id = \"k\"\nkind = \"knn\"\nk = 2\nstandardise = \"none\"", &known).unwrap().0.get(0, 1) == 1.0);
    assert!(
        toml::from_str::<WeightsSpec>("id = \"k\"\nkind = \"knn\"\nk = 2\ncutoff = 3").is_err(),
        "a key without effect is refused"
    );
    assert_eq!(Islands::default(), Islands::Refuse);
}
