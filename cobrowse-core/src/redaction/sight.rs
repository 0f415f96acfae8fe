//! Who may see what of a node: facts in, treatments out. A table, without text.
use super::{Class, Flags, Mode};
use crate::dom::{Namespace, policy};

/// How much of a subtree is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Level {
    /// Texts, not the values of fields.
    #[default]
    Shown,
    /// Values, too.
    Unmasked,
    /// Nothing.
    Masked,
    /// Nothing, and nothing inside un-masks.
    Secret,
}

/// What the children of a node are, apart from how much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// The page's content.
    #[default]
    Content,
    /// Text that is a sheet.
    Sheet,
    /// Text that the visitor types.
    Typed,
    /// Nothing that is sent.
    Nowhere,
}

/// What a node's children inherit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Inside {
    level: Level,
    place: Place,
}

/// What an element is, as far as redaction cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    /// Nothing special.
    #[default]
    Other,
    /// A style, in HTML or SVG.
    Style,
    /// Script, noscript, template: their contents are data.
    Inert,
    /// An input with a value that is typed or chosen.
    Input,
    /// An input that is a button: its value is its label.
    Button,
    /// An input that nobody sees.
    Hidden,
    /// A textarea.
    Textarea,
    /// A select or an option.
    Choice,
    /// A meta: it tells others than who sees the page.
    Meta,
    /// A meta that says how the page is drawn.
    Drawing,
    /// An element of the page's own, by the hyphen in its name.
    Custom,
    /// A link that people follow.
    Anchor,
    /// An iframe.
    Frame,
    /// The document, or what hangs like one.
    Root,
}

/// Which element carries a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bearer {
    pub role: Role,
    pub flags: Flags,
    pub level: Level,
}

/// What happens to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// It does not travel.
    Drop,
    /// It shows, but for numbers of cards and accounts, and for copies of what somebody typed into a field that is hidden.
    Show,
    /// As [`Self::Show`] where all is un-masked: but for copies of secrets.
    Unmasked,
    /// As [`Self::Show`], but for copies of all that a hidden field holds, and unless it is what scripts keep there for
    /// themselves: that does not travel.
    Data,
    /// It shows, but for numbers of cards and accounts: the page's names and keywords.
    Markup,
    /// It shows: numbers and keywords of ours or of drawing.
    AsIs,
    /// A constant, unless it is blank.
    Mask,
    /// Nothing is left.
    Empty,
    /// Shows when it is made of the languages' own words, else a constant.
    Words,
    /// Shows when it is made of numbers and such words, else a constant.
    Measures,
    /// Shows when it is a short language tag.
    Language,
    /// Names become tokens.
    Names,
    /// An address of a link.
    Address,
    /// A link without its address.
    NoAddress,
    /// A reference into the page.
    Fragment,
    /// The page's own address.
    PageUrl,
    /// Style, with its addresses as assets.
    Urls,
    /// Style of a masked page.
    ScrubPage,
    /// Style of a masked subtree.
    ScrubSubtree,
}

impl Role {
    /// What an HTML element of this tag is, before its attributes are read.
    pub(crate) fn of_html(tag: &str) -> Self {
        match tag {
            _ if policy::Role::of(Namespace::Html, tag).is_style() => Self::Style,
            _ if policy::is_frame(Namespace::Html, tag) => Self::Frame,
            "script" | "noscript" | "template" => Self::Inert,
            "input" => Self::Input,
            "textarea" => Self::Textarea,
            "select" | "option" => Self::Choice,
            "meta" => Self::Meta,
            "a" | "area" => Self::Anchor,
            _ if tag.contains('-') => Self::Custom,
            _ => Self::Other,
        }
    }

    /// What an SVG element of this tag is.
    pub(crate) fn of_svg(tag: &str) -> Self {
        match tag {
            _ if policy::Role::of(Namespace::Svg, tag).is_style() => Self::Style,
            "script" => Self::Inert,
            "a" => Self::Anchor,
            _ => Self::Other,
        }
    }
}

