//! TLS toward clients, with certificate files that may change while Sluice runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::config::TlsFiles;

/// How often the files are looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// The server's side of TLS.
pub(crate) struct ServerTls {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
    files: TlsFiles,
}

/// The certificate in force.
#[derive(Debug)]
struct Certificate(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    /// Says which file is missing or does not hold what it should.
    pub(crate) fn load(files: TlsFiles) -> anyhow::Result<Arc<Self>> {
        let certificate = Arc::new(Certificate(ArcSwap::from_pointee(read(&files)?)));
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(&certificate) as Arc<dyn ResolvesServerCert>;
        let mut config = rustls::ServerConfig::builder().with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate, files }))
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept<I>(&self, socket: I) -> std::io::Result<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(socket).await
    }

    /// Takes changed files into use until `stop`. Files that cannot be used leave the old certificate in force.
    pub(crate) async fn follow_files(&self, stop: &CancellationToken) {
        let mut seen = self.changed_at();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(CHECK_INTERVAL) => {}
            }
            let now = self.changed_at();
            if now == seen {
                continue;
            }
            // Also when it cannot be used: it is reported once, and read again when it changes again.
            seen = now;
            match read(&self.files) {
                Ok(certificate) => {
                    self.certificate.0.store(Arc::new(certificate));
                    tracing::info!("the certificate was renewed");
                }
                Err(error) => tracing::error!(%error, "the changed certificate cannot be used; the old one stays"),
            }
        }
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        let changed = |path: &PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok();
        [changed(&self.files.certificate), changed(&self.files.key)]
    }
}

fn read(files: &TlsFiles) -> anyhow::Result<CertifiedKey> {
    let TlsFiles { certificate, key } = files;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("`{}` holds no PEM certificates", certificate.display()))?;
    let private =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("`{}` holds no PEM private key", key.display()))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, private, &provider)
        .with_context(|| format!("`{}` does not belong to `{}`", key.display(), certificate.display()))
}
