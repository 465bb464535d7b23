//! Configurations of other gateways, where ours is looked for and in the environment.

use std::path::Path;

use sluice_domain::clock::Timestamp;
use sluice_protocol::vendor::Vendors;

use super::boot::Paths;
use super::declared::{self, Declared, Surroundings};
use super::environment::{Environment, Setting};
use super::problem::Problem;
use super::reader::{Problems, Reader};
use super::tree::Tree;
use crate::config::legacy::{Document, Translation, api_proxy, cost_optimal, token_routes};

/// Where ours and another gateway's variable have one name.
pub(crate) const SHARED_NAME: &str = "ENCRYPTION_KEY";

/// What was found of other gateways.
#[derive(Default)]
pub(super) struct Old {
    /// What the operator should know of it.
    pub(super) notes: Vec<String>,
    /// Whether `ENCRYPTION_KEY` opens the keys of another gateway, and is not ours.
    pub(super) has_sealed_keys: bool,
}

impl Old {
    /// Reads the folder of another gateway.
    pub(super) fn read_folder(&mut self, dir: &Path, environment: &Environment, problems: &mut Vec<Problem>) -> Tree {
        self.has_sealed_keys = true;
        self.take(api_proxy::Installation::find(dir, environment).translate(&vendors()), problems)
    }

    /// Reads the text of a file that is another gateway's; `None` if it is ours.
    pub(super) fn read_text(&mut self, file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Tree> {
        cost_optimal::recognises(text).then(|| self.take(cost_optimal::translate(file, text, &vendors()), problems))
    }

    /// Adds what the variables of another gateway say.
    pub(super) fn add_routes(&mut self, tree: &mut Tree, from: (&Environment, &Path), problems: &mut Vec<Problem>) {
        let (environment, dir) = from;
        if !token_routes::is_set(environment) {
            return;
        }
        if let Some(translation) = token_routes::translate(environment, dir, &vendors()) {
            tree.append(self.take(translation, problems));
        }
    }

    /// Returns whether a variable means another gateway's thing and not ours.
    pub(super) fn claims(&self, setting: &Setting) -> bool {
        self.has_sealed_keys && setting.origin == SHARED_NAME
    }

    fn take(&mut self, translation: Translation, problems: &mut Vec<Problem>) -> Tree {
        let Translation { document, problems: found, notes } = translation;
        problems.extend(found);
        self.notes.extend(notes);
        Tree::of(document.into_table())
    }
}

/// Reads what a document declares that another gateway's configuration was turned into.
///
/// # Errors
/// Returns everything in it that cannot be followed.
pub(crate) fn read_document(document: Document, now: Timestamp) -> Result<Declared, Vec<Problem>> {
    let declarations = Document {
        routing: document.routing,
        providers: document.providers,
        keys: document.keys,
        ..Document::default()
    };
    let tree = Tree::of(declarations.into_table());
    let (environment, paths) = (Environment::default(), Paths { working_dir: std::path::PathBuf::new() });
    let around = Surroundings { environment: &environment, paths: &paths, now };
    let collected = Problems::default();
    let mut declared = Reader::read_root(&tree, &collected, |reader| declared::read(reader, &around));
    let mut problems = collected.into_inner();
    declared.check_policy(&mut problems);
    declared.resolve_vendors(&vendors(), &mut problems);
    if problems.is_empty() { Ok(declared) } else { Err(problems) }
}

/// A build whose vendors are broken says so when they are loaded for good.
fn vendors() -> Vendors {
    Vendors::embedded().unwrap_or_default()
}