impl Inside {
    /// What a page begins with.
    pub(crate) const fn page(mode: Mode) -> Self {
        let level = match mode {
            Mode::Default => Level::Shown,
            Mode::MaskAll => Level::Masked,
        };
        Self { level, place: Place::Content }
    }

    /// The content document of an iframe and a shadow root see what their host sees.
    pub(crate) const fn root(self) -> Self {
        Self {
            level: self.level,
            place: if matches!(self.place, Place::Nowhere) { Place::Nowhere } else { Place::Content },
        }
    }

    /// Whether texts in here are typed, and are hidden.
    pub(crate) fn hides_typed(self) -> bool {
        self.place == Place::Typed && self.level != Level::Unmasked
    }

    /// Whether nothing in here un-masks.
    pub(crate) fn is_secret(self) -> bool {
        self.level == Level::Secret
    }

    /// Whether nothing in here is sent.
    pub(crate) fn is_nowhere(self) -> bool {
        self.place == Place::Nowhere
    }

    /// An element in here, and what its own children inherit.
    pub(crate) fn element(self, flags: Flags, role: Role) -> (Bearer, Self) {
        let level = match self.level {
            Level::Secret => Level::Secret,
            _ if flags.any(Flags::SECRET | Flags::RULE_FAILED) => Level::Secret,
            _ if flags.any(Flags::MASK | Flags::BLOCK) => Level::Masked,
            _ if flags.any(Flags::UNMASK) => Level::Unmasked,
            inherited @ (Level::Shown | Level::Unmasked | Level::Masked) => inherited,
        };
        let is_editor = matches!(role, Role::Other | Role::Custom | Role::Anchor) && flags.any(Flags::FIELD);
        let place = match role {
            _ if self.place == Place::Nowhere || flags.any(Flags::BLOCK) => Place::Nowhere,
            Role::Inert => Place::Nowhere,
            Role::Style => Place::Sheet,
            Role::Textarea => Place::Typed,
            _ if is_editor || self.place == Place::Typed => Place::Typed,
            Role::Other
            | Role::Input
            | Role::Button
            | Role::Hidden
            | Role::Choice
            | Role::Meta
            | Role::Drawing
            | Role::Custom
            | Role::Anchor
            | Role::Frame
            | Role::Root => Place::Content,
        };
        (Bearer { role, flags, level }, Self { level, place })
    }

    /// A text in here.
    pub(crate) fn text(self, mode: Mode) -> Treatment {
        match (self.place, self.level) {
            (Place::Nowhere, _) => Treatment::Drop,
            (Place::Sheet, _) if mode == Mode::MaskAll => Treatment::ScrubPage,
            (Place::Sheet, Level::Masked | Level::Secret) => Treatment::ScrubSubtree,
            (Place::Sheet, Level::Shown | Level::Unmasked) => Treatment::Urls,
            (_, Level::Masked | Level::Secret) | (Place::Typed, Level::Shown) => Treatment::Mask,
            (Place::Content, Level::Shown) => Treatment::Show,
            (Place::Content | Place::Typed, Level::Unmasked) => Treatment::Unmasked,
        }
    }

    /// A comment in here: it has its place among its siblings, and nobody sees it.
    pub(crate) fn comment(self) -> Treatment {
        if self.is_nowhere() { Treatment::Drop } else { Treatment::Empty }
    }
}

impl Bearer {
    /// Whether a rule, an attribute or the mode hides it, as opposed to the default of fields.
    pub(crate) fn is_masked(self) -> bool {
        matches!(self.level, Level::Masked | Level::Secret)
    }

    pub(crate) fn is_secret(self) -> bool {
        self.level == Level::Secret
    }

    pub(crate) fn is_blocked(self) -> bool {
        self.flags.any(Flags::BLOCK)
    }

