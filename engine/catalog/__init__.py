"""The catalog: one immutable snapshot of the installed apps, documents compiled into what runs. Pure."""
