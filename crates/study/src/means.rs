//! Tables of means: what they are grouped by.

use super::{TableKind, TableSpec};
use panel_core::suggest;

impl TableSpec {
    /// Checks that the keys of a table of means stand in one, and that it is grouped by something.
    ///
    /// # Errors
    /// A sentence that names the key.
    pub(super) fn check_means(&self) -> Result<(), String> {
        let id = &self.id;
        if self.kind != TableKind::Means {
            let given = [
                ("by", !self.by.is_empty()),
                ("across", self.across.is_some()),
                ("mean", self.mean.is_some()),
                ("mean_of", !self.mean_of.is_empty()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((key, _)) => Err(format!("table `{id}`: `{key}` belongs to tables of kind `means`")),
                None => Ok(()),
            };
        }
        if self.by.is_empty() {
            return Err(format!(
                "table `{id}`: a table of means needs `by`: the time key or columns of groups, such as by = [\"year\", \"region\"]"
            ));
        }
        let mut grouped: Vec<&String> = self.by.iter().chain(&self.across).collect();
        grouped.sort();
        if let Some(twice) = grouped.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("table `{id}`: it is grouped by `{}` twice", twice[0]));
        }
        let near = |name: &str| {
            let near = suggest::nearest(name, self.variables.iter().map(String::as_str));
            near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
        };
        match self.mean_of.keys().find(|name| !self.variables.contains(name)) {
            Some(name) => Err(format!("table `{id}`: mean_of: `{name}` is none of its variables{}", near(name))),
            None => Ok(()),
        }
    }
}
