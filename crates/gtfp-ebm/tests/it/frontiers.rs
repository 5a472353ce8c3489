//! A study after another one: the search for generators begins where the earlier ended, and the scores are the same.

use crate::support::Table;
use gtfp_ebm::{
    Frontiers, Index, Model, PanelData, PanelResult, PanelSpec, Reference, Rts, productivity, productivity_after,
    productivity_values,
};

/// 450 units as 150 entities over three periods.
struct Panel {
    columns: Vec<(&'static str, Vec<f64>)>,
    entity: Vec<u32>,
    time: Vec<i64>,
}

impl Panel {
    fn new() -> Self {
        let table = Table::own("cases/false_infeasible.csv");
        let columns = ["x0", "x1", "x2", "y0", "b0", "b1"].map(|name| (name, table.numbers(name))).to_vec();
        let n = table.len() as u32;
        Self {
            columns,
            entity: (0..n).map(|row| row / 3).collect(),
            time: (0..n).map(|row| i64::from(row % 3)).collect(),
        }
    }

    fn with<T>(&self, method: impl FnOnce(&PanelData<'_>) -> T) -> T {
        let named: Vec<(&str, &[f64])> = self.columns.iter().map(|(name, column)| (*name, column.as_slice())).collect();
        method(&PanelData {
            inputs: &named[..3],
            goods: &named[3..4],
            bads: &named[4..],
            entity: &self.entity,
            time: &self.time,
            group: None,
            label: &|row| row.to_string(),
        })
    }

    fn result(&self, spec: &PanelSpec, frontiers: Option<&mut Frontiers>) -> PanelResult {
        self.with(|data| match frontiers {
            Some(frontiers) => productivity_after(data, spec, frontiers).expect("a valid panel"),
            None => productivity(data, spec).expect("a valid panel"),
        })
    }
}

#[test]
fn another_model_on_the_same_quantities_has_the_same_bits() {
    let panel = Panel::new();
    let mut frontiers = Frontiers::default();
    panel.result(&PanelSpec { model: Model::Sbm, ..PanelSpec::default() }, Some(&mut frontiers));
    let after = panel.result(&PanelSpec::default(), Some(&mut frontiers));
    assert_eq!(after.rows, panel.result(&PanelSpec::default(), None).rows);
}

#[test]
fn other_quantities_have_the_same_scores() {
    let (panel, mut other) = (Panel::new(), Panel::new());
    for (row, value) in other.columns[0].1.iter_mut().enumerate() {
        *value *= 1.0 + 0.1 * (row as f64).sin();
    }
    for all in [false, true] {
        let spec = PanelSpec { rts: if all { gtfp_ebm::Rts::Vrs } else { gtfp_ebm::Rts::Crs }, ..PanelSpec::default() };
        let mut frontiers = Frontiers::default();
        other.result(&spec, Some(&mut frontiers));
        let after = panel.result(&spec, Some(&mut frontiers));
        let plain = panel.result(&PanelSpec { all_columns: true, ..spec }, None);
        for (row, (after, plain)) in after.rows.iter().zip(&plain.rows).enumerate() {
            let off = |a: Option<f64>, b: Option<f64>| (a.expect("a score") - b.expect("a score")).abs();
            assert!(off(after.score, plain.score) <= 1e-12, "row {row}");
            assert!(off(after.score_contemporaneous, plain.score_contemporaneous) <= 1e-12, "row {row}");
        }
    }
}

#[test]
fn values_without_the_rest_have_the_bits_of_the_whole() {
    let panel = Panel::new();
    let bits = |values: &[Option<f64>]| values.iter().map(|value| value.map(f64::to_bits)).collect::<Vec<_>>();
    for (model, rts, reference) in [
        (Model::Ebm, Rts::Crs, Reference::Global),
        (Model::Ebm, Rts::Vrs, Reference::Global),
        (Model::Ddf, Rts::Crs, Reference::Global),
        (Model::Sbm, Rts::Crs, Reference::Sequential),
        (Model::Sbm, Rts::Crs, Reference::Biennial),
        (Model::Sbm, Rts::Crs, Reference::Contemporaneous),
    ] {
        let malmquist = (reference != Reference::Global).then_some(Index::Malmquist);
        let spec = PanelSpec { model, rts, reference, malmquist, ..PanelSpec::default() };
        let rows = panel.result(&spec, None).rows;
        let alone = panel.with(|data| productivity_values(data, &spec)).expect("a valid panel");
        let column = |read: fn(&gtfp_ebm::PanelRow) -> Option<f64>| bits(&rows.iter().map(read).collect::<Vec<_>>());
        assert_eq!(column(|row| row.score), bits(&alone.scores), "{model} {reference}");
        assert_eq!(column(|row| row.index), bits(&alone.index), "{model} {reference}");
        assert_eq!(column(|row| row.gtfp), bits(&alone.values), "{model} {reference}");
        assert!(alone.index.iter().flatten().count() > 100, "{model} {reference}");
    }
}
