//! What can be wrong with a section, and what is said about it.

use panel_multiverse::declaration::Declaration;
use panel_multiverse::{Grid, Panel};

const HEAD: &str = "id = 'm'\ntable = 't2'\ncolumn = '(2)'\nx = 'Va'\n";

fn read(body: &str) -> Result<Declaration, String> {
    toml::from_str(&format!("{HEAD}{body}")).map_err(|error| error.to_string())
}

fn grid(body: &str) -> Result<Grid, String> {
    read(body)?.grid().map_err(|error| error.to_string())
}

fn choice(id: &str, more: &str, options: &str) -> String {
    format!("[[choice]]\nid = '{id}'\nkind = 'equivalent'\n{more}\noption = [{options}]\n")
}

const TWO: &str = "{ id = 'a' }, { id = 'b', set = { 'va.form' = 'raw' } }";
const OTHER: &str = "{ id = 'a' }, { id = 'b', set = { 'va.unit' = 1 } }";

#[test]
fn defaults() {
    let declared = read(&choice("form", "", TWO)).unwrap();
    assert_eq!((declared.level, declared.limit, declared.joint.draws), (0.05, 1_000_000, 999));
    assert_eq!((declared.joint.resample.name(), declared.joint.direction.name()), ("wild", "predominant"));
    let grid = declared.grid().unwrap();
    assert_eq!(grid.walk(&grid.everything()).count(), 2);
}

#[test]
fn slips_are_named_with_the_nearest_name() {
    let one = choice("form", "", TWO);
    let two = |more: &str| format!("{one}{}", choice("unit", more, OTHER));
    let exclude = |condition: &str| format!("{}[[exclude]]\nif = {{ {condition} }}\nwhy = 'no'\n", two(""));
    for (body, wanted) in [
        (format!("levle = 0.1\n{one}"), "unknown field `levle`"),
        (format!("level = 1.5\n{one}"), "level: 1.5 is no level between 0 and 1"),
        (format!("joint = {{ draw = 9 }}\n{one}"), "unknown field `draw`"),
        (
            format!("joint = {{ resample = 'wildly' }}\n{one}"),
            "`wildly` is none of wild, pairs, permute; did you mean `wild`?",
        ),
        (format!("effect = 'sqare'\n{one}"), "did you mean `square`?"),
        (String::new(), "multiverse: there is no choice"),
        (choice("form", "", ""), "choice `form`: it has 0 options"),
        (choice("-", "", TWO), "`-` stands for a choice that does not exist"),
        (choice("a=b", "", TWO), "the id `a=b` has an equals sign"),
        (format!("{one}{one}"), "choice `form`: another choice has this id"),
        (
            one.replace("'equivalent'", "'equivalant'"),
            "`equivalant` is none of equivalent, uncertain, not-equivalent; did you mean `equivalent`?",
        ),
        (one.replace("kind = 'equivalent'", ""), "option `b` has no `kind`: say whether it is equivalent"),
        (choice("form", "", "{ id = 'a' }, { id = 'a' }"), "two options are called `a`"),
        (choice("form", "axis = 'inferrence'", TWO), "did you mean `inference`?"),
        (
            choice("form", "", "{ id = 'a', set = { 'x' = 1 } }, { id = 'b', set = { 'y' = 1 } }"),
            "`a` is the base, the study as it stands",
        ),
        (choice("form", "", "{ id = 'a' }, { id = 'b' }"), "option `b` sets nothing: it would be the base once more"),
        (choice("form", "", "{ id = 'a' }, { id = 'b', weight = -1.0, set = { y = 1 } }"), "the weight of `b` is -1"),
        (
            format!("{one}{}", choice("unit", "", TWO)),
            "`b` and `b` of choice `unit` both set `va.form` and can be in force together",
        ),
        (two("when = { fom = ['a'] }"), "choice `unit`, when: there is no choice `fom`; did you mean `form`?"),
        (two("when = { form = ['c'] }"), "choice `form` has no option `c`"),
        (two("when = { unit = ['a'] }"), "`unit` does not stand above it"),
        (two("when = { form = [] }"), "no option of `form` is named"),
        (exclude("form = ['b'], unitt = ['a']"), "exclude 1: there is no choice `unitt`; did you mean `unit`?"),
        (exclude("form = ['bb']"), "did you mean `b`?"),
        (exclude("form = ['a'], unit = ['a']"), "exclude 1: it removes the base itself"),
        (exclude(""), "`if` names no choice"),
        (exclude("form = ['b']").replace("why = 'no'", "why = {}"), "it gives no reason"),
        (
            format!("{}[[link]]\nchoices = ['form', 'units']\n", two("")),
            "link 1: there is no choice `units`; did you mean `unit`?",
        ),
        (format!("{}[[link]]\nchoices = ['form']\n", two("")), "it names one choice only"),
        (
            format!("{}[[link]]\nchoices = ['form', 'unit']\n", two("when = { form = ['a'] }")),
            "exist under different conditions",
        ),
        (
            format!("{one}{}[[link]]\nchoices = ['form', 'unit']\n", choice("unit", "", "{ id = 'a' }")),
            "`form` and `unit` have 2 and 1 options, which cannot be paired",
        ),
        (
            format!(
                "{}{}",
                choice("form", "axis = 'inference'", TWO),
                choice("unit", "when = { form = ['a'] }", OTHER)
            ),
            "an estimate cannot depend on `form`, which moves standard errors only",
        ),
    ] {
        let error = grid(&body).map(|_| ()).expect_err(&body);
        assert!(error.contains(wanted), "{body}\n{error}\nshould say: {wanted}");
    }
}

