//! A request to one of Azure's APIs, before `client` sends it.

use azure_core::http::Method;
use azure_core::http::headers::HeaderName;
use serde_json::Value;

/// A request, before it is sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Option<Value>,
    pub(super) repeatable: bool,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Call::new(Method::Get, path, None)
    }

    /// A write to an id that we chose: sending it twice does no harm.
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Call::new(Method::Put, path, Some(body))
    }

    /// A change that may be sent twice (Graph's upserts and updates).
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Call::new(Method::Patch, path, Some(body))
    }

    /// A removal: what is gone stays gone.
    pub fn delete(path: impl Into<String>) -> Self {
        Call::new(Method::Delete, path, None)
    }

    /// A POST that only reads, such as a cost query.
    pub fn query(path: impl Into<String>, body: Value) -> Self {
        Call::new(Method::Post, path, Some(body))
    }

    /// A POST that must not be sent twice: it would make a second thing.
    pub fn post_once(path: impl Into<String>, body: Value) -> Self {
        Call {
            repeatable: false,
            ..Call::new(Method::Post, path, Some(body))
        }
    }

    /// A POST without a body that may be sent twice, such as a registration.
    pub fn post(path: impl Into<String>) -> Self {
        Call::new(Method::Post, path, None).header("content-length", "0")
    }

    /// A POST without a body that must not be sent twice.
    pub fn post_once_empty(path: impl Into<String>) -> Self {
        Call {
            repeatable: false,
            ..Call::post(path)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<HeaderName>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn new(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Call {
            method,
            path: path.into(),
            headers: Vec::new(),
            body,
            repeatable: true,
        }
    }
}
