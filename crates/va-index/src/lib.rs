//! Location quotients, distance decay and the virtual-agglomeration index
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod agglomeration;
mod choices;
mod data;
mod decay;
mod display;
mod error;
mod kernel;
mod keys;
mod links;
mod location_quotient;
mod normalize;
mod result;
mod spec;
mod spectral;

pub mod companions;
pub mod spatial;

pub use agglomeration::{contributions, virtual_agglomeration};
pub use choices::{Form, Normalization, OwnDistance};
pub use data::{Employment, Geography};
pub use error::{Error, Result};
pub use kernel::Kernel;
pub use location_quotient::{LocationQuotients, location_quotient};
pub use result::{Contribution, VaIndex};
pub use spec::VaSpec;
