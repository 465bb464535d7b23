use super::*;
use rstest::rstest;

#[test]
fn every_vendor_that_ships_follows_the_schema_and_has_its_files_name() {
    let vendors = Vendors::embedded().unwrap();
    for (file, _) in EMBEDDED {
        assert_eq!(vendors.get(file).map(|vendor| vendor.name.as_str()), Some(*file));
    }
    assert_eq!(vendors.iter().count(), EMBEDDED.len());
}

#[rstest]
#[case("openai", "", Operation::ChatCompletions, "/v1/chat/completions")]
#[case("openai", "/v1", Operation::ChatCompletions, "/v1/chat/completions")]
#[case("openai_compatible", "/api/v4", Operation::Embeddings, "/api/v4/embeddings")]
#[case("openai_compatible", "/proxy", Operation::Embeddings, "/proxy/v1/embeddings")]
#[case("dashscope", "/compatible-mode/v1", Operation::ChatCompletions, "/compatible-mode/v1/chat/completions")]
#[case("gemini", "/v1beta", Operation::GeminiGenerate, "/v1beta/models/m:generateContent")]
#[case("deepseek", "/v1", Operation::Messages, "/anthropic/v1/messages")]
#[case("deepseek", "/proxy/anthropic", Operation::ChatCompletions, "/proxy/v1/chat/completions")]
fn a_base_url_may_or_may_not_have_the_version(
    #[case] vendor: &str,
    #[case] base: &str,
    #[case] operation: Operation,
    #[case] expected: &str,
) {
    let vendors = Vendors::embedded().unwrap();
    let template = vendors.get(vendor).unwrap().template(operation, base, &BTreeMap::new()).unwrap();
    assert_eq!(template.render("m", "", "/v1beta/models/m").as_deref(), Some(expected));
}

#[test]
fn a_model_in_the_path_is_encoded_and_parameters_are_filled_in() {
    let vendors = Vendors::embedded().unwrap();
    let params = BTreeMap::from([("api_version".to_owned(), "2030-01-01".to_owned())]);
    let azure = vendors.get("azure").unwrap().template(Operation::ChatCompletions, "", &params).unwrap();
    assert_eq!(
        azure.render("my model?", "a=1", "/v1/chat/completions").unwrap(),
        "/openai/deployments/my%20model%3F/chat/completions?api-version=2030-01-01&a=1"
    );
}

#[test]
fn a_provider_may_give_an_operation_a_path_of_its_own() {
    let vendors = Vendors::embedded().unwrap();
    let vendor = vendors.get("openai_compatible").unwrap();
    let params = BTreeMap::from([(path_param(Operation::ChatCompletions), "/x/chat/?v=1".to_owned())]);
    let path = |operation| vendor.template(operation, "/v1", &params).unwrap().fixed().map(str::to_owned);
    assert_eq!(path(Operation::ChatCompletions).as_deref(), Some("/x/chat/?v=1"));
    assert_eq!(path(Operation::Embeddings).as_deref(), Some("/v1/embeddings"));
}

#[test]
fn googles_version_follows_the_client() {
    let vendors = Vendors::embedded().unwrap();
    let gemini = vendors.get("gemini").unwrap();
    let template = gemini.template(Operation::GeminiStream, "", &BTreeMap::new()).unwrap();
    let path = template.render("g", "alt=sse", "/v1/models/g:streamGenerateContent");
    assert_eq!(path.unwrap(), "/v1/models/g:streamGenerateContent?alt=sse");
}

#[rstest]
#[case("../../admin")]
#[case("..")]
#[case(".")]
#[case("a/./b")]
#[case("tunedModels/..")]
#[case("/a")]
#[case("a//b")]
#[case("a/")]
#[case("")]
fn a_subject_that_leads_out_of_its_place_is_refused(#[case] subject: &str) {
    let vendors = Vendors::embedded().unwrap();
    for (vendor, operation) in [("gemini", Operation::GeminiGenerate), ("openai", Operation::ResponseGet)] {
        let template = vendors.get(vendor).unwrap().template(operation, "", &BTreeMap::new()).unwrap();
        assert_eq!(template.render(subject, "", "/"), None);
    }
}

#[test]
fn a_subject_may_have_dots_and_slashes_and_does_not_matter_to_a_fixed_path() {
    let vendors = Vendors::embedded().unwrap();
    let template =
        |vendor: &str, operation| vendors.get(vendor).unwrap().template(operation, "", &BTreeMap::new()).unwrap();
    let gemini = template("gemini", Operation::GeminiGenerate);
    assert!(gemini.render("tunedModels/a..b-1.5", "", "/").unwrap().contains("/tunedModels/a..b-1.5:"));
    assert_eq!(template("openai", Operation::Models).render("", "", "/").as_deref(), Some("/v1/models"));
}

#[test]
fn an_unknown_field_or_placeholder_is_refused() {
    let mut vendors = Vendors::default();
    let file = |extra: &str, path: &str| {
        format!(
            r#"{{"name":"x","title":{{"en":"X","zh":"X"}},"auth":{{"header":"a"}},{extra}"paths":{{"rerank":"{path}"}}}}"#
        )
    };
    assert!(vendors.add("x", &file("", "/v1/rerank")).is_ok());
    assert!(vendors.add("x", &file("\"oops\":1,", "/v1/rerank")).is_err());
    assert!(vendors.add("x", &file("", "/{region}/rerank")).unwrap_err().reason.contains("region"));
    assert!(vendors.add("x", &file("", "v1/rerank")).is_err());
}
