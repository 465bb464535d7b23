//! Asking a site for the secrets of keys that it masks, with as few requests as it allows.

use futures_util::{StreamExt, stream};
use sluice_domain::SecretString;

use crate::newapi::{KeyProblem, Material, Recovered, SiteClient, SiteFault};

/// Keys that are asked for at the same time.
const MAX_CONCURRENT: usize = 8;
/// Keys that are asked for one by one in one go; the others wait for the next.
const MAX_SINGLE: usize = 400;

/// Asks for the secrets of `hidden` keys: many at once where the site can, then one by one, first by the endpoint that is made
/// for it, then by the key's own. Which keys have none, and why, stands in what is returned.
pub(super) async fn reveal(site: &SiteClient, hidden: &[i64]) -> Recovered {
    let mut recovered = Recovered::new();
    if let Err(problem) = at_once(site, hidden, &mut recovered).await {
        return with_rest(recovered, hidden, problem);
    }
    let left: Vec<i64> = hidden.iter().copied().filter(|id| !recovered.contains_key(id)).take(MAX_SINGLE).collect();
    let Some((first, others)) = left.split_first() else { return recovered };
    // What the first one teaches about the site is not learned again for each of the others.
    let (found, lesson) = one(site, *first, Way::Both).await;
    recovered.insert(*first, found);
    let way = match lesson {
        Lesson::Go(way) => way,
        Lesson::Stop(problem) => return with_rest(recovered, hidden, problem),
    };
    let asked: Vec<_> = others.iter().map(|id| numbered(site, *id, way)).collect();
    let mut answers = stream::iter(asked).buffer_unordered(MAX_CONCURRENT);
    let mut rest = KeyProblem::Limited;
    while let Some((id, (found, lesson))) = answers.next().await {
        recovered.insert(id, found);
        if let Lesson::Stop(problem) = lesson {
            rest = problem;
            break;
        }
    }
    drop(answers);
    with_rest(recovered, hidden, rest)
}

/// Asks for many at once. One key alone gains nothing by it, and a site that cannot do it is asked otherwise.
async fn at_once(site: &SiteClient, hidden: &[i64], recovered: &mut Recovered) -> Result<(), KeyProblem> {
    if hidden.len() < 2 {
        return Ok(());
    }
    for ids in hidden.chunks(SiteClient::REVEALED_MAX) {
        match site.reveal_many(ids).await {
            Ok(materials) => {
                let plain = |(id, material): (i64, Material)| Some((id, Ok(material.into_plain()?)));
                recovered.extend(materials.into_iter().filter_map(plain));
            }
            Err(fault) if is_final(&fault) => return Err(KeyProblem::of(&fault)),
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// Which endpoints have keys in plain text.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Nobody knows yet.
    Both,
    /// Only the key's own.
    Detail,
}

/// What an answer teaches about those to come.
enum Lesson {
    Go(Way),
    Stop(KeyProblem),
}

async fn numbered(site: &SiteClient, id: i64, way: Way) -> (i64, (Result<SecretString, KeyProblem>, Lesson)) {
    (id, one(site, id, way).await)
}

async fn one(site: &SiteClient, id: i64, way: Way) -> (Result<SecretString, KeyProblem>, Lesson) {
    let mut problem = KeyProblem::NotRecovered;
    let mut next = way;
    if matches!(way, Way::Both) {
        match site.reveal(id).await {
            Ok(Material::Plain(secret)) => return (Ok(secret), Lesson::Go(Way::Both)),
            Ok(Material::Masked(_) | Material::Absent) => {}
            Err(fault) if is_final(&fault) => return stop(KeyProblem::of(&fault)),
            Err(fault) => {
                problem = KeyProblem::of(&fault);
                if matches!(fault, SiteFault::Unsupported { .. } | SiteFault::Denied { .. }) {
                    next = Way::Detail;
                }
            }
        }
    }
    match site.key(id).await.map(|key| key.material) {
        Ok(Material::Plain(secret)) => (Ok(secret), Lesson::Go(next)),
        // It masks them here as well, and has no other place: the others are masked, too.
        Ok(Material::Masked(_) | Material::Absent) if matches!(next, Way::Detail) => stop(problem),
        Ok(Material::Masked(_) | Material::Absent) => (Err(problem), Lesson::Go(next)),
        Err(fault) if is_final(&fault) => stop(KeyProblem::of(&fault)),
        Err(_) => (Err(problem), Lesson::Go(next)),
    }
}

fn stop(problem: KeyProblem) -> (Result<SecretString, KeyProblem>, Lesson) {
    (Err(problem), Lesson::Stop(problem))
}

/// Returns whether more requests are of no use for now.
fn is_final(fault: &SiteFault) -> bool {
    fault.is_away() || matches!(fault, SiteFault::Limited { .. })
}

fn with_rest(mut recovered: Recovered, hidden: &[i64], problem: KeyProblem) -> Recovered {
    for id in hidden {
        recovered.entry(*id).or_insert(Err(problem));
    }
    recovered
}
