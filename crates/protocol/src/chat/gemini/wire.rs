//! Objects of the generate content API (Gemini API reference, "Generating content"). Both spellings of JSON for
//! protocol buffers are taken, as Google does.

use super::parts::Read;
use super::talk::{Speech, Talk};
use crate::chat::codec::cursor::{Perhaps, Whole};
use crate::chat::codec::wire::wire;
use crate::chat::text::{Json, Number, Text};

wire! {
    struct Body<'a> {
        "contents" contents: Talk<'a>,
        "systemInstruction" | "system_instruction" system_instruction: Speech<'a>,
        "tools" tools: Vec<Json<'a>>,
        "toolConfig" | "tool_config" tool_config: ToolConfig<'a>,
        "generationConfig" | "generation_config" generation_config: GenerationConfig<'a>,
        "serviceTier" | "service_tier" service_tier: Text<'a>,
    }
    struct ContentObject<'a> {
        "role" role: Text<'a>,
        "parts" parts: Vec<Json<'a>>,
    }
    struct SpeechObject<'a> {
        "role" role: Text<'a>,
        "parts" parts: Vec<Read<'a>>,
    }
    struct PartObject<'a> {
        "text" text: Text<'a>,
        "thought" thought: bool,
        "thoughtSignature" | "thought_signature" thought_signature: Text<'a>,
        "inlineData" | "inline_data" inline_data: Blob<'a>,
        "fileData" | "file_data" file_data: FileData<'a>,
        "functionCall" | "function_call" function_call: FunctionCall<'a>,
        "functionResponse" | "function_response" function_response: FunctionResponse<'a>,
    }
    struct Blob<'a> {
        "mimeType" | "mime_type" mime_type: Text<'a>,
        "data" data: Text<'a>,
        "displayName" | "display_name" display_name: Text<'a>,
    }
    struct FileData<'a> {
        "mimeType" | "mime_type" mime_type: Text<'a>,
        "fileUri" | "file_uri" file_uri: Text<'a>,
        "displayName" | "display_name" display_name: Text<'a>,
    }
    struct FunctionCall<'a> {
        "id" id: Text<'a>,
        "name" name: Text<'a>,
        "args" args: Json<'a>,
    }
    struct FunctionResponse<'a> {
        "id" id: Text<'a>,
        "name" name: Text<'a>,
        "response" response: Whole<'a, Perhaps<ResponseValue<'a>>>,
        "parts" parts: Vec<Json<'a>>,
    }
    struct ResponseValue<'a> {
        "output" output: Json<'a>,
        "error" error: Json<'a>,
    }
    struct ToolObject<'a> {
        "functionDeclarations" | "function_declarations" function_declarations: Vec<FunctionDeclaration<'a>>,
    }
    struct FunctionDeclaration<'a> {
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "parameters" parameters: Json<'a>,
        "parametersJsonSchema" | "parameters_json_schema" parameters_json_schema: Json<'a>,
    }
    struct ToolConfig<'a> {
        "functionCallingConfig" | "function_calling_config" function_calling_config: FunctionCallingConfig<'a>,
    }
    struct FunctionCallingConfig<'a> {
        "mode" mode: Text<'a>,
        "allowedFunctionNames" | "allowed_function_names" allowed_function_names: Vec<Text<'a>>,
    }
    struct GenerationConfig<'a> {
        "temperature" temperature: Number<'a>,
        "topP" | "top_p" top_p: Number<'a>,
        "topK" | "top_k" top_k: Number<'a>,
        "maxOutputTokens" | "max_output_tokens" max_output_tokens: Number<'a>,
        "candidateCount" | "candidate_count" candidate_count: Number<'a>,
        "stopSequences" | "stop_sequences" stop_sequences: Vec<Text<'a>>,
        "presencePenalty" | "presence_penalty" presence_penalty: Number<'a>,
        "frequencyPenalty" | "frequency_penalty" frequency_penalty: Number<'a>,
        "seed" seed: Number<'a>,
        "responseLogprobs" | "response_logprobs" response_logprobs: bool,
        "logprobs" logprobs: Number<'a>,
        "responseMimeType" | "response_mime_type" response_mime_type: Text<'a>,
        "responseSchema" | "response_schema" response_schema: Json<'a>,
        "responseJsonSchema" | "response_json_schema" | "_responseJsonSchema" response_json_schema: Json<'a>,
        "thinkingConfig" | "thinking_config" thinking_config: ThinkingConfig<'a>,
    }
    struct ThinkingConfig<'a> {
        "includeThoughts" | "include_thoughts" include_thoughts: bool,
        "thinkingBudget" | "thinking_budget" thinking_budget: Number<'a>,
        "thinkingLevel" | "thinking_level" thinking_level: Text<'a>,
    }
    struct ResponseObject<'a> {
        "candidates" candidates: Vec<Candidate<'a>>,
        "promptFeedback" prompt_feedback: PromptFeedback<'a>,
        "usageMetadata" usage_metadata: Json<'a>,
        "modelVersion" model_version: Text<'a>,
        "responseId" response_id: Text<'a>,
        "error" error: Json<'a>,
    }
    struct PromptFeedback<'a> {
        "blockReason" block_reason: Text<'a>,
    }
    struct Candidate<'a> {
        "index" index: Number<'a>,
        "content" content: ContentObject<'a>,
        "finishReason" finish_reason: Text<'a>,
        "finishMessage" finish_message: Text<'a>,
        "groundingMetadata" grounding_metadata: GroundingMetadata<'a>,
        "citationMetadata" citation_metadata: CitationMetadata<'a>,
        "logprobsResult" logprobs_result: LogprobsResult<'a>,
    }
    struct GroundingMetadata<'a> {
        "groundingChunks" grounding_chunks: Vec<GroundingChunk<'a>>,
        "groundingSupports" grounding_supports: Vec<GroundingSupport<'a>>,
    }
    struct GroundingChunk<'a> {
        "web" web: WebChunk<'a>,
    }
    struct WebChunk<'a> {
        "uri" uri: Text<'a>,
        "title" title: Text<'a>,
    }
    struct GroundingSupport<'a> {
        "segment" segment: Segment<'a>,
        "groundingChunkIndices" grounding_chunk_indices: Vec<Number<'a>>,
    }
    struct Segment<'a> {
        "partIndex" part_index: Number<'a>,
        "startIndex" start_index: Number<'a>,
        "endIndex" end_index: Number<'a>,
        "text" text: Text<'a>,
    }
    struct CitationMetadata<'a> {
        "citationSources" | "citations" citations: Vec<CitationSource<'a>>,
    }
    struct CitationSource<'a> {
        "uri" uri: Text<'a>,
        "title" title: Text<'a>,
        "startIndex" start_index: Number<'a>,
        "endIndex" end_index: Number<'a>,
    }
    struct LogprobsResult<'a> {
        "chosenCandidates" chosen_candidates: Vec<TokenObject<'a>>,
        "topCandidates" top_candidates: Vec<TopCandidates<'a>>,
    }
    struct TopCandidates<'a> {
        "candidates" candidates: Vec<TokenObject<'a>>,
    }
    /// A token with its probability in OpenAI's form.
    struct OpenaiToken<'a> {
        "token" token: Text<'a>,
        "logprob" logprob: Number<'a>,
        "top_logprobs" top_logprobs: Vec<OpenaiToken<'a>>,
    }
    struct TokenObject<'a> {
        "token" token: Text<'a>,
        "logProbability" log_probability: Number<'a>,
    }
}
