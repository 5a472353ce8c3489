//! Data envelopment analysis with bad outputs: EBM, SBM, radial and directional models, and the Malmquist family
