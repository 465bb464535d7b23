//! Users, personal access tokens and sessions.

use std::time::Duration;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::user::{Funding, Role};
use sluice_domain::{ExposeSecret, SecretString};
use sluice_store::{
    NewAccessToken, NewSession, NewUser, PageRequest, Session, Store, StoreError, UserFilter, UserPatch, What,
    hash_token,
};

use crate::support::{NOW, key, new_user, on_every_database, user};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_user_comes_back_as_it_was_made() {
    on_every_database(async |db| {
        let new = NewUser {
            role: Role::Admin,
            funding: Funding::Billed,
            password_hash: Some(SecretString::from("$argon2id$x")),
            ..new_user("Ännchen 安")
        };
        let made = db.store.create_user(new).await.unwrap();
        assert_eq!((made.role, made.funding, made.created_at), (Role::Admin, Funding::Billed, NOW));
        assert_eq!(db.store.find_user(made.id).await.unwrap(), Some(made.clone()));
        let login = db.store.find_login("Ännchen 安").await.unwrap().unwrap();
        assert_eq!(login.password_hash.unwrap().expose_secret(), "$argon2id$x");
        assert_eq!(login.user, made);
        assert!(db.store.find_login("nobody").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once_and_letters_differ_by_case() {
    on_every_database(async |db| {
        user(&db.store, "ann").await;
        let bob = user(&db.store, "bob").await;
        user(&db.store, "Ann").await;
        let again = db.store.create_user(new_user("ann")).await;
        assert!(matches!(again, Err(StoreError::Conflict { what: What::User })), "{again:?}");
        let renamed = UserPatch { username: Some("ann".to_owned()), ..UserPatch::default() };
        let renamed = db.store.update_user(bob.id, renamed).await;
        assert!(matches!(renamed, Err(StoreError::Conflict { what: What::User })), "{renamed:?}");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_does_not_fit_is_refused_on_every_database() {
    on_every_database(async |db| {
        for name in ["", "  ", &"x".repeat(65), "a\0b"] {
            let refused = db.store.create_user(new_user(name)).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "username", .. })), "{refused:?}");
        }
        db.store.create_user(new_user(&"安".repeat(64))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_patch_changes_what_it_names_only() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let patch = UserPatch { enabled: Some(false), email: Some(String::new()), ..UserPatch::default() };
        let changed = db.store.update_user(ann.id, patch).await.unwrap();
        let expected = sluice_domain::user::User { enabled: false, email: String::new(), ..ann.clone() };
        assert_eq!(changed, expected);
        assert_eq!(db.store.update_user(ann.id, UserPatch::default()).await.unwrap(), expected);
        let nobody = db.store.update_user(UserId(999), UserPatch::default()).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { what: What::User })));
    })
    .await;
}

#[tokio::test]
async fn users_are_found_by_part_of_a_name_in_any_case_and_signs_mean_themselves() {
    on_every_database(async |db| {
        for name in ["Anna", "bob", "100%", "a_b", "Ärger"] {
            user(&db.store, name).await;
        }
        let find = async |keyword: &str| {
            let filter = UserFilter { keyword: Some(keyword.to_owned()), role: None };
            let page = db.store.list_users(&filter, PageRequest::nth(0, 10)).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64);
            page.items.into_iter().map(|user| user.username).collect::<Vec<_>>()
        };
        assert_eq!(find("ANN").await, ["Anna"]);
        assert_eq!(find("0%").await, ["100%"]);
        assert_eq!(find("a_b").await, ["a_b"]);
        assert_eq!(find("Ärg").await, ["Ärger"]);
        assert_eq!(find("BOB@example").await, ["bob"]);
        assert_eq!(find("zzz").await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn pages_of_users_are_newest_first_with_the_total() {
    on_every_database(async |db| {
        for n in 0..5 {
            user(&db.store, &format!("u{n}")).await;
        }
        let page = db.store.list_users(&UserFilter::default(), PageRequest::nth(1, 2)).await.unwrap();
        let names: Vec<_> = page.items.iter().map(|user| user.username.as_str()).collect();
        assert_eq!((names, page.total), (vec!["u2", "u1"], 5));
        let admins = UserFilter { role: Some(Role::Admin), keyword: None };
        assert_eq!(db.store.list_users(&admins, PageRequest::nth(0, 2)).await.unwrap().total, 0);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_user_takes_keys_sessions_and_access_token_along() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        let (anns, bobs) = (key(&db.store, ann.id, "a").await, key(&db.store, bob.id, "b").await);
        open_session(&db.store, ann.id, "cookie").await;
        db.store.create_access_token(&new_token(ann.id, "token")).await.unwrap();
        db.store.delete_user(ann.id).await.unwrap();
        assert_eq!(db.store.find_user(ann.id).await.unwrap(), None);
        assert_eq!(db.store.find_key(anns.id, None).await.unwrap(), None);
        assert!(db.store.find_key(bobs.id, None).await.unwrap().is_some());
        assert_eq!(find_session(&db.store, "cookie").await, None);
        assert_eq!(db.store.find_access_token(&hash_token("token"), NOW).await.unwrap(), None);
        assert!(matches!(db.store.delete_user(ann.id).await, Err(StoreError::NotFound { .. })));
    })
    .await;
}

#[tokio::test]
async fn the_first_root_is_made_once() {
    on_every_database(async |db| {
        assert!(!db.store.has_root().await.unwrap());
        let root = db.store.create_first_root(new_user("root")).await.unwrap();
        assert_eq!(root.role, Role::Root);
        assert!(db.store.has_root().await.unwrap());
        assert!(matches!(db.store.create_first_root(new_user("second")).await, Err(StoreError::Conflict { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_user_has_several_access_tokens_and_each_ends_by_itself() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let find = async |token: &str, now| {
            let found = db.store.find_access_token(&hash_token(token), now).await.unwrap();
            found.map(|(token, owner)| (token.name, owner))
        };
        let short = NewAccessToken { expires_at: Some(NOW.plus(HOUR)), ..new_token(ann.id, "short") };
        let short = db.store.create_access_token(&short).await.unwrap();
        let ever = db.store.create_access_token(&new_token(ann.id, "ever")).await.unwrap();
        assert_eq!(db.store.list_access_tokens(ann.id).await.unwrap(), [ever.clone(), short]);
        assert_eq!(find("short", NOW).await, Some(("short".to_owned(), ann.clone())));
        assert_eq!(find("short", NOW.plus(HOUR)).await, None);
        assert_eq!(find("ever", NOW.plus(HOUR)).await, Some(("ever".to_owned(), ann.clone())));
        let anew = NewAccessToken { token: hash_token("anew"), ..new_token(ann.id, "ever") };
        let anew = db.store.replace_access_token(&anew).await.unwrap();
        assert_eq!((find("ever", NOW).await, find("anew", NOW).await.is_some()), (None, true));
        db.store.touch_access_token(anew.id, NOW).await.unwrap();
        assert_eq!(db.store.list_access_tokens(ann.id).await.unwrap()[0].used_at, Some(NOW));
        let bob = user(&db.store, "bob").await;
        let foreign = db.store.revoke_access_token(bob.id, anew.id).await;
        assert!(matches!(foreign, Err(StoreError::NotFound { what: What::AccessToken })), "{foreign:?}");
        db.store.revoke_access_token(ann.id, anew.id).await.unwrap();
        assert_eq!(find("anew", NOW).await, None);
        assert_eq!(db.store.revoke_access_tokens_of(ann.id).await.unwrap(), 1);
        let nobody = db.store.create_access_token(&new_token(UserId(999), "x")).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { what: What::User })), "{nobody:?}");
    })
    .await;
}

#[tokio::test]
async fn the_one_access_token_of_old_becomes_the_first_of_many() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        let hash: String = hash_token("old").0.iter().map(|byte| format!("{byte:02x}")).collect();
        for statement in [
            "DROP TABLE personal_tokens",
            "CREATE TABLE access_tokens (user_id BIGINT NOT NULL, token_hash VARCHAR(64) NOT NULL, created_at BIGINT NOT NULL)",
            &format!("INSERT INTO access_tokens VALUES ({}, '{hash}', 5)", ann.id),
            "DELETE FROM seaql_migrations WHERE version = 'm0029_personal_tokens'",
        ] {
            db.execute(statement).await;
        }
        let upgraded = db.open_again().await;
        upgraded.migrate().await.unwrap();
        let (token, owner) = upgraded.find_access_token(&hash_token("old"), NOW).await.unwrap().unwrap();
        assert_eq!((token.name.as_str(), token.created_at.0, owner), ("default", 5, ann));
        upgraded.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn open_sessions_are_listed_and_all_others_can_be_ended() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        for (owner, token) in [(ann.id, "a"), (ann.id, "b"), (ann.id, "c"), (bob.id, "d")] {
            open_session(&db.store, owner, token).await;
        }
        let later = NOW.plus(HOUR / 2);
        db.store.touch_session(&hash_token("b"), later, NOW.plus(HOUR * 2)).await.unwrap();
        let listed = db.store.list_sessions(ann.id, later).await.unwrap();
        assert_eq!((listed.len(), listed[0].token, listed[0].client_ip.as_str()), (3, hash_token("b"), "2001:db8::1"));
        assert_eq!(db.store.list_sessions(ann.id, NOW.plus(HOUR)).await.unwrap().len(), 1);
        assert_eq!(db.store.delete_other_sessions(ann.id, &hash_token("a")).await.unwrap(), 2);
        assert!(find_session(&db.store, "a").await.is_some() && find_session(&db.store, "d").await.is_some());
    })
    .await;
}

fn new_token(user_id: UserId, token: &str) -> NewAccessToken {
    NewAccessToken { user_id, name: token.to_owned(), token: hash_token(token), created_at: NOW, expires_at: None }
}

async fn open_session(store: &Store, owner: UserId, token: &str) {
    let session = NewSession {
        token: hash_token(token),
        user_id: owner,
        created_at: NOW,
        expires_at: NOW.plus(HOUR),
        client_ip: Some("2001:db8::1".parse().unwrap()),
        user_agent: "x".repeat(300),
    };
    store.create_session(&session).await.unwrap();
}

async fn find_session(store: &Store, token: &str) -> Option<Session> {
    store.find_session(&hash_token(token), NOW).await.unwrap()
}

#[tokio::test]
async fn a_session_is_valid_until_it_ends() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        open_session(&db.store, ann.id, "cookie").await;
        let expected = Session {
            user: ann.clone(),
            created_at: NOW,
            seen_at: NOW,
            expires_at: NOW.plus(HOUR),
            client_ip: Some("2001:db8::1".parse().unwrap()),
            user_agent: "x".repeat(255),
        };
        assert_eq!(find_session(&db.store, "cookie").await, Some(expected));
        assert_eq!(db.store.find_session(&hash_token("cookie"), NOW.plus(HOUR)).await.unwrap(), None);
        let (seen, end) = (NOW.plus(HOUR / 2), NOW.plus(HOUR * 2));
        db.store.touch_session(&hash_token("cookie"), seen, end).await.unwrap();
        let touched = db.store.find_session(&hash_token("cookie"), NOW.plus(HOUR)).await.unwrap().unwrap();
        assert_eq!((touched.seen_at, touched.expires_at), (seen, end));
        db.store.delete_session(&hash_token("cookie")).await.unwrap();
        assert_eq!(find_session(&db.store, "cookie").await, None);
        let gone = db.store.touch_session(&hash_token("cookie"), seen, end).await;
        assert!(matches!(gone, Err(StoreError::NotFound { what: What::Session })));
    })
    .await;
}

