use super::Code;

impl Code {
    /// What the code means, with an example and how to mend it, in Markdown: the text of `flow explain CODE`.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Code::YamlSyntax => include_str!("explain/yaml-syntax.md"),
            Code::DuplicateKey => include_str!("explain/duplicate-key.md"),
            Code::YamlBudget => include_str!("explain/yaml-budget.md"),
            Code::UnreadableFile => include_str!("explain/unreadable-file.md"),
            Code::NotUtf8 => include_str!("explain/not-utf8.md"),
            Code::FlowNotFound => include_str!("explain/flow-not-found.md"),
            Code::SeveralFlowFiles => include_str!("explain/several-flow-files.md"),
            Code::FrontMatter => include_str!("explain/front-matter.md"),
            Code::MissingInclude => include_str!("explain/missing-include.md"),
            Code::UnknownKey => include_str!("explain/unknown-key.md"),
            Code::IgnoredKey => include_str!("explain/ignored-key.md"),
            Code::InvalidSchema => include_str!("explain/invalid-schema.md"),
            Code::MissingKey => include_str!("explain/missing-key.md"),
            Code::WrongShape => include_str!("explain/wrong-shape.md"),
            Code::InvalidValue => include_str!("explain/invalid-value.md"),
            Code::UnknownType => include_str!("explain/unknown-type.md"),
            Code::DuplicateName => include_str!("explain/duplicate-name.md"),
            Code::ReservedName => include_str!("explain/reserved-name.md"),
            Code::InvalidReference => include_str!("explain/invalid-reference.md"),
            Code::ReferenceAsText => include_str!("explain/reference-as-text.md"),
            Code::UnknownNode => include_str!("explain/unknown-node.md"),
            Code::UnknownInput => include_str!("explain/unknown-input.md"),
            Code::UnknownSection => include_str!("explain/unknown-section.md"),
            Code::UnknownProperty => include_str!("explain/unknown-property.md"),
            Code::InputProperty => include_str!("explain/input-property.md"),
            Code::Cycle => include_str!("explain/cycle.md"),
            Code::AggregationOrder => include_str!("explain/aggregation-order.md"),
            Code::UnusedNode => include_str!("explain/unused-node.md"),
            Code::UnusedInput => include_str!("explain/unused-input.md"),
            Code::UnusedVariants => include_str!("explain/unused-variants.md"),
            Code::UnknownVariant => include_str!("explain/unknown-variant.md"),
            Code::MissingDefaultVariant => include_str!("explain/missing-default-variant.md"),
            Code::UnknownConnection => include_str!("explain/unknown-connection.md"),
            Code::MissingConnection => include_str!("explain/missing-connection.md"),
            Code::WrongConnection => include_str!("explain/wrong-connection.md"),
            Code::InvalidConnection => include_str!("explain/invalid-connection.md"),
            Code::MissingVariable => include_str!("explain/missing-variable.md"),
            Code::UnknownTool => include_str!("explain/unknown-tool.md"),
            Code::NeedsPermission => include_str!("explain/needs-permission.md"),
            Code::MissingToolInput => include_str!("explain/missing-tool-input.md"),
            Code::UnknownToolInput => include_str!("explain/unknown-tool-input.md"),
            Code::TypeMismatch => include_str!("explain/type-mismatch.md"),
            Code::DefaultType => include_str!("explain/default-type.md"),
            Code::TemplateSyntax => include_str!("explain/template-syntax.md"),
            Code::UnknownVariable => include_str!("explain/unknown-variable.md"),
            Code::UnusedNodeInput => include_str!("explain/unused-node-input.md"),
            Code::ReservedVariable => include_str!("explain/reserved-variable.md"),
            Code::TemplateInclude => include_str!("explain/template-include.md"),
            Code::MissingCode => include_str!("explain/missing-code.md"),
            Code::MissingTemplate => include_str!("explain/missing-template.md"),
            Code::OutsideProject => include_str!("explain/outside-project.md"),
            Code::MissingRole => include_str!("explain/missing-role.md"),
            Code::UnknownRole => include_str!("explain/unknown-role.md"),
            Code::InvalidCondition => include_str!("explain/invalid-condition.md"),
            Code::ConstantCondition => include_str!("explain/constant-condition.md"),
            Code::UnknownApi => include_str!("explain/unknown-api.md"),
            Code::MissingModel => include_str!("explain/missing-model.md"),
            Code::WrongModel => include_str!("explain/wrong-model.md"),
            Code::UnknownParameter => include_str!("explain/unknown-parameter.md"),
            Code::ParameterRange => include_str!("explain/parameter-range.md"),
            Code::ParameterType => include_str!("explain/parameter-type.md"),
            Code::RefusedParameter => include_str!("explain/refused-parameter.md"),
            Code::InvalidOutput => include_str!("explain/invalid-output.md"),
            Code::ChatFlow => include_str!("explain/chat-flow.md"),
            Code::PythonSyntax => include_str!("explain/python-syntax.md"),
            Code::PythonImport => include_str!("explain/python-import.md"),
            Code::PythonTool => include_str!("explain/python-tool.md"),
            Code::PythonUnsupported => include_str!("explain/python-unsupported.md"),
            Code::PythonProgram => include_str!("explain/python-program.md"),
            Code::EmptyFlow => include_str!("explain/empty-flow.md"),
            Code::InvalidOverride => include_str!("explain/invalid-override.md"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::source::SourceMap;

    /// The examples of an explanation: language and text.
    fn examples(text: &str) -> Vec<(&str, &str)> {
        let fenced = text.split("```").skip(1).step_by(2);
        fenced.map(|block| block.split_once('\n').unwrap()).collect()
    }

    #[test]
    fn every_code_has_a_paragraph_and_an_example_with_its_cure() {
        for code in Code::ALL {
            let text = code.explanation();
            let (paragraph, rest) = text.split_once("\n\nWrong:\n\n```").unwrap_or_else(|| panic!("{code}"));
            assert!(paragraph.len() > 80 && paragraph.ends_with('.'), "{code}");
            assert!(rest.contains("\n```\n\nMended:\n\n```"), "{code}");
            let examples = examples(text);
            assert_eq!(examples.len(), 2, "{code}");
            assert_ne!(examples[0], examples[1], "{code}");
            assert!(examples.iter().all(|(language, _)| matches!(*language, "yaml" | "jinja" | "console")), "{code}");
        }
    }

    #[test]
    fn examples_are_yaml_except_where_that_is_the_point() {
        for code in Code::ALL {
            for (index, (language, example)) in examples(code.explanation()).into_iter().enumerate() {
                if language != "yaml" {
                    continue;
                }
                let mut sources = SourceMap::default();
                let file = sources.add("example.yaml", example);
                let mut diagnostics = Diagnostics::default();
                crate::yaml::read(&sources, file, &mut diagnostics);
                let found: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
                let is_yaml_problem = matches!(code, Code::YamlSyntax | Code::DuplicateKey);
                let expected = if is_yaml_problem && index == 0 { vec![*code] } else { Vec::new() };
                assert_eq!(found, expected, "{code}, example {index}");
            }
        }
    }
}
