//! Records of everything that is written: plain data, so that who writes it only has to choose the format.

mod figures;
mod repframe;
mod tables;
mod universe;

pub use figures::{
    CurvePoint, OptionDensity, OptionShare, TurningBin, TurningDensity, curve, option_density, option_shares,
    turning_density,
};
pub use repframe::{Original, RepframeLabel, RepframeRow, RepframeUniverse, repframe, repframe_labels};
pub use tables::{AttributionRecord, AttributionRow, JointRow, TestCell, attribution_record, joint_rows};
pub use universe::{FiellerRecord, UniverseRecord};
