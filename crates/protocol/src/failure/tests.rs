use super::*;
use http::HeaderMap;
use rstest::rstest;

fn read(status: u16, body: &str) -> Failure {
    Failure::read(status, &HeaderMap::new(), body.as_bytes())
}

fn body(failure: &Failure, dialect: Dialect) -> serde_json::Value {
    serde_json::from_slice(&failure.body_for(dialect, "c1")).unwrap()
}

#[rstest]
// OpenAI, and vendors that copy it.
#[case(400, r#"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#, Cause::ContextLength)]
#[case(401, r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#, Cause::Auth)]
#[case(403, r#"{"error":{"code":"unsupported_country_region_territory","message":"Country not supported","param":null,"type":"request_forbidden"}}"#, Cause::Permission)]
#[case(404, r#"{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#, Cause::ModelNotFound)]
#[case(404, r#"{"error":{"message":"Response with id 'resp_1' not found.","type":"invalid_request_error","param":"id","code":null}}"#, Cause::NotFound)]
#[case(
    429,
    r#"{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
    Cause::RateLimit
)]
#[case(429, r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#, Cause::Quota)]
#[case(
    500,
    r#"{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}"#,
    Cause::Server
)]
#[case(503, r#"{"error":{"message":"overloaded","type":"server_error","code":"slow_down"}}"#, Cause::Overloaded)]
// Azure.
#[case(400, r#"{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#, Cause::Filtered)]
#[case(
    404,
    r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}}"#,
    Cause::ModelNotFound
)]
#[case(401, r#"{ "statusCode": 401, "message": "Unauthorized. Access token is missing" }"#, Cause::Auth)]
// Anthropic.
#[case(400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 205000 tokens > 200000 maximum"}}"#, Cause::ContextLength)]
#[case(400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}"#, Cause::Quota)]
#[case(400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#, Cause::Filtered)]
#[case(
    404,
    r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"},"request_id":"req_1"}"#,
    Cause::ModelNotFound
)]
#[case(
    413,
    r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
    Cause::TooLarge
)]
#[case(504, r#"{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}"#, Cause::Timeout)]
#[case(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Cause::Overloaded)]
// Google.
#[case(400, r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#, Cause::Auth)]
#[case(400, r#"{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).","status":"INVALID_ARGUMENT"}}"#, Cause::ContextLength)]
#[case(400, r#"[{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}]"#, Cause::Invalid)]
#[case(
    404,
    r#"{"error":{"code":404,"message":"models/x is not found for API version v1beta","status":"NOT_FOUND"}}"#,
    Cause::ModelNotFound
)]
#[case(429, r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan","status":"RESOURCE_EXHAUSTED"}}"#, Cause::RateLimit)]
#[case(503, r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#, Cause::Overloaded)]
// Others with words of their own.
#[case(402, r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#, Cause::Quota)]
#[case(400, r#"{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#, Cause::Filtered)]
#[case(429, r#"{"error":{"message":"Your account is suspended","type":"exceeded_current_quota_error"}}"#, Cause::Quota)]
#[case(
    429,
    r#"{"error":{"message":"The engine is currently overloaded","type":"engine_overloaded_error"}}"#,
    Cause::Overloaded
)]
#[case(429, r#"{"error":{"code":"1113","message":"账户已欠费"}}"#, Cause::Quota)]
#[case(400, r#"{"error":{"code":"1261","message":"Prompt 超长"}}"#, Cause::ContextLength)]
#[case(400, r#"{"code":"Arrearage","message":"Access denied","request_id":"x"}"#, Cause::Quota)]
#[case(
    400,
    r#"{"code":"DataInspectionFailed","message":"Input data may contain inappropriate content.","request_id":"x"}"#,
    Cause::Filtered
)]
#[case(429, r#"{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}"#, Cause::RateLimit)]
#[case(200, r#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, Cause::Quota)]
#[case(
    400,
    r#"{"error":{"code":"InputTextSensitiveContentDetected","message":"x","param":"","type":"BadRequest"}}"#,
    Cause::Filtered
)]
#[case(422, r#"{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}"#, Cause::Invalid)]
// Relays.
#[case(503, r#"{"error":{"message":"当前分组 default 下对于模型 x 无可用渠道","type":"new_api_error","code":"model_not_found"}}"#, Cause::ModelNotFound)]
#[case(
    500,
    r#"{"error":{"message":"boom","type":"new_api_error","param":"","code":"do_request_failed"}}"#,
    Cause::Server
)]
#[case(500, r#"{"error":{"message":"slow","type":"upstream_error","code":429}}"#, Cause::RateLimit)]
#[case(403, r#"{"error":{"message":"用户额度不足","type":"new_api_error","code":""}}"#, Cause::Quota)]
#[case(429, r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"too much\"}}"}}}"#, Cause::ContextLength)]
#[case(
    400,
    r#"{"error":"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"}"#,
    Cause::Overloaded
)]
#[case(502, "<html><head><title>502 Bad Gateway</title></head></html>", Cause::Server)]
#[case(524, "error code: 524", Cause::Timeout)]
#[case(429, "event: error\ndata: {\"error\":{\"message\":\"x\"}}\n\n", Cause::RateLimit)]
#[case(400, "", Cause::Invalid)]
fn the_cause_is_found_in_every_vendors_and_relays_shape(#[case] status: u16, #[case] body: &str, #[case] cause: Cause) {
    assert_eq!(read(status, body).cause, cause, "{:?}", read(status, body));
}

