"""The catalog: one immutable snapshot of the installed apps, from documents to forms, workflows and rules that run. Pure."""
