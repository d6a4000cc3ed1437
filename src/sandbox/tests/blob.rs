//! The blob service: lists, pages, folders, and blobs as a whole and in part.

use jiff::{SignedDuration, Timestamp};
use uuid::{Uuid, uuid};

use super::super::{BlobBody, Replication, State, ids};
use super::client::{Harness, Reply};

pub(super) const STORAGE: &str = "https://storage.azure.com/.default";
pub(super) const READER: Uuid = uuid!("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
const VERSION: &str = "2023-11-03";

/// Contoso with a container that the operator may read.
pub(super) fn seed() -> State {
    let mut state = State::contoso();
    state.add_storage_account(ids::SUBSCRIPTION, "costs", "ours");
    let container = state.add_container("ours", "exports").unwrap();
    state.assign_role(ids::OPERATOR_SERVICE_PRINCIPAL, READER, &container);
    state
}

pub(super) fn add(state: &mut State, name: &str, body: BlobBody, age: i64) {
    let time = Timestamp::now() - SignedDuration::from_secs(age);
    state
        .add_blob(("ours", "exports"), name, body, time)
        .unwrap();
}

pub(super) async fn get(harness: &Harness, rest: &str, headers: &[(&str, &str)]) -> Reply {
    ask(harness, "GET", rest, headers).await
}

async fn ask(harness: &Harness, method: &str, rest: &str, extra: &[(&str, &str)]) -> Reply {
    let token = harness.operator(STORAGE).await;
    let authorization = format!("Bearer {token}");
    let mut headers = vec![
        ("authorization", authorization.as_str()),
        ("x-ms-version", VERSION),
    ];
    headers.extend(extra);
    let url = format!("{}/{rest}", harness.sandbox.endpoints().blob);
    harness.send(method, &url, &headers, None).await.unwrap()
}

pub(super) const LIST: &str = "ours/exports?restype=container&comp=list";

#[tokio::test]
async fn a_list_is_written_as_azure_writes_it() {
    let mut state = seed();
    let text = BlobBody::Text("a,b\n1,2\n".to_owned());
    state
        .add_blob(
            ("ours", "exports"),
            "a & b/part_0.csv",
            text,
            "2018-03-14T08:20:47Z".parse().unwrap(),
        )
        .unwrap();
    let harness = Harness::with(Replication::none(), state).await;
    let reply = get(&harness, LIST, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.headers["content-type"], "application/xml");
    assert_eq!(reply.headers["x-ms-version"], VERSION);
    let blob = &harness.sandbox.endpoints().blob;
    let expected = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"{blob}/ours/\" \
         ContainerName=\"exports\"><Blobs><Blob><Name>a &amp; b/part_0.csv</Name><Properties>\
         <Creation-Time>Wed, 14 Mar 2018 08:20:47 GMT</Creation-Time><Last-Modified>Wed, 14 Mar 2018 08:20:47 GMT</Last-Modified>\
         <Etag>0x8D589847D14D980</Etag><Content-Length>8</Content-Length><Content-Type>application/octet-stream</Content-Type>\
         <Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5 /><Cache-Control /><Content-Disposition />\
         <BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred>\
         <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted>\
         </Properties><OrMetadata /></Blob></Blobs><NextMarker /></EnumerationResults>"
    );
    assert_eq!(reply.text(""), expected);
}