#[rstest]
#[case(r#"{"error":{"message":"a"}}"#, "a")]
#[case(r#"{"error":"a"}"#, "a")]
#[case(r#"{"message":"a"}"#, "a")]
#[case(r#"{"detail":"a"}"#, "a")]
#[case(r#"{"code":"x","error":"a"}"#, "a")]
#[case(
    r#"{"object":"error","message":{"detail":[{"loc":["body","top_p"],"msg":"too big"},{"msg":"b"}]}}"#,
    "body.top_p: too big; b"
)]
#[case(r#"{"error":{"message":"outer {\"error\":{\"message\":\"inner\"}}"}}"#, "inner")]
#[case("plain words", "plain words")]
#[case("<!doctype html><p>x", "the upstream answered with a web page instead of a reason")]
#[case("", "the upstream answered with status 400")]
#[case("{}", "the upstream answered with status 400")]
#[case("[[[]]]", "the upstream answered with status 400")]
fn the_message_is_found_wherever_it_stands(#[case] body: &str, #[case] message: &str) {
    assert_eq!(read(400, body).message, message);
}

#[test]
fn a_message_without_end_is_cut() {
    let failure = read(400, &"字".repeat(3_000));
    assert_eq!(failure.message.chars().count(), 2_001);
}

#[rstest]
#[case(Cause::Overloaded, [503, 503, 529, 503])]
#[case(Cause::Quota, [429, 429, 402, 429])]
#[case(Cause::TooLarge, [413, 413, 413, 400])]
#[case(Cause::ContextLength, [400, 400, 400, 400])]
#[case(Cause::Timeout, [504, 504, 504, 504])]
fn each_dialect_has_its_own_status(#[case] cause: Cause, #[case] statuses: [u16; 4]) {
    let failure = Failure::new(cause, "x", "y");
    let dialects = [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini];
    assert_eq!(dialects.map(|dialect| failure.status_for(dialect)), statuses);
}

