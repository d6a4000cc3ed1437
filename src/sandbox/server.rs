//! Ports, TLS and connections.
//!
//! [`super::start`] binds and spawns. Each connection has a [`Line`] that can be cut, which is how a fault closes a
//! connection without an answer: the next write fails, and hyper drops the socket before a byte was sent.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificates::Certificates;
use super::dispatch;
use super::world::Shared;
use super::{Endpoints, SandboxError, Service};

/// How long a connection may take for its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long open requests may take after the end was asked for.
const FAREWELL: Duration = Duration::from_millis(500);

/// Binds one port of 127.0.0.1 for each service, in the order of [`Service::ALL`].
pub(super) async fn bind(first_port: Option<u16>) -> Result<Vec<TcpListener>, SandboxError> {
    let mut listeners = Vec::new();
    for (offset, _) in (0_u16..).zip(Service::ALL) {
        let port = first_port.map_or(0, |first| first.saturating_add(offset));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| SandboxError::Io {
                what: format!("Couldn't listen on 127.0.0.1 port {port}"),
                source,
            })?;
        listeners.push(listener);
    }
    Ok(listeners)
}

/// The addresses that were bound.
pub(super) fn endpoints(listeners: &[TcpListener]) -> Result<Endpoints, SandboxError> {
    let mut urls = listeners.iter().map(|listener| {
        listener
            .local_addr()
            .map(|address| format!("https://{address}"))
    });
    let mut next = || {
        urls.next()
            .unwrap_or_else(|| Err(io::ErrorKind::AddrNotAvailable.into()))
            .map_err(|source| SandboxError::Io {
                what: "Failed to read the bound address".to_owned(),
                source,
            })
    };
    Ok(Endpoints {
        login: next()?,
        graph: next()?,
        arm: next()?,
        partner_center: next()?,
        blob: next()?,
        key_vault: next()?,
    })
}

/// The running servers.
#[derive(Debug)]
pub(super) struct Servers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Servers {
    /// Stops listening, ends idle connections, and cuts the others after a moment.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            if tokio::time::timeout(FAREWELL, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

/// Starts one server for each listener.
pub(super) fn spawn(
    listeners: Vec<TcpListener>,
    certificates: &Certificates,
    shared: &Arc<Shared>,
) -> Servers {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    for (listener, service) in listeners.into_iter().zip(Service::ALL) {
        let listener = TlsListener::spawn(listener, certificates.acceptor.clone(), stopped.clone());
        let router = Router::new()
            .fallback(dispatch::answer)
            .with_state(dispatch::Desk::new(service, shared));
        let mut stopped = stopped.clone();
        let serve = axum::serve(
            listener,
            router.into_make_service_with_connect_info::<Line>(),
        )
        .with_graceful_shutdown(async move { _ = stopped.wait_for(|stopped| *stopped).await });
        tasks.push(tokio::spawn(async move { _ = serve.await }));
    }
    Servers { stop, tasks }
}

/// One connection, as the requests on it see it.
#[derive(Clone)]
pub(super) struct Line {
    cut: Arc<AtomicBool>,
}

impl Line {
    fn new() -> Self {
        Self {
            cut: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Closes the connection before another byte is sent.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::SeqCst) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Line")
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Hands over connections whose TLS handshake is done; a client that stalls in it holds up nobody else.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<TlsStream<TcpStream>>,
}

impl TlsListener {
    fn spawn(
        listener: TcpListener,
        acceptor: TlsAcceptor,
        mut stopped: watch::Receiver<bool>,
    ) -> Self {
        let (sender, ready) = mpsc::channel(16);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    _ = stopped.wait_for(|stopped| *stopped) => return,
                };
                match accepted {
                    Ok((stream, _)) => drop(tokio::spawn(handshake(
                        stream,
                        acceptor.clone(),
                        sender.clone(),
                    ))),
                    // Out of file descriptors, most likely: give the open connections time to end.
                    Err(error) => {
                        tracing::warn!(%error, "Failed to accept a connection to the sandbox");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        });
        Self { ready }
    }
}

async fn handshake(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<TlsStream<TcpStream>>,
) {
    _ = stream.set_nodelay(true);
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => _ = sender.send(stream).await,
        Ok(Err(error)) => tracing::debug!(%error, "A TLS handshake with the sandbox failed"),
        Err(_) => tracing::debug!("A TLS handshake with the sandbox took too long"),
    }
}

impl Listener for TlsListener {
    type Io = Cuttable;
    type Addr = Line;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(stream) => {
                let line = Line::new();
                (
                    Cuttable {
                        stream,
                        line: line.clone(),
                    },
                    line,
                )
            }
            // The accepting task has ended because the sandbox is being shut down.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Line::new())
    }
}

/// A TLS stream that fails once its [`Line`] is cut.
pub(super) struct Cuttable {
    stream: TlsStream<TcpStream>,
    line: Line,
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
