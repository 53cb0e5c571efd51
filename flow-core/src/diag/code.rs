/// The kinds of problems: a closed list. Each has a paragraph and an example behind `flow explain CODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// `yaml-syntax`: the file is not valid YAML.
    YamlSyntax,
    /// `duplicate-key`: a key stands twice in one mapping.
    DuplicateKey,
    /// `yaml-budget`: the file is larger or deeper than a flow can sensibly be.
    YamlBudget,
    /// `unreadable-file`: a file cannot be read.
    UnreadableFile,
    /// `not-utf8`: a file is not UTF-8 text.
    NotUtf8,
    /// `flow-not-found`: no flow file where one was looked for.
    FlowNotFound,
    /// `several-flow-files`: a folder holds more than one flow file.
    SeveralFlowFiles,
    /// `front-matter`: a prompty whose front matter cannot be told from its prompt.
    FrontMatter,
    /// `missing-include`: an additional include is not there.
    MissingInclude,
    /// `unknown-key`: a key that the language does not have.
    UnknownKey,
    /// `ignored-key`: a key that has no effect.
    IgnoredKey,
    /// `invalid-schema`: an `output_schema` that is no JSON Schema.
    InvalidSchema,
    /// `missing-key`: a key that must be there is missing.
    MissingKey,
    /// `wrong-shape`: a value of another shape is expected.
    WrongShape,
    /// `invalid-value`: a value outside of the allowed ones.
    InvalidValue,
    /// `unknown-type`: a type name that does not exist.
    UnknownType,
    /// `duplicate-name`: a name is given twice.
    DuplicateName,
    /// `reserved-name`: a name that references cannot reach.
    ReservedName,
    /// `invalid-reference`: a reference that cannot be read.
    InvalidReference,
    /// `reference-as-text`: text that looks like a reference but is none.
    ReferenceAsText,
    /// `unknown-node`: a reference to a node that does not exist.
    UnknownNode,
    /// `unknown-input`: a reference to a flow input that does not exist.
    UnknownInput,
    /// `unknown-section`: a section of a node that does not exist.
    UnknownSection,
    /// `unknown-property`: a property that the referenced value does not have.
    UnknownProperty,
    /// `input-property`: a property of a flow input.
    InputProperty,
    /// `cycle`: nodes that wait for each other.
    Cycle,
    /// `aggregation-order`: a normal node that waits for an aggregation node.
    AggregationOrder,
    /// `unused-node`: a node whose output nothing uses.
    UnusedNode,
    /// `unused-input`: a flow input that nothing uses.
    UnusedInput,
    /// `unused-variants`: variants that no node uses.
    UnusedVariants,
    /// `unknown-variant`: a variant that does not exist.
    UnknownVariant,
    /// `missing-default-variant`: variants without a default.
    MissingDefaultVariant,
    /// `unknown-connection`: a connection that does not exist.
    UnknownConnection,
    /// `missing-connection`: an LLM node without a connection.
    MissingConnection,
    /// `wrong-connection`: a connection of the wrong kind.
    WrongConnection,
    /// `invalid-connection`: a connection that is not complete.
    InvalidConnection,
    /// `missing-variable`: an environment variable that is not set.
    MissingVariable,
    /// `unknown-tool`: a tool that does not exist.
    UnknownTool,
    /// `needs-permission`: a tool that the run does not allow.
    NeedsPermission,
    /// `missing-tool-input`: an input that the tool needs is missing.
    MissingToolInput,
    /// `unknown-tool-input`: an input that the tool does not have.
    UnknownToolInput,
    /// `type-mismatch`: a value of one type where another is expected.
    TypeMismatch,
    /// `default-type`: a default of the wrong type.
    DefaultType,
    /// `template-syntax`: a template that cannot be read.
    TemplateSyntax,
    /// `unknown-variable`: a template variable that no input provides.
    UnknownVariable,
    /// `unused-node-input`: a node input that the template does not use.
    UnusedNodeInput,
    /// `reserved-variable`: a template variable named like a parameter.
    ReservedVariable,
    /// `template-include`: a template that includes another file.
    TemplateInclude,
    /// `missing-code`: a file of code that is not there.
    MissingCode,
    /// `missing-template`: a template file that is not there.
    MissingTemplate,
    /// `outside-project`: a path that leaves the project.
    OutsideProject,
    /// `missing-role`: a chat prompt without a role header.
    MissingRole,
    /// `unknown-role`: a header that looks like a role but is none.
    UnknownRole,
    /// `invalid-condition`: a condition that cannot be read.
    InvalidCondition,
    /// `constant-condition`: a condition that is always or never met.
    ConstantCondition,
    /// `unknown-api`: an API that the provider does not have.
    UnknownApi,
    /// `missing-model`: an LLM node that names no model.
    MissingModel,
    /// `wrong-model`: a model that cannot do what the node asks of it.
    WrongModel,
    /// `unknown-parameter`: an input that is neither a parameter nor a template variable.
    UnknownParameter,
    /// `parameter-range`: a model parameter outside of its range.
    ParameterRange,
    /// `parameter-type`: a model parameter of the wrong type.
    ParameterType,
    /// `refused-parameter`: a parameter that the model does not take.
    RefusedParameter,
    /// `invalid-output`: a flow output without a usable reference.
    InvalidOutput,
    /// `chat-flow`: a chat flow that is not complete.
    ChatFlow,
    /// `python-syntax`: the code of a Python node cannot be read.
    PythonSyntax,
    /// `python-import`: code imports what is not there.
    PythonImport,
    /// `python-tool`: code that marks no function as the tool of its node, or several.
    PythonTool,
    /// `python-unsupported`: code uses what the embedded interpreter does not have.
    PythonUnsupported,
    /// `python-program`: a Python of the user's own that is not there, or cannot run the code.
    PythonProgram,
    /// `empty-flow`: a flow without nodes.
    EmptyFlow,
    /// `invalid-override`: an override that fits no node.
    InvalidOverride,
}

