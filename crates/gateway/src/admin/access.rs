//! Who is asking: identities, sessions, passwords, limits on guessing, and requests from other sites; and the endpoints
//! of one's own account.

mod attempts;
mod cookie;
mod cross_site;
mod identity;
mod password;
mod profile;
mod session;
mod sessions;
mod setup;
mod setup_gate;
mod tokens;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::AdminState;
pub(crate) use attempts::{Attempts, Subject};
pub use cookie::CookiePolicy;
pub(crate) use cookie::{ClientFacts, close_session, open_session};
pub(crate) use cross_site::refuse_cross_site;
pub(crate) use identity::{AsAdmin, AsRoot, AsUser, Identity, Proof};
pub use password::hash_password;
pub(crate) use password::{Passwords, check_length};
pub use setup_gate::SetupGate;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .merge(setup::endpoints())
        .merge(session::endpoints())
        .merge(sessions::endpoints())
        .merge(profile::endpoints())
        .merge(tokens::endpoints())
}
