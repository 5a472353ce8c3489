//! The path diagram of the mediation chains, with estimates on its arrows.

use super::{Place, Scene, Sketch};
use report::figure::{ArrowLabel, Mechanism, Mediator, caption};
use report::{Lang, Text};
use tables::mediation::Mediated;

/// One diagram per outcome and set of terms.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Sketch> {
    let Some(tables) = &scene.results.tables else { return Vec::new() };
    let mut families: Vec<Vec<&Mediated>> = Vec::new();
    for mediated in &tables.mediation {
        let same = |other: &&mut Vec<&Mediated>| {
            other[0].spec.outcome == mediated.spec.outcome && other[0].spec.terms == mediated.spec.terms
        };
        match families.iter_mut().find(same) {
            Some(family) => family.push(mediated),
            None => families.push(vec![mediated]),
        }
    }
    families.iter().enumerate().map(|(place, family)| sketch(scene, family, place)).collect()
}

fn sketch(scene: &Scene<'_>, family: &[&Mediated], place: usize) -> Sketch {
    let stars = &scene.study.report.stars;
    let first = family[0];
    let arrow = |name: &str, estimate: f64, p: f64| ArrowLabel {
        name: Text::same(short(name)),
        estimate,
        stars: stars.count(p),
    };
    let mediators = family
        .iter()
        .map(|chain| Mediator {
            label: channel(scene, family, chain),
            path: chain.result.terms.iter().map(|term| arrow(&term.term, term.a.value, term.a.p())).collect(),
            effect: vec![arrow("", chain.result.b.value, chain.result.b.p())],
        })
        .collect();
    let direct = first
        .result
        .terms
        .iter()
        .zip(&first.total)
        .map(|(term, total)| {
            let mut label = arrow(&term.term, term.total, total.p.unwrap_or(f64::NAN));
            label.name = label.name.map(|lang, name| match lang {
                Lang::Zh => format!("总效应 {name}"),
                Lang::En => format!("total {name}"),
            });
            label
        })
        .collect();
    let id = if place == 0 { "mechanism".to_owned() } else { format!("mechanism-{}", place + 1) };
    let what = Text::new(
        "每条渠道为三步回归，均用共同样本；箭头上为系数，星号按表注；下方为未加入中介变量的总效应。",
        "Each channel is three regressions on one sample; coefficients on the arrows, stars as in the tables; below: total effects without mediators.",
    );
    let frame = scene.frame(id, title(scene, family), caption(&what, first.n_obs, &first.effects, &first.std_errors));
    let diagram = Mechanism {
        frame,
        treatment: treatment(scene, first.spec.terms.first().map_or("", String::as_str)),
        outcome: scene.names.get(&first.spec.outcome),
        mediators,
        direct,
    };
    Sketch::new(Place::Mediation, move |lang| diagram.draw(lang))
}

/// A term as it fits on an arrow: its name in the formula, with a true square.
fn short(term: &str) -> String {
    term.replace("^2", "²").replace("^3", "³").replace(':', "×")
}

/// Label of the treatment with the name that the arrows use.
fn treatment(scene: &Scene<'_>, name: &str) -> Text {
    scene.names.get(name).map(|_, label| if label == name { label.to_owned() } else { format!("{label} ({name})") })
}

/// Name of a channel: its mediator, with the chain's own name where several chains share the mediator.
fn channel(scene: &Scene<'_>, family: &[&Mediated], chain: &Mediated) -> Text {
    let label = |chain: &Mediated| scene.names.get(&chain.spec.mediator);
    let (own, id) = (label(chain), &chain.spec.id);
    let shared = family.iter().filter(|other| label(other) == own).count() > 1;
    if !shared {
        return own;
    }
    own.map(|lang, own| match lang {
        Lang::Zh => format!("{own}（{id}）"),
        Lang::En => format!("{own} ({id})"),
    })
}

/// Which channels carry an indirect effect at the 5 % level of Sobel's test, in every term.
fn title(scene: &Scene<'_>, family: &[&Mediated]) -> Text {
    let p_of = |term: &panel_fe::mediation::MediatedTerm| term.sobel.available().and_then(|test| test.p);
    let carries = |chain: &&&Mediated| chain.result.terms.iter().all(|term| p_of(term).is_some_and(|p| p < 0.05));
    let carrying: Vec<Text> = family.iter().filter(carries).map(|chain| channel(scene, family, chain)).collect();
    let n = family.len();
    Text::build(|lang| {
        let names: Vec<&str> = carrying.iter().map(|name| name.get(lang)).collect();
        match (names.len(), lang) {
            (0, Lang::Zh) => format!("{n} 条渠道的间接效应在 5% 水平上均不显著（Sobel 检验）"),
            (0, Lang::En) => format!("None of {n} channels carries an indirect effect at the 5% level (Sobel)"),
            (k, Lang::Zh) => format!("{n} 条渠道中有 {k} 条传导间接效应：{}（Sobel，5%）", names.join("、")),
            (k, Lang::En) => {
                let carry = if k == 1 { "carries" } else { "carry" };
                format!("{k} of {n} channels {carry} an indirect effect (Sobel, 5%): {}", names.join(", "))
            }
        }
    })
}
