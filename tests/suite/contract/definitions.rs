//! All definitions together: where they are, and which of them judges an exchange.

use std::path::{Path, PathBuf};

use super::arm_schemas::ArmSchemas;
use super::csdl::Model;
use super::exceptions::exception;
use super::exchange::{Exchange, Verdict};
use super::library::Library;
use super::swagger::{Found, Swagger};
use super::{entra, graph, partner_center};

/// Microsoft's definitions, read and indexed.
#[derive(Debug)]
pub(crate) struct Definitions {
    swagger: Swagger,
    arm_schemas: ArmSchemas,
    graph: Model,
}

const GRAPH: &str = "msgraph/v1.0-Prod.subset.csdl";

impl Definitions {
    /// Reads the definitions. None where they are absent: then a test prints [`Definitions::skipped`] and returns.
    ///
    /// # Panics
    /// When they are there, but broken.
    pub(crate) fn load() -> Option<Self> {
        let folder = folder();
        folder.is_dir().then(|| Self::open(&folder))
    }

    /// The sentence for a test that cannot run.
    pub(crate) fn skipped() -> String {
        format!(
            "contract: SKIPPED, the definitions are not here ({}; set AZCONNECT_SPECS to their folder)",
            folder().display()
        )
    }

    fn open(folder: &Path) -> Self {
        let library = Library::open(folder);
        let csdl = folder.join(GRAPH);
        let text = std::fs::read_to_string(&csdl)
            .unwrap_or_else(|error| panic!("{}: {error}", csdl.display()));
        Self {
            swagger: Swagger::new(library),
            arm_schemas: ArmSchemas::new(library),
            graph: Model::parse(&text),
        }
    }

    /// Judges one exchange.
    pub(crate) fn check(&self, exchange: &Exchange) -> Verdict {
        match exchange.service.as_str() {
            "login" => entra::judge(exchange).unwrap_or_else(|| self.excepted(exchange, None)),
            "graph" => graph::judge(&self.graph, exchange, GRAPH),
            "arm" => self.check_arm(exchange),
            "partner_center" => {
                partner_center::judge(exchange).unwrap_or_else(|| self.excepted(exchange, None))
            }
            _ => self.excepted(exchange, None),
        }
    }

    fn check_arm(&self, exchange: &Exchange) -> Verdict {
        let near = match self.swagger.judge(exchange) {
            Found::Covered(verdict) => return verdict,
            Found::Near(operation, fault) => Some((operation, fault)),
            Found::Nothing => None,
        };
        self.arm_schemas
            .judge(exchange)
            .unwrap_or_else(|| self.excepted(exchange, near))
    }

    /// Looks a request up that no definition covers; `near` is what comes nearest.
    fn excepted(&self, exchange: &Exchange, near: Option<(String, String)>) -> Verdict {
        let version = exchange.query_value("api-version");
        match (
            exception(&exchange.service, &exchange.method, &exchange.path, version),
            near,
        ) {
            (Some(reason), _) => {
                let faults = reason
                    .like
                    .map(|id| self.swagger.judge_like(id, exchange))
                    .unwrap_or_default();
                if faults.is_empty() {
                    Verdict::Excepted { reason }
                } else {
                    Verdict::Invalid {
                        operation: reason.like.map(str::to_owned),
                        faults,
                    }
                }
            }
            (None, Some((operation, fault))) => Verdict::Invalid {
                operation: Some(operation),
                faults: vec![fault],
            },
            (None, None) => Verdict::Uncovered,
        }
    }
}

/// `AZCONNECT_SPECS`, or `../shared/specs` beside the repository.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("AZCONNECT_SPECS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs"),
        PathBuf::from,
    )
}