#[tokio::test]
async fn a_ban_shows_in_the_next_look_at_a_session() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        open_session(&db.store, ann.id, "cookie").await;
        let ban = UserPatch { enabled: Some(false), ..UserPatch::default() };
        db.store.update_user(ann.id, ban).await.unwrap();
        assert!(!find_session(&db.store, "cookie").await.unwrap().user.enabled);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_every_session_but_the_one_that_set_it() {
    on_every_database(async |db| {
        let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
        for (owner, token) in [(ann.id, "here"), (ann.id, "there"), (bob.id, "bobs")] {
            open_session(&db.store, owner, token).await;
        }
        let hash = SecretString::from("$argon2id$new");
        db.store.set_password_hash(ann.id, &hash, Some(&hash_token("here"))).await.unwrap();
        let mut valid = Vec::new();
        for token in ["here", "there", "bobs"] {
            valid.push(find_session(&db.store, token).await.is_some());
        }
        assert_eq!(valid, [true, false, true]);
        let login = db.store.find_login_by_id(ann.id).await.unwrap().unwrap();
        assert_eq!(login.password_hash.unwrap().expose_secret(), "$argon2id$new");
        let nobody = db.store.set_password_hash(UserId(999), &hash, None).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    })
    .await;
}

#[tokio::test]
async fn ended_sessions_are_purged_and_a_user_can_be_logged_out_everywhere() {
    on_every_database(async |db| {
        let ann = user(&db.store, "ann").await;
        open_session(&db.store, ann.id, "one").await;
        open_session(&db.store, ann.id, "two").await;
        db.store.touch_session(&hash_token("one"), NOW, NOW.plus(HOUR * 9)).await.unwrap();
        assert_eq!(db.store.purge_sessions(Timestamp(NOW.plus(HOUR).0 - 1)).await.unwrap(), 0);
        assert_eq!(db.store.purge_sessions(NOW.plus(HOUR)).await.unwrap(), 1);
        assert_eq!(db.store.delete_sessions_of(ann.id).await.unwrap(), 1);
        assert_eq!(find_session(&db.store, "one").await, None);
    })
    .await;
}
