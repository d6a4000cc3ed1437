//! What Debug says, and with it every panic and every error that shows a value.

use azconnect::connection::handover::{Field, Value};
use azconnect::secret::Secret;
use azconnect::store::Entry;

const CANARY: &str = "canary~8Q8.0123456789";

#[test]
fn debug_and_panics_never_show_a_secret() {
    let secret = || Secret::new(CANARY);
    let entry = Entry {
        connection: "spot".to_owned(),
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        secret: secret(),
        expires_at: None,
    };
    let field = Field {
        key: "client_secret".to_owned(),
        label: "application secret".to_owned(),
        value: Value::Secret(Some(secret())),
        note: None,
    };
    for text in [
        format!("{:?}", secret()),
        format!("{:#?}", Some(secret())),
        format!("{entry:?}"),
        format!("{field:#?}"),
        panic_text(|| assert_eq!(Secret::new(CANARY), Secret::new("another"))),
        panic_text(|| refused().unwrap()),
    ] {
        assert!(!text.is_empty());
        assert!(
            !text.contains("canary") && !text.contains("0123456789"),
            "{text}"
        );
    }
}

fn refused() -> Result<(), Secret> {
    Err(Secret::new(CANARY))
}

fn panic_text(panics: fn()) -> String {
    let payload = std::panic::catch_unwind(panics).unwrap_err();
    payload.downcast_ref::<String>().unwrap().clone()
}
