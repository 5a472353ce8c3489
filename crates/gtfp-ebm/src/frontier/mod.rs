//! The efficient units of a pooled panel, found once: only they can be peers.
