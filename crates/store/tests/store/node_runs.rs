//! Which process runs as which node.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;
use sluice_store::{NodeRun, StoreError};

use crate::support::{NOW, on_every_database};

const NODE: NodeId = NodeId(7);

fn run(name: &str) -> NodeRun {
    NodeRun { node: NODE, run: name.to_owned(), place: format!("at {name}"), beat: 0, seen_at: NOW }
}

#[tokio::test]
async fn a_run_is_taken_over_as_it_was_found_and_never_while_it_moves() {
    on_every_database(async |db| {
        let store = &db.store;
        assert_eq!(store.find_node_run(NODE).await.unwrap(), None);
        assert!(store.begin_node_run(&run("first"), None).await.unwrap());
        assert!(!store.begin_node_run(&run("second"), None).await.unwrap());
        assert!(store.begin_node_run(&NodeRun { node: NodeId(8), ..run("other") }, None).await.unwrap());
        let found = store.find_node_run(NODE).await.unwrap();
        assert_eq!(found, Some(run("first")));
        let later = Timestamp(NOW.0 + 5);
        assert!(store.beat(NODE, "first", later).await.unwrap());
        assert!(!store.begin_node_run(&run("second"), found.as_ref()).await.unwrap());
        let moved = store.find_node_run(NODE).await.unwrap();
        assert_eq!(moved, Some(NodeRun { beat: 1, seen_at: later, ..run("first") }));
        assert!(store.begin_node_run(&run("second"), moved.as_ref()).await.unwrap());
        assert!(!store.begin_node_run(&run("third"), moved.as_ref()).await.unwrap());
        // The first one learns of it, and takes nothing away that is not its own.
        assert!(!store.beat(NODE, "first", later).await.unwrap());
        store.end_node_run(NODE, "first").await.unwrap();
        assert_eq!(store.find_node_run(NODE).await.unwrap(), Some(run("second")));
        store.end_node_run(NODE, "second").await.unwrap();
        assert_eq!(store.find_node_run(NODE).await.unwrap(), None);
        assert!(store.beat(NodeId(8), "other", later).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_run_has_texts_that_fit() {
    on_every_database(async |db| {
        for (odd, field) in [(NodeRun { run: String::new(), ..run("a") }, "run"), (run(&"x".repeat(65)), "run")] {
            let refused = db.store.begin_node_run(&odd, None).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: f, .. }) if f == field), "{refused:?}");
        }
    })
    .await;
}
