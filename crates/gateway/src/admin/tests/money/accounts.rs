//! Accounts and their transfers: who sees which.

use super::*;

#[tokio::test]
async fn ones_own_account_is_opened_when_it_is_first_looked_at() {
    let (site, root) = Site::ready().await;
    let (id, mia) = site.user(&root, "mia", 1).await;
    let first = mia.get("/api/account/self").await;
    let account = first.ok()["id"].clone();
    let expected = json!({"id": account, "kind": "user", "owner_id": id, "owner_name": "mia", "posted_micros": 0,
        "leased_micros": 0, "available_micros": 0, "period_start": null, "transfers": 0,
        "created_time": NOW_MS / 1_000});
    assert_eq!(first.ok(), &expected);
    for path in ["/api/account/self".to_owned(), format!("/api/account/{account}"), format!("/api/user/{id}/account")] {
        assert_eq!(mia.get(&path).await.ok(), &expected, "{path}");
        assert_eq!(root.get(&path).await.ok()["id"] == account, path != "/api/account/self", "{path}");
    }
}

#[tokio::test]
async fn the_account_of_a_key_is_its_owners_to_see() {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let key = site.key_of(&mia.client, "laptop").await;
    let path = format!("/api/agg-token/{key}/account");
    let seen = mia.client.get(&path).await;
    let facts = ["kind", "owner_id", "owner_name"].map(|name| seen.ok()[name].clone());
    assert_eq!(json!(facts), json!(["key", key, "laptop"]));
    let account = seen.ok()["id"].as_i64().unwrap();
    assert_eq!(root.get(&path).await.ok(), seen.ok());
    assert_eq!(mia.client.balance(account).await, 0);
    mia.client.get(&format!("/api/account/{account}/transfers")).await.ok();
    assert_eq!(ben.client.get(&path).await.failure(), (404, "not_found"));
    for path in [format!("/api/account/{account}"), format!("/api/account/{account}/transfers")] {
        assert_eq!(ben.client.get(&path).await.failure(), (404, "not_found"), "{path}");
    }
    assert_eq!(root.get("/api/agg-token/999/account").await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn other_peoples_accounts_cannot_be_told_from_none_at_all() {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    let booked = root.book(mia.account, "top-up", json!({"amount_micros": 5})).await;
    let transfer = booked.ok()["id"].as_str().unwrap().to_owned();
    let cash = booked.ok()["debit_account"].clone();
    for path in [
        format!("/api/account/{}", mia.account),
        format!("/api/account/{}/transfers", mia.account),
        format!("/api/account/{cash}"),
        format!("/api/account/{cash}/transfers"),
        format!("/api/transfer/{transfer}"),
        format!("/api/user/{}/account", mia.id),
        "/api/account/999".to_owned(),
        "/api/user/999/account".to_owned(),
        "/api/transfer/00000000-0000-0000-0000-000000000000".to_owned(),
        "/api/transfer/nonsense".to_owned(),
    ] {
        assert_eq!(ben.client.get(&path).await.failure(), (404, "not_found"), "{path}");
    }
    assert_eq!(mia.client.get(&format!("/api/transfer/{transfer}")).await.ok(), booked.ok());
    assert_eq!(mia.client.get(&format!("/api/account/{cash}")).await.failure(), (404, "not_found"));
    assert_eq!(root.get("/api/user/999/account").await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn each_role_reaches_what_is_meant_for_it() {
    let (site, root) = Site::ready().await;
    let (_, guest) = site.user(&root, "guest", 0).await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let mia = site.customer(&root, "mia").await;
    let stranger = site.stranger();
    let matrix = [
        (Method::GET, "/api/account/".to_owned(), [401, 403, 403, 200, 200]),
        (Method::GET, "/api/account/self".to_owned(), [401, 403, 200, 200, 200]),
        (Method::GET, "/api/account/self/transfers".to_owned(), [401, 403, 200, 200, 200]),
        (Method::GET, format!("/api/account/{}", mia.account), [401, 403, 200, 200, 200]),
        (Method::GET, "/api/budget/".to_owned(), [401, 403, 200, 200, 200]),
        (Method::GET, "/api/ledger/export".to_owned(), [401, 403, 403, 200, 200]),
        (Method::POST, "/api/ledger/verify".to_owned(), [401, 403, 403, 403, 200]),
        (Method::POST, format!("/api/account/{}/top-up", mia.account), [401, 403, 403, 200, 200]),
        (Method::POST, format!("/api/account/{}/grant", mia.account), [401, 403, 403, 200, 200]),
        (Method::POST, format!("/api/account/{}/expiry", mia.account), [401, 403, 403, 200, 200]),
    ];
    let json = [("content-type", "application/json"), ("x-requested-with", "x")];
    for (method, path, expected) in matrix {
        let mut statuses = Vec::new();
        for client in [&stranger, &guest, &mia.client, &ada, &root] {
            let body = Body::from(json!({"amount_micros": 1}).to_string());
            statuses.push(client.send(method.clone(), &path, body, &json).await.status.as_u16());
        }
        assert_eq!(statuses, expected, "{method} {path}");
    }
    assert_eq!(root.balance(mia.account).await, 2);
}

#[tokio::test]
async fn accounts_are_paged_by_cursor_and_told_apart_by_kind() {
    let (site, root) = Site::ready().await;
    for name in ["a", "b", "c"] {
        let customer = site.customer(&root, name).await;
        root.book(customer.account, "grant", json!({"amount_micros": 1})).await.ok();
    }
    let all = root.all_of("/api/account/?").await;
    let kinds: Vec<_> = all.iter().map(|account| account["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user", "cost", "user", "user"]);
    let users = root.all_of("/api/account/?kind=user&").await;
    let names: Vec<_> = users.iter().map(|account| account["owner_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(root.get("/api/account/?kind=purse").await.failure(), (400, "invalid_parameter"));
    let transfers = root.get(&format!("/api/account/{}/transfers?page_size=1", all[1]["id"])).await;
    let foreign = transfers.ok()["next_cursor"].as_str().unwrap();
    assert_eq!(root.get(&format!("/api/account/?cursor={foreign}")).await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn a_statement_shows_every_transfer_once_newest_first_and_with_its_sign() {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    for n in 1..=5 {
        root.book(mia.account, "top-up", json!({"amount_micros": n * 100, "memo": format!("no. {n}")})).await.ok();
    }
    let call = site.charge(mia.account, 1, 7).await;
    let rows = mia.client.all_of("/api/account/self/transfers?").await;
    let facts: Vec<_> = rows.iter().map(|row| (&row["seq"], &row["change_micros"], &row["kind"])).collect();
    let expected = json!([
        [6, -7, "charge"],
        [5, 500, "top_up"],
        [4, 400, "top_up"],
        [3, 300, "top_up"],
        [2, 200, "top_up"],
        [1, 100, "top_up"]
    ]);
    assert_eq!(json!(facts), expected);
    assert_eq!((&rows[0]["id"], &rows[0]["call"], &rows[0]["actor"]), (&json!(call), &json!(call), &json!("node:77")));
    assert_eq!((&rows[1]["memo"], &rows[1]["actor"]), (&json!("no. 5"), &json!("user:1")));
    assert_eq!(root.all_of(&format!("/api/account/{}/transfers?", mia.account)).await, rows);
    // The operator's side of the same transfers.
    let revenue = &rows[0]["credit_account"];
    let other_side = root.all_of(&format!("/api/account/{revenue}/transfers?")).await;
    assert_eq!((other_side.len(), &other_side[0]["change_micros"]), (1, &json!(7)));
    assert_eq!(mia.client.get("/api/account/self/transfers?cursor=KzEw").await.failure(), (400, "invalid_parameter"));
}
