//! The dictionary: one place that says how a name is shown, in both languages.

mod composed;

use crate::Text;
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
    (
        "stock_yogo_fuller_10",
        "Stock-Yogo 临界值（Fuller 10% 最大相对偏误）",
        "Stock-Yogo critical value (10% relative bias of Fuller)",
    ),
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

    fn lookup(&self, name: &str) -> Option<Text> {
        let intercept = || (name == INTERCEPT.0).then(|| Text::new(INTERCEPT.1, INTERCEPT.2));
        self.0.get(name).cloned().or_else(intercept)
    }
}

impl<N: Into<String>, L: Into<Text>> FromIterator<(N, L)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, L)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(name, label)| (name.into(), label.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

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
