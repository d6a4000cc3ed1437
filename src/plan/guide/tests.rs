//! The order of a guided run.
