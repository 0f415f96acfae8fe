//! A certificate authority of the lab's own, and the certificates that it signs.
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};

/// A day before now and days after it: clocks of one machine do not differ, but they may be set.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The authority.
pub struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority with a new key, which is never written anywhere.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new() -> Result<Self> {
        let mut parameters = parameters(&[], "Tandem lab")?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate()?;
        let certificate = parameters.self_signed(&key)?;
        Ok(Self { certificate, issuer: Issuer::new(parameters, key) })
    }

    /// The authority's certificate, for those who shall trust it.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A certificate of a server, and its key.
    ///
    /// # Errors
    /// When `name` is no host name.
    pub fn sign(&self, name: &str) -> Result<Arc<CertifiedKey>> {
        let mut parameters = parameters(&[name.to_owned()], name)?;
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let key = ring::sign::any_supported_type(&key).context("a key that rustls knows")?;
        let chain = vec![CertificateDer::from(certificate)];
        Ok(Arc::new(CertifiedKey::new(chain, key)))
    }
}

fn parameters(names: &[String], title: &str) -> Result<CertificateParams> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name.push(DnType::CommonName, title);
    parameters.not_before = (SystemTime::now() - DAY).into();
    parameters.not_after = (SystemTime::now() + 30 * DAY).into();
    Ok(parameters)
}
