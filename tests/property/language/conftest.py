"""What of these tests a system can run."""

import sys

collect_ignore = [] if sys.platform == "linux" else ["test_fuzzing.py"]
"""The coverage-guided fuzzer has wheels for Linux alone."""
