//! `[multiverse]`: its declaration in a study file, and what the file alone can say of it.

use super::Study;
use super::section::check_id;
use panel_core::random::check_replications;
use panel_multiverse::Declaration;
use panel_multiverse::declaration::EffectKind;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};

/// Reads `[multiverse]` or several `[[multiverse]]`.
pub(super) fn declarations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Declaration>, D::Error> {
    struct OneOrMore;

    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<Declaration>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a table, or an array of tables")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Ok(vec![Declaration::deserialize(MapAccessDeserializer::new(map))?])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(declaration) = elements.next_element()? {
                all.push(declaration);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMore)
}

/// Ids of the tables that a multiverse makes.
#[must_use]
pub fn table_ids(spec: &Declaration) -> Vec<String> {
    ["", "-other", "-choices", "-changes"].iter().map(|part| format!("multiverse-{}{part}", spec.id)).collect()
}

/// Mistakes of the declarations, each with the path of the key that it is about.
pub(super) fn check(study: &Study) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    for (place, spec) in study.multiverse.iter().enumerate() {
        let path = format!("multiverse.{}", spec.id);
        let same = study.multiverse[..place].iter().any(|other| other.id.eq_ignore_ascii_case(&spec.id));
        let checked = check_id("multiverse", &spec.id)
            .and_then(|()| if same { Err(format!("multiverse id `{}` stands twice", spec.id)) } else { Ok(()) })
            .and_then(|()| column(spec, study))
            .and_then(|()| check_replications(spec.joint.draws).map_err(|message| format!("joint.draws: {message}")))
            .and_then(|()| {
                check_replications(spec.attribution.draws).map_err(|message| format!("attribution.draws: {message}"))
            })
            .and_then(|()| spec.check_idle().map_err(|error| error.to_string()))
            .and_then(|()| spec.grid().map(|_| ()).map_err(|error| error.to_string()));
        wrong.extend(checked.err().map(|message| (path, format!("[multiverse] {}: {message}", spec.id))));
    }
    wrong
}

/// The column that is estimated again, and its focal terms.
fn column(spec: &Declaration, study: &Study) -> Result<(), String> {
    let (_, column) = study.column(&spec.table, &spec.column)?;
    if column.spatial.is_some() {
        return Err(format!("column `{}` is a spatial regression, which a multiverse does not vary yet", spec.column));
    }
    let formula = &column.formula;
    let terms: Vec<&str> =
        formula.regressors.iter().chain(&formula.endogenous).map(|term| term.name.as_str()).collect();
    if !terms.contains(&spec.x.as_str()) {
        let near = panel_core::suggest::nearest(&spec.x, terms.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("x = \"{}\": the formula has no such term{near}", spec.x));
    }
    let square = format!("{}^2", spec.x);
    match spec.effect {
        Some(effect) if effect != EffectKind::Linear && !terms.contains(&square.as_str()) => {
            Err(format!("effect = \"{effect}\": the formula has no term `{square}`"))
        }
        _ => Ok(()),
    }
}
