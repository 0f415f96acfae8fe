//! What a node of a page can be, and how its attributes are named.

/// The namespace of an element. The URI of [`Namespace::Other`] does not travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// `http://www.w3.org/1999/xhtml`.
    Html = 0,
    /// `http://www.w3.org/2000/svg`.
    Svg = 1,
    /// `http://www.w3.org/1998/Math/MathML`.
    MathMl = 2,
    /// Any other, or none.
    Other = 3,
}

impl Namespace {
    /// The namespace of the two low bits.
    pub const fn from_bits(bits: u32) -> Self {
        match bits & 3 {
            0 => Self::Html,
            1 => Self::Svg,
            2 => Self::MathMl,
            _ => Self::Other,
        }
    }
}

/// The kind of a node that is only text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// A text node.
    Text,
    /// A comment.
    Comment,
    /// A CDATA section (XML documents and foreign content).
    Cdata,
}

/// What kind of node it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An element of the namespace.
    Element(Namespace),
    /// Text, comment or CDATA.
    Text(TextKind),
    /// A doctype.
    Doctype,
    /// A shadow root; its parent is the host, whose ordered children do not hold it.
    Shadow(ShadowMode),
    /// A document: the page's own, or the content of an iframe, whose parent is then the iframe.
    Document,
}

impl Kind {
    /// Whether a node of the kind `child` can be among the ordered children of one of this kind.
    pub(crate) fn holds(self, child: Self) -> bool {
        match (self, child) {
            (Self::Document, Self::Element(_) | Self::Doctype | Self::Text(TextKind::Comment)) => true,
            (Self::Element(_) | Self::Shadow(_), Self::Element(_) | Self::Text(_)) => true,
            (
                Self::Element(_) | Self::Text(_) | Self::Doctype | Self::Shadow(_) | Self::Document,
                Self::Element(_) | Self::Text(_) | Self::Doctype | Self::Shadow(_) | Self::Document,
            ) => false,
        }
    }
}

/// How a shadow root was attached: bit 0 closed, bit 1 delegates focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShadowMode(pub u8);

impl ShadowMode {
    /// Whether the page's scripts cannot reach it from its host.
    pub const fn is_closed(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether focus on the host goes to its first focusable part.
    pub const fn delegates_focus(self) -> bool {
        self.0 & 2 != 0
    }
}

/// The three forms of an attribute's name on the wire and in gathered words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttributeName<'a> {
    /// `name`: an attribute without a namespace, by its qualified name.
    Plain(&'a str),
    /// ` uri qname`: an attribute of a namespace.
    Namespaced {
        /// The namespace.
        uri: &'a str,
        /// The qualified name, with its prefix.
        name: &'a str,
    },
    /// ` prop`: live state that is no attribute; the name here has no leading space.
    Property(&'a str),
}

impl<'a> AttributeName<'a> {
    /// Reads the one-string form. Any string is some name.
    pub fn parse(text: &'a str) -> Self {
        let Some(rest) = text.strip_prefix(' ') else { return Self::Plain(text) };
        match rest.split_once(' ') {
            Some((uri, name)) => Self::Namespaced { uri, name },
            None => Self::Property(rest),
        }
    }
}
