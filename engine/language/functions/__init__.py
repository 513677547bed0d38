"""The functions of the language, each with its Chinese name, its types, words of help and examples that are tests."""