impl Code {
    /// Every code, in the order of the list.
    pub const ALL: &[Code] = &[
        Code::YamlSyntax,
        Code::DuplicateKey,
        Code::YamlBudget,
        Code::UnreadableFile,
        Code::NotUtf8,
        Code::FlowNotFound,
        Code::SeveralFlowFiles,
        Code::FrontMatter,
        Code::MissingInclude,
        Code::UnknownKey,
        Code::IgnoredKey,
        Code::InvalidSchema,
        Code::MissingKey,
        Code::WrongShape,
        Code::InvalidValue,
        Code::UnknownType,
        Code::DuplicateName,
        Code::ReservedName,
        Code::InvalidReference,
        Code::ReferenceAsText,
        Code::UnknownNode,
        Code::UnknownInput,
        Code::UnknownSection,
        Code::UnknownProperty,
        Code::InputProperty,
        Code::Cycle,
        Code::AggregationOrder,
        Code::UnusedNode,
        Code::UnusedInput,
        Code::UnusedVariants,
        Code::UnknownVariant,
        Code::MissingDefaultVariant,
        Code::UnknownConnection,
        Code::MissingConnection,
        Code::WrongConnection,
        Code::InvalidConnection,
        Code::MissingVariable,
        Code::UnknownTool,
        Code::NeedsPermission,
        Code::MissingToolInput,
        Code::UnknownToolInput,
        Code::TypeMismatch,
        Code::DefaultType,
        Code::TemplateSyntax,
        Code::UnknownVariable,
        Code::UnusedNodeInput,
        Code::ReservedVariable,
        Code::TemplateInclude,
        Code::MissingCode,
        Code::MissingTemplate,
        Code::OutsideProject,
        Code::MissingRole,
        Code::UnknownRole,
        Code::InvalidCondition,
        Code::ConstantCondition,
        Code::UnknownApi,
        Code::MissingModel,
        Code::WrongModel,
        Code::UnknownParameter,
        Code::ParameterRange,
        Code::ParameterType,
        Code::RefusedParameter,
        Code::InvalidOutput,
        Code::ChatFlow,
        Code::PythonSyntax,
        Code::PythonImport,
        Code::PythonTool,
        Code::PythonUnsupported,
        Code::PythonProgram,
        Code::EmptyFlow,
        Code::InvalidOverride,
    ];

