//! The pages that a person with a real browser sees. Plain HTML without scripts.

use super::super::tenant::User;

/// A list of people to sign in as; each is a link.
pub(super) fn pick_person(people: &[(&User, String)], decline: &str) -> String {
    let items: String = people
        .iter()
        .map(|(user, link)| {
            let (link, name, shown) = (
                escaped(link),
                escaped(&user.user_principal_name),
                escaped(&user.display_name),
            );
            format!("<li><a href=\"{link}\">{shown}</a> {name}</li>")
        })
        .collect();
    let decline = escaped(decline);
    page(
        "Pick an account",
        &format!("<ul>{items}</ul><p><a href=\"{decline}\">Cancel</a></p>"),
    )
}

/// The form for a device code.
pub(super) fn device_form(people: &[&User]) -> String {
    let options: String = people
        .iter()
        .map(|user| {
            let (name, shown) = (
                escaped(&user.user_principal_name),
                escaped(&user.display_name),
            );
            format!("<option value=\"{name}\">{shown}</option>")
        })
        .collect();
    let form = format!(
        "<form method=\"post\"><p><label>Code <input name=\"code\" autocomplete=\"off\" autofocus></label></p>\
         <p><label>Sign in as <select name=\"user\">{options}</select></label></p>\
         <p><button name=\"approve\" value=\"true\">Continue</button> <button name=\"approve\" value=\"false\">Cancel</button></p></form>"
    );
    page("Enter code", &form)
}

/// A sentence at the end of a flow.
pub(super) fn message(title: &str, text: &str) -> String {
    page(title, &format!("<p>{}</p>", escaped(text)))
}

/// A refusal. The id lets simulated people find the text.
pub(super) fn error(text: &str) -> String {
    page(
        "Sorry, but we’re having trouble signing you in",
        &format!("<p id=\"error\">{}</p>", escaped(text)),
    )
}

/// What stands at paths that do not exist.
pub(super) fn not_found() -> String {
    page("404", "<p>This page does not exist.</p>")
}

fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1>{body}<hr><p>azconnect sandbox: a simulated sign-in page. No password is asked for.</p></html>\n"
    )
}

/// Text that is safe between tags and in attributes.
pub(in crate::sandbox) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
