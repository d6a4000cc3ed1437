//! A value that must not be seen.

use zeroize::Zeroizing;

/// A client secret, a token or a private key in memory.
///
/// It has no `Display` and no `Serialize`, its `Debug` says only that it is there, and its memory is zeroed on drop.
/// [`Secret::expose`] is the word to search for: each use is a border (the token endpoint, the store, the hand-over).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value over.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(Zeroizing::new(value.into()))
    }

    /// The value itself, for a border.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "Secret(…)");
    }
}
