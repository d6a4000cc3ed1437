//! A sign-in service that answers by a script, for the unit tests of this room: no socket, no clock.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::http::headers::Headers;
use azure_core::http::{
    AsyncRawResponse, Body, ClientOptions, HttpClient, Request, RetryOptions, StatusCode,
    Transport, Url,
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::token_endpoint::TokenEndpoint;
use super::{AZURE_CLI_CLIENT_ID, News, Person};

/// One answer: a status and a body; none stands for a connection that broke.
pub(super) type Reply = Option<(u16, String)>;

/// An answer of the script.
pub(super) fn reply(status: u16, body: &str) -> Reply {
    Some((status, body.to_owned()))
}

/// A token answer with these tokens.
pub(super) fn granted(access: &str, refresh: &str, expires_in: u32) -> Reply {
    reply(
        200,
        &format!(
            r#"{{"token_type":"Bearer","access_token":"{access}","refresh_token":"{refresh}","expires_in":{expires_in}}}"#
        ),
    )
}

/// A refusal with OAuth's word.
pub(super) fn refused(word: &str, number: u32, claims: Option<&str>) -> Reply {
    let claims = claims.map_or(String::new(), |claims| {
        format!(r#","claims":"{}""#, claims.replace('"', "\\\""))
    });
    reply(
        400,
        &format!(
            r#"{{"error":"{word}","error_description":"AADSTS{number}: No.\r\nTrace ID: x","error_codes":[{number}]{claims}}}"#
        ),
    )
}

/// A request that came in.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) address: String,
    body: String,
}

impl Seen {
    /// A field of the form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        query_field(&format!("https://form.example/?{}", self.body), name)
    }
}

/// A field of an address's query.
pub(super) fn query_field(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The service.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Script {
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            seen: Arc::default(),
        }
    }

    pub(super) fn endpoint(&self) -> TokenEndpoint {
        TokenEndpoint::new(
            &Url::parse("https://login.example").unwrap(),
            AZURE_CLI_CLIENT_ID,
            self.options(),
            Arc::default(),
        )
    }

    pub(super) fn options(&self) -> ClientOptions {
        ClientOptions {
            transport: Some(Transport::new(Arc::new(self.clone()))),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        }
    }

    pub(super) fn requests(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let body = match request.body() {
            Body::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Body::SeekableStream(_) => String::new(),
        };
        self.seen.lock().unwrap().push(Seen {
            address: request.url().to_string(),
            body,
        });
        // Without a yield, a test of two tasks at once would be one of two tasks in a row.
        tokio::task::yield_now().await;
        let reply = self
            .replies
            .lock()
            .unwrap()
            .pop_front()
            .expect("one request more than the script has answers");
        match reply {
            Some((status, body)) => Ok(AsyncRawResponse::from_bytes(
                StatusCode::from(status),
                Headers::new(),
                body.into_bytes(),
            )),
            None => Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Io,
                "failed to execute `reqwest` request",
            )),
        }
    }
}

/// What somebody does when something is told.
pub(super) type Reaction = Box<dyn Fn(&Somebody, &News) + Send + Sync>;

/// Somebody who does as the test says.
#[derive(Default)]
pub(super) struct Somebody {
    pub(super) heard: Mutex<Vec<News>>,
    pub(super) pastes: Mutex<VecDeque<String>>,
    /// What the browser does with an address, where there is one.
    pub(super) browser: Option<Box<dyn Fn(String) + Send + Sync>>,
    /// What happens when something is told.
    pub(super) reaction: Option<Reaction>,
}

impl Somebody {
    pub(super) fn heard(&self) -> Vec<News> {
        self.heard.lock().unwrap().clone()
    }
}

#[async_trait]
impl Person for Somebody {
    fn is_present(&self) -> bool {
        true
    }

    fn open_browser(&self, url: &str) -> bool {
        match &self.browser {
            Some(browser) => {
                browser(url.to_owned());
                true
            }
            None => false,
        }
    }

    fn tell(&self, news: News) {
        if let Some(reaction) = &self.reaction {
            reaction(self, &news);
        }
        self.heard.lock().unwrap().push(news);
    }

    async fn paste_back(&self) -> Option<String> {
        let pasted = self.pastes.lock().unwrap().pop_front();
        match pasted {
            Some(text) => Some(text),
            None => std::future::pending().await,
        }
    }
}

/// A browser that goes back to the program as after the sign-in page, with these parameters and the right state.
pub(super) fn comes_back_with(parameters: &'static str) -> Box<dyn Fn(String) + Send + Sync> {
    Box::new(move |url| {
        tokio::runtime::Handle::current().spawn(async move {
            let returns_to = query_field(&url, "redirect_uri").unwrap();
            let state = query_field(&url, "state").unwrap();
            let authority = returns_to.strip_prefix("http://").unwrap();
            let mut stream = TcpStream::connect(authority).await.unwrap();
            let request =
                format!("GET /?{parameters}&state={state} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            _ = stream.read(&mut [0; 64]).await.unwrap();
        });
    })
}

/// A machine whose `az` is this shell script.
#[cfg(unix)]
pub(super) fn with_az(script: &str) -> (tempfile::TempDir, crate::host::Host) {
    let folder = tempfile::tempdir().unwrap();
    // Written by a child: a file that this process has open for writing could be inherited by another test's child just
    // then, and would be "busy" when it is to be run.
    let written = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            "printf '#!/bin/sh\\n%s\\n' \"$1\" >az && chmod +x az",
            "sh",
            script,
        ])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(written.success());
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let host = crate::host::Host::made_of([("PATH", &*path.leak()), ("BROWSER", "browser")]);
    (folder, host)
}
