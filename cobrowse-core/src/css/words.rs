//! The words of CSS, HTML and SVG themselves. What is made of these alone was not written about a person.

/// Sorted, one space between. Names with hyphens are found part by part.
const WORDS: &str = "\
    3d a abbr absolute accelerate accent accumulate action active add additive adjust after alias aliceblue \
    align all allow alpha alphabetic alternate always ancestor anchor and animate animation annotation \
    anonymous antialiased any appearance apple aqua aquamarine area arg aria arial article asc ascii aside \
    aspect assertive at atomic attachment attr audio author auto autocomplete autofill autoplay avoid axis \
    azimuth azure b back backdrop backface background backwards balance bar base baseline basic basis bdi \
    bdo before behavior beige between bidi big black blend blink blinkmacsystemfont block blocking \
    blockquote blue blur body bold bolder border bottom boundary box br break brightness brown browser bug \
    button by calc callout cancel cantarell canvas canvastext cap capitalize caption capture caret cell \
    center ch changed channel char character checkbox checked child chocolate ci circ circle cite clamp \
    clear clearfix clip clippath clone close closed closest cm col colgroup collapse collapsed color column \
    columns combobox comma command common compact complementary complete composite concat condensed conic \
    conical consolas contain container content contenteditable contents contextual continue contrast \
    controls copy coral corner cos count counter counters courier cover cqb cqh cqi cqmax cqmin cqw crimson \
    crisp cross crosshair cubic current currentcolor cursive cursor cyan dark darkblue darken darkgray \
    darkgreen darkgrey darkred dashed data datalist date datetime dd decelerate decimal decoration deep \
    deepskyblue default defined defs deg del delay delimiter dense depth desc descendant descender \
    destination detached details dfn dialog diff difference digits dimgray dir direction disabled disc \
    discard disclosure discrete display distant div dl document dodge dodgerblue dotted double down dpcm dpi \
    dppx drag drawer drop dropdown dt duotone duration dvh dvw dynamic e each ease edge edges elastic \
    element elevation ellipse ellipsis em embed embossed emoji empty enabled end enter env equal error even \
    ex exclude exclusion exit exp expand expanded export extend extra face fade fallback false fantasy fast \
    feature feblend fecolormatrix fecomposite feflood fegaussianblur femerge femergenode feoffset fieldset \
    fieldtext figcaption figure file fill filter firebrick first fit fixed flat flex flip float flood flow \
    fluid focus folder font fonts footer for force forced foreground foreign foreignobject forestgreen form \
    formula forwards fr frame frames from fuchsia full fullscreen fullwidth function g gainsboro gamut gap \
    garamond generic geometric georgia georgian ghostwhite glyph glyphs gold grab grabbing grad gradient \
    gray grayscale green grey grid groove group grow gutter h h1 h2 h3 h4 h5 h6 hairline half hand hanging \
    hard has header heading hebrew height help helvetica hidden hide high highlight highlighttext hint \
    honeydew horizontal host hover hr href hsl hsla html hue hwb hyphen hyphenate hyphens hz i ic icon id \
    ideograph ideographic iframe image img impact import important in increment indent indeterminate \
    indicator indigo individual infinite infinity inherit initial ink inline inner input ins inset inside \
    instead int inter interactive interest interpolate interpolation intersect intrinsic invalid inverse \
    invert inverted ios is isolate isolation italic item items iteration ivory join justify kbd keep kerning \
    keyframes keyword khaki khtml khz lab label landscape lang large larger last latin lato lavender layer \
    lch leading left legacy legend length less letter level lh li light lightblue lighten lighter lightgray \
    lightgreen lightgrey lighting lime limegreen limit line linear lineargradient linen lines link list \
    listbox listitem load local locale log logical loose loud low lower lowercase lr lt ltr luminance \
    luminosity lvh lvw magenta main manual map margin mark marker markers maroon mask masonry match math \
    mathml matrix max maxcontent maximum media medium menlo menu menubar menuitem merge message meta meter \
    mfrac mi middle min minimal minimum minmax mintcream mix mixed mm mn mo mobile mod modal mode modulate \
    module monaco monochrome monospace month more motion move moz mrow ms msub msup multi multicol multiple \
    multiply n nav navigation navy ne nearest negative nesw neutral never new next no nobr non none nonzero \
    normal not note notice noto nowrap ns nth nudge null number numerals numeric nwse o object oblique odd \
    of off offset ok oklab oklch old olive on once one only opacity opaque open opensans optgroup optical \
    optimize optimizelegibility optimizequality optimizespeed option optional options or orange orchid order \
    ordered ordinal orientation origin orphans orthogonal osx out outer outline output outset outside over \
    overflow overflowscrolling overlay overline override overscroll p pad padding page paged paint painted \
    pair palatino palette pan panel paper paragraph param parent part path pattern pause paused pc pending \
    perceived percentage perspective peru phone picture pie pin pinch pink pitch placeholder placement plain \
    play playing plum plus point pointer points polite polygon polyline popover popup portrait position pow \
    practice pre prefers presentation preserve pressed pretty prev previous primary print pro progress \
    progressive prompt property proportional pt punctuation purple push px q quarter quirk quotes r rad \
    radial radialgradient radio radiogroup radius random range rate ratio read readonly rebeccapurple rec \
    record rect rectangle red reduce reduced region relative rem remove rendering repeat repeating replace \
    replaced required reset resize resolution result reverse revert rgb rgba ridge right ring rlh roboto \
    role roman root rotate round row rowgroup rowheader rows royalblue rp rt rtl ruby rule rules run running \
    s safe salmon same samp sans saturate saturation scale scaledown screen script scroll scrollbar scrolled \
    scroller seagreen search secondary section segment segoe select selected selection selector self semi \
    semibold sensitive separate separator serif set sf shadow shape show sideways sienna sign silver sin \
    size sizes sizing skew skip skyblue slash slategray slategrey slice slider slot slow small smaller \
    smooth smoothing snap snow soft solid some source space spacing span speak speech speed spell spin \
    spinbutton split spread springgreen sqrt square squeeze src stable stack stacked stacks standalone start \
    starting state static status steelblue steep step steps sticky still stop stretch strict strike stripe \
    stroke strong structural style sub subgrid submit subpixel subtract success suggest sum summary sup \
    super superscript supports suppress svg svh svw swap swash switch symbol symbols syntax synthesis system \
    tab table tablist tabpanel tabs tabular tag tags tahoma tail tall tan tap target tb tbody td teal tel \
    template text textarea textbox textfield textpath tfoot th thead then thick thickness thin three time \
    timeline times timing title titling to toggle tomato toolbar tooltip top total touch touchcallout tr \
    track transform transition translate transparent trebuchet tree treeitem triangle trim true tspan tty \
    turn turquoise two type u ubuntu ui ul ultra unavailable under underline unicase unicode unsafe unset \
    until up upper uppercase upright url use used user valid value values var variable variant variation \
    variations vb vector verdana verso vertical very vh vi view viewbox viewport violet visibility visible \
    visited vmax vmin volume vs vw w wait warning wave wavy wbr weak webkit weight wheat when where white \
    whitesmoke wide widget widows width will window with word words work wrap wrapper write writing x \
    xheight xlink xml xor xx xxx y yellow yes z zero zoom";

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
