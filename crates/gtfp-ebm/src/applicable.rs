//! Options that another choice leaves without effect, and choices that contradict each other.
//!
//! An option that says its default is never refused: it claims nothing that is not so. Any other value must matter.

use crate::data::Dimensions;
use crate::error::{Error, Result};
use crate::spec::{
    BadsConvention, Calibration, CalibrationScope, Decomposition, Direction, Disposability, Index, Model, Orientation,
    Outside, PanelSpec, PanelValue, Reference, Rts,
};

fn refuse<T>(text: String) -> Result<T> {
    Err(Error::Specification(text))
}

/// `key = value` does nothing, because…
fn without_effect(key: &str, value: &str, why: &str) -> Result<()> {
    refuse(format!("{key} = {value} has no effect: {why}; leave it out"))
}

/// Options of the model.
///
/// # Errors
/// [`Error::Specification`].
pub(crate) fn model(spec: &PanelSpec, dims: Dimensions) -> Result<()> {
    let name = spec.model;
    let quoted = |word: &str| format!("\"{word}\"");
    if spec.is_distance() {
        if let Some(orientation) = spec.orientation.filter(|orientation| *orientation != Orientation::None) {
            let why = format!("model {name} has a direction instead of an orientation");
            without_effect("orientation", &quoted(orientation.as_str()), &why)?;
        }
        if spec.bads_convention != BadsConvention::Phi {
            let why = format!("model {name} has no factors; how bads enter is said by disposability and direction");
            without_effect("bads_convention", &quoted(spec.bads_convention.as_str()), &why)?;
        }
    } else {
        if spec.disposability != Disposability::Weak {
            let why = format!("it belongs to directional models, and model {name} takes bads by bads_convention");
            without_effect("disposability", &quoted(spec.disposability.as_str()), &why)?;
        }
        if spec.direction != Direction::default() {
            without_effect("direction", "{ … }", &format!("it belongs to directional models, not to model {name}"))?;
        }
        if !spec.direction_values.is_empty() {
            let why = format!("they belong to directional models, not to model {name}");
            without_effect("direction_values", "[ … ]", &why)?;
        }
    }
    if !spec.direction_values.is_empty() && spec.direction != Direction::default() {
        without_effect("direction", "{ … }", "direction_values says the direction of every column")?;
    }
    if dims.bads == 0 {
        let why = "there are no bad outputs";
        if spec.bads_convention != BadsConvention::Phi {
            without_effect("bads_convention", &quoted(spec.bads_convention.as_str()), why)?;
        }
        if spec.disposability != Disposability::Weak {
            without_effect("disposability", &quoted(spec.disposability.as_str()), why)?;
        }
    }
    if !spec.nonradial_weights.is_empty() && name != Model::NonRadialDdf {
        let why = format!("they belong to model = \"non-radial-ddf\", not to model {name}");
        without_effect("nonradial_weights", "[ … ]", &why)?;
    }
    if spec.bounded == Some(true) && name != Model::Ebm {
        let why = format!("bounds on θ and φ belong to the epsilon-based model, not to model {name}");
        without_effect("bounded", "true", &why)?;
    }
    if spec.calibration != Calibration::default() && name != Model::Ebm {
        let why = format!("ε and w belong to the epsilon-based model, not to model {name}");
        without_effect("calibration", "…", &why)?;
    }
    if spec.calibration_scope != CalibrationScope::Pooled {
        let value = quoted(spec.calibration_scope.as_str());
        if name != Model::Ebm {
            let why = format!("ε and w belong to the epsilon-based model, not to model {name}");
            without_effect("calibration_scope", &value, &why)?;
        }
        if matches!(spec.calibration, Calibration::Given(_)) {
            without_effect("calibration_scope", &value, "ε and w are given")?;
        }
    }
    Ok(())
}

