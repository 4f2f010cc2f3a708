//! From a name to a connection: resolve, connect to whichever address answers first, shake hands.
//!
//! Addresses are tried in turn, families alternating, the next one after [`HEAD_START`] or as soon as one fails
//! (RFC 8305, without its refinements), so a host whose IPv6 is broken costs a quarter of a second, not a timeout.

#![forbid(unsafe_code)]

use super::failure::Fault;
use super::link::Link;
use super::socket::Stream;
use super::target::{Origin, Scheme, refused};
use super::tls::Tls;
use crate::analyze::TransportFailure;
use crate::attempt::Phases;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How long one address is tried alone: the connection attempt delay of RFC 8305, section 5.
const HEAD_START: Duration = Duration::from_millis(250);

/// Silence after which the kernel probes whether the peer still lives, and how often then. A minute is below the
/// patience of the address translators on the way, which would else forget the connection.
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(15);

/// Opens a connection. The times are written as each phase ends, so that they also tell where a timeout struck.
pub(super) async fn connect(origin: &Origin, tls: &Tls, phases: &mut Phases) -> Result<Link, Fault> {
    let start = Instant::now();
    let addresses = resolve(origin).await?;
    phases.dns = Some(start.elapsed());

    let start = Instant::now();
    let stream = first_to_answer(addresses).await.map_err(|error| {
        let fault = Fault::from(&error);
        Fault::new(fault.kind, format!("connecting to {}:{}: {}", origin.host, origin.port, fault.detail))
    })?;
    prepare(&stream);
    phases.connect = Some(start.elapsed());

    let stream = match origin.scheme {
        Scheme::Http => Stream::Plain(stream),
        Scheme::Https => {
            let start = Instant::now();
            let stream = tls.handshake(&origin.host, stream).await?;
            phases.tls = Some(start.elapsed());
            Stream::Tls(Box::new(stream))
        }
    };
    Link::new(stream).await.map_err(|error| Fault::from(&error))
}

/// Options a connection works without, so that failing to set them is no failure.
fn prepare(stream: &TcpStream) {
    // A request is written at once or its parts follow each other closely; waiting for more only adds latency.
    let _ = stream.set_nodelay(true);
    // A model may think for minutes, in which a peer that lost its power looks just the same. The kernel asks.
    let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY);
    let _ = SockRef::from(stream).set_tcp_keepalive(&probes);
}

async fn resolve(origin: &Origin) -> Result<Vec<SocketAddr>, Fault> {
    if let Ok(address) = origin.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, origin.port)]);
    }
    let found = lookup_host((origin.host.as_str(), origin.port))
        .await
        .map_err(|error| Fault::new(TransportFailure::Dns, format!("resolving {}: {error}", origin.host)))?;
    let (good, bad): (Vec<_>, Vec<_>) = found.partition(|address| !refused(address.ip()));
    match (good.is_empty(), bad.is_empty()) {
        (false, _) => Ok(alternating(good)),
        (true, false) => Err(Fault::new(
            TransportFailure::AddressRefused,
            format!("{} resolves to link-local or metadata addresses only", origin.host),
        )),
        (true, true) => Err(Fault::new(TransportFailure::Dns, format!("{} has no address", origin.host))),
    }
}

/// Families in turn, beginning with the one the system put first, each in the system's order.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|it| it.is_ipv6() == first_is_v6);
    let mut second = second.into_iter();
    let mut mixed: Vec<_> = first.into_iter().flat_map(|address| [Some(address), second.next()]).flatten().collect();
    mixed.extend(second);
    mixed
}

async fn first_to_answer(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    if let [address] = addresses[..] {
        return TcpStream::connect(address).await;
    }
    let mut waiting = addresses.into_iter();
    // Dropping the set stops the attempts that lost.
    let mut attempts = JoinSet::new();
    let mut last_error = io::Error::from(io::ErrorKind::HostUnreachable);
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        tokio::select! {
            done = attempts.join_next() => match done {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => last_error = error,
                Some(Err(panic)) => last_error = io::Error::other(panic),
                None => return Err(last_error),
            },
            () = sleep(HEAD_START), if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|it| it.parse().unwrap()).collect()
    }

    #[test]
    fn families_alternate_and_none_is_lost() {
        for (given, expected) in [
            (&["[::1]:1", "[::2]:1", "1.1.1.1:1"][..], &["[::1]:1", "1.1.1.1:1", "[::2]:1"][..]),
            (&["1.1.1.1:1", "[::1]:1", "[::2]:1", "[::3]:1"], &["1.1.1.1:1", "[::1]:1", "[::2]:1", "[::3]:1"]),
            (&["1.1.1.1:1"], &["1.1.1.1:1"]),
            (&[], &[]),
        ] {
            assert_eq!(alternating(addresses(given)), addresses(expected));
        }
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_living_one() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = "127.0.0.1:1".parse().unwrap();
        let stream = first_to_answer(vec![dead, server.local_addr().unwrap()]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), server.local_addr().unwrap());
    }

    #[tokio::test]
    async fn a_refused_address_is_refused_in_every_spelling_the_system_reads() {
        for host in ["2852039166", "0xa9fea9fe", "169.254.43518"] {
            let origin = Origin { scheme: Scheme::Http, host: host.to_owned(), port: 80 };
            assert_eq!(resolve(&origin).await.unwrap_err().kind, TransportFailure::AddressRefused, "{host}");
        }
    }

    #[tokio::test]
    async fn all_dead_addresses_give_the_last_error() {
        let dead = addresses(&["127.0.0.1:1", "127.0.0.2:1"]);
        assert_eq!(first_to_answer(dead).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert!(first_to_answer(Vec::new()).await.is_err());
    }
}
