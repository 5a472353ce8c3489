//! The syntax tree.

use super::functions::Function;

/// A node and where it stands (byte offset).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Number(f64),
    Text(String),
    Truth(bool),
    Name(String),
    Negate(Box<Node>),
    Not(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// `value in (…)`: literals only.
    In {
        value: Box<Node>,
        list: Vec<Node>,
        negated: bool,
    },
    If(Box<Node>, Box<Node>, Box<Node>),
    Call {
        function: &'static Function,
        arguments: Vec<Node>,
        named: Vec<(&'static str, Node)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

impl Operator {
    pub(crate) fn is_arithmetic(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Power)
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Node {
    /// Longest path to a leaf, found without recursion.
    pub(crate) fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 1)];
        while let Some((node, depth)) = open.pop() {
            deepest = deepest.max(depth);
            match &node.what {
                What::Name(_) | What::Number(_) | What::Text(_) | What::Truth(_) => {}
                What::Negate(a) | What::Not(a) | What::In { value: a, .. } => open.push((a, depth + 1)),
                What::Binary(_, a, b) => open.extend([(&**a, depth + 1), (&**b, depth + 1)]),
                What::If(a, b, c) => open.extend([a, b, c].map(|node| (&**node, depth + 1))),
                What::Call { arguments, named, .. } => {
                    open.extend(
                        arguments.iter().chain(named.iter().map(|(_, node)| node)).map(|node| (node, depth + 1)),
                    );
                }
            }
        }
        deepest
    }

    /// The name of the first function that looks at other rows.
    pub(crate) fn beyond_its_row(&self) -> Option<&'static str> {
        match &self.what {
            What::Name(_) | What::Number(_) | What::Text(_) | What::Truth(_) => None,
            What::Negate(a) | What::Not(a) | What::In { value: a, .. } => a.beyond_its_row(),
            What::Binary(_, a, b) => a.beyond_its_row().or_else(|| b.beyond_its_row()),
            What::If(a, b, c) => [a, b, c].into_iter().find_map(|node| node.beyond_its_row()),
            What::Call { function, arguments, named } => {
                let own = (!function.does.is_rowwise()).then_some(function.name);
                let inside = arguments.iter().chain(named.iter().map(|(_, node)| node));
                own.or_else(|| inside.into_iter().find_map(Self::beyond_its_row))
            }
        }
    }

    /// Adds the names used to `names`.
    pub(crate) fn names(&self, names: &mut Vec<String>) {
        match &self.what {
            What::Name(name) => names.push(name.clone()),
            What::Number(_) | What::Text(_) | What::Truth(_) => {}
            What::Negate(a) | What::Not(a) | What::In { value: a, .. } => a.names(names),
            What::Binary(_, a, b) => {
                a.names(names);
                b.names(names);
            }
            What::If(a, b, c) => [a, b, c].into_iter().for_each(|node| node.names(names)),
            What::Call { arguments, named, .. } => {
                arguments.iter().chain(named.iter().map(|(_, node)| node)).for_each(|node| node.names(names));
            }
        }
    }
}
