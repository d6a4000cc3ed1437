//! Plans said as Terraform and as Bicep, read back by parsers of those languages.

mod samples;

use azconnect::plan::script::Language;

#[test]
fn dump() {
    for (name, spec) in samples::all() {
        for language in [Language::Terraform, Language::Bicep] {
            let script = samples::written(&spec, language);
            for file in &script.files {
                let folder = format!("/tmp/hclr/out/{name}/{}", language.key());
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(format!("{folder}/{}", file.name), &file.text).unwrap();
            }
        }
    }
}