#[test]
fn the_same_path_is_fine_where_options_exclude_each_other() {
    let child = choice("unit", "when = { form = ['a'] }", TWO);
    assert!(grid(&format!("{}{child}", choice("form", "", TWO))).is_ok());
    let apart = "[[exclude]]\nif = { form = ['b'], unit = ['b'] }\nwhy = 'twice'\n";
    assert!(grid(&format!("{}{}{apart}", choice("form", "", TWO), choice("unit", "", TWO))).is_ok());
}

#[test]
fn linked_choices_are_one() {
    let more = choice("late", "", "{ id = 'p' }, { id = 'q', set = { z = 1 } }");
    let linked =
        format!("{}{more}{}[[link]]\nchoices = ['form', 'unit']\n", choice("form", "", TWO), choice("unit", "", OTHER));
    let grid = grid(&linked).unwrap();
    let universes: Vec<Vec<u16>> = grid.walk(&grid.everything()).map(Vec::from).collect();
    assert_eq!(universes, [[1, 1, 1], [1, 2, 1], [2, 1, 2], [2, 2, 2]]);
    assert_eq!(grid.factors(), [vec![0, 2], vec![1]]);
    assert_eq!(grid.factor_name(0), "form+unit");
    assert_eq!(grid.changes(&[2, 1, 2]).count_ones(), 1);
    assert_eq!(grid.counts().unwrap().one_change, 2);
}

#[test]
fn the_worst_kind_of_linked_options_counts() {
    let options = "{ id = 'a' }, { id = 'b', kind = 'uncertain', set = { 'va.unit' = 1 } }";
    let text =
        format!("{}{}[[link]]\nchoices = ['form', 'unit']\n", choice("form", "", TWO), choice("unit", "", options));
    let grid = grid(&text).unwrap();
    assert_eq!(grid.one_other_panels(), [Panel::OneOther { choice: 0, code: 2 }]);
    assert_eq!(grid.count(&grid.panel_scope(&Panel::Base)).unwrap(), 1);
    assert_eq!(grid.count(&grid.panel_scope(&Panel::Pooled)).unwrap(), 2);
}

#[test]
fn an_exclude_that_removes_nothing_is_seen() {
    let none = "[[exclude]]\nif = { form = ['b'], unit = ['b'] }\nwhy = 'cannot be'\n";
    let text = format!("{}{}{none}", choice("form", "", TWO), choice("unit", "when = { form = ['a'] }", OTHER));
    let counts = grid(&text).unwrap().counts().unwrap();
    assert_eq!((counts.excludes[0].alone, counts.excludes[0].only_this, counts.universes), (0, 0, 3));
}

#[test]
fn large_grids_are_counted_without_being_walked() {
    let many: String = (0..40)
        .map(|k| choice(&format!("c{k}"), "", &format!("{{ id = 'a' }}, {{ id = 'b', set = {{ p{k} = 1 }} }}")))
        .collect();
    let error = grid(&many).unwrap_err();
    assert!(error.contains("1099511627776 universes"), "{error}");
    let declared = read(&format!("sample = 100\n{many}")).unwrap();
    let grid = declared.grid().unwrap();
    let drawn = grid.sample(&grid.everything(), 100, 1).unwrap();
    assert_eq!(drawn.len(), 100);
    // Forty coins beyond the base and its forty neighbours: about half of them are heads.
    let heads: u32 = drawn.iter().map(|codes| grid.changes(codes).count_ones()).filter(|&count| count > 1).sum();
    assert!((1000..1360).contains(&heads), "{heads} of 59 × 40");
}
