"""One message answered by several seats at once: side by side, judged blind, rated."""
