//! What the declaration of tools comes to.

use serde_json::Value;

use super::{Declaration, Tally};
use crate::chat::{Function, Json, Text, Tool, Toolbox};

/// What stands around the parts of a signature (OpenAI's cookbook, "How to count tokens with tiktoken").
const FUNCTION: u64 = 7;
const PROPERTIES: u64 = 3;
const PROPERTY: u64 = 3;
const CHOICE: u64 = 3;

impl Tally<'_> {
    pub(super) fn toolbox(&mut self, toolbox: &Toolbox<'_>) {
        if toolbox.tools.is_empty() {
            return;
        }
        self.add(self.rules.frame.tools);
        for tool in &toolbox.tools {
            match tool {
                Tool::Function(function) => match self.rules.frame.declaration {
                    Declaration::Signature => self.signature(function),
                    Declaration::Json => self.declaration(function),
                },
                Tool::Free { name, description, format, .. } => {
                    self.add(FUNCTION);
                    self.text(name);
                    self.optional(description.as_ref());
                    self.json(format.as_ref());
                }
                Tool::Hosted { native, .. } => self.json(Some(native)),
            }
        }
    }

    fn optional(&mut self, text: Option<&Text<'_>>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn declaration(&mut self, function: &Function<'_>) {
        let description = function.description.as_ref().map_or("", Text::as_escaped);
        let name = function.name.as_escaped();
        let schema = function.schema.as_ref().map_or("{}", Json::as_str);
        self.plain(&format!(r#"{{"name":"{name}","description":"{description}","parameters":{schema}}}"#));
    }

    fn signature(&mut self, function: &Function<'_>) {
        self.add(FUNCTION);
        let description = function.description.as_ref().map(Text::to_plain).unwrap_or_default();
        self.plain(&format!("{}:{}", function.name.to_plain(), description.trim_end_matches('.')));
        let schema = function.schema.as_ref().and_then(|schema| serde_json::from_str::<Value>(schema.as_str()).ok());
        self.properties(schema.as_ref());
    }

    fn properties(&mut self, schema: Option<&Value>) {
        let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
        let Some(properties) = properties.filter(|properties| !properties.is_empty()) else { return };
        self.add(PROPERTIES);
        for (name, property) in properties {
            let said = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
            self.add(PROPERTY);
            self.plain(&format!("{name}:{}:{}", said("type"), said("description").trim_end_matches('.')));
            let choices = property.get("enum").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            self.add(CHOICE * (choices.len() as u64).saturating_sub(1));
            for choice in choices {
                self.plain(choice.as_str().unwrap_or_default());
            }
            self.properties(Some(property));
            self.properties(property.get("items"));
        }
    }
}
