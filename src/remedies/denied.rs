//! Who may not do what, and where: the three facts that Azure Resource Manager puts into the text of a refusal and
//! nowhere else. The plan and the checks make the request to somebody with rights out of them.

/// What a refusal names. Every value is Azure's and therefore data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Who asked: a person's user principal name, or an application's client id.
    pub client: String,
    /// The asker's object id in the directory.
    pub object_id: String,
    /// The action that was refused, as `Microsoft.Authorization/roleAssignments/write`.
    pub action: String,
    /// The resource id on which it was refused.
    pub scope: String,
}

/// The parts of the message of ARM's `AuthorizationFailed`; `None` where it reads otherwise.
///
/// The words are those of `The client '…' with object id '…' does not have authorization … to perform action '…' over
/// scope '…' …` (Azure RBAC, "Troubleshoot Azure RBAC"). A name may itself have an apostrophe, so the words around the
/// quotes are the marks, not the quotes alone.
pub fn parse_authorization_failed(message: &str) -> Option<Denied> {
    let (client, rest) = between(message, "client '", "' with object id '")?;
    let (object_id, rest) = rest.split_once('\'')?;
    let (action, rest) = between(rest, "perform action '", "' over scope '")?;
    let (scope, _) = rest.split_once('\'')?;
    let parts = [client, object_id, action, scope];
    parts.iter().all(|part| !part.is_empty()).then(|| Denied {
        client: client.to_owned(),
        object_id: object_id.to_owned(),
        action: action.to_owned(),
        scope: scope.to_owned(),
    })
}

/// What stands between two marks, and what comes after the second.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(start)?.1.split_once(end)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Denied, parse_authorization_failed};

    fn message(client: &str, object_id: &str, action: &str, scope: &str) -> String {
        format!(
            "The client '{client}' with object id '{object_id}' does not have authorization (or an ABAC condition not \
             fulfilled) to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was \
             recently granted, please refresh your credentials."
        )
    }

    #[test]
    fn both_wordings_of_azure_are_read() {
        let expected = Denied {
            client: "maria@contoso.com".to_owned(),
            object_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            action: "Microsoft.Authorization/roleAssignments/write".to_owned(),
            scope: "/subscriptions/0".to_owned(),
        };
        let newer = message(
            &expected.client,
            &expected.object_id,
            &expected.action,
            &expected.scope,
        );
        let older = newer.replace(" (or an ABAC condition not fulfilled)", "");
        assert_eq!(parse_authorization_failed(&newer), Some(expected.clone()));
        assert_eq!(parse_authorization_failed(&older), Some(expected));
    }

    #[test]
    fn a_name_may_have_an_apostrophe() {
        let denied =
            parse_authorization_failed(&message("o'brien@contoso.com", "1", "a/read", "/s"))
                .unwrap();
        assert_eq!(denied.client, "o'brien@contoso.com");
    }

    #[test]
    fn other_texts_are_not_read() {
        for text in [
            "",
            "Insufficient privileges to complete the operation.",
            &message("", "1", "a", "/s"),
            "client '",
        ] {
            assert_eq!(parse_authorization_failed(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stop(text in any::<String>()) {
            let _ = parse_authorization_failed(&text);
        }

        #[test]
        fn no_cut_of_a_real_message_makes_it_stop(cut in 0usize..400) {
            let text = message("maria@contoso.com", "1", "a/write", "/subscriptions/ü");
            let shortened: String = text.chars().take(cut).collect();
            if let Some(denied) = parse_authorization_failed(&shortened) {
                prop_assert_eq!(denied.client, "maria@contoso.com");
            }
        }

        #[test]
        fn what_goes_in_comes_out(client in "[^']{1,40}", object_id in "[0-9a-f-]{1,36}", action in "[A-Za-z./]{1,60}", scope in "/[^']{0,80}") {
            let denied = parse_authorization_failed(&message(&client, &object_id, &action, &scope)).unwrap();
            prop_assert_eq!(denied, Denied { client, object_id, action, scope });
        }
    }
}
