//! Images, sound and video.

use bytes::Bytes;
use serde_json::{Value, json};

use super::form::Form;
use super::{missing, read_body, read_model};
use crate::call::Call;
use crate::compose::{tokens, tokens_of};
use crate::contract::{Object, flag, string};
use crate::failure::Failure;
use crate::reply::{Reply, named_event};

/// A PNG of one pixel: what every picture shows.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const IMAGE_TOKENS: u64 = 272;
const MAX_IMAGES: u64 = 10;
/// Bytes of sound for each character that is spoken.
const SOUND_PER_CHAR: usize = 64;
const MAX_SOUND_CHARS: usize = 4_096;
/// Bytes of an uploaded recording that count as a second: 16 kHz, 16 bit.
const BYTES_PER_SECOND: usize = 32_000;

/// The two ways to make an image from an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Prompted,
    Variation,
}

/// Answers an image generation.
pub(super) fn generate_image(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    read_model(call, &body)?;
    let prompt = string(&body, "prompt").unwrap_or_default();
    if call.is_strict() && prompt.is_empty() {
        return Err(missing("prompt"));
    }
    let count = body.get("n").and_then(Value::as_u64).unwrap_or(1).min(MAX_IMAGES);
    let wants_url = string(&body, "response_format") == Some("url");
    if flag(&body, "stream") {
        return Ok(Reply::events(image_events(call, &body, prompt)));
    }
    Ok(Reply::json(&images(call, prompt, count, wants_url, 0)))
}

fn images(call: &Call<'_>, prompt: &str, count: u64, wants_url: bool, input_images: u64) -> Value {
    let image = |index: u64| {
        if wants_url {
            let url = format!("http://{}/files/{}.png", call.address, call.id(&format!("img-{index}"), 20));
            json!({"url": url, "revised_prompt": prompt})
        } else {
            json!({"b64_json": PIXEL})
        }
    };
    let data: Vec<Value> = (0..count).map(image).collect();
    let mut answer = json!({"created": call.created(), "data": data});
    if let (false, Some(fields)) = (wants_url, answer.as_object_mut()) {
        for (name, value) in
            [("background", "opaque"), ("output_format", "png"), ("quality", "low"), ("size", "1024x1024")]
        {
            fields.insert(name.to_owned(), json!(value));
        }
        fields.insert("usage".to_owned(), image_usage(prompt, count, input_images));
    }
    answer
}

fn image_usage(prompt: &str, count: u64, input_images: u64) -> Value {
    let (text, image) = (tokens(prompt), input_images * IMAGE_TOKENS);
    let output = count * IMAGE_TOKENS;
    json!({
        "input_tokens": text + image, "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens": output, "output_tokens_details": {"text_tokens": 0, "image_tokens": output},
        "total_tokens": text + image + output,
    })
}

fn image_events(call: &Call<'_>, body: &Object, prompt: &str) -> Vec<Bytes> {
    let partial = body.get("partial_images").and_then(Value::as_u64).unwrap_or(0).min(3);
    let event = |kind: &str| {
        json!({
            "type": kind, "b64_json": PIXEL, "created_at": call.created(), "size": "1024x1024", "quality": "low",
            "background": "opaque", "output_format": "png",
        })
    };
    let with = |mut event: Value, name: &str, value: Value| {
        if let Some(fields) = event.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
        named_event(&event)
    };
    let partials =
        (0..partial).map(|index| with(event("image_generation.partial_image"), "partial_image_index", json!(index)));
    let last = with(event("image_generation.completed"), "usage", image_usage(prompt, 1, 0));
    partials.chain([last]).collect()
}

