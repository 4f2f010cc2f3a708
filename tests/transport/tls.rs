//! Whom the transport trusts.

use crate::server::{http, limits, ok, post, read_request};
use correctover::analyze::TransportFailure;
use correctover::execute::{Config, Http, Target};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The authority's certificate as a file, as `NODE_EXTRA_CA_CERTS` names one.
fn pem_file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("correctover-{}-{name}.pem", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

/// A server for `localhost` with a certificate made for these names, by this authority or by itself.
async fn serve(names: &[&str], valid_until: i32, authority: Option<&Authority>) -> Target {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(valid_until, 1, 1);
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, authority),
        None => params.self_signed(&key),
    };
    let chain = vec![CertificateDer::from(certificate.unwrap())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::parse(&format!("https://localhost:{}/", listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while read_request(&mut stream).await.is_some() {
                    stream.write_all(ok("fine").as_bytes()).await.unwrap();
                }
            });
        }
    });
    target
}

async fn refused(http: &Http, target: &Target) -> String {
    let failure = http.whole(&post(target), &limits()).await.unwrap_err();
    assert!(matches!(failure.kind, TransportFailure::Tls(_)) && !failure.sent, "{failure}");
    failure.detail
}

#[tokio::test]
async fn an_extra_authority_is_trusted_for_the_right_name_and_date_only() {
    let authority = authority();
    let http = Http::new(Config { extra_roots: Some(pem_file("good", &authority.pem())), ..Config::default() });

    let good = serve(&["localhost"], 2099, Some(&authority)).await;
    for reused in [false, true] {
        let received = http.whole(&post(&good), &limits()).await.unwrap();
        assert_eq!((&received.body[..], received.phases.reused), (&b"fine"[..], reused));
        assert_eq!(received.phases.tls.is_some(), !reused);
    }

    let wrong_host = serve(&["example.com"], 2099, Some(&authority)).await;
    assert_eq!(refused(&http, &wrong_host).await, "the certificate is not for localhost");
    let expired = serve(&["localhost"], 2001, Some(&authority)).await;
    assert_eq!(refused(&http, &expired).await, "the certificate of localhost has expired");
    let stranger = serve(&["localhost"], 2099, Some(&self::authority())).await;
    assert!(refused(&http, &stranger).await.contains("no trusted authority"));
    let self_signed = serve(&["localhost"], 2099, None).await;
    assert!(refused(&http, &self_signed).await.contains("localhost"));
}

#[tokio::test]
async fn without_the_extra_file_nothing_private_is_trusted() {
    let authority = authority();
    let target = serve(&["localhost"], 2099, Some(&authority)).await;
    assert_eq!(refused(&http(), &target).await, "the certificate of localhost comes from no trusted authority");
}

#[tokio::test]
async fn an_extra_file_that_adds_nothing_is_named_where_trust_fails() {
    let target = serve(&["localhost"], 2099, Some(&authority())).await;
    for (path, why) in [
        (PathBuf::from("/no/such/file.pem"), "/no/such/file.pem"),
        (pem_file("empty", "no certificate"), "no certificate in it"),
    ] {
        let http = Http::new(Config { extra_roots: Some(path), ..Config::default() });
        let detail = refused(&http, &target).await;
        assert!(detail.contains(why), "{detail}");
    }
}

#[tokio::test]
async fn a_peer_without_tls_is_told_apart() {
    let server = crate::server::Server::start(|mut peer| async move {
        peer.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        peer.closed_by_client().await;
    })
    .await;
    let target = Target::parse(&format!("https://127.0.0.1:{}/", server.target.origin().port)).unwrap();
    assert!(refused(&http(), &target).await.starts_with("no TLS with 127.0.0.1"));
}
