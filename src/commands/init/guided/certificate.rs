//! A certificate whose key is made on this machine: the key is kept before the person is shown what to upload, so that a run that is cut
//! off goes on with the same one.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::Walk;
use crate::azure::{Azure, Result as AzureResult};
use crate::commands::init::in_hand::{entry, put};
use crate::connection::{Credential, Receipt};
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use crate::steps::certificate::{self, CertificateStep};
use crate::steps::{Declared, Step, application};

/// What is to be uploaded.
pub(super) struct Uploaded {
    /// The public certificate, DER in base64: what it is known again by.
    public: String,
    /// The file that the person chooses in the portal.
    pub(super) file: PathBuf,
}

impl Walk<'_> {
    /// Makes key and certificate where this step needs them and they are not there yet.
    ///
    /// # Errors
    /// `Storage` where the key can't be kept or the file not be written.
    pub(super) async fn prepare(&mut self, step: &dyn Step) -> Result<()> {
        let Declared::Certificate {
            given: None, days, ..
        } = step.declared()
        else {
            return Ok(());
        };
        if self.uploaded.is_some() || self.known.is_some() {
            return Ok(());
        }
        let name = self.decided.spec.name.to_string();
        let client_id = self
            .receipts
            .get(application::ID)
            .and_then(|receipt| receipt.fact("client_id"))
            .ok_or_else(|| Error::bug("a certificate was asked for without an application"))?;
        let kept = self.decided.store.get(&name).await?;
        let kept = kept.filter(|pem| certificate::public_of(pem).is_some());
        let pem: Secret = match kept {
            Some(pem) => pem,
            None => {
                let now = self.app.host.now();
                let made = certificate::make(&name, days, now)?;
                let ends = now + SignedDuration::from_hours(24 * i64::from(days));
                let entry = entry(&self.decided, client_id, made.pem.clone(), Some(ends));
                self.decided.store.set(&entry).await?;
                made.pem
            }
        };
        let public = certificate::public_of(&pem)
            .ok_or_else(|| Error::bug("a certificate that can't be read again"))?;
        let file = self.write(&name, &public)?;
        put(&self.in_hand, pem);
        self.uploaded = Some(Uploaded { public, file });
        Ok(())
    }

    fn write(&self, name: &str, public: &str) -> Result<PathBuf> {
        let folder = self.app.paths.state.join("requests");
        let file = folder.join(format!("{name}.cer"));
        let lines: Vec<&str> = public
            .as_bytes()
            .chunks(64)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        );
        crate::store::paths::make_private_folder(&folder)
            .and_then(|()| crate::store::write_atomically(&file, pem.as_bytes()))
            .map_err(|error| {
                Error::new(
                    Kind::Storage,
                    "certificate_file",
                    format!(
                        "The public certificate can't be written to {}: {error}",
                        file.display()
                    ),
                )
                .hint("See that there is room and that the folder is yours, then run the same command again with `--resume`.")
            })?;
        Ok(file)
    }

    /// Looks for a step's thing; a certificate that was made here is known by itself, since nobody knows its ID before it is uploaded.
    pub(super) async fn find(
        &self,
        step: &dyn Step,
        azure: &Azure,
    ) -> AzureResult<Option<Receipt>> {
        let (Declared::Certificate { given: None, .. }, Some(uploaded)) =
            (step.declared(), &self.uploaded)
        else {
            return step.find(azure, &self.receipts).await;
        };
        let days = match self.decided.spec.credential {
            Credential::NewCertificate { days } => days,
            _ => 0,
        };
        let given = CertificateStep {
            connection: self.decided.spec.name.to_string(),
            days,
            given: Some(uploaded.public.clone()),
            known: None,
            kept_in: None,
            application_is_ours: false,
        };
        given.find(azure, &self.receipts).await
    }
}
