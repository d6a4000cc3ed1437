//! From the keyring crates' errors to ours.
//!
//! `keyring_core` sorts by platform call and not by what a person can do, and one trouble arrives in several of its variants (a locked
//! collection is `NoStorageAccess` on reading and `PlatformFailure` on creating). So the platform's error below decides, by its
//! well-known names and numbers.

use keyring_core::Error as Cause;

use super::StoreError;
use super::error::sentence;

/// What a sign in the platform's error stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Absent,
    Locked,
    Denied,
    TimedOut,
    Full,
}

/// The signs, in lower case; the first that occurs decides, so the more particular ones come first.
///
/// Sources: the Secret Service specification and D-Bus's `org.freedesktop.DBus.Error.*`, secret-service 5's messages, Apple's
/// `SecBase.h` (as Debug shows the code), Windows' `winerror.h`.
const SIGNS: [(&str, Trouble); 27] = [
    ("prompt dismissed", Trouble::Locked),
    ("before prompt completed", Trouble::Locked),
    ("object locked", Trouble::Locked),
    ("error.islocked", Trouble::Locked),
    ("code: -25308", Trouble::Locked), // errSecInteractionNotAllowed: no screen to ask on
    ("noreply", Trouble::TimedOut),
    ("timedout", Trouble::TimedOut),
    ("error.timeout", Trouble::TimedOut),
    ("storagefull", Trouble::Full),
    ("no space left", Trouble::Full),
    ("quota exceeded", Trouble::Full),
    ("limitsexceeded", Trouble::Full),
    ("accessdenied", Trouble::Denied),
    ("permissiondenied", Trouble::Denied),
    ("authfailed", Trouble::Denied),
    ("handshake", Trouble::Denied), // D-Bus refuses another user, as under sudo
    ("code: -25293", Trouble::Denied), // errSecAuthFailed
    ("code: -128", Trouble::Denied), // errSecUserCanceled
    ("code: -25292", Trouble::Denied), // errSecReadOnly
    ("platformerror(5)", Trouble::Denied), // ERROR_ACCESS_DENIED
    ("serviceunknown", Trouble::Absent),
    ("namehasnoowner", Trouble::Absent),
    ("error.spawn", Trouble::Absent), // the service is installed and does not start
    ("no secret service provider", Trouble::Absent),
    ("result not returned", Trouble::Absent), // a service without a default collection
    ("no_such_logon_session", Trouble::Absent), // an SSH session on Windows
    ("platformerror(1312)", Trouble::Absent), // the same, by number
];

/// Signs that are common words: asked last.
const VAGUE_SIGNS: [(&str, Trouble); 7] = [
    ("code: -25291", Trouble::Absent), // errSecNotAvailable
    ("code: -25294", Trouble::Absent), // errSecNoSuchKeychain
    ("code: -25295", Trouble::Absent), // errSecInvalidKeychain
    ("code: -25307", Trouble::Absent), // errSecNoDefaultKeychain
    ("connectionrefused", Trouble::Absent),
    ("notfound", Trouble::Absent), // no D-Bus socket
    ("address(", Trouble::Absent), // DBUS_SESSION_BUS_ADDRESS can't be understood
];

/// The error that a person reads about, with the store's description in it.
///
/// [`Cause::NoEntry`] is no failure and is not meant to come here. Nothing of a stored value goes into the result: the variants
/// that carry one are described in our words.
pub(super) fn explained(cause: &Cause, store: &str, connection: &str) -> StoreError {
    let store = store.to_owned();
    let failed = |why: &str| StoreError::Failed {
        store: store.clone(),
        why: why.to_owned(),
    };
    match cause {
        Cause::PlatformFailure(platform) | Cause::NoStorageAccess(platform) => {
            platform_trouble(platform.as_ref(), store)
        }
        Cause::TooLong(_, limit) => StoreError::Full {
            why: format!("It takes no value longer than {limit} bytes."),
            store,
        },
        Cause::NoDefaultStore => StoreError::Absent {
            why: "The platform has none that azconnect knows.".to_owned(),
            store,
        },
        Cause::Ambiguous(entries) => StoreError::Ambiguous {
            store,
            connection: connection.to_owned(),
            count: entries.len(),
        },
        Cause::BadEncoding(_) | Cause::BadDataFormat(..) => {
            failed("What is stored there is not text, so azconnect did not write it.")
        }
        Cause::BadStoreFormat(why) => failed(&sentence(why)),
        Cause::Invalid(what, why) => failed(&format!("It does not take the {what}: {why}.")),
        Cause::NotSupportedByStore(why) => failed(&sentence(why)),
        other => failed(&sentence(&other.to_string())),
    }
}

