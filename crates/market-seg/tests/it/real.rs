//! The Malaysian consumer prices, against values computed by others.

use crate::support::{Table, codes, worst};
use market_seg::{
    PriceChanges, PriceKind, Prices, Relations, SegSpec, Weights, average_periods, calendar_years, segmentation,
};
use panel_core::Keys;

/// 16 states × 13 divisions, monthly 2010–2026 averaged to years; the overall index is left out.
///
/// 2026 has one month only and is left out with it (twelve are wanted).
pub(crate) fn malaysia() -> Option<PriceChanges> {
    let table = Table::shared("data/real/malaysia_cpi/cpi_2d_state.csv")?.filter("division", |cell| cell != "overall");
    let (entity, entities) = codes(&table.text("state"));
    let (month, months) = codes(&table.text("date"));
    let (good, goods) = codes(&table.text("division"));
    let (coarse, years, ordinals) = calendar_years(&months).unwrap();
    let yearly = average_periods(&table.float("index"), &entity, &month, &good, &coarse, 12).unwrap();
    let keys = Keys::repeating(&yearly.entity, &yearly.time, &entities, &years).unwrap();
    let keys = keys.with_ordinals(&ordinals).unwrap();
    let prices = Prices { keys, value: &yearly.value, good: &yearly.good, goods: &goods };
    Some(PriceChanges::from_long(&prices, PriceKind::Levels { lag: 1 }).unwrap())
}

#[test]
fn malaysian_segmentation_reproduces_the_reference() {
    let Some(changes) = malaysia() else { return };
    let Some(want) = Table::shared("data/real/malaysia_cpi/segmentation_example.csv") else { return };
    assert_eq!((changes.n_entities(), changes.n_goods(), changes.n_periods()), (16, 13, 17));
    for (weights, seg, mar) in [(Weights::Sum, "seg_sum", "mar_sum"), (Weights::Mean, "seg_mean", "mar_mean")] {
        let index = segmentation(&changes, &Relations::default(), &SegSpec { weights, ..SegSpec::default() }).unwrap();
        let (state, year) = (want.text("state"), want.text("year"));
        let at = |labels: &[String], label: &str| labels.iter().position(|known| known == label).unwrap() as u32;
        let cells: Vec<(u32, u32)> =
            state.iter().zip(&year).map(|(s, y)| (at(changes.entities(), s), at(changes.times(), y))).collect();
        let got = |f: &dyn Fn(u32, u32) -> Option<f64>| -> Vec<f64> {
            cells.iter().map(|&(i, t)| f(i, t).unwrap()).collect()
        };
        let gap = worst(&got(&|i, t| index.seg(i, t)), &want.float(seg));
        assert!(gap <= 1e-9, "{seg}: {gap:e}");
        let gap = worst(&got(&|i, t| index.mar(i, t)), &want.float(mar));
        assert!(gap <= 1e-9, "{mar}: {gap:e}");
        // 2010 has nothing before it, 2026 one month.
        assert_eq!(index.rows().count(), cells.len());
        let empty = &index.diagnostics[0];
        assert!(empty.code == "period-without-change" && empty.message.contains("2010, 2026"), "{empty}");
    }
}

/// `benches/peer/segmentation.py` (numpy 2.4.6) prints 0.10437409112375434 for the first of 279 cities, 16 goods, 8 years.
#[test]
fn the_numpy_peer_agrees() {
    let labels = |count: usize| (0..count).map(|k| k.to_string()).collect::<Vec<_>>();
    let values = (0..279 * 16 * 8).map(|cell| (f64::from(cell) * 0.618_033_988_749_894_9).fract() * 0.1).collect();
    let changes = PriceChanges::from_changes(labels(279), labels(8), labels(16), values).unwrap();
    let index = segmentation(&changes, &Relations::default(), &SegSpec::default()).unwrap();
    assert!((index.seg[0] / 0.10437409112375434 - 1.0).abs() < 1e-12, "{}", index.seg[0]);
}
