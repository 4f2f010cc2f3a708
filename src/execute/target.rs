//! Where a request goes: a URL, parsed once per provider and cheap to clone.
//!
//! Hosts that no provider can have are refused here: a base URL often comes from configuration that others may write,
//! and the metadata service of a cloud hands out credentials to whoever can make it be called.

#![forbid(unsafe_code)]

use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// A URL we are willing to call.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    origin: Arc<Origin>,
    /// Path and query, as the request line has them.
    line: Uri,
    host_header: HeaderValue,
}

/// What connections are pooled by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    pub scheme: Scheme,
    /// A name in lower case, or an address without brackets.
    pub host: String,
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    Http,
    Https,
}

/// Why a URL is no target. The text never repeats the URL, which may carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetError {
    NotAUrl,
    Scheme,
    NoHost,
    UserInfo,
    Port,
    Metadata,
}

/// Names under which clouds serve credentials to their machines.
const METADATA_NAMES: [&str; 5] =
    ["metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal"];

/// Addresses of such services outside the link-local ranges.
const METADATA_ADDRESSES: [IpAddr; 3] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)), // AWS
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),  // Google
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),                  // Alibaba
];

/// Whether no provider can live at this address: link-local or metadata, also in its IPv6 disguises.
pub(super) fn refused(address: IpAddr) -> bool {
    // ::ffff:169.254.169.254 reaches the same machine as 169.254.169.254, and so does 64:ff9b:: behind a NAT64.
    let address = match address.to_canonical() {
        IpAddr::V6(v6) if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = v6.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        other => other,
    };
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    link_local || METADATA_ADDRESSES.contains(&address)
}

// === impl Target ===

impl Target {
    /// Reads an absolute `http` or `https` URL; a fragment is dropped.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let uri: Uri = url.parse().map_err(|_| TargetError::NotAUrl)?;
        let (scheme, default_port) = match uri.scheme_str() {
            Some("https") => (Scheme::Https, 443),
            Some("http") => (Scheme::Http, 80),
            Some(_) => return Err(TargetError::Scheme),
            None => return Err(TargetError::NotAUrl),
        };
        let authority = uri.authority().ok_or(TargetError::NoHost)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::UserInfo);
        }
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("" | ":") => default_port,
            _ => authority.port_u16().filter(|port| *port != 0).ok_or(TargetError::Port)?,
        };
        // A trailing dot names the same host, and must not smuggle a refused one past the table.
        let bare = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let host = bare.to_ascii_lowercase();
        if host.is_empty() {
            return Err(TargetError::NoHost);
        }
        if METADATA_NAMES.contains(&host.as_str()) || host.parse().is_ok_and(refused) {
            return Err(TargetError::Metadata);
        }
        let shown = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let shown = if port == default_port { shown } else { format!("{shown}:{port}") };
        let host_header = HeaderValue::try_from(shown).map_err(|_| TargetError::NotAUrl)?;
        let line = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        Ok(Self { origin: Arc::new(Origin { scheme, host, port }), line: Uri::from(line), host_header })
    }

    /// The same origin under another path (and query), which begins with a slash.
    pub fn at(&self, path_and_query: &str) -> Result<Self, TargetError> {
        let line: PathAndQuery = path_and_query.parse().map_err(|_| TargetError::NotAUrl)?;
        Ok(Self { line: Uri::from(line), ..self.clone() })
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The whole URL, query included: for the wire, not for logs.
    pub fn url(&self) -> String {
        format!("{}{}", self.scheme_and_authority(), self.line)
    }

    /// Host, and port where it is not the usual one: what people call the place.
    pub fn authority(&self) -> &str {
        self.host_header.to_str().unwrap_or_default()
    }

    pub fn path(&self) -> &str {
        self.line.path()
    }

    /// Whether the request stays on this machine, where plain http is no leak.
    pub fn is_loopback(&self) -> bool {
        let host = self.origin.host.as_str();
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse().is_ok_and(|address: IpAddr| {
                // 0.0.0.0 is what servers listen on; called, it is this machine.
                let address = address.to_canonical();
                address.is_loopback() || address.is_unspecified()
            })
    }

    fn scheme_and_authority(&self) -> String {
        let scheme = match self.origin.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        format!("{scheme}://{}", self.authority())
    }

    pub(super) fn line(&self) -> &Uri {
        &self.line
    }

    pub(super) fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }

    pub(super) fn shared_origin(&self) -> &Arc<Origin> {
        &self.origin
    }
}