/// Answers an edit or a variation of an uploaded image.
pub(super) fn edit_image(call: &Call<'_>, edit: Edit) -> Result<Reply, Failure> {
    let form = read_form(call)?;
    let prompt = form.as_ref().and_then(|form| form.text("prompt")).unwrap_or_default();
    let files = form.as_ref().map(|form| form.files("image")).unwrap_or_default();
    if call.is_strict() {
        if files.is_empty() {
            return Err(missing("image"));
        }
        if edit == Edit::Prompted && prompt.is_empty() {
            return Err(missing("prompt"));
        }
        let is_png = |file: &&Bytes| file.starts_with(b"\x89PNG\r\n\x1a\n");
        let is_other = |file: &&Bytes| file.starts_with(b"\xff\xd8\xff") || file.starts_with(b"RIFF");
        if !files.iter().all(|file| is_png(file) || is_other(file)) {
            return Err(Failure::new(400, "Invalid image file or mode for image 1, please check your image file.")
                .with_code("invalid_image_file"));
        }
    }
    let field = |name: &str| form.as_ref().and_then(|form| form.text(name));
    let count = field("n").and_then(|count| count.parse().ok()).unwrap_or(1).min(MAX_IMAGES);
    let wants_url = field("response_format") == Some("url");
    Ok(Reply::json(&images(call, prompt, count, wants_url, u64::try_from(files.len()).unwrap_or(1))))
}

/// Reads the form and checks its model; without strictness a damaged form is taken as none.
fn read_form(call: &Call<'_>) -> Result<Option<Form>, Failure> {
    let form = Form::read(call.inbound);
    if !call.is_strict() {
        return Ok(form);
    }
    if call.inbound.media_type() != "multipart/form-data" {
        let given = call.inbound.header("content-type").unwrap_or_default();
        let text = format!(
            "Unsupported content type: '{given}'. This API method only accepts 'multipart/form-data' requests."
        );
        return Err(Failure::new(400, text).with_code("unsupported_content_type"));
    }
    let form = form.ok_or_else(|| Failure::new(400, "Could not parse multipart form"))?;
    let mut named = Object::new();
    if let Some(model) = form.text("model") {
        named.insert("model".to_owned(), json!(model));
    }
    // Image edits have a default model; the audio endpoints have none.
    if !named.is_empty() || call.inbound.segments().contains(&"audio") {
        read_model(call, &named)?;
    }
    Ok(Some(form))
}

/// Answers with sound: bytes whose number follows the text.
pub(super) fn speech(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    read_model(call, &body)?;
    for name in ["input", "voice"] {
        if call.is_strict() && body.get(name).is_none_or(Value::is_null) {
            return Err(missing(name));
        }
    }
    let input = string(&body, "input").unwrap_or_default();
    let chars = input.chars().count();
    if call.is_strict() && chars > MAX_SOUND_CHARS {
        let text = format!(
            "Invalid 'input': string too long. Expected a string with maximum length {MAX_SOUND_CHARS}, but got a string with length {chars} instead."
        );
        return Err(Failure::new(400, text).with_param("input").with_code("string_above_max_length"));
    }
    let frames: Vec<Bytes> = input.chars().map(sound).collect();
    if string(&body, "stream_format") == Some("sse") {
        return Ok(Reply::events(speech_events(&frames, input)));
    }
    let media_type = match string(&body, "response_format").unwrap_or("mp3") {
        "opus" => "audio/ogg",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "pcm" => "audio/pcm",
        _ => "audio/mpeg",
    };
    Ok(Reply::stream(media_type, frames))
}

fn sound(letter: char) -> Bytes {
    let start = u32::from(letter).to_le_bytes();
    Bytes::from(start.iter().copied().cycle().take(SOUND_PER_CHAR).collect::<Vec<u8>>())
}

fn speech_events(frames: &[Bytes], input: &str) -> Vec<Bytes> {
    use base64::Engine;
    let delta = |frame: &Bytes| {
        let audio = base64::engine::general_purpose::STANDARD.encode(frame);
        named_event(&json!({"type": "speech.audio.delta", "audio": audio}))
    };
    let (input, output) = (tokens(input), u64::try_from(frames.len()).unwrap_or(0));
    let usage = json!({"input_tokens": input, "output_tokens": output, "total_tokens": input + output});
    let done = named_event(&json!({"type": "speech.audio.done", "usage": usage}));
    frames.iter().map(delta).chain([done]).collect()
}

