//! The dictionary: one place that says how a name is shown, in both languages.

use crate::{Lang, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names of variables and statistics with their labels.
///
/// A name without an entry shows as itself. Composed names are taken apart: `Va^2` shows the label of `Va` with ²,
/// `Va:Infra` the labels of both with × between, `log(Va)` the function of the label and `lag(Va,2)` the label with the
/// lag, unless the composed name has an entry of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<String, Text>);

/// Stands before the key of a statistic whose label is an entry of the dictionary.
const STATISTIC: &str = "statistic:";

/// The term that every dictionary knows.
const INTERCEPT: (&str, &str, &str) = ("(Intercept)", "常数项", "Constant");

/// Statistics of a fit and of a sample that every dictionary knows.
const BUILT_IN: &[(&str, &str, &str)] = &[
    ("n", "观测值", "Observations"),
    ("n_obs", "观测值", "Observations"),
    ("n_entities", "个体数", "Entities"),
    ("n_periods", "期数", "Periods"),
    ("r2", "R²", "R²"),
    ("adj_r2", "调整后 R²", "Adjusted R²"),
    ("r2_within", "组内 R²", "Within R²"),
    ("r2_within_entity", "组内 R²（个体）", "Within R² (entity)"),
    ("rmse", "均方根误差", "RMSE"),
    ("mean_y", "被解释变量均值", "Mean of dependent variable"),
    ("f", "F 值", "F"),
    ("f_first", "第一阶段 F 值", "First-stage F"),
    ("under_id", "识别不足检验", "Underidentification test"),
    ("anderson_lm", "Anderson LM", "Anderson LM"),
    ("kp_rk_lm", "Kleibergen-Paap rk LM", "Kleibergen-Paap rk LM"),
    ("weak_id", "Cragg-Donald Wald F", "Cragg-Donald Wald F"),
    ("weak_id_robust", "Kleibergen-Paap rk Wald F", "Kleibergen-Paap rk Wald F"),
    ("over_id", "过度识别检验", "Overidentification test"),
    ("endogeneity", "内生性检验", "Endogeneity test"),
    ("stock_yogo_10", "Stock-Yogo 临界值（10% 最大检验水平）", "Stock-Yogo critical value (10% maximal size)"),
    ("u_test_p", "U 形检验 p 值", "U-test p"),
    ("turning_point", "拐点", "Turning point"),
    ("mean", "均值", "Mean"),
    ("sd", "标准差", "Std. dev."),
    ("min", "最小值", "Min"),
    ("p5", "5% 分位数", "P5"),
    ("p50", "中位数", "Median"),
    ("p95", "95% 分位数", "P95"),
    ("max", "最大值", "Max"),
];

impl Labels {
    /// A dictionary without entries of its own.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds or replaces an entry.
    pub fn insert(&mut self, name: impl Into<String>, label: impl Into<Text>) {
        self.0.insert(name.into(), label.into());
    }

    /// The same dictionary with one more entry.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, label: impl Into<Text>) -> Self {
        self.insert(name, label);
        self
    }

    /// Entries of its own, sorted by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().map(|(name, label)| (name.as_str(), label))
    }

    /// Adds or replaces the label of a statistic.
    #[must_use]
    pub fn with_statistic(self, key: impl AsRef<str>, label: impl Into<Text>) -> Self {
        self.with(format!("{STATISTIC}{}", key.as_ref()), label)
    }

    /// The label of a statistic of a fit or of a sample: the entry `statistic:` and its key, else what every dictionary
    /// knows. A variable of the same name has a label of its own.
    #[must_use]
    pub fn statistic(&self, key: &str) -> Text {
        let own = self.0.get(&format!("{STATISTIC}{key}")).cloned();
        let built_in = || BUILT_IN.iter().find(|(known, ..)| *known == key).map(|(_, zh, en)| Text::new(*zh, *en));
        own.or_else(built_in).unwrap_or_else(|| self.get(key))
    }

    /// Whether a name of the dictionary is the label of a statistic.
    #[must_use]
    pub fn is_statistic(name: &str) -> bool {
        name.strip_prefix(STATISTIC).is_some_and(|key| BUILT_IN.iter().any(|(known, ..)| *known == key))
    }

    /// The label of a variable or a term.
    #[must_use]
    pub fn get(&self, name: &str) -> Text {
        if let Some(label) = self.lookup(name) {
            return label;
        }
        if let Some(bare) = unquoted(name) {
            // A column whose name has other signs: they mean nothing.
            return self.lookup(bare).unwrap_or_else(|| Text::same(bare));
        }
        let parts = factors(name);
        if parts.len() > 1 {
            let parts: Vec<Text> = parts.into_iter().map(|part| self.get(part)).collect();
            return Text::build(|lang| parts.iter().map(|part| part.get(lang)).collect::<Vec<_>>().join(" × "));
        }
        if let Some((variable, level)) = name.split_once("::") {
            let level = unquoted(level).unwrap_or(level);
            return self.get(variable).map(|_, label| format!("{label} = {level}"));
        }
        if let Some((base, power)) = name.rsplit_once('^') {
            let power = match power {
                "2" => "²".to_owned(),
                "3" => "³".to_owned(),
                other => format!("^{other}"),
            };
            return self.get(base).map(|_, label| format!("{label}{power}"));
        }
        self.of_function(name).unwrap_or_else(|| Text::same(name))
    }

    /// A function of a column that has a label, or whose name has other signs.
    fn of_function(&self, name: &str) -> Option<Text> {
        let (function, argument) = name.strip_suffix(')')?.split_once('(')?;
        let is_word = !function.is_empty() && function.chars().all(|c| c.is_alphanumeric() || c == '_');
        let (column, steps) = match argument.rsplit_once(',') {
            Some((column, steps)) => (column.trim(), steps.trim().parse().ok()?),
            None => (argument, 1_u32),
        };
        let label = self.get(column);
        if !is_word || label == Text::same(column) {
            return None;
        }
        Some(label.map(|lang, label| match (function, lang) {
            ("lag", Lang::Zh) => format!("{label}（滞后 {steps} 期）"),
            ("lag", Lang::En) => format!("{label} (lag {steps})"),
            ("lead", Lang::Zh) => format!("{label}（领先 {steps} 期）"),
            ("lead", Lang::En) => format!("{label} (lead {steps})"),
            _ => format!("{function}({label})"),
        }))
    }

    fn lookup(&self, name: &str) -> Option<Text> {
        let intercept = || (name == INTERCEPT.0).then(|| Text::new(INTERCEPT.1, INTERCEPT.2));
        self.0.get(name).cloned().or_else(intercept)
    }
}

