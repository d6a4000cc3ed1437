//! What all services share: the state behind one lock, and what is around it.
//!
//! [`super::dispatch`] runs each request's handler through [`Shared::with_world`], so that handlers are plain functions
//! that never see half a change, and the state is on disk before the answer leaves.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::entra::sessions::Sessions;
use super::faults::Faults;
use super::log::RequestLog;
use super::state_file::{self, StateFile};
use super::tenant::State;
use super::tokens::TokenKeys;
use super::{Endpoints, Options, Replication, SandboxError};

/// What the servers of one sandbox share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) endpoints: Endpoints,
    pub(super) faults: Faults,
    pub(super) log: RequestLog,
    pub(super) latency: Duration,
    locked: Mutex<Locked>,
}

#[derive(Debug)]
struct Locked {
    world: World,
    file: Option<StateFile>,
}

/// What a handler may read and change.
#[derive(Debug)]
pub(super) struct World {
    /// What exists; saved.
    pub(super) state: State,
    /// Open sign-ins; lost at the end of the process, as nobody can return to them.
    pub(super) sessions: Sessions,
    /// Times of recent cost queries by caller and scope.
    pub(super) cost_queries: BTreeMap<(Uuid, String), VecDeque<Timestamp>>,
    /// Times of recent requests to Partner Center by partner and customer.
    pub(super) partner_requests: BTreeMap<(Uuid, String), VecDeque<Timestamp>>,
    /// Recent query processing units by directory.
    pub(super) cost_units: BTreeMap<Uuid, VecDeque<(Timestamp, i64)>>,
    /// How long changes take to be seen.
    pub(super) replication: Replication,
    /// Signs and checks access tokens.
    pub(super) keys: TokenKeys,
    /// Where the login service listens, for the audience of client assertions.
    pub(super) login: String,
    /// Where the blob service listens, for the endpoints of storage accounts.
    pub(super) blob: String,
}

impl Shared {
    /// Loads the state, and saves it where it is new.
    pub(super) fn open(options: &Options, endpoints: Endpoints) -> Result<Self, SandboxError> {
        let world = World {
            state: state_file::load(options)?,
            sessions: Sessions::default(),
            cost_queries: BTreeMap::new(),
            partner_requests: BTreeMap::new(),
            cost_units: BTreeMap::new(),
            replication: options.replication,
            keys: TokenKeys::of_this_process()?,
            login: endpoints.login.clone(),
            blob: endpoints.blob.clone(),
        };
        let log =
            RequestLog::new(options.request_log.as_deref()).map_err(|source| SandboxError::Io {
                what: "Failed to open the request log".to_owned(),
                source,
            })?;
        let shared = Self {
            endpoints,
            faults: Faults::default(),
            log,
            latency: options.latency,
            locked: Mutex::new(Locked {
                world,
                file: options.state_file.clone().map(StateFile::new),
            }),
        };
        let ((), saved) = shared.with_world(|_| ());
        saved.map_err(|source| SandboxError::Io {
            what: "Failed to write the state file".to_owned(),
            source,
        })?;
        Ok(shared)
    }

    /// Runs one change as a whole, then saves the state if it changed.
    pub(super) fn with_world<R>(
        &self,
        change: impl FnOnce(&mut World) -> R,
    ) -> (R, io::Result<()>) {
        // A handler that panicked (a bug of ours) may have left half a change; going on is more useful than a deaf server.
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let Locked { world, file } = &mut *locked;
        let result = change(world);
        let saved = file.as_mut().map_or(Ok(()), |file| file.save(&world.state));
        (result, saved)
    }
}
