//! The small web server that a browser comes back to: `http://localhost:PORT/` on IPv4 and IPv6, for one answer.
//!
//! `browser` starts it before the sign-in page is opened. An answer with another `state` than ours is turned away and the
//! wait goes on, so that neither an old tab nor another page can end, or take over, this sign-in. The pages have no
//! script, no picture and no text from outside.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use azure_core::http::Url;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::secret::Secret;

/// How many free ports are tried until one is free on both stacks.
const TRIES: usize = 20;
/// How long the last page may take to reach the browser.
const FAREWELL: Duration = Duration::from_millis(500);

/// What the browser came back with.
#[derive(Debug)]
pub(super) enum Answer {
    /// An authorization code.
    Code(Secret),
    /// Entra's refusal: OAuth's word and a description.
    Refused { word: String, description: String },
}

/// A server that waits for one answer. It ends when it is dropped.
pub(super) struct Loopback {
    port: u16,
    answers: mpsc::Receiver<Answer>,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
}

/// What the pages need.
struct Desk {
    state: String,
    answers: mpsc::Sender<Answer>,
}

impl Loopback {
    /// Listens on a free port, on IPv6 too where this machine has it.
    pub(super) async fn start(state: &str) -> std::io::Result<Self> {
        let (port, listeners) = bind().await?;
        let (sender, answers) = mpsc::channel(1);
        let (stop, stopped) = watch::channel(false);
        let desk = Arc::new(Desk {
            state: state.to_owned(),
            answers: sender,
        });
        let mut servers = JoinSet::new();
        for listener in listeners {
            let router = Router::new().fallback(page).with_state(desk.clone());
            let mut stopped = stopped.clone();
            let serve = axum::serve(listener, router)
                .with_graceful_shutdown(async move { _ = stopped.wait_for(|stop| *stop).await });
            servers.spawn(async move { _ = serve.await });
        }
        Ok(Loopback {
            port,
            answers,
            stop,
            servers,
        })
    }

    /// Where the browser is sent back to. Azure CLI's client is registered for this host without a path, on any port.
    /// Source: <https://learn.microsoft.com/entra/identity-platform/reply-url>
    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer. Cancelling loses nothing.
    pub(super) async fn answer(&mut self) -> Answer {
        match self.answers.recv().await {
            Some(answer) => answer,
            // The servers hold the sender, so this means that they are gone; a pasted address can still come.
            None => std::future::pending().await,
        }
    }

    /// Ends, after the last page has gone out.
    pub(super) async fn finish(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.servers.join_next().await.is_some() {} };
        _ = tokio::time::timeout(FAREWELL, ended).await;
    }
}

/// One port on both stacks: browsers resolve `localhost` to either.
async fn bind() -> std::io::Result<(u16, Vec<TcpListener>)> {
    let mut taken = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = four.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(six) => return Ok((port, vec![four, six])),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => taken = error,
            // A machine without IPv6: `localhost` means 127.0.0.1 there.
            Err(_) => return Ok((port, vec![four])),
        }
    }
    Err(taken)
}

async fn page(State(desk): State<Arc<Desk>>, method: Method, uri: Uri) -> Response {
    if uri.path() != "/" {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    match read(uri.query().unwrap_or_default(), &desk.state) {
        Ok(answer) => {
            let shown = match answer {
                Answer::Code(_) => &SIGNED_IN,
                Answer::Refused { .. } => &REFUSED,
            };
            // A second answer to the same sign-in finds the place taken, and is not needed.
            _ = desk.answers.try_send(answer);
            shown.respond()
        }
        Err(_) => NOT_OURS.respond(),
    }
}

/// Reads the parameters that Entra adds to the redirect. The error is a sentence for a person.
pub(super) fn read(query: &str, state: &str) -> Result<Answer, &'static str> {
    // `Url` has the decoder; the host is a place-holder.
    let url = Url::parse(&format!("http://localhost/?{query}"))
        .map_err(|_| "That is no address of a sign-in.")?;
    let field = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .filter(|value| !value.is_empty())
    };
    let (code, word) = (field("code"), field("error"));
    if code.is_none() && word.is_none() {
        return Err("There is no `code=` in it.");
    }
    if field("state").as_deref() != Some(state) {
        return Err(
            "It belongs to another sign-in: its `state` is missing or not the one that was sent.",
        );
    }
    match (word, code) {
        (Some(word), _) => Ok(Answer::Refused {
            word,
            description: field("error_description").unwrap_or_default(),
        }),
        (None, Some(code)) => Ok(Answer::Code(Secret::new(code))),
        (None, None) => Err("There is no `code=` in it."),
    }
}

