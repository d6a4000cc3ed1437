//! Listing and reading.

use std::collections::BTreeSet;

use super::server::azurite;
use super::*;

#[tokio::test]
async fn a_list_of_several_pages_is_whole_and_in_order() {
    let Some(azurite) = azurite("a_list_of_several_pages_is_whole_and_in_order") else {
        return;
    };
    azurite.make("pages").await;
    for at in 0..25 {
        azurite
            .write("pages", &format!("costs/{at:02}.csv"), "x")
            .await;
    }
    azurite.write("pages", "other/1.csv", "x").await;
    let blobs = container(azurite, "pages").in_pages_of(7);
    let names: Vec<String> = listed(&blobs, "costs/")
        .await
        .unwrap()
        .into_iter()
        .map(|blob| blob.name)
        .collect();
    let expected: Vec<String> = (0..25).map(|at| format!("costs/{at:02}.csv")).collect();
    assert_eq!(names, expected);
    assert_eq!(listed(&blobs, "").await.unwrap().len(), 26);
    assert_eq!(listed(&blobs, "none/").await.unwrap(), []);
}

#[tokio::test]
async fn names_come_and_go_as_they_are() {
    let Some(azurite) = azurite("names_come_and_go_as_they_are") else {
        return;
    };
    azurite.make("names").await;
    let names = [
        "a & b.csv",
        "<c>\"d\"'e'.csv",
        " leading and  double.csv",
        "größe/日本/🦀.csv",
        "100%/%41#?x=1&y=2.csv",
        "plus+and;semicolon,.csv",
        "&amp;&lt;.csv",
    ];
    for name in names {
        azurite.write("names", name, name).await;
    }
    let blobs = container(azurite, "names");
    let found: BTreeSet<String> = listed(&blobs, "")
        .await
        .unwrap()
        .into_iter()
        .map(|blob| blob.name)
        .collect();
    assert_eq!(found, BTreeSet::from(names.map(str::to_owned)));
    for name in names {
        assert_eq!(read(&blobs, name).await.unwrap(), name.as_bytes(), "{name}");
        let one = listed(&blobs, name).await.unwrap();
        assert_eq!(one.len(), 1, "as a prefix: {name}");
        assert_eq!(one[0].length, name.len() as u64);
    }
}

#[tokio::test]
async fn a_blob_is_read_in_chunks() {
    let Some(azurite) = azurite("a_blob_is_read_in_chunks") else {
        return;
    };
    azurite.make("chunks").await;
    let large: Vec<u8> = (0..5_000_000u32).map(|at| (at % 251) as u8).collect();
    azurite.write("chunks", "large", large.clone()).await;
    azurite.write("chunks", "empty", "").await;
    let blobs = container(azurite, "chunks");
    assert!(read(&blobs, "large").await.unwrap() == large);
    assert_eq!(read(&blobs, "empty").await.unwrap(), b"");
    // What is written anew in between is not mixed with what was there.
    let mut download = blobs.open("large").unwrap();
    assert_eq!(
        download.next().await.unwrap().unwrap().len(),
        2 * 1024 * 1024
    );
    azurite.write("chunks", "large", large).await;
    let error = download.next().await.unwrap_err();
    assert_eq!(
        (error.status(), error.code()),
        (Some(412), "ConditionNotMet")
    );
}

#[tokio::test]
async fn refusals_have_the_services_own_codes() {
    let Some(azurite) = azurite("refusals_have_the_services_own_codes") else {
        return;
    };
    azurite.make("refusals").await;
    let good = container(azurite, "refusals");
    let code = |error: AzureError| {
        let status = error.status();
        let code = error.code().to_owned();
        let explained = azconnect::error::Error::from(error);
        assert!(
            explained.reason().is_some() && explained.correlation_id().is_some(),
            "{explained:?}"
        );
        (status, code)
    };
    let missing = container(azurite, "missing");
    assert_eq!(
        code(listed(&missing, "").await.unwrap_err()),
        (Some(404), "ContainerNotFound".into())
    );
    assert_eq!(
        code(read(&good, "none").await.unwrap_err()),
        (Some(404), "BlobNotFound".into())
    );
    let (azure, ..) = azure(azurite, SignedDuration::from_hours(1));
    let stranger = azure.blobs(&account("nobodys"), "costs").unwrap();
    assert_eq!(
        code(listed(&stranger, "").await.unwrap_err()),
        (Some(404), "ResourceNotFound".into())
    );
    let (late, ..) = super::azure(azurite, SignedDuration::from_hours(-1));
    let refused = late.blobs(&account(ACCOUNT), "refusals").unwrap();
    assert_eq!(
        code(listed(&refused, "").await.unwrap_err()),
        (Some(403), "AuthenticationFailed".into())
    );
}
