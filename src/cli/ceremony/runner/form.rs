//! What the runner asks for at once: fields in a row, edited in place. Pure: keys in, text out.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::error::{Error, Result};
use crate::statement::text::{Name, Text};

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A step went as written.
    Done,
    /// It went otherwise.
    Deviated,
    /// It was left out.
    Skipped,
    /// It was carried on otherwise than the script says.
    Exception,
    /// Somebody leaves.
    Leave,
    /// Somebody comes in.
    Enter,
    /// A break begins.
    Pause,
    /// A break is over.
    Resume,
    /// It is over.
    Finish,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A value of the step.
    Value(Name),
    /// Custodians.
    People,
    /// Whoever else.
    Others,
    /// What was carried.
    Carrying,
    /// By the clock that all can see.
    At,
    /// What was to happen.
    Expected,
    /// What happened instead.
    Happened,
    /// What was decided.
    Decided,
    /// How it went: completed or aborted.
    Outcome,
    /// What is to be made better.
    Lesson,
    /// What surprised.
    Surprise,
    /// What else is to be said.
    Note,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it holds.
    pub key: Key,
    /// What it is called.
    pub label: String,
    /// What is typed.
    pub text: String,
}

/// Fields, of which one is being typed in.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// The step that it is about, counted from 1.
    pub step: Option<u32>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Which is being typed in.
    pub current: usize,
}

/// What a key has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The form goes on.
    On,
    /// What it says is to be recorded.
    Submitted,
    /// It is given up.
    Given,
}

/// A field takes no more than a text does.
const LIMIT: usize = 4_096;

impl Form {
    /// An empty form.
    pub fn new(purpose: Purpose, step: Option<u32>) -> Self {
        Self {
            purpose,
            step,
            fields: Vec::new(),
            current: 0,
        }
    }

    /// With one field more.
    #[must_use]
    pub fn with(mut self, key: Key, label: &str, text: &str) -> Self {
        self.fields.push(Field {
            key,
            label: label.to_owned(),
            text: text.to_owned(),
        });
        self
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        let last = self.fields.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Typed::Given,
            KeyCode::Enter if self.current >= last => return Typed::Submitted,
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down => {
                self.current = (self.current + 1).min(last);
            }
            KeyCode::BackTab | KeyCode::Up => self.current = self.current.saturating_sub(1),
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return Typed::Given;
            }
            KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                if let Some(field) = self.fields.get_mut(self.current) {
                    field.text.clear();
                }
            }
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => self.put(c),
            KeyCode::Backspace => {
                if let Some(field) = self.fields.get_mut(self.current) {
                    field.text.pop();
                }
            }
            _ => {}
        }
        Typed::On
    }

    /// To the first value that nothing is typed for.
    pub fn go_to_first_missing(&mut self) {
        let missing =
            |field: &Field| matches!(field.key, Key::Value(_)) && field.text.trim().is_empty();
        if let Some(place) = self.fields.iter().position(missing) {
            self.current = place;
        }
    }

    /// What was pasted; line breaks become spaces.
    pub fn paste(&mut self, text: &str) {
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .for_each(|c| self.put(c));
    }

    fn put(&mut self, c: char) {
        if let Some(field) = self.fields.get_mut(self.current)
            && !c.is_control()
            && field.text.len() + c.len_utf8() <= LIMIT
        {
            field.text.push(c);
        }
    }

    /// What is typed in the fields of a key, without those that are empty.
    fn typed<'f>(&'f self, key: &Key) -> impl Iterator<Item = &'f str> {
        let key = key.clone();
        let fields = self.fields.iter().filter(move |field| field.key == key);
        fields
            .map(|field| field.text.trim())
            .filter(|text| !text.is_empty())
    }

    /// What is typed in the field of a key.
    pub fn one(&self, key: &Key) -> Option<&str> {
        self.typed(key).next()
    }

    /// What is typed in all fields of a key.
    pub fn each(&self, key: &Key) -> Vec<String> {
        self.typed(key).map(str::to_owned).collect()
    }

    /// What is typed there, at commas.
    pub fn list(&self, key: &Key) -> Vec<String> {
        let parts = self.typed(key).flat_map(|text| text.split(','));
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// Usage, code `bad-text`.
    pub fn text(&self, key: &Key) -> Result<Option<Text>> {
        self.one(key).map(Text::new).transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// Usage, codes `missing-value`, `bad-text`.
    pub fn needed(&self, key: &Key) -> Result<Text> {
        let field = self.fields.iter().find(|field| field.key == *key);
        self.text(key)?.ok_or_else(|| {
            let label = field.map_or("a field", |field| field.label.as_str());
            Error::usage("missing-value", format!("nothing is typed for: {label}"))
        })
    }

    /// The values of the step, as typed.
    pub fn values(&self) -> Vec<(Name, String)> {
        let fields = self.fields.iter();
        fields
            .filter_map(|field| match &field.key {
                Key::Value(name) if !field.text.trim().is_empty() => {
                    Some((name.clone(), field.text.trim().to_owned()))
                }
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(form: &mut Form, code: KeyCode) -> Typed {
        form.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn form() -> Form {
        Form::new(Purpose::Leave, None)
            .with(Key::People, "Who", "")
            .with(Key::Note, "Note", "old")
    }

    #[test]
    fn what_is_typed_is_in_the_field_and_enter_goes_on_to_the_next_and_then_submits() {
        let mut form = form();
        for c in "bob, carol,".chars() {
            assert_eq!(press(&mut form, KeyCode::Char(c)), Typed::On);
        }
        assert_eq!(press(&mut form, KeyCode::Enter), Typed::On);
        assert_eq!(press(&mut form, KeyCode::Backspace), Typed::On);
        assert_eq!(press(&mut form, KeyCode::Enter), Typed::Submitted);
        assert_eq!(form.list(&Key::People), ["bob", "carol"]);
        assert_eq!(form.one(&Key::Note), Some("ol"));
    }

    #[test]
    fn escape_and_ctrl_c_give_it_up() {
        assert_eq!(press(&mut form(), KeyCode::Esc), Typed::Given);
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(form().key(ctrl_c), Typed::Given);
    }

    #[test]
    fn a_field_holds_no_more_than_a_text_may_and_no_control_characters() {
        let mut form = form();
        form.paste(&format!("a\u{1b}b\n{}", "x".repeat(2 * LIMIT)));
        let text = form.one(&Key::People).unwrap();
        assert!(text.starts_with("a b x"), "{}", &text[..10]);
        assert!(Text::new(text).is_ok());
    }

    #[test]
    fn what_must_be_there_is_named() {
        let error = form().needed(&Key::People).unwrap_err();
        assert_eq!(error.code(), "missing-value");
        assert!(error.message().contains("Who"));
    }
}
