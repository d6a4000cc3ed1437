//! Typed calls to Azure. No prompts, no printing, no steps.

pub mod authorization;
pub mod billing;
pub mod billing_parts;
pub mod blob;
mod blob_list;
mod call;
pub mod client;
pub mod cloud;
pub mod cost_details;
pub mod cost_management;
mod decode;
pub mod deleted_items;
pub mod directory;
pub mod enterprise_apps;
pub mod error;
mod explain;
pub mod export;
mod export_failure;
pub mod exports;
mod failure;
pub mod graph;
pub mod graph_keys;
pub mod ids;
pub mod key_vault;
pub mod network_path;
pub mod openid;
mod operation;
mod pace;
pub mod partner_center;
mod partner_page;
pub mod resource_groups;
pub mod resource_providers;
pub mod sign_in;
pub mod storage_accounts;
pub mod subscriptions;
mod throttling;
pub mod transport;

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use uuid::Uuid;

use client::{Access, Api};
use cloud::Cloud;
use error::Facts;
pub use error::{AzureError, Result};
use transport::Transport;

use crate::remedies::Service;

/// The APIs of one cloud, asked by one identity.
///
/// Two of these exist in a run: one for the person who signs in, one for the connection's own credential. They share nothing but the
/// transport, so a check cannot borrow the administrator's rights.
#[derive(Debug, Clone)]
pub struct Azure {
    graph: Api,
    arm: Api,
    login: Api,
    partner_center: Api,
    run: Uuid,
    pace: Arc<pace::Pace>,
    cloud: Arc<Cloud>,
    transport: Transport,
    credential: Arc<dyn TokenCredential>,
}

impl Azure {
    /// The APIs of `cloud` for whoever `credential` stands for.
    pub fn new(
        cloud: &Arc<Cloud>,
        transport: &Transport,
        credential: Arc<dyn TokenCredential>,
        facts: Facts,
    ) -> Self {
        let access = Access {
            cloud,
            transport,
            credential: Some(credential.clone()),
            facts: Arc::new(facts),
        };
        let nobody = Access {
            credential: None,
            ..access.clone()
        };
        Azure {
            graph: Api::new(Service::Graph, &cloud.graph, &cloud.graph_audience, &access),
            arm: Api::new(Service::Arm, &cloud.arm, &cloud.arm_audience, &access),
            login: Api::new(Service::Entra, &cloud.login, "", &nobody),
            partner_center: Api::new(
                Service::PartnerCenter,
                &cloud.partner_center,
                &cloud.partner_center_audience,
                &access,
            ),
            run: transport.run(),
            pace: Arc::default(),
            cloud: cloud.clone(),
            transport: transport.clone(),
            credential,
        }
    }

    /// The same APIs, whose failures' remedies know more: the vendor, the run that is in the journal.
    #[must_use]
    pub fn knowing(&self, facts: &[(&'static str, String)]) -> Self {
        Azure {
            graph: self.graph.knowing(facts.iter().cloned()),
            arm: self.arm.knowing(facts.iter().cloned()),
            login: self.login.knowing(facts.iter().cloned()),
            partner_center: self.partner_center.knowing(facts.iter().cloned()),
            ..self.clone()
        }
    }

    /// This run's values, for the remedies of a failure that a step finds by itself.
    pub fn facts(&self) -> Arc<Facts> {
        self.arm.facts()
    }

    /// Whoever is asking.
    pub fn credential(&self) -> &Arc<dyn TokenCredential> {
        &self.credential
    }

    /// Sorts a credential's own failure: Entra ID's refusal, or the network.
    pub fn explain(&self, error: azure_core::Error) -> AzureError {
        self.arm.sign_in_failure(error)
    }
}
