"""The doctor: looks an installation over, from its folder to its journal, and says what is wrong and how to mend it.

It looks and changes nothing. Every other room may be broken, so it asks each by itself and never stops at the first
answer.
"""
