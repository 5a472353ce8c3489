//! The format-neutral table: what a table says, apart from how any format writes it.
//!
//! The parts carry the names that typesetters use: title, spanners (labels over several columns), header rows, stub
//! (the first column), row groups, cells, rules, notes. A table is first resolved into a grid of one language; every
//! renderer works from that grid, so that no format can lose a rule, a star or a note that another one has.

mod cell;
mod grid;
mod model;

pub use cell::{Cell, Value, Wrap};
pub(crate) use grid::{Grid, GridCell, HeaderCell, Line, TextAlign};
pub use model::{Align, Row, RowGroup, RowKind, Rule, Rules, Spanner, Table};