/// Options of a cross-section: those of panels do nothing there.
///
/// # Errors
/// [`Error::Specification`].
pub(crate) fn cross_section(spec: &PanelSpec, dims: Dimensions) -> Result<()> {
    model(spec, dims)?;
    let why = "a cross-section has no periods";
    if let Some(index) = spec.malmquist.filter(|index| *index != Index::None) {
        without_effect("malmquist", &format!("\"{index}\""), why)?;
    }
    no_index(spec, why)?;
    if spec.reference != Reference::Global {
        let why = "the reference of a cross-section is the rows given";
        without_effect("reference", &format!("\"{}\"", spec.reference), why)?;
    }
    if spec.calibration_scope != CalibrationScope::Pooled {
        without_effect("calibration_scope", &format!("\"{}\"", spec.calibration_scope), why)?;
    }
    if spec.outside != Outside::Empty {
        without_effect("outside", &format!("\"{}\"", spec.outside), why)?;
    }
    window_and_group(spec)
}

/// Options of a panel of so many periods; defaults are resolved.
///
/// # Errors
/// [`Error::Specification`].
pub(crate) fn panel(spec: &PanelSpec, periods: usize, dims: Dimensions, has_groups: bool) -> Result<()> {
    model(spec, dims)?;
    window_and_group(spec)?;
    let index = spec.index(periods);
    if spec.reference == Reference::Metafrontier && !has_groups {
        return refuse("reference = \"metafrontier\" needs a group for every row (key `group`)".into());
    }
    if index == Index::None {
        no_index(spec, "no index is asked for")?;
        return outside(spec);
    }
    if periods < 2 {
        return refuse(format!(
            "malmquist = \"{index}\" compares periods, and the data have only one; leave it out for scores alone"
        ));
    }
    if spec.base_period.is_some() && spec.panel_value != PanelValue::BaseGiven {
        let why = "only panel_value = \"base-given\" has a base period";
        without_effect("base_period", "…", why)?;
    }
    kind_of_index(spec, index)?;
    decomposition(spec, index, dims)?;
    if spec.scale_change && spec.rts != Rts::Crs {
        return refuse(format!(
            "scale_change splits the efficiency change of a constant-returns model; rts is \"{}\"",
            spec.rts
        ));
    }
    outside(spec)
}

fn no_index(spec: &PanelSpec, why: &str) -> Result<()> {
    if spec.panel_value != PanelValue::FirstOne {
        without_effect("panel_value", &format!("\"{}\"", spec.panel_value), why)?;
    }
    if spec.base_period.is_some() {
        without_effect("base_period", "…", why)?;
    }
    if let Some(step) = spec.step {
        without_effect("step", &step.to_string(), why)?;
    }
    if spec.scale_change {
        without_effect("scale_change", "true", why)?;
    }
    match spec.decomposition {
        Some(parts) => without_effect("decomposition", &format!("\"{parts}\""), why),
        None => Ok(()),
    }
}

fn window_and_group(spec: &PanelSpec) -> Result<()> {
    let other =
        |only: &str| format!("it belongs to reference = \"{only}\", and the reference is \"{}\"", spec.reference);
    if spec.reference == Reference::Window {
        if spec.window == 0 {
            return refuse("window = 0: a window reference needs at least one period".into());
        }
    } else if spec.window != PanelSpec::default().window {
        without_effect("window", &spec.window.to_string(), &other("window"))?;
    }
    match &spec.group {
        Some(group) if spec.reference != Reference::Metafrontier => {
            without_effect("group", &format!("\"{group}\""), &other("metafrontier"))
        }
        _ => Ok(()),
    }
}

/// Which model and which reference an index needs.
fn kind_of_index(spec: &PanelSpec, index: Index) -> Result<()> {
    match (index, spec.reference) {
        (Index::Gml, reference) if !matches!(reference, Reference::Global | Reference::Metafrontier) => {
            refuse(format!(
                "malmquist = \"gml\" compares scores on one frontier of all periods and needs reference = \"global\" (or \"metafrontier\"), not \"{reference}\""
            ))
        }
        (Index::MalmquistLuenberger, _) if spec.model != Model::Ddf => refuse(format!(
            "malmquist = \"ml\" is an index of directional distances and needs model = \"ddf\", not \"{}\"",
            spec.model
        )),
        (Index::Luenberger, _) if !spec.is_distance() => refuse(format!(
            "malmquist = \"luenberger\" is a difference of distances and needs model = \"ddf\" or \"non-radial-ddf\", not \"{}\"",
            spec.model
        )),
        _ => Ok(()),
    }
}

