//! What totals and groups of places are called in the tables of statistical offices.

/// What totals are called, in small letters.
const CALLED: [&str; 79] = [
    "全国",
    "全国总计",
    "全国合计",
    "合计",
    "总计",
    "全省",
    "全市",
    "全区",
    "全省合计",
    "全省总计",
    "各市合计",
    "各县合计",
    "各省合计",
    "各地区合计",
    "全市合计",
    "全市总计",
    "全国平均",
    "全省平均",
    "平均",
    "小计",
    "地区合计",
    "总和",
    "total",
    "totals",
    "grand total",
    "all",
    "all countries",
    "all cities",
    "all states",
    "all regions",
    "world",
    "national",
    "nation",
    "country total",
    "average",
    "mean",
    "sum",
    "subtotal",
    "united states total",
    "u.s. total",
    "total général",
    "total general",
    "ensemble",
    "insgesamt",
    "gesamt",
    "summe",
    "totale",
    "totaal",
    "european union",
    "euro area",
    "oecd - total",
    "oecd total",
    "high income",
    "low income",
    "middle income",
    "arab world",
    "north america",
    "south asia",
    "small states",
    "other small states",
    "caribbean small states",
    "pacific island small states",
    "central europe and the baltics",
    "fragile and conflict affected situations",
    "early-demographic dividend",
    "late-demographic dividend",
    "pre-demographic dividend",
    "post-demographic dividend",
    "ida & ibrd total",
    "ida total",
    "ida blend",
    "ida only",
    "ibrd only",
    "not classified",
    "africa eastern and southern",
    "africa western and central",
    "eu-27",
    "eu-28",
    "g7",
];

/// How names of groups of countries begin, as the World Bank and Eurostat write them.
const BEGIN: [&str; 21] = [
    "european union -",
    "euro area -",
    "euro area (",
    "euro area –",
    "european union (",
    "european union –",
    "european free trade association",
    "east asia & pacific",
    "europe & central asia",
    "latin america & caribbean",
    "latin america & the caribbean",
    "middle east & north africa",
    "middle east, north africa",
    "sub-saharan africa",
    "oecd members",
    "lower middle income",
    "upper middle income",
    "low & middle income",
    "least developed countries",
    "heavily indebted poor",
    "total:",
];

/// How names of groups end that the World Bank lends to: `South Asia (IDA & IBRD)`.
const END: [&str; 2] = ["(ida & ibrd countries)", "(ida & ibrd)"];

/// Codes of groups: those of the World Bank, of three letters, which are no code of a country.
const CODES: [&str; 50] = [
    "AFE", "AFW", "ARB", "CEB", "CSS", "EAP", "EAR", "EAS", "ECA", "ECS", "EMU", "EUU", "FCS", "HIC", "HPC", "IBD",
    "IBT", "IDA", "IDB", "IDX", "INX", "LAC", "LCN", "LDC", "LIC", "LMC", "LMY", "LTE", "MEA", "MIC", "MNA", "NAC",
    "OED", "OSS", "PRE", "PSS", "PST", "SAS", "SSA", "SSF", "SST", "TEA", "TEC", "TLA", "TMN", "TSA", "TSS", "UMC",
    "WLD", "EFTA",
];

/// Provinces of China as most tables write them, without what their kind is called.
const PROVINCES: [&str; 10] = ["北京", "天津", "河北", "山西", "辽宁", "上海", "江苏", "浙江", "广东", "新疆"];

/// Whether a name is that of a total.
pub(super) fn is_called_total(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !c.is_whitespace() || c.is_ascii()).collect();
    // A colon behind the word, or a remark in brackets: `合计：`, `全国（不含港澳台）`.
    let plain = plain.trim().trim_end_matches([':', '：']).trim_end().to_lowercase();
    let dense: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = dense.split(['(', '（']).next().unwrap_or_default();
    CALLED.iter().any(|called| plain == *called || !called.is_ascii() && (dense == *called || bare == *called))
        || BEGIN.iter().any(|begin| plain.starts_with(begin))
        || END.iter().any(|end| plain.ends_with(end))
        || CODES.contains(&name.trim())
        || is_code_of_eurostat(name.trim())
}

/// `EU27_2020`, `EU28`, `EU`, `EA`, `EA19`, `EEA30_2007`: the union, the euro area and the economic area in their sizes.
fn is_code_of_eurostat(code: &str) -> bool {
    let (code, year) = code.split_once('_').unwrap_or((code, "2000"));
    let size = code.strip_prefix("EEA").or_else(|| code.strip_prefix("EU")).or_else(|| code.strip_prefix("EA"));
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    is_year && size.is_some_and(|size| size.len() <= 2 && size.len() != 1 && size.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a name is that of China, and the others are its provinces.
pub(super) fn is_country_beside_provinces<'a>(name: &str, others: impl Iterator<Item = &'a str>) -> bool {
    matches!(name.trim(), "中国" | "China" | "全中国")
        && others.filter(|other| PROVINCES.iter().any(|province| other.trim().starts_with(province))).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_the_world_bank_and_eurostat_are_known_by_name_and_code() {
        for name in [
            "Arab World",
            "Africa Eastern and Southern",
            "North America",
            "South Asia",
            "South Asia (IDA & IBRD)",
            "IDA total",
            "Small states",
            "Latin America & the Caribbean (IDA & IBRD countries)",
            "Not classified",
            "Sub-Saharan Africa (excluding high income)",
            "Middle East, North Africa, Afghanistan & Pakistan",
            "EU27_2007",
            "EU27_2020",
            "EU28",
            "EU15",
            "EU",
            "EA",
            "EA18",
            "EA19",
            "EA20",
            "EEA30_2007",
            "EFTA",
            "合计：",
            "全省总计",
            "各市合计",
            "全国（不含港澳台）",
            "全 国",
            "Total général",
            "Insgesamt",
            "Total:",
        ] {
            assert!(is_called_total(name), "{name}");
        }
        for name in [
            "Georgia",
            "South Africa",
            "South Sudan",
            "North Macedonia",
            "Central African Republic",
            "EE",
            "ES",
            "EST",
            "EA1",
            "EUR",
            "Eure",
            "全州县",
            "中国香港",
            "Totalia",
            "EU27_20",
        ] {
            assert!(!is_called_total(name), "{name}");
        }
        let codes = "AFE AFW ARB CSS CEB EAR EAS EAP TEA EMU ECS ECA TEC EUU FCS HPC HIC IBD IBT IDB IDX IDA LTE LCN LAC TLA LDC LMY LIC LMC MEA MNA TMN MIC NAC INX OED OSS PSS PST PRE SST SAS TSA SSF SSA TSS UMC WLD";
        assert!(codes.split(' ').all(is_called_total));
    }

    #[test]
    fn china_is_a_total_of_its_provinces_only() {
        let is_total = |others: &[&str]| is_country_beside_provinces("中国", others.iter().copied());
        assert!(is_total(&["中国", "北京市", "天津市", "河北省"]) && !is_total(&["中国", "日本", "韩国"]));
    }
}
