//! The roots that the operator trusts besides those of the Web.

use std::path::Path;

use anyhow::Context;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Reads the roots that the operator trusts besides those of the Web, from the file that other programs take them from, too.
pub(super) fn own_roots() -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) else { return Ok(Vec::new()) };
    let read = || CertificateDer::pem_file_iter(&path)?.collect::<Result<Vec<_>, _>>();
    read().with_context(|| format!("`SSL_CERT_FILE` names `{}`, which cannot be read", Path::new(&path).display()))
}