/// What a decomposition of the radial Malmquist index needs.
fn decomposition(spec: &PanelSpec, index: Index, dims: Dimensions) -> Result<()> {
    let Some(parts) = spec.decomposition else { return Ok(()) };
    if spec.model != Model::Radial || index != Index::Malmquist {
        let why = format!(
            "it takes a radial Malmquist index apart and needs model = \"radial\" and malmquist = \"malmquist\", not \"{}\" and \"{index}\"",
            spec.model
        );
        without_effect("decomposition", &format!("\"{parts}\""), &why)?;
    }
    if spec.scale_change {
        without_effect("scale_change", "true", "the decomposition has its own scale part")?;
    }
    if spec.super_efficiency {
        return refuse(
            "super_efficiency = true has no place in a decomposition, which needs every unit in its own reference"
                .into(),
        );
    }
    radial_decomposition(spec.rts, spec.reference, parts, dims)
}

/// Returns and references that a decomposition of the radial Malmquist index is defined for.
///
/// # Errors
/// [`Error::Specification`].
pub(crate) fn radial_decomposition(
    rts: Rts,
    reference: Reference,
    parts: Decomposition,
    dims: Dimensions,
) -> Result<()> {
    if dims.bads > 0 {
        return refuse(
            "the decomposed radial Malmquist index has no bad outputs; use model = \"ddf\" with malmquist = \"ml\" or \"gml\""
                .into(),
        );
    }
    if !matches!(rts, Rts::Crs | Rts::Vrs) {
        return refuse(format!("Malmquist decompositions know crs and vrs, not {rts}"));
    }
    if !matches!(reference, Reference::Contemporaneous | Reference::Sequential | Reference::Global) {
        return refuse(format!(
            "decompositions are defined on contemporaneous, sequential and global frontiers, not {reference}; the undecomposed index is malmquist = \"malmquist\""
        ));
    }
    let variable =
        matches!(parts, Decomposition::RayDesli | Decomposition::RayDesliBase | Decomposition::GrifellLovell);
    if variable && rts == Rts::Crs {
        return refuse(format!("decomposition {parts} compares variable with constant returns: rts must be vrs"));
    }
    if reference == Reference::Global && !matches!(parts, Decomposition::Fgnz | Decomposition::RayDesliBase) {
        return refuse(format!("decomposition {parts} needs adjacent frontiers, not a global one"));
    }
    Ok(())
}

/// Where a unit can lie outside its reference, and has a super-efficiency program.
fn outside(spec: &PanelSpec) -> Result<()> {
    if spec.outside == Outside::Empty {
        return Ok(());
    }
    let crossed = spec.malmquist.is_some_and(|index| index != Index::None)
        && matches!(spec.reference, Reference::Contemporaneous | Reference::Sequential | Reference::Window);
    let key = "outside";
    let value = "\"super-efficiency\"";
    if !crossed {
        let why = "every unit belongs to its reference; only an index on contemporaneous, sequential or window frontiers meets units outside";
        without_effect(key, value, why)?;
    }
    if spec.super_efficiency {
        without_effect(key, value, "super_efficiency = true leaves every unit out")?;
    }
    match spec.model {
        Model::Sbm => Ok(()),
        Model::Ebm if spec.orientation() == Orientation::None && spec.rts == Rts::Crs => Ok(()),
        Model::Ebm => refuse(format!(
            "outside = \"super-efficiency\" of the epsilon-based model is defined without an orientation and under constant returns, not with orientation \"{}\" and rts \"{}\"",
            spec.orientation(),
            spec.rts
        )),
        model => without_effect(key, value, &format!("model {model} has free factors, which reach outside")),
    }
}
