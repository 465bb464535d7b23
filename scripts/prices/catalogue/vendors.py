"""Which names the data sets give to our vendors."""

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Vendor:
    """`genai` and `litellm` name the vendor in the data sets; `home` says whose own models these are: their price is
    the list price that other vendors' unknown prices are compared with."""

    genai: tuple = ()
    litellm: tuple = ()
    prefixes: tuple = ()
    home: str | None = None


VENDORS = {
    "anthropic": Vendor(("anthropic",), ("anthropic",), ("anthropic/",), home=r"claude"),
    "azure": Vendor(("azure",), ("azure", "azure_ai", "azure_text"), ("azure/", "azure_ai/")),
    "bedrock": Vendor(("aws",), ("bedrock", "bedrock_converse"), ("bedrock/", "bedrock_converse/")),
    "cohere": Vendor(("cohere",), ("cohere", "cohere_chat"), ("cohere/",), home=r"command|embed-|rerank-|c4ai"),
    "dashscope": Vendor((), ("dashscope",), ("dashscope/",), home=r"qwen|qwq|qvq|text-embedding-v"),
    "deepseek": Vendor(("deepseek",), ("deepseek",), ("deepseek/",), home=r"deepseek"),
    "gemini": Vendor(("google",), ("gemini",), ("gemini/",), home=r"gemini|gemma|imagen|veo|text-embedding-00"),
    "groq": Vendor(("groq",), ("groq",), ("groq/",)),
    "jina": Vendor((), ("jina_ai",), ("jina_ai/",), home=r"jina"),
    "minimax": Vendor(("minimax",), ("minimax",), ("minimax/",), home=r"minimax|speech-|abab"),
    "mistral": Vendor(
        ("mistral",),
        ("mistral", "text-completion-codestral", "codestral"),
        ("mistral/", "text-completion-codestral/", "codestral/"),
        home=r".*(mistral|mixtral|codestral|devstral|magistral|ministral|pixtral|voxtral)",
    ),
    "moonshot": Vendor(("moonshotai",), ("moonshot",), ("moonshot/",), home=r"kimi|moonshot"),
    "openai": Vendor(
        ("openai",),
        ("openai", "text-completion-openai"),
        ("openai/",),
        home=r"gpt|chatgpt|o[1-9]|text-|tts-|whisper|dall-e|babbage|davinci|computer-use|codex|omni-|sora|ft:",
    ),
    "openrouter": Vendor(("openrouter",), ("openrouter",), ("openrouter/",)),
    "vertex": Vendor(("google",), (), ("vertex_ai/",)),
    "volcengine": Vendor((), ("volcengine",), ("volcengine/",), home=r"doubao"),
    "xai": Vendor(("x-ai",), ("xai",), ("xai/",), home=r"grok"),
    "zhipu": Vendor(("zhipuai", "zai"), ("bigmodel", "zai"), ("bigmodel/", "zai/"), home=r"glm|cog"),
}


def litellm_vendor(provider):
    """Returns our vendor for a provider name of litellm."""
    if provider.startswith("vertex_ai"):
        return "vertex"
    return next((name for name, vendor in VENDORS.items() if provider in vendor.litellm), None)


def bare_name(vendor, name):
    """Returns a model's name as requests give it: lower case, without the data set's prefix."""
    name = name.lower()
    prefix = next((prefix for prefix in VENDORS[vendor].prefixes if name.startswith(prefix)), "")
    return name[len(prefix) :]


def is_home(vendor, name):
    """Returns whether the model is the vendor's own."""
    home = VENDORS[vendor].home
    return home is not None and re.match(home, name) is not None