/// What stands between two tags, each time.
fn texts(reply: &Reply, tag: &str) -> Vec<String> {
    let whole = reply.text("");
    whole
        .split(&format!("<{tag}>"))
        .skip(1)
        .map(|rest| rest.split("</").next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps() {
    let mut state = seed();
    for number in 0..25 {
        add(
            &mut state,
            &format!("in/{number:02}"),
            BlobBody::Filler(1),
            60,
        );
    }
    add(&mut state, "out", BlobBody::Filler(1), 60);
    let harness = Harness::with(Replication::none(), state).await;
    let (mut names, mut marker, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = get(
            &harness,
            &format!("{LIST}&prefix=in/&maxresults=10&marker={marker}"),
            &[],
        )
        .await;
        assert_eq!(texts(&page, "MaxResults"), ["10"]);
        names.extend(texts(&page, "Name"));
        pages += 1;
        match texts(&page, "NextMarker").first() {
            Some(next) => marker = next.replace('=', "%3D"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(
        names,
        (0..25)
            .map(|number| format!("in/{number:02}"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_page_has_at_most_5000() {
    let mut state = seed();
    for number in 0..5001 {
        add(&mut state, &format!("{number:04}"), BlobBody::Filler(1), 60);
    }
    let harness = Harness::with(Replication::none(), state).await;
    let page = get(&harness, &format!("{LIST}&maxresults=9000"), &[]).await;
    assert_eq!(texts(&page, "Name").len(), 5000);
    assert_eq!(texts(&page, "NextMarker").len(), 1);
    for (maxresults, code) in [
        ("0", "OutOfRangeQueryParameterValue"),
        ("x", "InvalidQueryParameterValue"),
    ] {
        let refused = get(&harness, &format!("{LIST}&maxresults={maxresults}"), &[]).await;
        assert_eq!(
            (refused.status, &refused.headers["x-ms-error-code"]),
            (400, &code.parse().unwrap())
        );
    }
}

#[tokio::test]
async fn folders_stand_for_what_is_in_them() {
    let mut state = seed();
    for name in ["a/1", "a/2", "a/b/3", "c/4", "top"] {
        add(&mut state, name, BlobBody::Filler(1), 60);
    }
    let harness = Harness::with(Replication::none(), state).await;
    let top = get(&harness, &format!("{LIST}&delimiter=/"), &[]).await;
    assert_eq!(texts(&top, "Name"), ["a/", "c/", "top"]);
    assert!(
        top.text("")
            .contains("<BlobPrefix><Name>a/</Name></BlobPrefix>")
    );
    let below = get(&harness, &format!("{LIST}&delimiter=/&prefix=a/"), &[]).await;
    assert_eq!(texts(&below, "Name"), ["a/1", "a/2", "a/b/"]);
    let second = get(&harness, &format!("{LIST}&delimiter=/&maxresults=1"), &[]).await;
    let marker = texts(&second, "NextMarker").remove(0);
    let rest = get(
        &harness,
        &format!("{LIST}&delimiter=/&marker={}", marker.replace('=', "%3D")),
        &[],
    )
    .await;
    assert_eq!(texts(&rest, "Name"), ["c/", "top"]);
}

#[tokio::test]
async fn blobs_to_come_are_not_there_yet() {
    let mut state = seed();
    add(&mut state, "now", BlobBody::Filler(1), 60);
    add(&mut state, "later", BlobBody::Filler(1), -1);
    let harness = Harness::with(Replication::none(), state).await;
    assert_eq!(texts(&get(&harness, LIST, &[]).await, "Name"), ["now"]);
    assert_eq!(
        get(&harness, "ours/exports/later", &[]).await.headers["x-ms-error-code"],
        "BlobNotFound"
    );
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(
        texts(&get(&harness, LIST, &[]).await, "Name"),
        ["later", "now"]
    );
    assert_eq!(get(&harness, "ours/exports/later", &[]).await.status, 200);
}

#[tokio::test]
async fn blobs_are_read_as_a_whole_and_in_part() {
    let mut state = seed();
    add(
        &mut state,
        "d/text",
        BlobBody::Text("abcdefghij".to_owned()),
        60,
    );
    add(
        &mut state,
        "d/bytes",
        BlobBody::Base64("/+7dzA==".to_owned()),
        60,
    );
    add(&mut state, "empty", BlobBody::Text(String::new()), 60);
    let harness = Harness::with(Replication::none(), state).await;
    let whole = get(&harness, "ours/exports/d/text", &[]).await;
    assert_eq!((whole.status, whole.text("").as_str()), (200, "abcdefghij"));
    let etag = whole.headers["etag"].to_str().unwrap().to_owned();
    for (range, status, text, content_range) in [
        ("bytes=2-4", 206, "cde", "bytes 2-4/10"),
        ("bytes=7-", 206, "hij", "bytes 7-9/10"),
        ("bytes=0-99", 206, "abcdefghij", "bytes 0-9/10"),
    ] {
        let part = get(&harness, "ours/exports/d/text", &[("range", range)]).await;
        assert_eq!(
            (part.status, part.text("").as_str()),
            (status, text),
            "{range}"
        );
        assert_eq!(part.headers["content-range"], content_range);
    }
    let beyond = get(
        &harness,
        "ours/exports/d/text",
        &[("x-ms-range", "bytes=10-")],
    )
    .await;
    assert_eq!(
        (beyond.status, &beyond.headers["x-ms-error-code"]),
        (416, &"InvalidRange".parse().unwrap())
    );
    assert_eq!(
        get(&harness, "ours/exports/empty", &[("range", "bytes=0-1")])
            .await
            .status,
        416
    );
    assert_eq!(
        get(&harness, "ours/exports/empty", &[]).await.headers["content-length"],
        "0"
    );
    let bytes = get(&harness, "ours/exports/d/bytes", &[]).await;
    assert_eq!(bytes.headers["content-length"], "4");
    let properties = ask(&harness, "HEAD", "ours/exports/d/text", &[]).await;
    assert_eq!(
        (properties.status, &properties.headers["content-length"]),
        (200, &"10".parse().unwrap())
    );
    assert_eq!(properties.headers["x-ms-blob-type"], "BlockBlob");
    let other = get(&harness, "ours/exports/d/text", &[("if-match", "\"0x1\"")]).await;
    assert_eq!(
        (other.status, &other.headers["x-ms-error-code"]),
        (412, &"ConditionNotMet".parse().unwrap())
    );
    assert_eq!(
        get(&harness, "ours/exports/d/text", &[("if-match", &etag)])
            .await
            .status,
        200
    );
    assert_eq!(
        get(&harness, "ours/exports/d/text", &[("if-none-match", &etag)])
            .await
            .status,
        304
    );
}

#[tokio::test]
async fn filler_is_as_long_as_it_says() {
    let mut state = seed();
    add(&mut state, "big", BlobBody::Filler(5_000_123), 60);
    let harness = Harness::with(Replication::none(), state).await;
    let whole = get(&harness, "ours/exports/big", &[]).await;
    assert_eq!((whole.status, whole.text("").len()), (200, 5_000_123));
    assert_eq!(whole.headers["content-length"], "5000123");
    let part = get(&harness, "ours/exports/big", &[("range", "bytes=100-299")]).await;
    assert_eq!((part.status, part.text("").len()), (206, 200));
}

#[tokio::test]
async fn a_container_tells_of_itself() {
    let mut state = seed();
    let harness = {
        state.add_container("ours", "other");
        Harness::with(Replication::none(), state).await
    };
    for method in ["GET", "HEAD"] {
        let own = ask(&harness, method, "ours/exports?restype=container", &[]).await;
        assert_eq!(
            (own.status, &own.headers["x-ms-lease-state"]),
            (200, &"available".parse().unwrap())
        );
    }
    // An owner may read what the container is, but not what is in it.
    assert_eq!(
        get(&harness, "ours/other?restype=container", &[])
            .await
            .status,
        200
    );
    let list = get(&harness, "ours/other?restype=container&comp=list", &[]).await;
    assert_eq!(
        list.headers["x-ms-error-code"],
        "AuthorizationPermissionMismatch"
    );
}
