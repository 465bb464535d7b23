//! What anybody may know: the installation's name, texts and state.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::options::Settings;
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_status)).serve(routes!(read_notice)).serve(routes!(read_about))
}

/// The state of the installation.
#[derive(Debug, Serialize, ToSchema)]
struct StatusView {
    /// Version of Sluice.
    version: &'static str,
    /// When this node started, Unix seconds.
    start_time: i64,
    /// Name of this installation.
    system_name: String,
    /// Link of the name.
    home_page_link: String,
    /// Text at the foot of each page.
    footer_html: String,
    /// Address under which people reach this installation.
    server_address: String,
    /// Whether the first administrator is still to be made.
    setup_needed: bool,
    /// Whether anybody may make an account.
    register_enabled: bool,
    /// Always `false`: addresses are not verified.
    email_verification: bool,
    /// Always `false`.
    github_oauth: bool,
    /// Always empty.
    github_client_id: &'static str,
    /// Always `false`.
    wechat_login: bool,
    /// Always empty.
    wechat_qrcode: &'static str,
    /// Always `false`.
    turnstile_check: bool,
    /// Always empty.
    turnstile_site_key: &'static str,
}

/// Name, texts and state of this installation.
#[utoipa::path(get, path = "/api/status", tag = "Public",
    responses((status = 200, description = "The state.", body = Envelope<StatusView>)))]
async fn read_status(State(state): State<Arc<AdminState>>) -> Reply<StatusView> {
    let settings = Settings::read(&state.store).await?;
    let configured = settings.text("ServerAddress");
    let public_url = || state.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    found(StatusView {
        version: env!("CARGO_PKG_VERSION"),
        start_time: state.memory.started_at.unix_secs(),
        system_name: settings.text("SystemName"),
        home_page_link: settings.text("HomePageLink"),
        footer_html: settings.text("Footer"),
        server_address: if configured.is_empty() { public_url().unwrap_or_default() } else { configured },
        setup_needed: !state.store.has_root().await?,
        register_enabled: settings.allows_registration(),
        email_verification: false,
        github_oauth: false,
        github_client_id: "",
        wechat_login: false,
        wechat_qrcode: "",
        turnstile_check: false,
        turnstile_site_key: "",
    })
}

/// The announcement.
#[utoipa::path(get, path = "/api/notice", tag = "Public",
    responses((status = 200, description = "The text.", body = Envelope<String>)))]
async fn read_notice(State(state): State<Arc<AdminState>>) -> Reply<String> {
    found(Settings::read(&state.store).await?.text("Notice"))
}

/// The text about this installation.
#[utoipa::path(get, path = "/api/about", tag = "Public",
    responses((status = 200, description = "The text.", body = Envelope<String>)))]
async fn read_about(State(state): State<Arc<AdminState>>) -> Reply<String> {
    found(Settings::read(&state.store).await?.text("About"))
}