/// Answers a transcription or translation with a sentence that tells the recording's size.
pub(super) fn transcribe(call: &Call<'_>, task: &str) -> Result<Reply, Failure> {
    let form = read_form(call)?;
    let files = form.as_ref().map(|form| form.files("file")).unwrap_or_default();
    if call.is_strict() && files.first().is_none_or(|file| file.is_empty()) {
        return Err(missing("file"));
    }
    let bytes = files.first().map_or(0, |file| file.len());
    let seconds = u64::try_from(bytes.div_ceil(BYTES_PER_SECOND)).unwrap_or(0);
    let text = call.style().text.map_or_else(|| format!("This recording has {bytes} bytes."), str::to_owned);
    let field = |name: &str| form.as_ref().and_then(|form| form.text(name));
    let is_whisper = field("model").is_some_and(|model| model.starts_with("whisper"));
    if field("stream") == Some("true") && !is_whisper {
        return Ok(Reply::events(transcript_events(&text, bytes)));
    }
    let timed = format!("00:00:00.000 --> 00:00:{seconds:02}.000\n{text}\n");
    Ok(match field("response_format").unwrap_or("json") {
        "text" => Reply::whole("text/plain; charset=utf-8", format!("{text}\n")),
        "srt" => Reply::whole("text/plain; charset=utf-8", format!("1\n{}\n", timed.replace('.', ","))),
        "vtt" => Reply::whole("text/plain; charset=utf-8", format!("WEBVTT\n\n{timed}\n")),
        "verbose_json" => Reply::json(&json!({
            "task": task, "language": "english", "duration": seconds, "text": text,
            "segments": [{
                "id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": text, "tokens": [50364, 50365],
                "temperature": 0.0, "avg_logprob": -0.25, "compression_ratio": 1.0, "no_speech_prob": 0.01,
            }],
            "usage": {"type": "duration", "seconds": seconds},
        })),
        _ if is_whisper => Reply::json(&json!({"text": text, "usage": {"type": "duration", "seconds": seconds}})),
        _ => Reply::json(&json!({"text": text, "usage": transcript_usage(&text, bytes)})),
    })
}

fn transcript_usage(text: &str, bytes: usize) -> Value {
    let (audio, output) = (tokens_of(bytes / 800), tokens(text));
    json!({
        "type": "tokens", "input_tokens": audio, "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
        "output_tokens": output, "total_tokens": audio + output,
    })
}

fn transcript_events(text: &str, bytes: usize) -> Vec<Bytes> {
    let delta = |piece| named_event(&json!({"type": "transcript.text.delta", "delta": piece}));
    let done = json!({"type": "transcript.text.done", "text": text, "usage": transcript_usage(text, bytes)});
    text.split_inclusive(' ').map(delta).chain([named_event(&done)]).collect()
}

/// Starts a video task.
pub(super) fn create_video(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    read_model(call, &body)?;
    if call.is_strict() && string(&body, "prompt").is_none() && string(&body, "image").is_none() {
        return Err(missing("prompt"));
    }
    let id = call.id("task_", 24);
    let size = |name: &str, default: u64| body.get(name).and_then(Value::as_u64).unwrap_or(default);
    let metadata = json!({
        "duration": body.get("duration").cloned().unwrap_or(json!(5)), "fps": size("fps", 30),
        "width": size("width", 1_280), "height": size("height", 720), "seed": size("seed", 20_231_234),
    });
    let url = format!("http://{}/files/{id}.mp4", call.address);
    let task = json!({
        "task_id": id, "status": "completed", "url": url, "format": "mp4", "metadata": metadata, "error": null,
    });
    call.shelf.put(&id, json!({"task": task}));
    Ok(Reply::json(&json!({"task_id": id, "status": "queued"})))
}

/// Returns a video task.
pub(super) fn video(call: &Call<'_>, id: &str) -> Result<Reply, Failure> {
    let kept = call.shelf.get(id);
    let task = kept.as_ref().and_then(|kept| kept.get("task"));
    task.map(Reply::json).ok_or_else(|| Failure::new(404, format!("task {id} not found")).with_code("task_not_exist"))
}
