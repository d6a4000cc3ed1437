//! The table of guides.
