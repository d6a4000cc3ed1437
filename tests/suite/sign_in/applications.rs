//! Applications: secret, certificate, federated token.

use azconnect::azure::cloud::Cloud;
use azconnect::azure::ids::{ClientId, TenantId};
use azconnect::azure::sign_in::{Method, OwnProof, claims, of_application};
use azconnect::error::Kind;
use azconnect::host::Host;
use azconnect::sandbox::{FederatedIdentityCredential, KeyCredential, ids};
use azconnect::secret::Secret;
use base64::Engine;
use serde_json::json;

use super::{Does, Lab, refusal};

#[tokio::test]
async fn auto_takes_what_a_pipeline_brings_and_says_why() {
    let lab = Lab::start().await;
    let env = [("AZURE_CLIENT_SECRET", ids::OPERATOR_SECRET.to_owned())];
    let signed_in = lab.pipeline(Method::Auto, &env).await.unwrap();
    assert_eq!(signed_in.method, Method::ServicePrincipal);
    assert!(signed_in.why.contains("AZURE_CLIENT_SECRET"));
    assert_eq!(signed_in.account, Some(ids::OPERATOR_CLIENT_ID.to_string()));
    assert_eq!(signed_in.tenant, Some(TenantId::new(ids::TENANT)));
    assert!(!format!("{signed_in:?} {:?}", signed_in.credential).contains(ids::OPERATOR_SECRET));

    let error = lab.pipeline(Method::Auto, &[]).await.unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("no_sign_in", Kind::SignedOut)
    );
}

#[tokio::test]
async fn a_wrong_secret_is_entras_refusal_with_its_remedy_and_without_the_secret() {
    let lab = Lab::start().await;
    let env = [("AZURE_CLIENT_SECRET", "hunter2".to_owned())];
    let error = refusal(
        lab.pipeline(Method::ServicePrincipal, &env).await,
        "AADSTS7000215",
    );
    assert!(error.correlation_id().is_some());
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[tokio::test]
async fn the_connections_own_secret_gives_its_own_token() {
    let lab = Lab::start().await;
    let (tenant, client_id) = (
        TenantId::new(ids::TENANT),
        ClientId::new(ids::OPERATOR_CLIENT_ID),
    );
    let secret = Secret::new(ids::OPERATOR_SECRET);
    let way = (lab.cloud.as_ref(), &lab.transport, &Host::made_of([]));
    let credential = of_application(way, tenant, client_id, OwnProof::Secret(&secret)).unwrap();
    let scope = Cloud::scope(&lab.cloud.arm_audience);
    let token = credential.get_token(&[&scope], None).await.unwrap();
    let known = claims(&token).unwrap();
    assert_eq!(
        (known.appid, known.idtyp.as_deref()),
        (Some(client_id), Some("app"))
    );
    assert!(!format!("{credential:?}").contains(ids::OPERATOR_SECRET));
}

#[tokio::test]
async fn a_certificate_proves_the_application_it_belongs_to() {
    let lab = Lab::start().await;
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    let certificate = rcgen::CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&pair)
        .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        format!("{}{}", pair.serialize_pem(), certificate.pem()),
    )
    .unwrap();
    let env = [(
        "AZURE_CLIENT_CERTIFICATE_PATH",
        file.path().display().to_string(),
    )];
    refusal(
        lab.pipeline(Method::ServicePrincipal, &env).await,
        "AADSTS700027",
    );

    let now = jiff::Timestamp::now();
    let key = base64::engine::general_purpose::STANDARD.encode(certificate.der());
    lab.sandbox.state(|state| {
        let application = state
            .applications
            .get_mut(&ids::OPERATOR_APPLICATION)
            .unwrap();
        application.key_credentials.push(KeyCredential {
            key_id: uuid::Uuid::new_v4(),
            display_name: None,
            key,
            start_date_time: now - jiff::SignedDuration::from_hours(1),
            end_date_time: now + jiff::SignedDuration::from_hours(1),
        });
    });
    let signed_in = lab.pipeline(Method::Auto, &env).await.unwrap();
    assert!(signed_in.why.contains("certificate"));
    assert_eq!(signed_in.account, Some(ids::OPERATOR_CLIENT_ID.to_string()));
}

#[tokio::test]
async fn a_federated_token_proves_an_application_and_a_pod() {
    let lab = Lab::start().await;
    let (issuer, subject) = (
        "https://issuer.example",
        "repo:contoso/costs:ref:refs/heads/main",
    );
    let audience = "api://AzureADTokenExchange";
    lab.sandbox.state(|state| {
        let application = state
            .applications
            .get_mut(&ids::OPERATOR_APPLICATION)
            .unwrap();
        application
            .federated_identity_credentials
            .push(FederatedIdentityCredential {
                id: uuid::Uuid::new_v4(),
                name: "costs".to_owned(),
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
                audiences: vec![audience.to_owned()],
                description: None,
                effective_at: jiff::Timestamp::UNIX_EPOCH,
            });
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    let env = [(
        "AZURE_FEDERATED_TOKEN_FILE",
        file.path().display().to_string(),
    )];
    let write = |subject: &str| {
        let until = jiff::Timestamp::now().as_second() + 600;
        let claims = json!({"iss": issuer, "sub": subject, "aud": audience, "exp": until});
        let key = jsonwebtoken::EncodingKey::from_secret(b"the identity provider's own");
        let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
        std::fs::write(file.path(), token).unwrap();
    };
    write(subject);
    for (method, taken) in [
        (Method::Auto, Method::ServicePrincipal),
        (Method::WorkloadIdentity, Method::WorkloadIdentity),
    ] {
        assert_eq!(lab.pipeline(method, &env).await.unwrap().method, taken);
    }
    write("repo:contoso/other");
    refusal(
        lab.pipeline(Method::ServicePrincipal, &env).await,
        "AADSTS700213",
    );
}

#[tokio::test]
async fn bad_input_is_refused_before_the_first_request() {
    let lab = Lab::start().await;
    let avery = lab.somebody(ids::AVERY_NAME, Does::SignsIn);
    let result = lab
        .sign_in(
            Method::Browser,
            &Host::made_of([]),
            Some("contoso.com/../evil?"),
            &avery,
        )
        .await;
    assert_eq!(result.unwrap_err().kind(), Kind::Usage);
    let missing = env_file("does-not-exist");
    let result = lab.pipeline(Method::ServicePrincipal, &missing).await;
    assert_eq!(result.unwrap_err().code(), "federated_token_file");
    assert!(lab.sandbox.log().is_empty() && avery.heard().is_empty());
}

fn env_file(path: &str) -> [(&'static str, String); 1] {
    [("AZURE_FEDERATED_TOKEN_FILE", path.to_owned())]
}
