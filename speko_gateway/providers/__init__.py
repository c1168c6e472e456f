"""Providers: what turns one request into a stream of text, vendor by vendor."""
