//! Copies of what fields hold, and what else of hidden fields is hidden beside them.
use expect_test::expect;

use super::story::{Share, share};
use crate::id::Epoch;

/// Whether an agent sees what a text says from now on.
fn says(share: &mut Share, text: usize, value: &str) -> bool {
    share.page.set_text(text, value);
    share.flush();
    share.is_in_step();
    share.viewer.sink.outline().contains(value)
}

#[test]
fn a_copy_of_what_a_hidden_field_holds_is_hidden_wherever_it_stands() {
    share(
        r#"
p data-value=Anna_B title=Anna_B class=Anna id=Anna_B
  "Anna B"
p
  "Anna"
form
  input#64 .typed=1 .value=Anna_B
  input#64 .value=Preset
  input#64 .value=open
  input#64 type=checkbox value=maybe
  input#68 .value=shown
  textarea#64
    "written"
div#64 contenteditable
  "edited"
i data-state=open data-kept=maybe data-x=shown data-y=_written_ data-z=Preset data-e=edited
  "Preset"
  b#4 title=Anna_B
    "Anna B"
"#,
    )
    .shows(expect![[r##"
        #document
          p class="Anna" data-value="••••••" id="Anna B" title="••••••"
            Text "••••••"
          p
            Text "Anna"
          form
            input .value="••••••"
            input .value="••••••"
            input .value="••••••"
            input type="checkbox" value="••••••"
            input .value="shown"
            textarea
              Text "••••••"
          div contenteditable=""
            Text "••••••"
          i data-e="••••••" data-kept="maybe" data-state="open" data-x="shown" data-y="••••••" data-z="••••••"
            Text "Preset"
            b title="Anna B"
              Text "Anna B"
    "##]]);
}

#[test]
fn a_copy_is_hidden_until_its_field_is_empty_and_no_check_takes_it_for_a_fault() {
    let mut share = share("main\n  p data-value=\n    \"one\"\n  input#64 .typed=1 .value=");
    let (paragraph, input) = (share.find("p"), share.find("input"));
    let text = share.page.nodes[paragraph].children[0];
    let copies = |share: &mut Share, value: &str| {
        share.page.set_attribute(paragraph, "data-value", Some(value));
        share.page.set_text(text, value);
    };
    share.page.set_attribute(input, " value", Some("Anna"));
    share.flush();
    copies(&mut share, "Anna");
    share.flush();
    share.page.set_attribute(input, " value", Some("Annabel"));
    assert_eq!(share.flush(), 0, "copies may come late");
    share.is_in_step();
    copies(&mut share, "Annabel");
    assert_eq!(share.flush(), 0, "nothing shows that it changed");
    share.shows(expect![[r#"
        #document
          main
            p data-value="••••••"
              Text "••••••"
            input .value="••••••"
    "#]]);
    copies(&mut share, "Anna");
    share.page.set_attribute(input, " value", Some(""));
    share.flush();
    share.is_in_step();
    share.shows(expect![[r#"
        #document
          main
            p data-value="Anna"
              Text "Anna"
            input .value=""
    "#]]);
    // The page said it before the visitor did.
    share.page.set_attribute(input, " value", Some("Anna"));
    share.flush();
    share.is_in_step();
    share.page.remove(input);
    copies(&mut share, "Annabel");
    share.flush();
    assert!(share.viewer.sink.outline().contains("Annabel"), "no field holds it");
}

#[test]
fn a_text_that_says_what_the_page_had_put_into_a_field_shows_until_somebody_types_it() {
    let mut share = share("main\n  p\n    \"one\"\n  input#64 .value=Anna");
    let (paragraph, input) = (share.find("p"), share.find("input"));
    let text = share.page.nodes[paragraph].children[0];
    // Capture tells of each change whether somebody types, and mostly nobody does.
    share.page.set_attribute(input, " typed", None);
    share.page.set_attribute(input, " value", Some("Anna"));
    let says = |share: &mut Share, value: &str| says(share, text, value);
    assert!(says(&mut share, "Anna"));
    share.page.set_attribute(input, " typed", Some("1"));
    share.page.set_attribute(input, " value", Some("Annabel"));
    assert!(!says(&mut share, "Annabel"));
    assert!(says(&mut share, "Anna"), "it was the page's before");
}

#[test]
fn data_that_is_a_copy_as_well_does_not_travel_and_no_check_takes_it_for_a_fault() {
    let mut share = share("main\n  p data-value=\n  input#64 .typed=1 .value=");
    let (paragraph, input) = (share.find("p"), share.find("input"));
    for value in ["[typed]", "a long one ".repeat(200).as_str()] {
        share.page.set_attribute(input, " value", Some(value));
        share.page.set_attribute(paragraph, "data-value", Some(value));
        share.flush();
        share.is_in_step();
        assert!(!share.viewer.sink.outline().contains("data-value"));
    }
}

#[test]
fn what_a_secret_field_held_on_the_way_to_its_value_is_no_secret_when_it_is_gone() {
    let mut share = share("main\n  p\n    \"one\"\n  input#72 .value=adm");
    let (paragraph, input) = (share.find("p"), share.find("input"));
    let text = share.page.nodes[paragraph].children[0];
    let says = |share: &mut Share, value: &str| says(share, text, value);
    share.page.set_attribute(input, " value", Some("admin"));
    share.flush();
    share.page.set_attribute(input, " value", Some("admin2024"));
    share.flush();
    assert!(!says(&mut share, "admin") && !says(&mut share, "admin2024"));
    share.page.remove(input);
    share.flush();
    assert!(says(&mut share, "admin"), "half of it is none");
    assert!(!says(&mut share, "admin2024"), "it is never forgotten");
}

#[test]
fn a_keyframe_hides_what_fields_held_before_it() {
    let mut share = share("main\n  p data-value=Anna\n  input#64 .typed=1 .value=Anna");
    let input = share.find("input");
    share.page.set_attribute(input, " value", Some("Annabel"));
    share.flush();
    let frames = share.capture.keyframe(&mut share.page, Epoch(2)).expect("keyframe");
    share.viewer.apply(&frames);
    share.shows(expect![[r#"
        #document
          main
            p data-value="••••••"
            input .value="••••••"
    "#]]);
    share.page.set_attribute(share.page.nodes[input].parent.expect("a parent"), "data-x", Some("Anna"));
    share.flush();
    assert!(share.viewer.sink.outline().contains("Anna"), "it is over");
}

#[test]
fn what_is_told_ahead_of_its_field_hides_copies_until_all_fields_have_come() {
    let mut share = share("main\n  p\n    \"one\"");
    let paragraph = share.find("p");
    let text = share.page.nodes[paragraph].children[0];
    share.page.set_attribute(0, " typed", Some("Anna"));
    share.page.set_attribute(0, " held", Some("Preset"));
    share.page.set_text(text, "Anna");
    share.page.set_attribute(paragraph, "title", Some("Preset"));
    share.page.set_attribute(paragraph, "data-y", Some("Preset"));
    share.flush();
    share.page.set_attribute(0, " typed", None);
    share.page.set_attribute(0, " held", None);
    share.page.set_attribute(paragraph, "class", Some("Preset"));
    share.page.set_attribute(paragraph, "data-x", Some("Preset"));
    share.flush();
    share.shows(expect![[r#"
        #document
          main
            p class="Preset" data-x="Preset" data-y="••••••" title="Preset"
              Text "••••••"
    "#]]);
}

#[test]
fn a_password_in_another_field_is_a_password() {
    let mut share = share(
        r#"
form#4
  input#72 type=password .value=secret
  input#64 type=text .value=other .selection=1_2
  input#64 type=search .value=secret placeholder=Find
  p
    "secret"
  input#64 .value=shown
"#,
    );
    let second = share.page.nodes[share.find("form")].children[1];
    share.page.set_attribute(second, " value", Some("secret"));
    assert_eq!(share.flush(), 2, "gone, then new");
    share.page.set_attribute(second, " value", Some("secret and more"));
    assert_eq!(share.flush(), 0, "it stays one");
    share.is_in_step();
    assert!(share.capture.verdict(second).secret);
    let (first, last) = (share.find("input"), share.page.nodes[share.find("form")].children[4]);
    share.page.set_attribute(last, " value", Some("typed here first"));
    share.flush();
    share.page.set_attribute(first, " value", Some("typed here first"));
    assert_eq!(share.flush(), 2, "gone, then new");
    share.shows(expect![[r##"
        #document
          form
            input .value="••••••" type="password"
            input .value="••••••" type="text"
            input .value="••••••" placeholder="••••••" type="search"
            p
              Text "••••••"
            input .value="••••••"
    "##]]);
}

#[test]
fn where_a_hidden_field_is_scrolled_to_is_not_told() {
    let share = share("main\n  textarea#64\n  p\n  ul#4\n    input#68");
    let tells = |tag| {
        let id = share.capture.id(share.find(tag)).and_then(crate::id::NodeId::from_wire);
        share.capture.recorder.tells_scroll(id.expect("an id"))
    };
    assert_eq!(["textarea", "p", "input"].map(tells), [false, true, true]);
}