/// A page that a browser shows at the end.
struct Page {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
}

const SIGNED_IN: Page = Page {
    status: StatusCode::OK,
    title: "Signed in",
    text: "azconnect goes on in the terminal. You can close this window.",
};

const REFUSED: Page = Page {
    status: StatusCode::OK,
    title: "Not signed in",
    text: "The sign-in was refused. The terminal says why and what to do. You can close this window.",
};

const NOT_OURS: Page = Page {
    status: StatusCode::BAD_REQUEST,
    title: "Another sign-in",
    text: "This page does not belong to the sign-in that azconnect waits for. Use the address that the terminal shows.",
};

impl Page {
    fn respond(&self) -> Response {
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>azconnect: {title}</title><style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem}}\
             @media(prefers-color-scheme:dark){{body{{background:#1b1b1b;color:#eee}}}}</style></head>\
             <body><h1>{title}</h1><p>{text}</p></body></html>",
            title = self.title,
            text = self.text,
        );
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONNECTION, "close"),
            (header::REFERRER_POLICY, "no-referrer"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ),
        ];
        (self.status, headers, body).into_response()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpStream, ToSocketAddrs};

    async fn get(address: impl ToSocketAddrs, target: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn both_stacks_answer_and_strangers_are_turned_away() {
        let mut loopback = Loopback::start("mine").await.unwrap();
        let four = (Ipv4Addr::LOCALHOST, loopback.port);
        assert!(get(four, "/favicon.ico").await.starts_with("HTTP/1.1 404"));
        assert!(get(four, "/").await.starts_with("HTTP/1.1 400"));
        assert!(
            get(four, "/?code=evil&state=theirs")
                .await
                .starts_with("HTTP/1.1 400")
        );
        assert!(get(four, "/?code=evil").await.starts_with("HTTP/1.1 400"));
        assert!(loopback.answers.try_recv().is_err());

        let has_six = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok();
        let shown = if has_six {
            get(
                (Ipv6Addr::LOCALHOST, loopback.port),
                "/?code=good&state=mine",
            )
            .await
        } else {
            get(four, "/?code=good&state=mine").await
        };
        assert!(
            shown.starts_with("HTTP/1.1 200") && shown.contains("Signed in"),
            "{shown}"
        );
        assert!(!shown.contains("good") && !shown.contains("src=") && !shown.contains("http://"));
        match loopback.answer().await {
            Answer::Code(code) => assert_eq!(code.expose(), "good"),
            Answer::Refused { word, .. } => panic!("{word}"),
        }
        loopback.finish().await;
        assert!(TcpStream::connect(four).await.is_err());
    }

    #[tokio::test]
    async fn a_refusal_shows_another_page_and_no_text_from_outside() {
        let mut loopback = Loopback::start("mine").await.unwrap();
        let four = (Ipv4Addr::LOCALHOST, loopback.port);
        let target = "/?error=access_denied&error_description=%3Cscript%3E&state=mine";
        let shown = get(four, target).await;
        assert!(shown.contains("Not signed in") && !shown.contains("script"));
        assert!(
            matches!(loopback.answer().await, Answer::Refused { word, description } if word == "access_denied" && description == "<script>")
        );
    }

    proptest! {
        #[test]
        fn only_our_state_is_accepted(query in "\\PC{0,60}") {
            prop_assert!(read(&query, "9f0c").is_err() || query.contains("9f0c"));
        }
    }
}
