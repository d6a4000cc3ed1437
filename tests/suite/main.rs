//! Everything that is tested from outside: commands against the simulated Azure, and the built binary in a terminal.

mod contract;
mod sign_in;