#[test]
fn an_overload_at_anthropic_is_told_in_every_dialects_words() {
    let failure = read(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#);
    assert_eq!(
        body(&failure, Dialect::OpenaiChat),
        serde_json::json!({"error": {"message": "Overloaded", "type": "server_error", "param": null, "code": "server_is_overloaded"}})
    );
    assert_eq!(body(&failure, Dialect::Anthropic)["error"]["type"], "overloaded_error");
    assert_eq!(body(&failure, Dialect::Gemini)["error"]["status"], "UNAVAILABLE");
}

#[test]
fn a_conversation_that_is_too_long_is_told_so_that_agents_shorten_it() {
    let failure =
        read(400, r#"{"error":{"message":"maximum context length is 8192","code":"context_length_exceeded"}}"#);
    assert_eq!(
        body(&failure, Dialect::Anthropic)["error"]["message"],
        "prompt is too long: maximum context length is 8192"
    );
    assert_eq!(body(&failure, Dialect::OpenaiResponses)["error"]["code"], "context_length_exceeded");
    let own =
        read(400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 2 > 1"}}"#);
    assert_eq!(body(&own, Dialect::Anthropic)["error"]["message"], "prompt is too long: 2 > 1");
}

#[test]
fn a_vendors_code_and_field_survive_between_dialects_of_openai() {
    let text =
        r#"{"error":{"message":"m","type":"invalid_request_error","param":"top_k","code":"unsupported_parameter"}}"#;
    let failure = read(400, text);
    let told = body(&failure, Dialect::OpenaiResponses);
    assert_eq!((&told["error"]["code"], &told["error"]["param"]), (&"unsupported_parameter".into(), &"top_k".into()));
    let foreign = read(400, r#"{"error":{"code":400,"message":"m","status":"FAILED_PRECONDITION"}}"#);
    assert_eq!(body(&foreign, Dialect::OpenaiChat)["error"]["code"], serde_json::Value::Null);
}

#[rstest]
#[case(&[("retry-after", "7")], "{}", Some("7"))]
#[case(&[("retry-after", "0.2")], "{}", Some("1"))]
#[case(&[("retry-after-ms", "1500"), ("retry-after", "9")], "{}", Some("2"))]
#[case(&[("retry-after", "Sat, 21 Nov 2026 17:00:00 GMT")], "{}", Some("Sat, 21 Nov 2026 17:00:00 GMT"))]
#[case(&[("retry-after", "soon")], "{}", None)]
#[case(&[], r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m","details":[{"retryDelay":"34.07s"}]}}"#, Some("35"))]
#[case(&[], r#"{"error":{"message":"Please try again in 1m2.5s. Visit us."}}"#, Some("63"))]
#[case(&[], r#"{"error":{"message":"Please try again in 350ms."}}"#, Some("1"))]
#[case(&[], r#"{"error":{"message":"Please try again in a while."}}"#, None)]
#[case(&[], r#"{"error":{"message":"Please try again in 9999999999999h"}}"#, None)]
fn the_delay_is_found_in_headers_details_and_messages(
    #[case] headers: &[(&'static str, &'static str)],
    #[case] body: &str,
    #[case] expected: Option<&str>,
) {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    assert_eq!(Failure::read(429, &headers, body.as_bytes()).retry_after.as_deref(), expected);
}

#[test]
fn googles_clients_find_the_delay_in_the_body() {
    let headers = [("retry-after".parse().unwrap(), "7".parse().unwrap())].into_iter().collect();
    let failure = Failure::read(429, &headers, br#"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#);
    let told = body(&failure, Dialect::Gemini);
    assert_eq!(told["error"]["details"][1]["retryDelay"], "7s");
    assert_eq!(told["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
}

#[rstest]
#[case(r#"{"type":"overloaded_error","message":"Overloaded"}"#, Cause::Overloaded, "overloaded_error")]
#[case(r#"{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}"#, Cause::RateLimit, "RESOURCE_EXHAUSTED")]
#[case(r#"{"message":"x","type":"server_error","param":null,"code":null}"#, Cause::Server, "server_error")]
#[case(r#"{"type":"invalid_request_error","message":"x"}"#, Cause::Invalid, "invalid_request_error")]
#[case(r#""text""#, Cause::Server, "upstream_error")]
fn errors_inside_streams_are_read(#[case] json: &str, #[case] cause: Cause, #[case] code: &str) {
    let failure = Failure::read_event(json);
    assert_eq!((failure.cause, failure.code.as_str()), (cause, code));
}

#[test]
fn a_response_that_failed_tells_its_cause() {
    let failed = |body: &str| crate::chat::failed_answer(Dialect::OpenaiResponses, body.as_bytes());
    let body =
        r#"{"id":"resp_1","object":"response","status":"failed","error":{"code":"rate_limit_exceeded","message":"m"}}"#;
    assert_eq!(failed(body).map(|failure| failure.cause), Some(Cause::RateLimit));
    assert_eq!(failed(r#"{"status":"failed"}"#).map(|failure| failure.cause), Some(Cause::Server));
    assert_eq!(failed(r#"{"status":"completed","error":null}"#), None);
    assert_eq!(crate::chat::failed_answer(Dialect::OpenaiChat, body.as_bytes()), None);
}
