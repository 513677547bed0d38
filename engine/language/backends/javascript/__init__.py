"""The JavaScript back end: a typed tree becomes JSON that an evaluator in a page or in Node turns into closures."""