impl fmt::Display for Target {
    /// Without the query, where some providers take their key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.scheme_and_authority(), self.path())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// === impl TargetError ===

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAUrl => "expected an absolute http or https URL",
            Self::Scheme => "expected the scheme http or https",
            Self::NoHost => "expected a host",
            Self::UserInfo => "expected no user name or password in the URL; give the key as apiKey",
            Self::Port => "expected a port between 1 and 65535",
            Self::Metadata => "this host is link-local or a cloud's metadata service, which no provider is",
        })
    }
}

impl std::error::Error for TargetError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<(&str, u16, &str), TargetError>) {
        let target = Target::parse(url);
        let seen = target.as_ref().map(|it| (it.origin.host.as_str(), it.origin.port, it.line.path()));
        assert_eq!(seen.map_err(|error| *error), expected, "{url}");
    }

    #[test]
    fn urls_are_read_once() {
        check("https://api.openai.com/v1/chat/completions", Ok(("api.openai.com", 443, "/v1/chat/completions")));
        check("HTTPS://API.OpenAI.com", Ok(("api.openai.com", 443, "/")));
        check("http://localhost:8000/v1?x=1#top", Ok(("localhost", 8000, "/v1")));
        check("http://[::1]:8000/v1", Ok(("::1", 8000, "/v1")));
        check("https://host.example.:8443/", Ok(("host.example", 8443, "/")));
        check("https://host.example:/", Ok(("host.example", 443, "/")));
    }

    #[test]
    fn what_is_no_provider_is_refused_by_name() {
        check("", Err(TargetError::NotAUrl));
        check("/v1/chat", Err(TargetError::NotAUrl));
        check("api.openai.com", Err(TargetError::NotAUrl));
        check("ftp://host/", Err(TargetError::Scheme));
        check("file:///etc/passwd", Err(TargetError::NotAUrl));
        check("https://user:secret@host/", Err(TargetError::UserInfo));
        check("https://host:0/", Err(TargetError::Port));
        check("https://host:99999/", Err(TargetError::Port));
        check("https://./", Err(TargetError::NoHost));
        check("http://a b/", Err(TargetError::NotAUrl));
        check("http://host\r\nx: y/", Err(TargetError::NotAUrl));
    }

    #[test]
    fn metadata_and_link_local_hosts_are_refused() {
        for host in [
            "169.254.169.254",
            "169.254.0.1",
            "[fe80::1]",
            "[::ffff:169.254.169.254]",
            "[fd00:ec2::254]",
            "100.100.100.200",
            "metadata.google.internal",
            "Metadata.Google.Internal.",
            "[64:ff9b::169.254.169.254]",
        ] {
            check(&format!("http://{host}/latest/meta-data"), Err(TargetError::Metadata));
        }
    }

    #[test]
    fn loopback_is_known_in_every_spelling() {
        for (url, expected) in [
            ("http://localhost/", true),
            ("http://api.localhost/", true),
            ("http://127.8.8.8/", true),
            ("http://[::1]/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://0.0.0.0:8000/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(Target::parse(url).unwrap().is_loopback(), expected, "{url}");
        }
    }

    #[test]
    fn printing_a_target_hides_its_query() {
        let target = Target::parse("https://host.example/v1beta/models?key=canary").unwrap();
        assert_eq!(
            format!("{target} {target:?}"),
            "https://host.example/v1beta/models https://host.example/v1beta/models"
        );
    }

    #[test]
    fn the_host_header_leaves_the_default_port_out() {
        for (url, expected) in [
            ("https://h:443/", "h"),
            ("http://h:443/", "h:443"),
            ("http://[::1]:80/", "[::1]"),
            ("http://[::1]:81/", "[::1]:81"),
        ] {
            assert_eq!(Target::parse(url).unwrap().host_header(), expected, "{url}");
        }
    }
}
