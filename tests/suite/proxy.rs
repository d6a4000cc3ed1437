//! Through a company's proxy, against Microsoft's own host names; and where tokens and links must not go.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use azconnect::sandbox::{Action, LogEntry, Options, Replication, Rule, Service};
use serde_json::{Value, json};

use crate::failing::hints;
use crate::lab::Lab;

const HOSTS: [&str; 3] = [
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "management.azure.com",
];

/// A proxy that knows the way to a few hosts, and notes who was asked for.
struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(routes: BTreeMap<String, String>) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (routes, noted) = (routes.clone(), noted.clone());
                std::thread::spawn(move || _ = tunnel(stream, &routes, &noted));
            }
        });
        Proxy { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(
    mut client: TcpStream,
    routes: &BTreeMap<String, String>,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = BufReader::new(client.try_clone()?);
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let host = request
        .split_whitespace()
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    noted.lock().unwrap().push(host.clone());
    let Some(address) = routes.get(&host) else {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
    };
    let mut server = TcpStream::connect(address)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut up, mut down) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        _ = std::io::copy(&mut head, &mut up);
        _ = up.shutdown(std::net::Shutdown::Write);
    });
    std::io::copy(&mut server, &mut down)?;
    down.shutdown(std::net::Shutdown::Write)
}

/// A laboratory whose servers answer to Microsoft's names, and the proxy that leads there.
fn behind_a_proxy() -> (Lab, Proxy) {
    let mut lab = Lab::with(Options {
        replication: Replication::none(),
        extra_hosts: HOSTS.map(str::to_owned).to_vec(),
        ..Options::default()
    });
    let endpoints = lab.sandbox().endpoints().clone();
    let routes = HOSTS
        .iter()
        .zip([endpoints.login, endpoints.graph, endpoints.arm])
        .map(|(host, endpoint)| (format!("{host}:443"), endpoint.replace("https://", "")))
        .collect();
    let proxy = Proxy::start(routes);
    lab.env
        .insert("HTTPS_PROXY".into(), format!("http://{}", proxy.address));
    (lab, proxy)
}

#[test]
fn real_host_names_behind_a_proxy_work_as_well_as_a_cloud_file() {
    let (mut lab, proxy) = behind_a_proxy();
    lab.env.remove("AZCONNECT_CLOUD");
    let ca = lab.home().join("ca.pem").display().to_string();
    let document = lab
        .run_init(&["--cloud", "public", "--ca-file", &ca])
        .exits(0)
        .json();
    assert_eq!(document["ok"], true);
    assert_eq!(document["connection"]["cloud"], "public");
    let plain = Lab::new().run_init(&[]).exits(0).json();
    let outline = |document: &Value| -> Vec<String> {
        let both = ["steps", "checks"].map(|key| document[key].as_array().unwrap().clone());
        both.concat()
            .iter()
            .map(|entry| format!("{} {}", entry["id"], entry["status"]))
            .collect()
    };
    assert_eq!(outline(&document), outline(&plain));
    let mut hosts = proxy.asked();
    hosts.sort();
    hosts.dedup();
    let mut expected = HOSTS.map(|host| format!("{host}:443"));
    expected.sort();
    assert_eq!(hosts, expected);
}

#[test]
fn without_its_certificate_the_way_to_get_it_is_said() {
    let (mut lab, _proxy) = behind_a_proxy();
    lab.env.remove("AZCONNECT_CLOUD");
    let document = lab.run_init(&["--cloud", "public"]).exits(1).json();
    assert_eq!(document["error"]["code"], "tls-unknown-issuer");
    assert!(
        document["error"]["message"]
            .as_str()
            .unwrap()
            .contains("login.microsoftonline.com")
    );
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("--ca-file"))
    );
}

#[test]
fn a_proxy_that_refuses_is_named_as_the_cause() {
    let mut lab = Lab::new();
    let proxy = Proxy::start(BTreeMap::new());
    lab.env.remove("AZCONNECT_CLOUD");
    lab.env
        .insert("HTTPS_PROXY".into(), format!("http://{}", proxy.address));
    let document = lab.run_init(&["--cloud", "public"]).exits(1).json();
    assert_eq!(document["error"]["code"], "proxy", "{document:#}");
    assert!(
        hints(&document)
            .iter()
            .any(|hint| hint.contains("HTTPS_PROXY"))
    );
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let (lab, proxy) = behind_a_proxy();
    lab.run_init(&[]).exits(0);
    let store = format!("file:{}", lab.home().join("other.env").display());
    let sandboxed = [
        "init",
        "spot-cost-intelligence",
        "--sandbox",
        "--yes",
        "--store",
        &store,
        "--output",
        "json",
    ];
    lab.run(&sandboxed).exits(0).json();
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn tokens_go_to_their_own_host_only() {
    let lab = Lab::new();
    lab.run_init(&[]).exits(0);
    let scopes = [
        "https://management.azure.com/.default",
        "https://graph.microsoft.com/.default",
    ];
    for entry in lab.log() {
        // The services check the audience themselves: a token on the wrong host is answered with 401.
        assert_ne!(entry.status, Some(401), "{entry:#?}");
        let has_token = entry.request_headers.contains_key("authorization");
        assert_eq!(has_token, entry.service != Service::Login, "{entry:#?}");
        if entry.service == Service::Login && entry.path.ends_with("/token") {
            let scope = entry.request_body["scope"].as_str().unwrap();
            assert!(scopes.contains(&scope), "{scope}");
        }
    }
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let lab = Lab::new();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = format!(
        "https://{}/subscriptions?page=2",
        stranger.local_addr().unwrap()
    );
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Arm),
        method: Some("GET".into()),
        path_contains: Some("/subscriptions".into()),
        nth: 1,
        times: 1000,
        action: Action::Respond {
            status: 200,
            headers: BTreeMap::new(),
            body: Some(json!({"value": [], "nextLink": link})),
        },
    });
    let document = lab.run_init(&[]).exits(1).json();
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("a link to another host (127.0.0.1"),
        "{message}"
    );
    stranger.set_nonblocking(true).unwrap();
    let asked = stranger.accept();
    assert!(asked.is_err(), "the other host was asked: {asked:?}");
    let of_arm =
        |entry: &&LogEntry| entry.service == Service::Arm && entry.path.ends_with("/subscriptions");
    assert_eq!(lab.log().iter().filter(of_arm).count(), 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let lab = Lab::new();
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = format!("https://{}/tenants", stranger.local_addr().unwrap());
    lab.sandbox().faults().add(Rule {
        service: Some(Service::Arm),
        method: None,
        path_contains: None,
        nth: 1,
        times: 1000,
        action: Action::Respond {
            status: 307,
            headers: BTreeMap::from([("Location".to_owned(), elsewhere)]),
            body: None,
        },
    });
    let apps = |lab: &Lab| lab.state(|state| state.applications.len());
    let before = apps(&lab);
    let document = lab.run_init(&[]).exits(1).json();
    assert_eq!(document["error"]["code"], "not-json", "{document:#}");
    stranger.set_nonblocking(true).unwrap();
    assert!(stranger.accept().is_err());
    assert_eq!(apps(&lab), before);
}