/// A name without the backquotes that formulas put around names with other signs; none where there are none.
fn unquoted(name: &str) -> Option<&str> {
    name.strip_prefix('`')?.strip_suffix('`').filter(|bare| !bare.contains('`'))
}

/// The factors of a product: parts between single colons that stand outside backquotes. Two colons part a variable from
/// its level (`year::1936`).
fn factors(name: &str) -> Vec<&str> {
    let (mut quoted, mut start, mut found) = (false, 0, Vec::new());
    let bytes = name.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        quoted ^= byte == b'`';
        let alone = bytes.get(at + 1) != Some(&b':') && (at == 0 || bytes[at - 1] != b':');
        if byte == b':' && !quoted && alone {
            found.push(&name[start..at]);
            start = at + 1;
        }
    }
    found.push(&name[start..]);
    found
}

impl<N: Into<String>, L: Into<Text>> FromIterator<(N, L)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, L)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(name, label)| (name.into(), label.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_other_signs_keep_their_labels() {
        let labels = Labels::new().with("GDP (yuan)", "Output").with("a:b", "Ratio").with("x", "X");
        for (name, label) in [
            ("`GDP (yuan)`", "Output"),
            ("`GDP (yuan)`^2", "Output²"),
            ("`a:b`:x", "Ratio × X"),
            ("log(`GDP (yuan)`)", "log(Output)"),
            ("`no label (%)`", "no label (%)"),
            ("log(x)", "log(X)"),
            ("log(y)", "log(y)"),
            ("lag(x)", "X (lag 1)"),
            ("lag(x,2):y", "X (lag 2) × y"),
            ("lead(`GDP (yuan)`,2)", "Output (lead 2)"),
        ] {
            assert_eq!(labels.get(name).get(Lang::En), label, "{name}");
        }
    }

    #[test]
    fn composed_names_are_taken_apart() {
        let labels = Labels::new().with("Va", ("虚拟集聚", "Virtual agglomeration")).with("Va^2:Infra", "Va_sq×Infra");
        assert_eq!(labels.get("Va^2").get(Lang::Zh), "虚拟集聚²");
        assert_eq!(labels.get("Va:Infra").get(Lang::En), "Virtual agglomeration × Infra");
        assert_eq!(labels.get("Va^2:Infra").get(Lang::En), "Va_sq×Infra");
        assert_eq!(labels.get("unknown").get(Lang::Zh), "unknown");
        assert_eq!(labels.statistic("n").get(Lang::Zh), "观测值");
        // A variable of that name is no statistic.
        let labels = labels.with("r2", "Radius squared").with_statistic("f", "F value");
        assert_eq!((labels.get("n").get(Lang::En), labels.get("r2").get(Lang::En)), ("n", "Radius squared"));
        assert_eq!((labels.statistic("r2").get(Lang::En), labels.statistic("f").get(Lang::En)), ("R²", "F value"));
    }
}
