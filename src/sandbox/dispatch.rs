//! From a request on a connection to an answer: log, latency, faults, handler, state on disk.
//!
//! [`super::server`] calls [`answer`] for every request. The work goes on when the client hangs up, as Azure's would.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{Request, Response, header};
use serde_json::{Value, json};

use super::exchange::{Answer, Call, Payload};
use super::faults::Action;
use super::log::{Completion, LogEntry, REDACTED};
use super::server::Line;
use super::world::{Shared, World};
use super::{Service, arm, entra, exports, graph, key_vault, partner_center, storage};

/// One service's place in the sandbox.
#[derive(Clone)]
pub(super) struct Desk {
    service: Service,
    shared: Arc<Shared>,
}

impl Desk {
    pub(super) fn new(service: Service, shared: &Arc<Shared>) -> Self {
        Self {
            service,
            shared: Arc::clone(shared),
        }
    }
}

/// Answers one request.
pub(super) async fn answer(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request<Body>,
) -> Response<Body> {
    let call = Call::read(
        desk.service,
        desk.shared.endpoints.of(desk.service),
        request,
    )
    .await;
    // A task of its own: hyper drops this future when the client hangs up, and the request would be half done.
    match tokio::spawn(attend(desk, line, call)).await {
        Ok(answer) => answer.into_response(),
        Err(error) => {
            broken(&format!("A handler of the sandbox panicked: {error}")).into_response()
        }
    }
}

async fn attend(desk: Desk, line: Line, call: Call) -> Answer {
    let shared = &desk.shared;
    let number = shared.log.open(entry(&call));
    pause(shared.latency).await;
    let action = shared.faults.decide(desk.service, &call.method, &call.path);
    match action {
        Some(Action::Respond {
            status,
            headers,
            body,
        }) => {
            let answer = prepared(status, headers, body);
            shared
                .log
                .complete(number, completion(&answer, Some(status), false));
            return answer;
        }
        Some(Action::DropBefore) => {
            line.cut();
            let answer = Answer::empty(500);
            shared
                .log
                .complete(number, completion(&answer, None, false));
            return answer;
        }
        Some(Action::HoldBefore(time) | Action::Delay(time)) => pause(time).await,
        Some(Action::DropAfter | Action::HoldAfter(_)) | None => {}
    }
    let answer = process(&desk, &call);
    shared.log.processed(number);
    match action {
        Some(Action::HoldAfter(time)) => pause(time).await,
        Some(Action::DropAfter) => line.cut(),
        _ => {}
    }
    let status = (action != Some(Action::DropAfter)).then_some(answer.status);
    shared
        .log
        .complete(number, completion(&answer, status, true));
    answer
}

/// Runs the service's handler, with the state on disk before the answer is let go.
fn process(desk: &Desk, call: &Call) -> Answer {
    let (answer, saved) = desk.shared.with_world(|world| handle(world, call));
    match saved {
        Ok(()) => answer,
        Err(error) => broken(&format!("Failed to save the sandbox's state: {error}")),
    }
}

fn handle(world: &mut World, call: &Call) -> Answer {
    exports::advance(world, call.now);
    match call.service {
        Service::Login => entra::handle(world, call),
        Service::Graph => graph::handle(world, call),
        Service::Arm => arm::handle(world, call),
        Service::PartnerCenter => partner_center::handle(world, call),
        Service::Blob => storage::blob::handle(world, call),
        Service::KeyVault => key_vault::handle(world, call),
    }
}

/// A mistake of the sandbox itself, which no client should mistake for Azure's.
fn broken(message: &str) -> Answer {
    Answer::json(
        500,
        json!({"error": {"code": "SandboxFailure", "message": message}}),
    )
}

fn prepared(
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: Option<Value>,
) -> Answer {
    let body = match body {
        None => Payload::Empty,
        Some(Value::String(text)) => Payload::Text {
            content_type: "text/html; charset=utf-8",
            text,
        },
        Some(value) => Payload::Json(value),
    };
    Answer {
        status,
        headers: headers.into_iter().collect(),
        body,
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn entry(call: &Call) -> LogEntry {
    let shown = |name: &header::HeaderName, value: &header::HeaderValue| {
        if name == header::AUTHORIZATION {
            REDACTED.to_owned()
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        }
    };
    LogEntry {
        number: 0,
        at: call.now,
        service: call.service,
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        request_headers: call
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), shown(name, value)))
            .collect(),
        request_body: call.loggable_body(),
        status: None,
        response_headers: std::collections::BTreeMap::new(),
        response_body: Value::Null,
        processed: false,
    }
}

fn completion(answer: &Answer, status: Option<u16>, processed: bool) -> Completion {
    Completion {
        status,
        headers: answer.loggable_headers(),
        body: answer.loggable_body(),
        processed,
    }
}