fn platform_trouble(
    platform: &(dyn std::error::Error + Send + Sync + 'static),
    store: String,
) -> StoreError {
    // Debug has the codes and the names of D-Bus errors, Display the words; only Display is shown.
    let evidence = format!("{platform:?} {platform}").to_lowercase();
    let why = sentence(&platform.to_string());
    let trouble = SIGNS
        .iter()
        .chain(&VAGUE_SIGNS)
        .find(|(sign, _)| evidence.contains(sign));
    match trouble.map(|(_, trouble)| trouble) {
        Some(Trouble::Absent) => StoreError::Absent { store, why },
        Some(Trouble::Locked) => StoreError::Locked { store, why },
        Some(Trouble::Denied) => StoreError::Denied { store, why },
        Some(Trouble::Full) => StoreError::Full { store, why },
        Some(Trouble::TimedOut) => StoreError::TimedOut { store, after: None },
        None => StoreError::Failed { store, why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the platforms say, as Debug and Display show it.
    #[derive(Debug)]
    #[allow(dead_code, reason = "read by Debug")]
    struct Said {
        code: i32,
        message: &'static str,
    }

    impl std::fmt::Display for Said {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.message)
        }
    }

    impl std::error::Error for Said {}

    fn code_of(code: i32, message: &'static str) -> &'static str {
        let said = || Box::new(Said { code, message });
        let read = explained(&Cause::NoStorageAccess(said()), "keyring", "spot");
        let created = explained(&Cause::PlatformFailure(said()), "keyring", "spot");
        assert_eq!(
            read.code(),
            created.code(),
            "the variant above must not matter"
        );
        read.code()
    }

    #[test]
    fn each_platforms_words_become_the_same_five_troubles() {
        for (code, message, expected) in [
            (0, "SS error: prompt dismissed", "store_locked"),
            (0, "SS Error: object locked", "store_locked"),
            (-25308, "User interaction is not allowed.", "store_locked"),
            (
                -25293,
                "The user name or passphrase you entered is not correct.",
                "store_denied",
            ),
            (-128, "User canceled the operation.", "store_denied"),
            (
                0,
                "org.freedesktop.DBus.Error.AccessDenied: no",
                "store_denied",
            ),
            (
                0,
                "org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided",
                "store_absent",
            ),
            (
                0,
                "SS error: result not returned from SS API",
                "store_absent",
            ),
            (
                0,
                "no secret service provider or dbus session found",
                "store_absent",
            ),
            (0, "Windows ERROR_NO_SUCH_LOGON_SESSION", "store_absent"),
            (
                0,
                "org.freedesktop.DBus.Error.NoReply: Message recipient",
                "store_timed_out",
            ),
            (0, "No space left on device", "store_full"),
            (-50, "something new", "store_failed"),
        ] {
            assert_eq!(code_of(code, message), expected, "{message}");
        }
    }

    #[test]
    fn a_missing_bus_is_an_absent_keyring() {
        let socket = std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = explained(
            &Cause::PlatformFailure(Box::new(socket)),
            "keyring",
            "probe",
        );
        assert_eq!(error.code(), "store_absent");
    }

    #[test]
    fn a_stored_value_never_gets_into_the_words() {
        let canary = b"canary\xff".to_vec();
        for cause in [
            Cause::BadEncoding(canary.clone()),
            Cause::BadDataFormat(
                canary,
                Box::new(Said {
                    code: 1,
                    message: "canary",
                }),
            ),
        ] {
            let error = crate::error::Error::from(explained(&cause, "keyring", "spot"));
            assert!(!format!("{error:?}").contains("canary"));
            assert_eq!(error.code(), "store_failed");
        }
    }

    #[test]
    fn a_value_too_long_for_windows_is_a_full_store() {
        let cause = Cause::TooLong("password encoded as UTF-16".into(), 2560);
        let error = crate::error::Error::from(explained(&cause, "keyring", "spot"));
        assert_eq!(error.code(), "store_full");
        assert_eq!(
            error.reason(),
            Some("It takes no value longer than 2560 bytes.")
        );
    }
}
