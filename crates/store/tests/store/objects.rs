//! Where objects live.

use sluice_domain::call::UpstreamObject;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId, UserId};

use crate::support::{NOW, on_every_database};

fn object(id: &str, owner: i64, made_at: i64) -> UpstreamObject {
    UpstreamObject {
        object_id: id.to_owned(),
        user_id: UserId(owner),
        provider_id: ProviderId(2),
        credential_id: CredentialId(-3),
        model: "sora".to_owned(),
        created_at: Timestamp(NOW.0 + made_at),
    }
}

#[tokio::test]
async fn an_object_is_found_by_its_owner_only_however_long_its_id_is() {
    on_every_database(async |db| {
        let long = "resp_".repeat(500);
        let objects = [object("resp_1", 1, 0), object(&long, 1, 0)];
        assert_eq!(db.store.remember_objects(&objects).await.unwrap(), 2);
        assert_eq!(db.store.find_object("resp_1", UserId(1)).await.unwrap(), Some(objects[0].clone()));
        assert_eq!(db.store.find_object(&long, UserId(1)).await.unwrap(), Some(objects[1].clone()));
        assert_eq!(db.store.find_object("resp_1", UserId(2)).await.unwrap(), None);
        assert_eq!(db.store.find_object("RESP_1", UserId(1)).await.unwrap(), None);
        db.store.forget_object("resp_1", UserId(2)).await.unwrap();
        assert!(db.store.find_object("resp_1", UserId(1)).await.unwrap().is_some());
        db.store.forget_object("resp_1", UserId(1)).await.unwrap();
        assert_eq!(db.store.find_object("resp_1", UserId(1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_object_that_is_known_stays_as_it_is() {
    on_every_database(async |db| {
        db.store.remember_objects(&[object("a", 1, 0)]).await.unwrap();
        let replay = [object("a", 1, 9), object("a", 2, 0), object("b", 1, 0)];
        assert_eq!(db.store.remember_objects(&replay).await.unwrap(), 2);
        let kept = db.store.find_object("a", UserId(1)).await.unwrap().unwrap();
        assert_eq!(kept.created_at, NOW);
        assert_eq!(db.store.remember_objects(&[]).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn old_objects_are_purged_and_a_namesake_of_another_owner_stays() {
    on_every_database(async |db| {
        let mut objects: Vec<_> = (0..700).map(|n| object(&format!("o{n}"), 1, 0)).collect();
        objects.push(object("o1", 2, 50));
        db.store.remember_objects(&objects).await.unwrap();
        assert_eq!(db.store.purge_objects_before(Timestamp(NOW.0 + 1), 600).await.unwrap(), 600);
        assert_eq!(db.store.purge_objects_before(Timestamp(NOW.0 + 1), 600).await.unwrap(), 100);
        assert!(db.store.find_object("o1", UserId(2)).await.unwrap().is_some());
    })
    .await;
}
