//! What kind of thing an attribute is, by its name alone. Looked up once per distinct name.
use crate::dom::AttributeName;

/// The kinds of attributes that redaction treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Never sent: code, addresses that are of no use to a replay, secrets.
    Never,
    /// Text for people.
    Words,
    /// The value of a field, as attribute and as live property.
    Value,
    /// An address to go to.
    Href,
    /// A style attribute.
    Style,
    /// The text of a sheet.
    Sheet,
    /// Names that selectors and references use: class, id, for …
    Names,
    /// Numbers and keywords of drawing and layout, which may hold `url()`.
    Geometry,
    /// What a browser reads as keywords, and what it does not know: `data-*`, `wire:*`, `x-*` …
    Plain,
    /// A language tag: says which glyphs and hyphens to draw.
    Language,
    /// The `content` of a meta.
    Content,
    /// `type`: makes an input a password, a hidden one, a button.
    Type,
    /// `autocomplete`: says what a field is for.
    Autocomplete,
    /// `name`, `property`, `http-equiv`: says what a meta is for.
    MetaName,
    /// `data-tandem-mask`.
    TandemMask,
    /// `data-tandem-block`.
    TandemBlock,
    /// `data-tandem-lock`.
    TandemLock,
    /// Live state of a field that is no text: checked, selected.
    State,
    /// What a field is checked or selected by, until the visitor chooses.
    Chosen,
    /// Numbers and ids about the view.
    Fact,
    /// Where an element is scrolled to.
    Scroll,
    /// Where the caret and the selection are.
    Selection,
    /// What a field holds that comes later: known here, and never sent.
    Held,
    /// That somebody types into a field; of the document, what was typed into one that comes later. Never sent.
    Typed,
    /// The asset that is shown.
    Picture,
    /// The address of the page.
    Address,
    /// [`crate::dom::gather::FLAGS_PROPERTY`].
    Flags,
}

impl Class {
    /// The class of a name in its one-string form.
    pub(crate) fn of(name: &str) -> Self {
        match AttributeName::parse(name) {
            AttributeName::Property(property) => Self::of_property(property),
            AttributeName::Plain(name) => Self::of_attribute(&name.to_ascii_lowercase()),
            AttributeName::Namespaced { name, .. } => {
                let local = name.rsplit(':').next().unwrap_or(name);
                Self::of_attribute(&local.to_ascii_lowercase())
            }
        }
    }

    /// Whether a value of this class may change what redaction says of its element.
    pub(crate) fn is_telling(self) -> bool {
        matches!(
            self,
            Self::Flags
                | Self::TandemMask
                | Self::TandemBlock
                | Self::TandemLock
                | Self::Type
                | Self::Autocomplete
                | Self::MetaName
        )
    }

    pub(crate) fn of_property(property: &str) -> Self {
        match property {
            "value" | "files" => Self::Value,
            "checked" | "selected" | "indeterminate" => Self::State,
            "scroll" => Self::Scroll,
            "selection" => Self::Selection,
            "sheet" | "rules" => Self::Sheet,
            "src" | "frame" => Self::Picture,
            "url" => Self::Address,
            "title" => Self::Words,
            "flags" => Self::Flags,
            "held" => Self::Held,
            "typed" => Self::Typed,
            "open" | "focus" | "box" | "viewport" | "hover" | "defined" | "mode" | "adopted" | "disabled"
            | "scheme" => Self::Fact,
            "media" => Self::Geometry,
            "lang" => Self::Language,
            _ if property.starts_with("css:") => Self::Sheet,
            _ if property.starts_with("asset:") => Self::Fact,
            // Not one of ours: nobody has thought about what it may hold.
            _ => Self::Never,
        }
    }

    fn of_attribute(name: &str) -> Self {
        match name {
            "data-tandem-mask" => Self::TandemMask,
            "data-tandem-block" => Self::TandemBlock,
            "data-tandem-lock" => Self::TandemLock,
            _ if is_never(name) => Self::Never,
            "value" | "aria-valuetext" | "aria-valuenow" => Self::Value,
            "href" => Self::Href,
            "style" => Self::Style,
            "type" => Self::Type,
            "checked" | "selected" => Self::Chosen,
            "autocomplete" => Self::Autocomplete,
            "content" => Self::Content,
            "lang" => Self::Language,
            "name" | "property" | "http-equiv" | "itemprop" => Self::MetaName,
            "title"
            | "alt"
            | "placeholder"
            | "label"
            | "summary"
            | "abbr"
            | "aria-label"
            | "aria-description"
            | "aria-roledescription"
            | "aria-placeholder"
            | "aria-braillelabel"
            // What is not for people may begin as the data of scripts do.
            | "pattern" => Self::Words,
            "class"
            | "id"
            | "for"
            | "part"
            | "exportparts"
            | "slot"
            | "form"
            | "list"
            | "headers"
            | "usemap"
            | "itemref"
            | "popovertarget"
            | "commandfor"
            | "interestfor"
            | "anchor"
            | "aria-labelledby"
            | "aria-describedby"
            | "aria-controls"
            | "aria-owns"
            | "aria-details"
            | "aria-flowto"
            | "aria-errormessage"
            | "aria-activedescendant" => Self::Names,
            _ if is_geometry(name) => Self::Geometry,
            _ => Self::Plain,
        }
    }
}

/// Code, addresses that only a fetch or a navigation would use, and secrets by their names.
fn is_never(name: &str) -> bool {
    const NAMES: &str = "\
        src srcset imagesrcset srcdoc poster background data action formaction ping manifest codebase \
        archive classid code object cite longdesc profile lowsrc dynsrc attributionsrc nonce integrity \
        itemid cryptographicnonce";
    name.starts_with("on")
        || NAMES.split(' ').any(|known| known == name)
        || ["csrf", "xsrf", "nonce", "token"].iter().any(|secret| name.contains(secret))
}

/// Attributes of SVG and of sized elements whose values are numbers and keywords.
fn is_geometry(name: &str) -> bool {
    const NAMES: &str = "\
        d points transform gradienttransform patterntransform viewbox x y x1 y1 x2 y2 cx cy r rx ry fx \
        fy fr dx dy width height rotate offset path values from to by dur begin end keytimes keysplines \
        keypoints fill stroke filter mask cursor opacity color bgcolor size sizes rows cols rowspan \
        colspan span border cellpadding cellspacing hspace vspace tabindex maxlength minlength min max \
        step low high optimum start coords order kernelmatrix stddeviation tablevalues result in in2 k \
        k1 k2 k3 k4 scale seed basefrequency numoctaves amplitude exponent intercept slope radius \
        azimuth elevation pathlength textlength startoffset markerwidth markerheight refx refy \
        preserveaspectratio media";
    const PREFIXES: &[&str] =
        &["fill-", "stroke-", "clip-", "marker-", "stop-", "flood-", "font-", "lighting-"];
    NAMES.split(' ').any(|known| known == name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || matches!(name, "text-anchor" | "dominant-baseline" | "letter-spacing" | "word-spacing")
}