    /// Whether somebody types or chooses here.
    pub(crate) fn is_field(self) -> bool {
        self.flags.any(Flags::FIELD)
            || matches!(self.role, Role::Input | Role::Hidden | Role::Textarea | Role::Choice)
    }

    /// Whether the visitor types here.
    pub(crate) fn is_typed_into(self) -> bool {
        matches!(self.role, Role::Input | Role::Textarea) && !self.flags.any(Flags::CHOSEN)
    }

    /// Whether what is typed or chosen here is hidden. A page's own element may be a field.
    pub(crate) fn hides_value(self) -> bool {
        let has_value = (self.is_field() && self.role != Role::Button) || self.role == Role::Custom;
        self.is_masked() || (has_value && self.level == Level::Shown)
    }

    /// What happens to an attribute or property of this class.
    pub(crate) fn attribute(self, class: Class, mode: Mode) -> Treatment {
        if self.is_blocked() && !matches!(class, Class::Names | Class::Style | Class::Geometry | Class::Fact)
        {
            return Treatment::Drop;
        }
        match class {
            Class::Never | Class::Flags | Class::Held | Class::Typed => Treatment::Drop,
            Class::Fact => Treatment::AsIs,
            Class::Value => self.value(),
            Class::Href => self.href(),
            Class::Style | Class::Sheet => self.style(mode),
            Class::Names | Class::MetaName if mode == Mode::MaskAll => Treatment::Names,
            Class::Scroll | Class::Selection if self.hides_value() && self.role != Role::Root => {
                self.place_in_text(class)
            }
            Class::Scroll | Class::Selection => Treatment::AsIs,
            Class::State | Class::Picture if self.is_masked() => Treatment::Drop,
            Class::State | Class::Picture => Treatment::AsIs,
            // Without its live state, a field would show this as what was chosen.
            Class::Chosen if self.is_masked() && self.is_field() => Treatment::Drop,
            Class::Content if self.role != Role::Drawing => Treatment::Drop,
            Class::Address => Treatment::PageUrl,
            _ if self.is_masked() => Self::masked(class),
            Class::Geometry => Treatment::Urls,
            Class::Words => self.shown(),
            Class::Plain => Treatment::Data,
            Class::Names
            | Class::Chosen
            | Class::Language
            | Class::Content
            | Class::Type
            | Class::Autocomplete
            | Class::MetaName
            | Class::TandemMask
            | Class::TandemBlock
            | Class::TandemLock => Treatment::Markup,
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "the strictest that leaves a page its shape")]
    fn masked(class: Class) -> Treatment {
        match class {
            Class::Words => Treatment::Mask,
            Class::Language => Treatment::Language,
            Class::Geometry => Treatment::Measures,
            Class::Names | Class::MetaName => Treatment::Markup,
            _ => Treatment::Words,
        }
    }

    fn shown(self) -> Treatment {
        if self.level == Level::Unmasked { Treatment::Unmasked } else { Treatment::Show }
    }

    fn value(self) -> Treatment {
        match (self.role == Role::Hidden, self.hides_value()) {
            (true, _) => Treatment::Drop,
            (false, true) => Treatment::Mask,
            (false, false) => self.shown(),
        }
    }

    fn href(self) -> Treatment {
        match (self.role == Role::Anchor, self.is_masked()) {
            (true, true) => Treatment::NoAddress,
            (true, false) => Treatment::Address,
            (false, _) => Treatment::Fragment,
        }
    }

    fn style(self, mode: Mode) -> Treatment {
        match mode {
            Mode::MaskAll => Treatment::ScrubPage,
            Mode::Default if self.is_masked() => Treatment::ScrubSubtree,
            Mode::Default => Treatment::Urls,
        }
    }

    /// Where the caret is, and how far a field is scrolled, tell how long its text is.
    fn place_in_text(self, class: Class) -> Treatment {
        let is_field = self.is_field();
        if class == Class::Selection || is_field { Treatment::Drop } else { Treatment::AsIs }
    }
}
