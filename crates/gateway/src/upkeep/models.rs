//! Asking an upstream which models a credential may use, and what is left on the account.

use secrecy::ExposeSecret;
use sluice_domain::money::Micros;
use sluice_domain::provider::{Credential, Provider};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::vendor::{BalanceSource, Vendor};
use url::Url;

use super::Upkeep;
use super::model_list::read;
use crate::outgoing::fetch;

const MAX_PAGES: usize = 20;

/// Why an upstream cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unaskable {
    /// Its vendor is not known.
    Vendor,
    /// Its vendor has no list of models.
    NoModelList,
    /// Its base URL is none.
    BaseUrl(String),
    /// Its proxy cannot be used.
    Proxy,
}

/// Asks one provider.
pub(crate) struct ModelAsker<'a> {
    client: reqwest::Client,
    vendor: &'a Vendor,
    provider: &'a Provider,
    base: Url,
}

impl Upkeep {
    /// Returns how a provider is asked with its credentials.
    ///
    /// # Errors
    /// See [`Unaskable`].
    pub(crate) fn asker<'a>(&'a self, provider: &'a Provider) -> Result<ModelAsker<'a>, Unaskable> {
        let vendor = self.vendors.get(&provider.vendor).ok_or(Unaskable::Vendor)?;
        let base = Url::parse(&provider.base_url).map_err(|error| Unaskable::BaseUrl(error.to_string()))?;
        let client = self.outgoing.client(provider.proxy_url.as_ref()).map_err(|_| Unaskable::Proxy)?;
        Ok(ModelAsker { client, vendor, provider, base })
    }
}

impl ModelAsker<'_> {
    /// Returns where the models are listed.
    ///
    /// # Errors
    /// The vendor lists none.
    pub(crate) fn list_url(&self) -> Result<Url, Unaskable> {
        let template = self.vendor.template(Operation::Models, self.base.path(), &self.provider.params);
        let path = template.and_then(|template| template.render("", "", "/v1/models")).ok_or(Unaskable::NoModelList)?;
        self.base.join(&path).map_err(|error| Unaskable::BaseUrl(error.to_string()))
    }

    /// Returns all models, or why they are not known. A list that breaks off counts as none: what is missing in it would be
    /// removed.
    pub(crate) async fn models(&self, list_url: &Url, credential: &Credential) -> Result<Vec<String>, String> {
        let mut models = Vec::new();
        let mut url = list_url.clone();
        for _ in 0..MAX_PAGES {
            let page = read(&self.fetch(url, credential).await?)?;
            models.extend(page.models);
            let Some((name, value)) = page.next else {
                models.sort_unstable();
                models.dedup();
                return Ok(models);
            };
            url = list_url.clone();
            url.query_pairs_mut().append_pair(name, &value);
        }
        Err(format!("the list of models has more than {MAX_PAGES} pages"))
    }

    /// Returns how the vendor says what is left, if it does.
    pub(crate) fn balance_source(&self) -> Option<&BalanceSource> {
        self.vendor.balance.as_ref()
    }

    /// Returns what is left on the account, or why that is not known.
    pub(crate) async fn balance(&self, source: &BalanceSource, credential: &Credential) -> Result<Micros, String> {
        let mut url = self.base.clone();
        url.set_path(&source.path);
        let body = self.fetch(url, credential).await?;
        let value = |name: &str| self.provider.params.get(name).or_else(|| self.vendor.params.get(name));
        source.read(&body, |name| value(name).map(String::as_str))
    }

    async fn fetch(&self, url: Url, credential: &Credential) -> Result<Vec<u8>, String> {
        let auth = self.vendor.auth_for(Dialect::Single);
        let mut request = self.client.get(url).header("accept", "application/json");
        for (name, value) in &self.vendor.headers {
            request = request.header(name, value);
        }
        for (name, value) in &self.provider.headers {
            request = request.header(name, value.expose_secret());
        }
        let secret = credential.secret.expose_secret();
        if !secret.is_empty() {
            request = request.header(&auth.header, format!("{}{secret}", auth.prefix));
        }
        fetch(request, Some(secret).filter(|secret| !secret.is_empty())).await
    }
}
