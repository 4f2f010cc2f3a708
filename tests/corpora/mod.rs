//! Data written by others, beside the project: `../shared/corpora`, or the folder that `CORRECTOVER_CORPORA` names.

use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// The file, or None where the corpora are not here. CI must have them.
#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
pub fn find(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CORRECTOVER_CORPORA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is absent", path.display());
    eprintln!("SKIPPED: {} is absent", path.display());
    None
}

/// The files of a `.tar.gz`, by their path below its one top folder.
#[allow(dead_code, reason = "not every test reads archives")]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
pub fn files(archive: PathBuf) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(archive).unwrap()));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let Some((_, name)) = path.trim_start_matches("./").split_once('/') else { continue };
        let name = name.to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if entry.header().entry_type().is_file() {
            files.insert(name, bytes);
        }
    }
    files
}
