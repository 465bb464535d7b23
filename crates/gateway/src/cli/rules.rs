//! `sluice rules test`: which rule decides about a call.

use std::fs;
use std::io::{BufRead, Write};

use anyhow::{Context, anyhow, bail};
use serde_json::Value;
use sluice_domain::route::policy::Rule;

use super::arguments::TestRules;
use super::{Console, Invocation};
use crate::config::read_yaml;
use crate::snapshot::rules::{Ruled, Sample, Tried, try_all};

/// A sample call and the rule that is to decide about it.
struct Case {
    sample: Sample,
    /// Name of the rule, `None` for no rule; nothing where any is right.
    expected: Option<Option<String>>,
}

impl Invocation {
    pub(super) fn test_rules<R: BufRead, W: Write, E: Write>(
        &self,
        wanted: &TestRules,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        let path = self.working_dir.join(&wanted.file);
        let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let file = read_yaml(&text).map_err(|problem| anyhow!("`{}`: {problem}", path.display()))?;
        let file = Value::Object(file);
        let rules = rules_of(&file)?;
        let compiled = compile(&rules, console)?;
        let mut failures = 0;
        for (number, case) in (1..).zip(cases(&file, wanted.sample.as_deref())?) {
            let tried = try_all(&compiled, &case.sample);
            let decides = tried.iter().find(|one| one.concerns && one.holds == Ok(true)).map(|one| one.name.as_str());
            let is_right = case.expected.as_ref().is_none_or(|expected| expected.as_deref() == decides);
            failures += usize::from(!is_right);
            console.print(&report(number, decides, &tried, (is_right, case.expected.as_ref())))?;
        }
        if failures > 0 {
            bail!("{failures} of the samples did not come out as expected");
        }
        Ok(())
    }
}

fn rules_of(file: &Value) -> anyhow::Result<Vec<Rule>> {
    let routed = || file.get("routing").and_then(|routing| routing.get("rules"));
    let rules = file.get("rules").or_else(routed).context("the file has neither `rules` nor `routing: rules:`")?;
    serde_json::from_value(rules.clone()).context("the rules have not the form that is expected")
}

fn compile<R: BufRead, W: Write, E: Write>(
    rules: &[Rule],
    console: &mut Console<R, W, E>,
) -> anyhow::Result<Vec<Ruled>> {
    let mut compiled = Vec::with_capacity(rules.len());
    for (number, rule) in (1..).zip(rules) {
        match Ruled::compile(rule, number) {
            Ok(ruled) => compiled.push(ruled),
            Err(error) => console.print(&format!("rule {number} `{}`: {error}", rule.name))?,
        }
    }
    if compiled.len() < rules.len() {
        bail!("{} of {} rules do not compile", rules.len() - compiled.len(), rules.len());
    }
    Ok(compiled)
}

fn cases(file: &Value, sample: Option<&str>) -> anyhow::Result<Vec<Case>> {
    if let Some(sample) = sample {
        let sample = serde_json::from_str(sample).context("`--sample` is not a sample call")?;
        return Ok(vec![case(sample)?]);
    }
    let samples = file.get("samples").and_then(Value::as_array).cloned().unwrap_or_default();
    if samples.is_empty() {
        bail!("there is nothing to try the rules on: add `samples` to the file, or `--sample`");
    }
    samples.into_iter().map(case).collect()
}

fn case(mut sample: Value) -> anyhow::Result<Case> {
    let expected = sample.as_object_mut().and_then(|fields| fields.remove("expect"));
    let sample: Sample = serde_json::from_value(sample).context("a sample has not the form that is expected")?;
    let expected = expected.map(|name| name.as_str().map(str::to_owned));
    Ok(Case { sample: sample.prepared(), expected })
}

fn report(
    number: usize,
    decides: Option<&str>,
    tried: &[Tried],
    (is_right, expected): (bool, Option<&Option<String>>),
) -> String {
    let named = |name: Option<&str>| name.map_or_else(|| "no rule".to_owned(), |name| format!("`{name}`"));
    let mut lines = vec![format!("sample {number}: {} decides", named(decides))];
    if !is_right {
        let expected = expected.and_then(Option::as_deref);
        lines.push(format!("  expected {}", named(expected)));
    }
    for one in tried {
        let verdict = match (&one.concerns, &one.holds) {
            (false, _) => "is about other models".to_owned(),
            (true, Ok(true)) => "holds".to_owned(),
            (true, Ok(false)) => "does not hold".to_owned(),
            (true, Err(error)) => format!("fails, which counts as not holding: {error}"),
        };
        lines.push(format!("  `{}` {verdict}", one.name));
    }
    lines.join("\n")
}
