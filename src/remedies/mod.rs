//! why, fix
