//! Finding routes by the names that callers use.
//!
//! A name leads to the routes of that name, in any case, and to those whose names mean the same model: with labels,
//! vendor, date, tag or `-latest` around it, or with the version spelt otherwise. A name that says which snapshot or
//! variant is meant leads to others only where nobody has exactly that.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sluice_domain::access::wildcard_matches;
use sluice_domain::id::CredentialId;
use sluice_domain::route::name::{bare, is_specific, lower, normal, version_agnostic};

/// The number of a route in the list that the index was made for.
pub(super) type Number = u32;

/// An index of routes by name.
#[derive(Default)]
pub(super) struct Names {
    /// All routes that a public name leads to, those that have it first; by the name in lower case.
    known: HashMap<String, Vec<Number>>,
    bare: HashMap<String, Vec<Number>>,
    normal: HashMap<String, Vec<Number>>,
    version: HashMap<String, Vec<Number>>,
    wildcards: Vec<(String, Number)>,
    /// The credential of each route: a call is sent to each once.
    owners: Vec<CredentialId>,
}

impl Names {
    /// Makes the index of `named`, pairs of public names and routes. Names with `*` stand for all that match.
    pub(super) fn of<'a>(named: impl Iterator<Item = (&'a str, Number)>, owners: Vec<CredentialId>) -> Self {
        let mut names = Self { owners, ..Self::default() };
        let mut exact: HashMap<String, Vec<Number>> = HashMap::new();
        for (name, number) in named {
            if name.contains('*') {
                names.wildcards.push((name.to_owned(), number));
            } else {
                exact.entry(lower(name).into_owned()).or_default().push(number);
            }
        }
        for (name, numbers) in &exact {
            names.add(name, numbers);
        }
        for index in [&mut names.bare, &mut names.normal, &mut names.version] {
            index.values_mut().for_each(|numbers| numbers.sort_unstable());
        }
        names.known = exact.iter().map(|(name, numbers)| (name.clone(), names.union(name, numbers))).collect();
        names
    }

    fn add(&mut self, name: &str, numbers: &[Number]) {
        let normal = normal(name);
        let forms = [
            (&mut self.bare, bare(name)),
            (&mut self.version, if normal.is_empty() { String::new() } else { version_agnostic(&normal) }),
            (&mut self.normal, normal),
        ];
        for (index, form) in forms.into_iter().filter(|(_, form)| !form.is_empty()) {
            index.entry(form).or_default().extend(numbers);
        }
    }

    /// Returns all routes that a name leads to: those that have exactly it, then the others.
    fn union(&self, name: &str, exact: &[Number]) -> Vec<Number> {
        let found = |index: &HashMap<String, Vec<Number>>, form: &str| index.get(form).cloned().unwrap_or_default();
        let mut all = exact.to_vec();
        let like = found(&self.bare, &bare(name));
        all.extend(like);
        if all.is_empty() || !is_specific(name) {
            let normal = normal(name);
            let mut others = found(&self.normal, &normal);
            if !normal.is_empty() {
                others.extend(found(&self.version, &version_agnostic(&normal)));
            }
            all.extend(others);
        }
        let matching = self.wildcards.iter().filter(|(pattern, _)| wildcard_matches(pattern, name));
        all.extend(matching.map(|(_, number)| *number));
        let mut seen = HashSet::with_capacity(all.len());
        all.retain(|&number| self.owners.get(number as usize).is_some_and(|owner| seen.insert(*owner)));
        all
    }

    /// Returns the routes that have exactly this name, or lead to it by a wildcard or another spelling; empty where there
    /// is none.
    pub(super) fn find(&self, asked: &str) -> Cow<'_, [Number]> {
        match self.known(asked) {
            Some(numbers) => Cow::Borrowed(numbers),
            None => Cow::Owned(self.union(&lower(asked), &[])),
        }
    }

    /// Returns the routes that a public name leads to; `None` where no route has it.
    pub(super) fn known(&self, asked: &str) -> Option<&[Number]> {
        self.known.get(lower(asked).as_ref()).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NAMES: [&str; 11] = [
        "gpt-4o",
        "[VIP]gpt-4o",
        "gpt-4o-2024-08-06",
        "openai/GPT-4o-mini",
        "claude-sonnet-3.5",
        "claude-3-5-sonnet-20241022",
        "deepseek-r1:free",
        "deepseek-r1",
        "gpt-4.5",
        "local-*",
        "[VIP]gpt-4o-2024-08-06",
    ];

    #[rstest]
    #[case("gpt-4o", &[0, 1, 2, 10])]
    #[case("GPT-4o", &[0, 1, 2, 10])]
    #[case("gpt-4o-latest", &[0, 1, 2, 10])]
    #[case("gpt-4o-2024-08-06", &[2, 10])]
    #[case("gpt-4o-2024-11-20", &[0, 1, 2, 10])]
    #[case("gpt-4o-mini", &[3])]
    #[case("claude-3-5-sonnet", &[5, 4])]
    #[case("claude-sonnet-3-5", &[4, 5])]
    #[case("deepseek-r1:free", &[6])]
    #[case("deepseek-r1", &[7, 6])]
    #[case("gpt-5.4", &[])]
    #[case("local-x", &[9])]
    #[case("nothing", &[])]
    #[case("", &[])]
    fn a_name_leads_to_what_means_the_same(#[case] asked: &str, #[case] expected: &[Number]) {
        let named = NAMES.iter().zip(0..).map(|(name, number)| (*name, number));
        let names = Names::of(named, (0..11).map(CredentialId).collect());
        let mut found = names.find(asked).into_owned();
        let mut expected = expected.to_vec();
        // Those that have the name itself stay first.
        if names.known(asked).is_none() || expected.len() > 2 {
            found.sort_unstable();
            expected.sort_unstable();
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn fifty_thousand_routes_are_indexed_quickly() {
        let models: Vec<String> = (0..500).map(|number| format!("vendor/model-{number}-2024-01-01")).collect();
        let named = (0..100_u32).flat_map(|_| models.iter()).zip(0..).map(|(name, number)| (name.as_str(), number));
        let names = Names::of(named, (0..50_000).map(|number| CredentialId(number / 500)).collect());
        assert_eq!(names.find("model-7").len(), 100);
    }
}