    /// The code as people write it: `unknown-node`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Code::YamlSyntax => "yaml-syntax",
            Code::DuplicateKey => "duplicate-key",
            Code::YamlBudget => "yaml-budget",
            Code::UnreadableFile => "unreadable-file",
            Code::NotUtf8 => "not-utf8",
            Code::FlowNotFound => "flow-not-found",
            Code::SeveralFlowFiles => "several-flow-files",
            Code::FrontMatter => "front-matter",
            Code::MissingInclude => "missing-include",
            Code::UnknownKey => "unknown-key",
            Code::IgnoredKey => "ignored-key",
            Code::InvalidSchema => "invalid-schema",
            Code::MissingKey => "missing-key",
            Code::WrongShape => "wrong-shape",
            Code::InvalidValue => "invalid-value",
            Code::UnknownType => "unknown-type",
            Code::DuplicateName => "duplicate-name",
            Code::ReservedName => "reserved-name",
            Code::InvalidReference => "invalid-reference",
            Code::ReferenceAsText => "reference-as-text",
            Code::UnknownNode => "unknown-node",
            Code::UnknownInput => "unknown-input",
            Code::UnknownSection => "unknown-section",
            Code::UnknownProperty => "unknown-property",
            Code::InputProperty => "input-property",
            Code::Cycle => "cycle",
            Code::AggregationOrder => "aggregation-order",
            Code::UnusedNode => "unused-node",
            Code::UnusedInput => "unused-input",
            Code::UnusedVariants => "unused-variants",
            Code::UnknownVariant => "unknown-variant",
            Code::MissingDefaultVariant => "missing-default-variant",
            Code::UnknownConnection => "unknown-connection",
            Code::MissingConnection => "missing-connection",
            Code::WrongConnection => "wrong-connection",
            Code::InvalidConnection => "invalid-connection",
            Code::MissingVariable => "missing-variable",
            Code::UnknownTool => "unknown-tool",
            Code::NeedsPermission => "needs-permission",
            Code::MissingToolInput => "missing-tool-input",
            Code::UnknownToolInput => "unknown-tool-input",
            Code::TypeMismatch => "type-mismatch",
            Code::DefaultType => "default-type",
            Code::TemplateSyntax => "template-syntax",
            Code::UnknownVariable => "unknown-variable",
            Code::UnusedNodeInput => "unused-node-input",
            Code::ReservedVariable => "reserved-variable",
            Code::TemplateInclude => "template-include",
            Code::MissingCode => "missing-code",
            Code::MissingTemplate => "missing-template",
            Code::OutsideProject => "outside-project",
            Code::MissingRole => "missing-role",
            Code::UnknownRole => "unknown-role",
            Code::InvalidCondition => "invalid-condition",
            Code::ConstantCondition => "constant-condition",
            Code::UnknownApi => "unknown-api",
            Code::MissingModel => "missing-model",
            Code::WrongModel => "wrong-model",
            Code::UnknownParameter => "unknown-parameter",
            Code::ParameterRange => "parameter-range",
            Code::ParameterType => "parameter-type",
            Code::RefusedParameter => "refused-parameter",
            Code::InvalidOutput => "invalid-output",
            Code::ChatFlow => "chat-flow",
            Code::PythonSyntax => "python-syntax",
            Code::PythonImport => "python-import",
            Code::PythonTool => "python-tool",
            Code::PythonUnsupported => "python-unsupported",
            Code::PythonProgram => "python-program",
            Code::EmptyFlow => "empty-flow",
            Code::InvalidOverride => "invalid-override",
        }
    }

    /// The kind of problem in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Code::YamlSyntax => "the file is not valid YAML",
            Code::DuplicateKey => "a key stands twice in one mapping",
            Code::YamlBudget => "the file is larger or deeper than a flow can sensibly be",
            Code::UnreadableFile => "a file cannot be read",
            Code::NotUtf8 => "a file is not UTF-8 text",
            Code::FlowNotFound => "no flow file where one was looked for",
            Code::SeveralFlowFiles => "a folder holds more than one flow file",
            Code::FrontMatter => "a prompty whose front matter cannot be told from its prompt",
            Code::MissingInclude => "an additional include is not there",
            Code::UnknownKey => "a key that the language does not have",
            Code::IgnoredKey => "a key that has no effect",
            Code::InvalidSchema => "an `output_schema` that is no JSON Schema",
            Code::MissingKey => "a key that must be there is missing",
            Code::WrongShape => "a value of another shape is expected",
            Code::InvalidValue => "a value outside of the allowed ones",
            Code::UnknownType => "a type name that does not exist",
            Code::DuplicateName => "a name is given twice",
            Code::ReservedName => "a name that references cannot reach",
            Code::InvalidReference => "a reference that cannot be read",
            Code::ReferenceAsText => "text that looks like a reference but is none",
            Code::UnknownNode => "a reference to a node that does not exist",
            Code::UnknownInput => "a reference to a flow input that does not exist",
            Code::UnknownSection => "a section of a node that does not exist",
            Code::UnknownProperty => "a property that the referenced value does not have",
            Code::InputProperty => "a property of a flow input",
            Code::Cycle => "nodes that wait for each other",
            Code::AggregationOrder => "a normal node that waits for an aggregation node",
            Code::UnusedNode => "a node whose output nothing uses",
            Code::UnusedInput => "a flow input that nothing uses",
            Code::UnusedVariants => "variants that no node uses",
            Code::UnknownVariant => "a variant that does not exist",
            Code::MissingDefaultVariant => "variants without a default",
            Code::UnknownConnection => "a connection that does not exist",
            Code::MissingConnection => "an LLM node without a connection",
            Code::WrongConnection => "a connection of the wrong kind",
            Code::InvalidConnection => "a connection that is not complete",
            Code::MissingVariable => "an environment variable that is not set",
            Code::UnknownTool => "a tool that does not exist",
            Code::NeedsPermission => "a tool, or code, that the run does not allow",
            Code::MissingToolInput => "an input that the tool needs is missing",
            Code::UnknownToolInput => "an input that the tool does not have",
            Code::TypeMismatch => "a value of one type where another is expected",
            Code::DefaultType => "a default of the wrong type",
            Code::TemplateSyntax => "a template that cannot be read",
            Code::UnknownVariable => "a template variable that no input provides",
            Code::UnusedNodeInput => "a node input that the template does not use",
            Code::ReservedVariable => "a template variable named like a parameter",
            Code::TemplateInclude => "a template that includes another file",
            Code::MissingCode => "a file of code that is not there",
            Code::MissingTemplate => "a template file that is not there",
            Code::OutsideProject => "a path that leaves the project",
            Code::MissingRole => "a chat prompt without a role header",
            Code::UnknownRole => "a header that looks like a role but is none",
            Code::InvalidCondition => "a condition that cannot be read",
            Code::ConstantCondition => "a condition that is always or never met",
            Code::UnknownApi => "an API that the provider does not have",
            Code::MissingModel => "an LLM node that names no model",
            Code::WrongModel => "a model that cannot do what the node asks of it",
            Code::UnknownParameter => "an input that is neither a parameter nor a template variable",
            Code::ParameterRange => "a model parameter outside of its range",
            Code::ParameterType => "a model parameter of the wrong type",
            Code::RefusedParameter => "a parameter that the model does not take",
            Code::InvalidOutput => "a flow output without a usable reference",
            Code::ChatFlow => "a chat flow that is not complete",
            Code::PythonSyntax => "code that cannot be read",
            Code::PythonImport => "code that imports what is not there",
            Code::PythonTool => "code that marks no function as its node's tool, or several",
            Code::PythonUnsupported => "code that uses what the embedded interpreter does not have",
            Code::PythonProgram => "a Python of yours that is not there, or cannot run the code",
            Code::EmptyFlow => "a flow without nodes",
            Code::InvalidOverride => "an override that fits no node",
        }
    }

    /// The code with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
