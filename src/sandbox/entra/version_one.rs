//! The older token endpoint, `oauth2/token`: a `resource` instead of a `scope`, numbers as text.
//!
//! Microsoft's page on Partner Center's authentication still shows it for applications on their own:
//! <https://learn.microsoft.com/partner-center/developer/partner-center-authentication>. Everything else is as at the newer
//! endpoint, which is where the work is done.

use serde_json::{Value, json};

use super::super::exchange::{Answer, Call, Payload};
use super::super::routes::Parameters;
use super::super::world::World;
use super::token::exchange;

/// Grants that this endpoint has in common with the newer one.
const GRANTS: [&str; 2] = ["client_credentials", "refresh_token"];

/// `POST /{tenant}/oauth2/token`
pub(super) fn token(world: &mut World, call: &Call, parameters: &Parameters) -> Answer {
    let mut resource = String::new();
    let answer = exchange(world, call, parameters.get("tenant"), |request| {
        let grant = request.required("grant_type")?;
        if !GRANTS.contains(&grant) {
            return Err(super::token::unsupported(grant));
        }
        let person = if grant == "refresh_token" {
            " offline_access"
        } else {
            ""
        };
        request.required("resource")?.clone_into(&mut resource);
        let scope = format!("{resource}/.default{person}");
        request.set("scope", scope);
        Ok(())
    });
    match answer {
        Ok(answer) => in_old_words(answer, &resource, call),
        Err(refusal) => refusal.answer(call),
    }
}

/// Numbers as text, and the resource and the times besides.
fn in_old_words(mut answer: Answer, resource: &str, call: &Call) -> Answer {
    if let Payload::Json(Value::Object(fields)) = &mut answer.body {
        let seconds = fields
            .get("expires_in")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        let now = call.now.as_second();
        fields.insert("expires_in".to_owned(), json!(seconds.to_string()));
        fields.insert("ext_expires_in".to_owned(), json!(seconds.to_string()));
        fields.insert("expires_on".to_owned(), json!((now + seconds).to_string()));
        fields.insert("not_before".to_owned(), json!(now.to_string()));
        fields.insert("resource".to_owned(), json!(resource));
    }
    answer
}
