//! A simulated Azure, as an https server on loopback.
