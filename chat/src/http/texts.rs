//! What the usual fields are called where an admin wrote nothing, in the languages that the widget speaks.

/// The languages, in the order of the words below.
const LANGUAGES: [&str; 4] = ["en", "fr", "es", "de"];

const LABELS: [(&str, [&str; 4]); 7] = [
    ("name", ["Name", "Nom", "Nombre", "Name"]),
    ("first_name", ["First name", "Prénom", "Nombre", "Vorname"]),
    ("last_name", ["Last name", "Nom", "Apellidos", "Nachname"]),
    ("email", ["E-mail", "E-mail", "Correo electrónico", "E-Mail"]),
    ("phone", ["Telephone", "Téléphone", "Teléfono", "Telefon"]),
    ("company", ["Company", "Société", "Empresa", "Firma"]),
    ("message", ["Message", "Message", "Mensaje", "Nachricht"]),
];

/// What a usual field is called; in English for who reads another language.
pub(super) fn label(key: &str, lang: &str) -> Option<&'static str> {
    let (_, labels) = LABELS.iter().find(|(of, _)| *of == key)?;
    let at = LANGUAGES.iter().position(|it| *it == lang).unwrap_or(0);
    Some(labels[at])
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn the_usual_fields_have_names() {
        assert_eq!(label("phone", "fr"), Some("Téléphone"));
        assert_eq!(label("phone", "ja"), Some("Telephone"));
        assert_eq!(label("size", "fr"), None);
    }
}
