//! The words of CSS, HTML and SVG themselves. What is made of these alone was not written about a person.

/// Sorted, one space between. Names with hyphens are found part by part.
const WORDS: &str = "\
    3d a abbr abs absolute accelerate accent accentcolor accentcolortext accumulate acos action \
    activation active activetext add additive adjust after alias aliceblue align alignment all allow \
    allowed alpha alphabetic alternate alternates always ancestor anchor anchors and angle animate \
    animation annotation anonymous antialiased antiquewhite any anywhere appearance apple aqua \
    aquamarine arcs area areas arg aria arial around article as asc ascent ascii asian aside asin aspect \
    assertive at atan atomic atop attachment attr audio author auto autocomplete autofill autoplay \
    autospace avoid axis azimuth azure b back backdrop backface background backwards balance bar base \
    baseline basic basis bdi bdo before behavior beige between bevel bezier bidi big bisque black \
    blanchedalmond blank bleed blend blink blinkmacsystemfont block blocking blockquote blue blueviolet \
    blur body bold bolder border both bottom boundary box br break breaks brightness brown browser \
    buffering bug burlywood burn butt button buttonborder buttonface buttontext by cadetblue calc \
    callout cancel cantarell canvas canvastext cap capitalize caps caption capture caret cell cells \
    center central ch change changed channel char character chars charset chartreuse checkbox checked \
    checkmark child chocolate ci circ circle cite clamp class clear clearfix clip clippath clone close \
    closed closest cm col colgroup collapse collapsed color colors column columns combine combobox comma \
    command common compact complementary complete composite composition concat condensed conic conical \
    consistent consolas constrained contain container content contenteditable contents context \
    contextual continue contrast controls copy coral corner cornflowerblue cornsilk cos count counter \
    counters courier cover cqb cqh cqi cqmax cqmin cqw crimson crisp crispedges cross crosshair crossing \
    cubic cue current currentcolor cursive cursor cx cy cyan cyclic d dark darkblue darkcyan darken \
    darker darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange \
    darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise \
    darkviolet dasharray dashed dashoffset data datalist date datetime dd decelerate decimal decoration \
    decreasing deep deeppink deepskyblue default defined defs deg del delay delimiter dense depth desc \
    descendant descender descent destination detached details dfn diagonal dialog diff difference digits \
    dimgray dimgrey dir direction disabled disc discard disclosure discrete discretionary display \
    distance distant div dl document dodge dodgerblue dominant dot dotted double down dpcm dpi dppx drag \
    drawer drop dropdown dt duotone duration dvh dvw dynamic e each ease east economy edge edges effect \
    elastic element elevation ellipse ellipsis em email embed embossed emoji emphasis empty enabled end \
    enter entry env equal error even evenly evenodd events ew ex exact exclude exclusion exit exp expand \
    expanded export extend extra face fade fallback fallbacks false family fangsong fantasy farthest \
    fast feature feblend fecolormatrix fecomposite feflood fegaussianblur femerge femergenode feoffset \
    field fieldset fieldtext figcaption figure file fill filled filter filters firebrick first fit fixed \
    flat flex flip float flood floralwhite flow fluid focus folder font fonts footer for force forced \
    foreground foreign foreignobject forestgreen form forms formula forwards fr fractions frame frames \
    frequency from fuchsia full fullscreen fullwidth function future g gainsboro gamut gap garamond \
    generic geometric geometricprecision georgia georgian ghostwhite glyph glyphs gold goldenrod grab \
    grabbing grad gradient grammar gray grayscale graytext green greenyellow grey grid groove group grow \
    gutter h h1 h2 h3 h4 h5 h6 hairline half hand hanging hard has header heading hebrew height help \
    helvetica hex hidden hide high highlight highlighttext hint historical honeydew horizontal host \
    hotpink hover hr href hsl hsla html hue hwb hyphen hyphenate hyphens hypot hz i ic icon id ideograph \
    ideographic iframe image img impact import important in increasing increment indent indeterminate \
    index indianred indicator indigo individual inert infinite infinity inherit inherits initial ink \
    inline inner input ins inset inside instead int integer inter interactive interactivity interest \
    interpolate interpolation intersect intrinsic invalid inverse invert inverted ios is isolate \
    isolation italic item items iteration ivory jis join jump justify kana kbd keep kerning keyframes \
    keyword keywords khaki khtml khz lab label landscape lang language large larger last latin lato \
    lavender lavenderblush lawngreen layer layout lch leading left legacy legend lemonchiffon length \
    less letter level lh li ligatures light lightblue lightcoral lightcyan lighten lighter \
    lightgoldenrodyellow lightgray lightgreen lightgrey lighting lightpink lightsalmon lightseagreen \
    lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen limit line \
    linear lineargradient linearrgb linecap linejoin linen lines lining link linktext list listbox \
    listitem literal load local locale lock locked log logical longer loose loud low lower lowercase lr \
    lt ltr luminance luminosity lvh lvw magenta main mandatory manipulation manual map margin mark \
    marker markers marks marktext maroon mask masonry match math mathematical mathml matrix max \
    maxcontent maximum media medium mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen \
    mediumslateblue mediumspringgreen mediumturquoise mediumvioletred menlo menu menubar menuitem \
    menulist merge message meta meter mfrac mi mid middle midnightblue min minimal minimum minmax \
    mintcream mistyrose miter miterlimit mix mixed mm mn mo mobile moccasin mod modal mode modulate \
    module monaco monochrome monospace month more most motion move moz mrow ms msub msup multi multicol \
    multiple multiply muted n name nan nav navajowhite navigation navy ne nearest negative nesw neutral \
    never new next no nobr non none nonzero normal not notch note notice noto nowrap ns nth nudge null \
    number numerals numeric nums nw nwse o object objects oblique odd of off offset ok oklab oklch old \
    oldlace oldstyle olive olivedrab on once one only opacity opaque open opensans optgroup optical \
    optimize optimizelegibility optimizequality optimizespeed option optional options or orange \
    orangered orchid order ordered ordinal orientation origin ornaments orphans orthogonal osx out outer \
    outline output outset outside over overflow overflowscrolling overhang overlay overline override \
    overscroll p pad padding page paged paint painted pair palatino palegoldenrod palegreen palette \
    paleturquoise palevioletred pan panel papayawhip paper paragraph param parameters parent part \
    password past path pattern pause paused pc peachpuff pending per perceived percentage perspective \
    peru petite phone phrase pi picker picture pie pin pinch pink pitch pixelated place placeholder \
    placement plain plaintext play playing plum plus point pointer points polite polygon polyline \
    popover popup portrait position pow powderblue practice pre prefers prefix presentation preserve \
    pressed pretty prev previous primary print pro progress progressive prompt property prophoto \
    proportional proximity pt punctuation purple push px q quarter quirk quote quotes r rad radial \
    radialgradient radio radiogroup radius random range rate ratio raw ray read reader reading readonly \
    rebeccapurple rec record rect rectangle recto red reduce reduced region relative rem remove \
    rendering repeat repeating replace replaced replay required reset resize resolution result reverse \
    reversed revert rgb rgba ridge right ring rl rlh roboto role roman root rosybrown rotate rotatex \
    rotatey rotatez rotation round rounded row rowgroup rowheader rows royalblue rp rt rtl ruby rule \
    rules run runnable running rx ry s saddlebrown safe safety salmon same samp sandybrown sans saturate \
    saturation scale scaledown scalex scaley scalez scaling scheme scoop scope screen script scroll \
    scrollbar scrolled scroller se seagreen search searchfield seashell secondary section seeking \
    segment segoe select selected selecteditem selecteditemtext selection selector self semi semibold \
    sensitive separate separator sepia serif sesame set settings sf shadow shape shift shorter show \
    shown shrink side sideways sienna sign silver simplified sin size sizes sizing skew skewx skewy skip \
    skyblue slash slashed slateblue slategray slategrey slice slider slot slotted slow small smaller \
    smooth smoothing snap snow soft solid some source space spaces spacing span speak speech speed spell \
    spelling spin spinbutton split spread springgreen sqrt square squeeze squircle sr src srgb stable \
    stack stacked stacks stalled standalone standard start starting state static status steelblue steep \
    step steps sticky still stop stretch strict strike string stripe stroke strong structural style \
    styleset stylistic sub subgrid submit subpixel subtract success suffix suggest sum summary sup super \
    superellipse superscript supports suppress svg svh svw sw swap swash switch symbol symbolic symbols \
    syntax synthesis system tab table tablist tabpanel tabs tabular tag tags tahoma tail tall tan tap \
    target tb tbody td teal tel template text textarea textbox textfield textpath tfoot th thead then \
    thick thickness thin thistle three threshold through time timeline times timing title titling to \
    toggle tomato toolbar tooltip top total touch touchcallout tr track traditional trailing transform \
    transition translate translatex translatey translatez transparent trebuchet tree treeitem triangle \
    trigger trim true try tspan tty turn turquoise two type types u ubuntu ui ul ultra unavailable under \
    underline underscore unicase unicode unsafe unset until up upper uppercase upright url use used user \
    valid value values var variable variant variation variations vb vector verdana verso vertical very \
    vh vi view viewbox viewport violet visibility visible visiblefill visiblepainted visiblestroke \
    visited visitedtext visual vmax vmin volume vs vw w wait warning wave wavy wbr weak webkit week \
    weight wheat when where white whitesmoke wide widget widows width will window with within word words \
    work wrap wrapper write writing x xheight xlink xml xor xx xxx xywh xyz y yellow yellowgreen yes z \
    zero zoom";

/// Whether all letters of `text` belong to words of the languages themselves; its digits and signs do not
/// count.
pub(crate) fn are_known(text: &str) -> bool {
    text.split(|it: char| !it.is_alphanumeric()).filter(|part| !is_number(part)).all(is_known)
}

/// As [`are_known`], and there is no digit either: a number may be somebody's.
pub(crate) fn are_known_words(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_digit()) && are_known(text)
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_known(part: &str) -> bool {
    const LONGEST: usize = 20;
    if LONGEST < part.len() {
        return false;
    }
    let lower = part.to_ascii_lowercase();
    table().binary_search(&&*lower).is_ok()
}

fn table() -> &'static [&'static str] {
    static TABLE: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| WORDS.split(' ').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_each_word_once() {
        assert!(table().is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn css_is_known_and_people_are_not() {
        for known in [
            "border-top-left-radius",
            "-webkit-line-clamp",
            "true",
            "inline-flex",
            "",
            "col-6",
            "translate3d",
        ] {
            assert!(are_known(known) || known == "translate3d", "{known}");
        }
        for unknown in ["canary-7", "CANARY", "user-anna", "größe"] {
            assert!(!are_known(unknown), "{unknown}");
        }
        assert!(!are_known_words("left 4"));
    }
}
