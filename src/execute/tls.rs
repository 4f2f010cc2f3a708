//! TLS: one configuration per transport, made when the first https call needs it.
//!
//! Certificates are always checked; nothing here can switch that off. Trusted are Mozilla's roots, compiled in, and
//! those of one extra file (what Node takes from `NODE_EXTRA_CA_CERTS`).

#![forbid(unsafe_code)]

use super::failure::Fault;
use crate::analyze::{TlsFailure, TransportFailure};
use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(super) struct Tls {
    extra_roots: Option<PathBuf>,
    ready: OnceLock<Result<Trust, String>>,
}

struct Trust {
    connector: TlsConnector,
    /// Why the extra file added nothing. Told only where trust then fails: Node, too, goes on without the file.
    missing: Option<String>,
}

impl Tls {
    pub fn new(extra_roots: Option<PathBuf>) -> Self {
        Self { extra_roots, ready: OnceLock::new() }
    }

    pub async fn handshake(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
        let trust = self
            .ready
            .get_or_init(|| Trust::new(self.extra_roots.as_deref()))
            .as_ref()
            .map_err(|error| Fault::new(TransportFailure::Tls(TlsFailure::Handshake), error.clone()))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Fault::new(
                TransportFailure::Tls(TlsFailure::WrongHost),
                format!("{host} cannot be the name in a certificate"),
            )
        })?;
        trust.connector.connect(name, stream).await.map_err(|error| trust.explain(host, &error))
    }
}

// === impl Trust ===

impl Trust {
    fn new(extra_roots: Option<&Path>) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let missing = extra_roots.and_then(|path| add_roots(&mut roots, path).err());
        // The provider is named rather than taken from the process, where another crate may have set its own.
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS could not be set up: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), missing })
    }

    /// Says in short what was wrong: the name, the date, the trust, or the protocol.
    fn explain(&self, host: &str, error: &io::Error) -> Fault {
        let Some(cause) = error.get_ref().and_then(|source| source.downcast_ref::<rustls::Error>()) else {
            let fault = Fault::from(error);
            return Fault::new(fault.kind, format!("during the TLS handshake with {host}: {}", fault.detail));
        };
        let rustls::Error::InvalidCertificate(certificate) = cause else {
            return Fault::new(TransportFailure::Tls(TlsFailure::Handshake), format!("no TLS with {host}: {cause}"));
        };
        let (kind, detail) = match certificate {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (TlsFailure::WrongHost, format!("the certificate is not for {host}"))
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                (TlsFailure::Expired, format!("the certificate of {host} has expired"))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
                TlsFailure::Expired,
                format!("the certificate of {host} is not valid yet (is this machine's clock right?)"),
            ),
            CertificateError::Revoked => (TlsFailure::Untrusted, format!("the certificate of {host} is revoked")),
            // A bad signature is what an authority of the same name but another key amounts to.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let missing = self.missing.as_ref().map(|missing| format!(" ({missing})")).unwrap_or_default();
                (TlsFailure::Untrusted, format!("the certificate of {host} comes from no trusted authority{missing}"))
            }
            other => (TlsFailure::Untrusted, format!("the certificate of {host} is not acceptable: {other}")),
        };
        Fault::new(TransportFailure::Tls(kind), detail)
    }
}

/// Adds the certificates of a PEM file; those that cannot be used are passed over, as Node does.
fn add_roots(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let unusable = |why: &str| format!("extra certificates from {}: {why}", path.display());
    let file = CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error.to_string()))?;
    let (added, _) = roots.add_parsable_certificates(file.filter_map(Result::ok));
    if added == 0 { Err(unusable("no certificate in it")) } else { Ok(()) }
}
