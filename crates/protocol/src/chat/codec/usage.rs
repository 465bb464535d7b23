//! Usage in the words of each dialect.

use sluice_domain::usage::Usage;

use super::write::Writer;

/// Writes the value of `usage` in a chat completion: cached tokens are part of the prompt, thoughts of the completion.
pub(in crate::chat) fn write_chat_usage(w: &mut Writer<'_>, usage: &Usage) {
    let (input, output) = (usage.total_input(), usage.total_output());
    w.begin_object().key("prompt_tokens").count(input).key("completion_tokens").count(output);
    w.key("total_tokens").count(input.saturating_add(output));
    w.key("prompt_tokens_details").begin_object().key("cached_tokens").count(usage.cache_read);
    w.key("audio_tokens").count(usage.input_audio);
    if cache_written(usage) > 0 {
        w.key("cache_write_tokens").count(cache_written(usage));
    }
    w.end_object().key("completion_tokens_details").begin_object().key("reasoning_tokens").count(usage.reasoning);
    w.key("audio_tokens").count(usage.output_audio).key("accepted_prediction_tokens").count(0);
    w.key("rejected_prediction_tokens").count(0).end_object().end_object();
}

/// Writes the value of `usage` in a response.
pub(in crate::chat) fn write_responses_usage(w: &mut Writer<'_>, usage: &Usage) {
    let (input, output) = (usage.total_input(), usage.total_output());
    w.begin_object().key("input_tokens").count(input).key("input_tokens_details").begin_object();
    w.key("cached_tokens").count(usage.cache_read).key("cache_write_tokens").count(cache_written(usage)).end_object();
    w.key("output_tokens").count(output).key("output_tokens_details").begin_object();
    w.key("reasoning_tokens").count(usage.reasoning).end_object();
    w.key("total_tokens").count(input.saturating_add(output)).end_object();
}

/// Writes the value of `usageMetadata`: cached tokens are part of the prompt, thoughts stand beside the candidates.
pub(in crate::chat) fn write_gemini_usage(w: &mut Writer<'_>, usage: &Usage) {
    let (input, output) = (usage.total_input(), usage.total_output());
    w.begin_object().key("promptTokenCount").count(input);
    w.key("candidatesTokenCount").count(output.saturating_sub(usage.reasoning));
    w.key("totalTokenCount").count(input.saturating_add(output));
    if usage.cache_read > 0 {
        w.key("cachedContentTokenCount").count(usage.cache_read);
    }
    if usage.reasoning > 0 {
        w.key("thoughtsTokenCount").count(usage.reasoning);
    }
    w.end_object();
}

/// Writes the value of `usage` in a message: cached tokens stand beside the input.
pub(in crate::chat) fn write_anthropic_usage(w: &mut Writer<'_>, usage: &Usage) {
    w.begin_object();
    write_anthropic_input(w, usage);
    w.key("cache_creation").begin_object().key("ephemeral_5m_input_tokens").count(usage.cache_write_5m);
    w.key("ephemeral_1h_input_tokens").count(usage.cache_write_1h).end_object();
    write_anthropic_output(w, usage);
    w.key("service_tier").string("standard").end_object();
}

/// Writes the value of `usage` in the event that ends a message.
pub(in crate::chat) fn write_anthropic_delta_usage(w: &mut Writer<'_>, usage: &Usage) {
    w.begin_object();
    write_anthropic_input(w, usage);
    write_anthropic_output(w, usage);
    w.end_object();
}

fn write_anthropic_input(w: &mut Writer<'_>, usage: &Usage) {
    let uncached = usage.input.saturating_add(usage.input_audio).saturating_add(usage.input_image);
    w.key("input_tokens").count(uncached);
    w.key("cache_creation_input_tokens").count(cache_written(usage));
    w.key("cache_read_input_tokens").count(usage.cache_read);
}

fn write_anthropic_output(w: &mut Writer<'_>, usage: &Usage) {
    w.key("output_tokens").count(usage.total_output());
    if usage.reasoning > 0 {
        w.key("output_tokens_details").begin_object().key("thinking_tokens").count(usage.reasoning).end_object();
    }
}

fn cache_written(usage: &Usage) -> u64 {
    usage.cache_write_5m.saturating_add(usage.cache_write_1h)
}
