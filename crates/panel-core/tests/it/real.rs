//! The quality report on real data, whose errors are known, and city names.

use crate::shared;
use crate::statistics::cities;
#[cfg(feature = "names")]
use panel_core::io::{ReadOptions, read_table};
#[cfg(feature = "names")]
use panel_core::names::Gazetteer;
use panel_core::quality::{FlagKind, QualitySpec, quality};

#[test]
fn known_errors_of_the_city_panel_are_flagged() {
    let Some(panel) = cities() else { return };
    let variables = ["it_emp_1e4_raw", "deposits_1e4", "ind_dust_t"];
    let spec = QualitySpec { variables: variables.map(str::to_owned).to_vec(), ..QualitySpec::default() };
    let report = quality(&panel, &spec).unwrap();
    let known = [
        ("it_emp_1e4_raw", "廊坊市", "2017", FlagKind::Spike),
        ("deposits_1e4", "四平市", "2019", FlagKind::Unit),
        ("ind_dust_t", "晋中市", "2013", FlagKind::Spike),
        ("ind_dust_t", "秦皇岛市", "2015", FlagKind::Spike),
        ("ind_dust_t", "株洲市", "2015", FlagKind::Spike),
    ];
    for (variable, city, year, kind) in known {
        let found =
            report.flagged(kind).any(|flag| flag.variable == variable && flag.entity == city && flag.time == year);
        assert!(
            found,
            "{variable} {city} {year}: {:?}",
            report.variables.iter().flat_map(|v| &v.flags).filter(|f| f.entity == city).collect::<Vec<_>>()
        );
    }
    // Deposits grow smoothly: what is flagged there must stay readable.
    assert!(report.variables[1].flags.iter().filter(|flag| flag.kind <= FlagKind::Spike).count() < 40);
}

#[cfg(feature = "names")]
#[test]
fn names_of_original_files_lead_to_the_gazetteer() {
    let Some(path) = shared("cities.csv") else { return };
    let list = read_table(path, &ReadOptions::default()).unwrap();
    let gazetteer = Gazetteer::new(&list, "name_zh", &["adcode", "name_en"]).unwrap();
    assert_eq!(gazetteer.canonical("襄樊"), Some("襄阳市"));
    assert_eq!(gazetteer.canonical("110000"), Some("北京市"));
    assert_eq!(gazetteer.canonical("Suzhou"), None);
    #[cfg(feature = "dta")]
    {
        let Some(path) = shared("real/WD/data_prefecture.dta") else { return };
        let mut table = read_table(path, &ReadOptions::default()).unwrap();
        let (report, _) = gazetteer.apply(&mut table, "prefecture").unwrap();
        assert!(report.ambiguous.is_empty(), "{report:?}");
        let panel = table.into_panel(Some("prefecture"), Some("year")).unwrap();
        let known =
            panel.entities().iter().filter(|name| list.key_text("name_zh").unwrap().labels().contains(name)).count();
        // Lhasa is not in the list, which leaves out Tibet.
        assert_eq!((known + 1, report.unknown), (panel.n_entities(), vec!["拉萨市".to_owned()]));
    }
}
