//! What stays on this machine.
