//! Location quotients, distance decay and the virtual-agglomeration index
