//! Tables, figures and pages of empirical results from plain records
